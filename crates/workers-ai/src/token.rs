//! An API token that is asked for when it is needed, kept while the service accepts it, and then asked for again.

use std::{
    error::Error as StdError,
    future::Future,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use reqwest::header::HeaderValue;

use crate::{error::Error, secret};

type Cause = Box<dyn StdError + Send + Sync>;

/// How a token is asked for.
pub(crate) type Ask =
    Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<String, Cause>> + Send>> + Send + Sync>;

/// Asks in the caller's way, whose future and error may be of any type.
pub(crate) fn ask<F, E>(ask: impl Fn() -> F + Send + Sync + 'static) -> Ask
where
    F: Future<Output = Result<String, E>> + Send + 'static,
    E: Into<Cause>,
{
    Box::new(move || {
        let asked = ask();
        Box::pin(async move { asked.await.map_err(E::into) })
    })
}

/// The token that is in use.
pub(crate) struct Tokens {
    ask: Ask,
    kept: Mutex<Option<HeaderValue>>,
    /// Whoever holds it asks; the others wait and take what came.
    asking: tokio::sync::Mutex<()>,
}

impl Tokens {
    pub(crate) fn new(ask: Ask) -> Self {
        Self {
            ask,
            kept: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// The token that is kept, or else a new one.
    pub(crate) async fn get(&self) -> Result<HeaderValue, Error> {
        if let Some(token) = self.kept().clone() {
            return Ok(token);
        }
        let _asking = self.asking.lock().await;
        if let Some(token) = self.kept().clone() {
            return Ok(token);
        }
        let token = (self.ask)().await.map_err(|error| {
            let why = "no API token: what `ClientBuilder::api_token_from` was given has failed";
            Error::config(why).with_source(&*error)
        })?;
        let token = secret::bearer(&token, "the API token")?;
        *self.kept() = Some(token.clone());
        Ok(token)
    }

    /// Keeps a token no longer that was refused. Another one may have come meanwhile.
    pub(crate) fn forget(&self, refused: &HeaderValue) {
        let mut kept = self.kept();
        if kept.as_ref() == Some(refused) {
            *kept = None;
        }
    }

    fn kept(&self) -> MutexGuard<'_, Option<HeaderValue>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

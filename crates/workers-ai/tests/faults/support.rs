//! Clients, models and checks that the tests share.

use std::{
    borrow::Cow,
    error::Error as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use workers_ai::{
    Client, ClientBuilder, Error,
    models::{
        Answer, Batched, Check, Limit, Media, Model, ModelInfo, ModelInput, Streaming, Task,
        Validate,
    },
};

use crate::server::Server;

pub(crate) const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const SECRET: &str = "cAnArY-secret";
pub(crate) const CONTENT: &str = "cAnArY content";

/// What [`Echo`] answers.
pub(crate) const HI: &str = r#"{"response":"hi"}"#;

/// A limit that is reached while a test waits for it.
pub(crate) const SOON: Duration = Duration::from_millis(60);

/// A model that echoes JSON.
pub(crate) struct Echo;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Phrase {
    pub(crate) prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<f64>,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) stream: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Validate for Phrase {
    fn check(&self, check: &mut Check<'_>) {
        check.number("temperature", self.temperature, Limit::range(0.0, 5.0));
    }
}

impl ModelInput for Phrase {
    type Model = Echo;
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Said {
    pub(crate) response: String,
}

impl Model for Echo {
    const ID: &'static str = "@cf/example/echo";
    const INFO: &'static ModelInfo = &ModelInfo::new(Self::ID, "Echo", Task::TextGeneration);
    type Input = Phrase;
    type Output = Said;
}

impl Streaming for Echo {
    type Event = Piece;
    const END: &'static str = "[DONE]";

    fn set_stream(input: &mut Phrase, on: bool) {
        input.stream = on;
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Piece {
    pub(crate) response: Option<String>,
}

impl Batched for Echo {
    type Request = Phrase;
}

impl Answer for Piece {
    fn text(&self) -> Option<Cow<'_, str>> {
        self.response.as_deref().map(Cow::Borrowed)
    }
}

/// A model that answers with a picture.
pub(crate) struct Painter;

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Scene {
    prompt: String,
}

impl Validate for Scene {}

impl ModelInput for Scene {
    type Model = Painter;
}

#[derive(Debug, Deserialize)]
pub(crate) struct Picture {
    image: Media,
}

impl Model for Painter {
    const ID: &'static str = "@cf/example/painter";
    const INFO: &'static ModelInfo = &ModelInfo::new(Self::ID, "Painter", Task::TextToImage);
    type Input = Scene;
    type Output = Picture;

    fn from_media(image: Media) -> Option<Picture> {
        Some(Picture { image })
    }
}

pub(crate) fn phrase() -> Phrase {
    Phrase {
        prompt: CONTENT.to_owned(),
        temperature: None,
        stream: false,
    }
}

/// The waits between attempts, which are noted and not waited for.
#[derive(Clone, Default)]
pub(crate) struct Waits(Arc<Mutex<Vec<Duration>>>);

impl Waits {
    pub(crate) fn all(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

pub(crate) fn builder(server: &Server) -> ClientBuilder {
    builder_at(&server.url)
}

pub(crate) fn builder_at(url: &str) -> ClientBuilder {
    Client::builder()
        .account_id(ACCOUNT)
        .api_token(SECRET)
        .base_url(url)
        .allow_loopback(true)
        .sleep_with(Arc::new(|_| Box::pin(std::future::ready(()))))
}

/// An HTTP client of the caller's, who has chosen the cryptography too.
pub(crate) fn http() -> reqwest::ClientBuilder {
    let provider = tokio_rustls::rustls::crypto::ring::default_provider();
    // Another test may have been quicker.
    let _ = provider.install_default();
    reqwest::Client::builder()
}

pub(crate) fn client(server: &Server) -> Client {
    builder(server).build().unwrap()
}

/// The client, and how long it wanted to wait.
pub(crate) fn client_and_waits(builder: ClientBuilder) -> (Client, Waits) {
    let waits = Waits::default();
    let noted = waits.clone();
    let client = builder
        .sleep_with(Arc::new(move |wait| {
            noted.0.lock().unwrap().push(wait);
            Box::pin(std::future::ready(()))
        }))
        .build()
        .unwrap();
    (client, waits)
}

/// Everything an error prints, which must hold no secret, no account and no prompt.
pub(crate) fn printed(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.extend([cause.to_string(), format!("{cause:?}")]);
        source = cause.source();
    }
    assert_clean(&text);
    text
}

/// Does not compile if a type has the trait: then there are two to choose from.
macro_rules! has_not {
    ($what:path: $($name:ty),*) => {{
        trait Either<Which> {
            fn check() {}
        }
        impl<T: ?Sized> Either<()> for T {}
        struct Has;
        impl<T: ?Sized + $what> Either<Has> for T {}
        $(<$name as Either<_>>::check();)*
    }};
}
pub(crate) use has_not;

pub(crate) fn assert_clean(text: &str) {
    for canary in [SECRET, CONTENT, ACCOUNT] {
        assert!(!text.contains(canary), "{canary} in {text}");
    }
}

/// Calls once and gives the error, which is checked to be clean.
pub(crate) async fn fails(client: &Client) -> Error {
    let error = client.run(phrase()).await.unwrap_err();
    printed(&error);
    error
}

/// Calls a server that always gives this answer; counts the requests.
pub(crate) async fn call(answer: Vec<u8>) -> (Error, usize) {
    let server = Server::always(answer).await;
    let error = fails(&client(&server)).await;
    assert_eq!(
        usize::try_from(error.attempts()).unwrap(),
        server.requests()
    );
    (error, server.requests())
}

/// Asks a server that always gives this answer for a picture.
pub(crate) async fn picture(answer: Vec<u8>) -> Result<Media, Error> {
    let server = Server::always(answer).await;
    let scene = Scene {
        prompt: CONTENT.to_owned(),
    };
    let picture = client(&server).run(scene).await;
    picture.map(|picture| picture.image)
}

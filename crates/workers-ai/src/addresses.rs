//! The addresses of models that were asked before. To put one together takes a twelfth of all the work of a small call.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use reqwest::Url;

use crate::error::Error;

/// Models have names that a caller chooses, so that there must be an end to them.
const MOST: usize = 128;

/// Addresses by model, in the client's own account.
#[derive(Default)]
pub(crate) struct Addresses(RwLock<HashMap<Box<str>, Url>>);

impl Addresses {
    /// The address of a model; `make` is asked once.
    pub(crate) fn of(
        &self,
        model: &str,
        make: impl FnOnce() -> Result<Url, Error>,
    ) -> Result<Url, Error> {
        let known = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(model)
            .cloned();
        if let Some(url) = known {
            return Ok(url);
        }
        let url = make()?;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST {
            known.insert(model.into(), url.clone());
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_once_and_a_fault_each_time() {
        let addresses = Addresses::default();
        let url = Url::parse("https://example.com/run/m").unwrap();
        for wanted in [Some(&url), None] {
            let made = addresses.of("m", || {
                Ok(wanted.ok_or_else(|| Error::input("made twice"))?.clone())
            });
            assert_eq!(made.unwrap(), url);
        }
        for _ in 0..2 {
            assert!(addresses.of("..", || Err(Error::input("no id"))).is_err());
        }
    }

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let addresses = Addresses::default();
        for number in 0..3 * MOST {
            let url = Url::parse(&format!("https://example.com/run/{number}")).unwrap();
            let made = addresses.of(&number.to_string(), || Ok(url.clone()));
            assert_eq!(made.unwrap(), url);
        }
        assert_eq!(addresses.0.read().unwrap().len(), MOST);
    }
}

//! The addresses of models that were asked before. To put one together takes a twelfth of all the work of a small call.

use std::sync::OnceLock;

use reqwest::Url;

use crate::error::Error;

/// Models have names that a caller chooses, so that there must be an end to them.
const MOST: usize = 16;

/// Addresses by model, in the client's own account. What is known is read without a lock.
#[derive(Default)]
pub(crate) struct Addresses([OnceLock<(Box<str>, Url)>; MOST]);

impl Addresses {
    /// The address of a model; `make` is asked once, unless there are too many models.
    pub(crate) fn of(
        &self,
        model: &str,
        make: impl Fn() -> Result<Url, Error>,
    ) -> Result<Url, Error> {
        for place in &self.0 {
            let known = if let Some(known) = place.get() {
                known
            } else {
                let made = (model.into(), make()?);
                // Another call may have been quicker.
                place.get_or_init(|| made)
            };
            if *known.0 == *model {
                return Ok(known.1.clone());
            }
        }
        make()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn an_address_is_made_once_and_a_fault_each_time() {
        let (addresses, made) = (Addresses::default(), Cell::new(0));
        let url = Url::parse("https://example.com/run/m").unwrap();
        for _ in 0..3 {
            let found = addresses.of("m", || {
                made.set(made.get() + 1);
                Ok(url.clone())
            });
            assert_eq!(found.unwrap(), url);
            assert!(addresses.of("..", || Err(Error::input("no id"))).is_err());
        }
        assert_eq!(made.get(), 1);
    }

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let addresses = Addresses::default();
        for _ in 0..2 {
            for number in 0..3 * MOST {
                let url = Url::parse(&format!("https://example.com/run/{number}")).unwrap();
                let found = addresses.of(&number.to_string(), || Ok(url.clone()));
                assert_eq!(found.unwrap(), url);
            }
        }
    }
}

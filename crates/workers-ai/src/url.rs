//! Where a call goes. A model id and an account id select a model and an account and can do nothing
//! else to the address.

use std::fmt::{self, Debug};

use reqwest::Url;

use crate::error::Error;

pub(crate) const DEFAULT_BASE: &str = "https://api.cloudflare.com/client/v4";

const MODEL_LENGTH: usize = 256;
const ACCOUNT_LENGTH: usize = 32;

/// The address that every path is appended to: absolute, and encrypted or on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    url: Url,
    is_loopback: bool,
}

/// An account id. `Debug` masks it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AccountId(Box<str>);

impl Base {
    pub(crate) fn new(text: &str, allow_loopback: bool) -> Result<Self, Error> {
        let refused = |why: &str| Err(Error::config(format!("the base URL {why}")));
        let Ok(url) = Url::parse(text) else {
            return refused("is not an absolute URL");
        };
        let is_loopback = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if is_loopback && allow_loopback => {}
            "http" if is_loopback => {
                return refused(
                    "is not https; `ClientBuilder::allow_loopback` or WORKERS_AI_ALLOW_LOOPBACK=1 permits \
                     that on this machine",
                );
            }
            _ => return refused("is not https"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused("holds credentials");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refused("has a query or a fragment");
        }
        Ok(Self { url, is_loopback })
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The address of a model.
    pub(crate) fn run(&self, account: &AccountId, model: &str) -> Result<Url, Error> {
        check_model(model)?;
        self.below(account, &format!("run/{model}"))
    }

    /// The address of anything else under `/ai`.
    pub(crate) fn below(&self, account: &AccountId, place: &str) -> Result<Url, Error> {
        let prefix = self.url.path().trim_end_matches('/');
        let path = format!("{prefix}/accounts/{}/ai/{place}", account.0);
        let mut url = self.url.clone();
        url.set_path(&path);
        if url.path() != path || path.contains("//") {
            let why = "a path below `/ai` has plain characters between single slashes";
            return Err(Error::input(why));
        }
        Ok(url)
    }
}

pub(crate) fn with_query(mut url: Url, query: &[(String, String)]) -> Url {
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

impl AccountId {
    pub(crate) fn new(id: &str) -> Result<Self, Error> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if id.len() == ACCOUNT_LENGTH && id.bytes().all(is_hex) {
            Ok(Self(id.into()))
        } else {
            Err(Error::config(
                "the account id is not 32 hexadecimal digits in lower case",
            ))
        }
    }
}

impl Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[account]")
    }
}

fn check_model(id: &str) -> Result<(), Error> {
    let is_ours =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'_' | b'-' | b':');
    let is_segment =
        |segment: &str| segment.bytes().all(is_ours) && segment.bytes().any(|byte| byte != b'.');
    if id.len() <= MODEL_LENGTH && id.split('/').all(is_segment) {
        return Ok(());
    }
    let shown: String = id
        .chars()
        .take(MODEL_LENGTH)
        .flat_map(char::escape_debug)
        .collect();
    Err(Error::input(format!(
        "`{shown}` is not a model id: only letters, digits and `@ . _ - :` may stand between single slashes"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    fn url(model: &str) -> Result<String, Error> {
        let base = Base::new("https://example.com/client/v4/", false)?;
        base.run(&AccountId::new(ACCOUNT)?, model).map(String::from)
    }

    #[test]
    fn u01_model_ids_stay_literal() {
        for model in [
            "@cf/meta/llama-3.1-8b-instruct",
            "@hf/google/gemma-7b-it",
            "@cf/ai4bharat/indictrans2-en-indic-1B",
            "google/gemini-2.5-flash",
        ] {
            assert_eq!(
                url(model).unwrap(),
                format!("https://example.com/client/v4/accounts/{ACCOUNT}/ai/run/{model}")
            );
        }
    }

    #[test]
    fn u02_to_u08_nothing_else_can_change_the_path() {
        let long = "a".repeat(257);
        for model in [
            "..",
            ".",
            "../../user/tokens",
            "@cf/../x",
            "@cf/./x",
            "@cf/.../x",
            "%2e%2e",
            ".%2E",
            "@cf/a%b",
            "?a=1",
            "@cf/x?a=1",
            "#x",
            ";x",
            "\\",
            "@cf\\x",
            "//host/x",
            "https://host/x",
            "a\tb",
            "a\rb",
            "a\nb",
            "a\0b",
            "a b",
            " a",
            "",
            "/a",
            "a/",
            "a//b",
            &long,
            "@cf/mét",
            "@cf/а",
            "@cf/\u{202e}x",
        ] {
            let error = url(model).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{model:?}");
        }
    }

    #[test]
    fn u09_account_ids_are_checked_and_masked() {
        for id in [
            "",
            "../../user",
            &ACCOUNT.to_uppercase(),
            &ACCOUNT[1..],
            "0123456789abcdef0123456789abcdeg",
        ] {
            let error = AccountId::new(id).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{id:?}");
            assert!(id.is_empty() || !error.to_string().contains(id));
        }
        assert_eq!(
            format!("{:?}", AccountId::new(ACCOUNT).unwrap()),
            "[account]"
        );
    }

    #[test]
    fn a11_tls_or_loopback_with_leave() {
        assert!(Base::new("https://api.cloudflare.com/client/v4", false).is_ok());
        for loopback in [
            "http://127.0.0.1:80",
            "http://localhost/x",
            "http://[::1]:8",
        ] {
            assert!(Base::new(loopback, false).is_err(), "{loopback}");
            assert!(Base::new(loopback, true).is_ok(), "{loopback}");
        }
        for url in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "ftp://127.0.0.1",
            "file:///x",
            "x",
            "",
        ] {
            assert_eq!(
                Base::new(url, true).unwrap_err().kind(),
                ErrorKind::Config,
                "{url}"
            );
        }
    }

    #[test]
    fn a12_no_credentials_query_or_fragment() {
        for url in [
            "https://u@example.com",
            "https://u:p@example.com",
            "https://example.com?x",
            "https://example.com#x",
        ] {
            assert_eq!(
                Base::new(url, true).unwrap_err().kind(),
                ErrorKind::Config,
                "{url}"
            );
        }
    }

    #[test]
    fn u13_query_values_are_encoded() {
        let base = Base::new("https://example.com", false).unwrap();
        let query = [("tags".to_owned(), "a&b=c#d e".to_owned())];
        let url = base.run(&AccountId::new(ACCOUNT).unwrap(), "m").unwrap();
        let url = with_query(url, &query);
        assert_eq!(url.query(), Some("tags=a%26b%3Dc%23d+e"));
    }
}

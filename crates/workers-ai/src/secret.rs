//! Credentials: checked once, printed never.

use std::fmt::{self, Debug};

use reqwest::header::HeaderValue;

use crate::{error::Error, token::Tokens};

/// How a call proves who makes it.
pub(crate) enum Credentials {
    /// An API token.
    Token(HeaderValue),
    /// An API token that is asked for.
    Asked(Tokens),
    /// An e-mail address with the account's global key.
    Key {
        email: HeaderValue,
        key: HeaderValue,
    },
}

impl Credentials {
    pub(crate) fn token(token: &str) -> Result<Self, Error> {
        bearer(token, "the API token").map(Self::Token)
    }

    pub(crate) fn key(email: &str, key: &str) -> Result<Self, Error> {
        if !email.contains('@') {
            return Err(Error::config(
                "the e-mail address is not one: it has no `@`",
            ));
        }
        Ok(Self::Key {
            email: sensitive(check(email, "the e-mail address")?, "the e-mail address")?,
            key: sensitive(check(key, "the API key")?, "the API key")?,
        })
    }

    pub(crate) fn are_asked_for(&self) -> bool {
        matches!(self, Self::Asked(_))
    }
}

impl Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token([redacted])",
            Self::Asked(_) => "Asked([redacted])",
            Self::Key { .. } => "Key([redacted])",
        })
    }
}

/// The header value that carries a token.
pub(crate) fn bearer(token: &str, what: &str) -> Result<HeaderValue, Error> {
    if token
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("bearer "))
    {
        return Err(Error::config(format!(
            "{what} begins with \"Bearer\"; give the token alone"
        )));
    }
    let token = check(token, what)?;
    sensitive(&format!("Bearer {token}"), what)
}

/// A secret less the line end that files and shells leave behind. Everything else that no secret
/// contains is refused, so that a wrong paste is noticed here and not as a refusal by the service.
fn check<'a>(secret: &'a str, what: &str) -> Result<&'a str, Error> {
    let secret = secret.strip_suffix('\n').unwrap_or(secret);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    let fault = if secret.trim().is_empty() {
        "is blank"
    } else if !secret.is_ascii() {
        "holds a character that is not ASCII"
    } else if secret.contains(|c: char| c.is_ascii_control()) {
        "holds a control character or a line end"
    } else if secret.contains(' ') {
        "holds a space"
    } else {
        return Ok(secret);
    };
    Err(Error::config(format!("{what} {fault}")))
}

fn sensitive(text: &str, what: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::config(format!("{what} cannot be sent in a header")))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a08_a09_a10_bad_tokens_are_refused_unprinted() {
        for token in [
            "",
            " ",
            "\n",
            "sEcret x",
            " sEcret",
            "sEcret ",
            "sEcret\tx",
            "sEc\rret",
            "sEc\nret",
            "sEcret\n\n",
            "sEcret\0",
            "sEcrét",
            "Bearer sEcret",
            "bearer sEcret",
        ] {
            let error = Credentials::token(token).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{token:?}");
            let text = format!("{error} {error:?}");
            assert!(!text.contains("sEc"), "{text}");
        }
    }

    #[test]
    fn a07_a_final_line_end_is_cut() {
        for token in ["abc", "abc\n", "abc\r\n"] {
            let Credentials::Token(value) = Credentials::token(token).unwrap() else {
                unreachable!()
            };
            assert_eq!(value, "Bearer abc");
            assert!(value.is_sensitive());
        }
    }

    /// Does not compile if a type has the trait: then there are two to choose from.
    macro_rules! has_not {
        ($name:ty: $($what:path),*) => {$({
            trait Either<Which> {
                fn check() {}
            }
            impl<T: ?Sized> Either<()> for T {}
            struct Has;
            impl<T: ?Sized + $what> Either<Has> for T {}
            <$name as Either<_>>::check();
        })*};
    }

    #[test]
    fn a05_credentials_are_not_written_shown_or_compared() {
        has_not!(Credentials: serde::Serialize, fmt::Display, PartialEq, std::hash::Hash);
    }

    #[test]
    fn a06_debug_is_redacted() {
        let text = format!(
            "{:?}{:?}",
            Credentials::token("sEcret").unwrap(),
            Credentials::key("me@example.com", "sEcret").unwrap()
        );
        assert!(
            !text.contains("sEcret") && !text.contains("example"),
            "{text}"
        );
    }
}

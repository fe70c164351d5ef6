//! Who may call: an API token, or the global key with its address.

use hyper::header::{AUTHORIZATION, HeaderMap};

use crate::{refusal::Refusal, settings::Settings};

/// Checks the credentials of a request.
///
/// # Errors
///
/// There are none, they cannot be any, or they are not those the server was told.
pub(crate) fn check(settings: &Settings, headers: &HeaderMap) -> Result<(), Refusal> {
    let secret = secret(headers)?;
    if settings.token.as_deref().is_none_or(|only| only == secret) {
        Ok(())
    } else {
        Err(Refusal::of(10000))
    }
}

fn secret(headers: &HeaderMap) -> Result<&str, Refusal> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().ok());
    if let Some(email) = text("x-auth-email") {
        let key = text("x-auth-key").flatten().filter(|key| !key.is_empty());
        let email = email.filter(|email| email.contains('@'));
        return key
            .filter(|_| email.is_some())
            .ok_or_else(|| Refusal::of(10000));
    }
    // Gateways that want no other proof take their own.
    let bearer = headers
        .get(AUTHORIZATION)
        .or_else(|| headers.get("cf-aig-authorization"))
        .ok_or_else(|| Refusal::of(10000))?;
    let (scheme, token) = bearer
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(Refusal::malformed_token)?;
    let token = token.trim();
    let well_formed = scheme.eq_ignore_ascii_case("bearer")
        && !token.is_empty()
        && token.bytes().all(|byte| byte.is_ascii_graphic());
    if well_formed {
        Ok(token)
    } else {
        Err(Refusal::malformed_token())
    }
}

//! Why an answer did not come, or not all of it, told from what the HTTP client says.

use std::error::Error as StdError;

use h2::Reason;

use crate::error::{Error, ErrorKind, Timeout, Unexpected};

/// There is no answer. Only where it is certain that the service did nothing is this told as a
/// connection that was not made.
pub(crate) fn before_answer(error: &reqwest::Error) -> Error {
    let kind = match error {
        error if error.is_builder() => ErrorKind::InvalidInput,
        error if error.is_connect() && error.is_timeout() => ErrorKind::Timeout(Timeout::Connect),
        error if error.is_connect() || is_refused(error) => ErrorKind::Connect,
        error if is_gibberish(error) => ErrorKind::Unexpected(Unexpected::Head),
        _ => ErrorKind::InDoubt,
    };
    caused_by(Error::new(kind, ""), error)
}

/// The answer broke off.
pub(crate) fn within_answer(error: &reqwest::Error, detail: String) -> Error {
    caused_by(Error::new(ErrorKind::BodyInterrupted, detail), error)
}

/// The text of the error itself holds the address, and so the account; its causes do not.
fn caused_by(told: Error, error: &reqwest::Error) -> Error {
    match error.source() {
        Some(cause) => told.with_source(cause),
        None => told,
    }
}

/// An HTTP/2 server that refuses a stream has not looked at the request, nor has one that leaves and names an earlier
/// stream as the last it looked at: only the streams after that one end with what it said when leaving.
fn is_refused(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<h2::Error>())
        .any(|cause| {
            let is_refusal = cause.reason() == Some(Reason::REFUSED_STREAM) || cause.is_go_away();
            cause.is_remote() && is_refusal
        })
}

/// Something came that is not HTTP.
fn is_gibberish(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_parse)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

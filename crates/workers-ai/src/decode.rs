//! From what an answer holds to a value of its type. What does not fit is told by path, never by content.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use workers_ai_models::{
    Media, Model, cut,
    misfit::{place, without_content},
};

use crate::{
    content::{Content, reported, unexpected, without_mark},
    envelope::{self, Envelope},
    error::{Error, ErrorKind, Unexpected},
    event_error::is_error_result,
    large,
    send::Facts,
    trace,
};

/// An answer with a good status.
pub(crate) struct Answer {
    pub(crate) facts: Facts,
    /// The body; empty if it is still to come.
    pub(crate) body: Bytes,
    pub(crate) content: Content,
}

/// The answer of a model.
#[expect(
    clippy::needless_pass_by_value,
    reason = "one of several ways to read an answer"
)]
pub(crate) fn output<M: Model>(answer: Answer) -> Result<M::Output, Error> {
    match &answer.content {
        Content::Json(result) if is_error_result(result) => Err(answer.failed(result)),
        Content::Json(result) => value(&answer, result),
        Content::Bytes | Content::Unread => {
            let mut media = Media::new(answer.body.clone());
            if let Some(declared) = answer.facts.head.headers.content_type() {
                media = media.with_content_type(declared.into_owned());
            }
            M::from_media(media).ok_or_else(|| answer.of_another_type())
        }
        Content::Events(_) | Content::Passed(_) => Err(answer.of_another_type()),
    }
}

/// An answer that can only be JSON.
#[expect(
    clippy::needless_pass_by_value,
    reason = "one of several ways to read an answer"
)]
pub(crate) fn json_only<T: DeserializeOwned + 'static>(answer: Answer) -> Result<T, Error> {
    match &answer.content {
        Content::Json(result) => value(&answer, result),
        _ => Err(answer.of_another_type()),
    }
}

/// An answer as it came.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several ways to read an answer"
)]
pub(crate) fn untouched(answer: Answer) -> Result<Bytes, Error> {
    Ok(answer.body)
}

fn value<T: DeserializeOwned + 'static>(answer: &Answer, result: &Bytes) -> Result<T, Error> {
    let facts = &answer.facts;
    trace::usage(&facts.span, || result);
    let read = || {
        cut::read(result, &large::members(result)).map_err(|error| {
            let is_bare = result.len() == answer.body.len();
            let root = if is_bare { "" } else { "result" };
            misfit(&error, result, root)
        })
    };
    facts
        .watch
        .over(&facts.model, read)
        .map_err(|error| facts.tell(error.with_body(answer.body.clone())))
}

impl Answer {
    /// The error that a result reports although the answer was called a success.
    fn failed(&self, result: &[u8]) -> Error {
        let error = reported(self.facts.head.status, result);
        self.facts.tell(error.with_body(self.body.clone()))
    }

    pub(crate) fn of_another_type(&self) -> Error {
        let head = self.facts.head.clone();
        let error = unexpected(Unexpected::ContentType, head, self.body.clone());
        self.facts.tell(error)
    }
}

/// A kept body, read by hand.
pub(crate) fn by_hand<T: DeserializeOwned>(body: &Bytes) -> Result<T, Error> {
    let text = without_mark(body);
    let refused =
        |error: &serde_json::Error, text: &[u8]| misfit(error, text, "").with_body(body.clone());
    match envelope::open(&text).map_err(|error| refused(&error, &text))? {
        Envelope::Result(result) => {
            serde_json::from_slice(result).map_err(|error| refused(&error, result))
        }
        Envelope::Empty => Err(
            Error::new(ErrorKind::Unexpected(Unexpected::EmptyResult), "").with_body(body.clone()),
        ),
        Envelope::Failure => Err(reported(200, &text).with_body(body.clone())),
    }
}

/// A value that does not fit, told by its place and by what was expected there.
pub(crate) fn misfit(error: &serde_json::Error, text: &[u8], root: &str) -> Error {
    Error::new(
        ErrorKind::Decode,
        misfit_text("the answer does not fit its type", error, text, root),
    )
}

pub(crate) fn misfit_text(
    what: &str,
    error: &serde_json::Error,
    text: &[u8],
    root: &str,
) -> String {
    let place = place(error, text, root);
    let at = if place.is_empty() {
        String::new()
    } else {
        format!(" at `{place}`")
    };
    let said = format!("{what}{at}: {}", without_content(error));
    match (error.line(), error.column()) {
        // What is told of a part of it has no line.
        (0, _) => said,
        (line, column) => format!("{said} (line {line} column {column})"),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
    use serde::Deserialize;
    use workers_ai_models::fields;

    use super::*;
    use crate::{
        content::interpret,
        headers::{Head, Headers},
    };

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Fit {
        choices: Vec<Choice>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Choice {
        index: u32,
    }

    fn head(content_type: &'static str) -> Head {
        let mut headers = HeaderMap::new();
        if !content_type.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        Head {
            status: 200,
            headers: Headers::new(headers),
        }
    }

    fn read(content_type: &'static str, body: &'static [u8]) -> Result<Fit, Error> {
        let (head, body) = (head(content_type), Bytes::from_static(body));
        let content = interpret(&head, &body)?;
        json_only(Answer {
            facts: Facts::of(head),
            body,
            content,
        })
    }

    #[test]
    fn j09_decode_errors_have_a_path_and_the_body() {
        let body = br#"{"success":true,"result":{"choices":[{"index":1},{"index":"canary"}]}}"#;
        let error = read("application/json", body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = error.to_string();
        assert!(text.contains("result.choices[1].index"), "{text}");
        assert!(text.contains("expected u32"), "{text}");
        assert_eq!(&error.body()[..], body);
        assert!(!format!("{text}{error:?}").contains("canary"));
    }

    #[test]
    fn j09_a_missing_field_is_told_by_its_object() {
        let error = read(
            "application/json",
            br#"{"result":{"choices":[{"index":1},{}]}}"#,
        )
        .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("`result.choices[1]`") && text.contains("index"),
            "{text}"
        );
    }

    #[test]
    fn j12_j16_j17_j18_odd_documents() {
        let kind = |body: &'static [u8]| read("application/json", body).unwrap_err().kind();
        assert_eq!(kind(br#"{"result":{"choices":[]}} x"#), ErrorKind::Decode);
        assert_eq!(kind(br#"{"result":{"choices":[]}}{}"#), ErrorKind::Decode);
        assert_eq!(
            kind(b"{\"result\":{\"choices\":[{\"\xFF\":1}]}}"),
            ErrorKind::Decode
        );
        assert_eq!(kind(b"\xFF\xFE{\0}\0"), ErrorKind::Decode);
        assert!(
            read(
                "application/json",
                b"\xEF\xBB\xBF{\"result\":{\"choices\":[]}}"
            )
            .is_ok()
        );
    }

    #[test]
    fn j12_deep_nesting_is_an_error_not_an_overflow() {
        let run = || {
            let mut body = b"{\"result\":{\"choices\":".to_vec();
            body.extend(std::iter::repeat_n(b'[', 5 << 20));
            interpret(&head("application/json"), &body.into())
                .err()
                .map(|error| error.kind())
        };
        let small = std::thread::Builder::new()
            .stack_size(512 << 10)
            .spawn(run)
            .unwrap();
        assert_eq!(small.join().unwrap(), Some(ErrorKind::Decode));
    }

    #[test]
    fn h33_content_types_in_any_case_with_parameters_or_missing() {
        let body = br#"{"result":{"choices":[]}}"#;
        for content_type in [
            "",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
        ] {
            assert!(read(content_type, body).is_ok(), "{content_type}");
        }
    }

    #[test]
    fn j21_a_picture_shares_the_memory_of_its_answer() {
        let image = "AbC0".repeat(20_000);
        let body = format!(r#"{{"result":{{"image":"{image}"}},"success":true}}"#);
        let body = Bytes::from(body);
        let head = head("application/json");
        let answer = Answer {
            content: interpret(&head, &body).unwrap(),
            facts: Facts::of(head),
            body: body.clone(),
        };
        let image = json_only::<Picture>(answer).unwrap().image.unwrap();
        assert!(!body.is_unique());
        assert_eq!(image.into_bytes().unwrap().len(), 60_000);
        assert!(body.is_unique());
    }

    #[derive(Debug, Default)]
    struct Picture {
        image: Option<Media>,
    }

    fields! {
        Picture {
            "image" => put image,
        }
    }

    #[test]
    fn h27_h30_other_sorts_are_kept() {
        for (content_type, body) in [
            ("text/html", &b"<html>"[..]),
            ("text/event-stream", b"data: {}\n\n"),
            ("image/png", b"\x89PNG"),
        ] {
            let error = read(content_type, body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::ContentType));
            assert_eq!(&error.body()[..], body);
        }
    }
}

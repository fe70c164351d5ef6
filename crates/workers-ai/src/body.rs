//! The body of a request in the form its model wants: one piece of JSON or bytes, the pieces of a
//! form, or an upload that is read while it is sent.

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::header::HeaderValue;
use serde_json::{Value, value::RawValue};
use workers_ai_models::{Part, PartValue, Payload, Piece};

use crate::{error::Error, retry, upload::Upload};

/// What is sent.
pub(crate) struct Body {
    pub(crate) content_type: HeaderValue,
    content: Content,
}

enum Content {
    /// Pieces that are sent one after the other; sent again without a copy.
    Pieces(Vec<Piece>),
    /// A stream, which is sent once.
    Once(Option<Upload>),
}

impl Body {
    pub(crate) fn new(payload: Payload) -> Result<(Self, Vec<(String, String)>), Error> {
        match payload {
            Payload::Json(json) => Ok((Self::json(json), Vec::new())),
            Payload::Pieces(pieces) => Ok((Self::json_in(pieces), Vec::new())),
            Payload::Raw(raw) => {
                let body = Self {
                    content_type: content_type(&raw.content_type)?,
                    content: Content::Pieces(vec![Piece::Plain(raw.bytes)]),
                };
                Ok((body, raw.query))
            }
            Payload::Multipart(parts) => Ok((Self::form(parts, &boundary())?, Vec::new())),
            _ => Err(Error::input(
                "this version of `workers-ai` does not know the form of the body; update it",
            )),
        }
    }

    pub(crate) fn json(json: Vec<u8>) -> Self {
        Self::json_in(vec![Piece::Plain(json.into())])
    }

    fn json_in(pieces: Vec<Piece>) -> Self {
        Self {
            content_type: HeaderValue::from_static("application/json"),
            content: Content::Pieces(pieces),
        }
    }

    pub(crate) fn upload(upload: Upload) -> Result<Self, Error> {
        Ok(Self {
            content_type: content_type(upload.content_type())?,
            content: Content::Once(Some(upload)),
        })
    }

    fn form(parts: Vec<Part>, boundary: &str) -> Result<Self, Error> {
        let mut pieces = Vec::with_capacity(parts.len() * 2 + 1);
        let mut text = String::new();
        for part in parts {
            let name = quoted(&part.name);
            text.extend([
                "--",
                boundary,
                "\r\ncontent-disposition: form-data; name=\"",
                &name,
                "\"",
            ]);
            match part.value {
                PartValue::Text(value) => text.extend(["\r\n\r\n", &value, "\r\n"]),
                PartValue::File {
                    file_name,
                    content_type: kind,
                    bytes,
                    ..
                } => {
                    content_type(&kind)?;
                    let file_name = quoted(&file_name);
                    text.extend([
                        "; filename=\"",
                        &file_name,
                        "\"\r\ncontent-type: ",
                        &kind,
                        "\r\n\r\n",
                    ]);
                    pieces.push(Piece::Plain(std::mem::take(&mut text).into()));
                    pieces.push(Piece::Plain(bytes));
                    text.push_str("\r\n");
                }
                _ => {
                    let why =
                        "this version of `workers-ai` does not know a part of the form; update it";
                    return Err(Error::input(why));
                }
            }
        }
        text.extend(["--", boundary, "--\r\n"]);
        pieces.push(Piece::Plain(text.into()));
        Ok(Self {
            content_type: content_type(&format!("multipart/form-data; boundary={boundary}"))?,
            content: Content::Pieces(pieces),
        })
    }

    /// How many bytes are sent, as far as is known.
    pub(crate) fn len(&self) -> Option<u64> {
        match &self.content {
            Content::Pieces(pieces) => Some(total(pieces)),
            Content::Once(upload) => upload.as_ref()?.known_length(),
        }
    }

    /// Whether it can be sent again.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(self.content, Content::Pieces(_))
    }

    /// The body as the HTTP client takes it, once for each attempt.
    pub(crate) fn for_attempt(&mut self) -> reqwest::Body {
        match &mut self.content {
            Content::Pieces(pieces) => match pieces.as_slice() {
                [Piece::Plain(piece)] => piece.clone().into(),
                pieces => reqwest::Body::wrap(Pieces {
                    left: total(pieces),
                    pieces: pieces.iter().cloned().collect(),
                }),
            },
            Content::Once(upload) => upload
                .take()
                .map_or_else(reqwest::Body::default, reqwest::Body::wrap),
        }
    }
}

fn total(pieces: &[Piece]) -> u64 {
    pieces
        .iter()
        .map(|piece| length(piece.len()))
        .fold(0, u64::saturating_add)
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Adds fields to a JSON object. Everything else stays as it was written, digit for digit.
pub(crate) fn with_fields(payload: Payload, fields: &[(String, Value)]) -> Result<Vec<u8>, Error> {
    let refused = || Error::input("fields can only be added to a body that is a JSON object");
    let json = match payload {
        Payload::Json(json) => json,
        Payload::Pieces(pieces) => joined(pieces),
        _ => return Err(refused()),
    };
    let mut object: BTreeMap<String, Box<RawValue>> =
        serde_json::from_slice(&json).map_err(|_| refused())?;
    for (name, value) in fields {
        let value = serde_json::value::to_raw_value(value).map_err(|_| refused())?;
        object.insert(name.clone(), value);
    }
    serde_json::to_vec(&object).map_err(|_| refused())
}

/// What is sent for the pieces.
fn joined(pieces: Vec<Piece>) -> Vec<u8> {
    let mut all = Vec::with_capacity(pieces.iter().map(Piece::len).sum());
    for mut piece in pieces {
        while let Some(chunk) = piece.next_chunk() {
            all.extend_from_slice(&chunk);
        }
    }
    all
}

fn content_type(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text)
        .ok()
        .filter(|value| value.to_str().is_ok_and(|text| text.contains('/')))
        .ok_or_else(|| Error::input("the content type of a body or of a part of it is not one; an example is `audio/wav`"))
}

/// A name inside quotes, as browsers write it.
fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' => text.push_str("%22"),
            '\r' => text.push_str("%0D"),
            '\n' => text.push_str("%0A"),
            c => text.push(c),
        }
    }
    text
}

/// A line that no file contains.
fn boundary() -> String {
    format!(
        "----workers-ai-{:016x}{:016x}",
        retry::random(),
        retry::random()
    )
}

/// Pieces of known length.
struct Pieces {
    pieces: VecDeque<Piece>,
    left: u64,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        while let Some(piece) = self.pieces.front_mut() {
            if let Some(chunk) = piece.next_chunk() {
                self.left -= length(chunk.len());
                return Poll::Ready(Some(Ok(Frame::data(chunk))));
            }
            self.pieces.pop_front();
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use workers_ai_models::{Form, Media};

    use super::*;

    #[test]
    fn fields_are_added_and_the_rest_stays_digit_for_digit() {
        let fields = [
            ("stream".to_owned(), json!(true)),
            ("b".to_owned(), json!(2)),
        ];
        let json = |text: &str| Payload::Json(text.into());
        let object = json(r#"{"a":0.1000,"n":12345678901234567890123,"b":1}"#);
        let body = with_fields(object, &fields).unwrap();
        let text = String::from_utf8(body).unwrap();
        assert_eq!(
            text,
            r#"{"a":0.1000,"b":2,"n":12345678901234567890123,"stream":true}"#
        );
        assert!(with_fields(json("[1]"), &fields).is_err());
    }

    #[test]
    fn forms_are_written_without_copying_files() {
        let file = Bytes::from_static(b"\x89PNG\r\n\x1a\n");
        let Payload::Multipart(parts) = Form::new()
            .text("pro\"m\r\npt", "a\r\nb")
            .file("image", &Media::new(file.clone()))
            .into_payload()
            .unwrap()
        else {
            unreachable!()
        };
        let body = Body::form(parts, "B").unwrap();
        let Content::Pieces(pieces) = &body.content else {
            unreachable!()
        };
        assert!(matches!(&pieces[1], Piece::Plain(bytes) if bytes.as_ptr() == file.as_ptr()));
        let text = joined(pieces.clone());
        let expected = "--B\r\ncontent-disposition: form-data; name=\"pro%22m%0D%0Apt\"\r\n\r\na\r\nb\r\n\
            --B\r\ncontent-disposition: form-data; name=\"image\"; filename=\"image.png\"\r\n\
            content-type: image/png\r\n\r\n";
        assert!(text.starts_with(expected.as_bytes()));
        assert!(text.ends_with(b"\r\n--B--\r\n"));
        assert_eq!(body.len(), Some(text.len() as u64));
    }

    #[test]
    fn content_types_cannot_end_a_line() {
        let media = Media::new(&b"x"[..]).with_content_type("audio/wav\r\nx-evil: 1");
        assert!(Body::new(Payload::raw("audio/wav", &media).unwrap()).is_err());
    }
}

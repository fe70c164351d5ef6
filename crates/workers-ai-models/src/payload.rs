//! The body of a request, in the form its model wants: JSON, bytes as they are, or a multipart
//! form.

use std::{
    borrow::Cow,
    error::Error,
    fmt::{self, Debug, Display},
};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::{
    Media, MediaError,
    misfit::without_content,
    pieces::{self, Piece},
};

/// The body of a request. `Debug` shows its form and size, never what is in it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Payload {
    /// A JSON document.
    Json(Vec<u8>),
    /// A JSON document in pieces, to be sent one after the other. It only comes where
    /// [`in_pieces`](Self::in_pieces) asks for it.
    Pieces(Vec<Piece>),
    /// Bytes as they are, with everything else in the query.
    Raw(RawBody),
    /// A multipart form.
    Multipart(Vec<Part>),
}

/// A body that is one file.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RawBody {
    /// What the bytes are.
    pub content_type: Cow<'static, str>,
    /// The file.
    pub bytes: Bytes,
    /// Names and values for the query, not yet escaped.
    pub query: Vec<(String, String)>,
}

/// One field of a multipart form.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// The field's name.
    pub name: Cow<'static, str>,
    /// The field's value.
    pub value: PartValue,
}

/// The value of a [`Part`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum PartValue {
    /// Text.
    Text(String),
    /// A file.
    #[non_exhaustive]
    File {
        /// A name made of the field's name and the file's type.
        file_name: String,
        /// What the bytes are.
        content_type: Cow<'static, str>,
        /// The file.
        bytes: Bytes,
    },
}

impl Payload {
    /// The input as a JSON document.
    ///
    /// # Errors
    ///
    /// If the input cannot be written as JSON.
    pub fn json(input: &(impl Serialize + ?Sized)) -> Result<Self, EncodeError> {
        Ok(Self::Json(pieces::write(input, false)?.0))
    }

    /// What `encode` makes, which may be [`Pieces`](Self::Pieces) now: large media in a JSON
    /// document become base64 when they are sent. For transports that send a body piece by piece.
    ///
    /// ```
    /// use workers_ai_models::{Model, Payload};
    ///
    /// fn body<M: Model>(input: &M::Input) -> Option<Payload> {
    ///     Payload::in_pieces(|| M::encode(input)).ok()
    /// }
    /// ```
    pub fn in_pieces<T>(encode: impl FnOnce() -> T) -> T {
        pieces::wanted(encode)
    }

    /// The input as a JSON document, in pieces where they are asked for and of use.
    pub(crate) fn document(input: &(impl Serialize + ?Sized)) -> Result<Self, EncodeError> {
        let (text, left_out) = pieces::write(input, pieces::take_wanted())?;
        Ok(if left_out.is_empty() {
            Self::Json(text)
        } else {
            Self::Pieces(pieces::cut(text, left_out))
        })
    }

    /// The media as it is. If its type is not known, it goes as `default_content_type`.
    ///
    /// # Errors
    ///
    /// If the media is text that is not base64.
    pub fn raw(
        default_content_type: impl Into<Cow<'static, str>>,
        media: &Media,
    ) -> Result<Self, EncodeError> {
        let content_type = match media.content_type() {
            Some(known) => Cow::Owned(known.to_owned()),
            None => default_content_type.into(),
        };
        Ok(Self::Raw(RawBody {
            content_type,
            bytes: media.bytes()?,
            query: Vec::new(),
        }))
    }

    /// Adds the fields of `options` to the query of a raw body. A list repeats its name; `null` is
    /// left out.
    ///
    /// # Errors
    ///
    /// If the body is not raw, or a field holds an object, which no query can.
    pub fn with_query(mut self, options: &(impl Serialize + ?Sized)) -> Result<Self, EncodeError> {
        let Self::Raw(body) = &mut self else {
            return Err(EncodeError::new("expected a raw body to go with a query"));
        };
        let Value::Object(fields) = serde_json::to_value(options)? else {
            return Err(EncodeError::new("expected fields for a query"));
        };
        for (name, value) in fields {
            match value {
                Value::Array(items) => {
                    for item in items {
                        body.query
                            .extend(query_text(item)?.map(|text| (name.clone(), text)));
                    }
                }
                value => body
                    .query
                    .extend(query_text(value)?.map(|text| (name, text))),
            }
        }
        Ok(self)
    }
}

fn query_text(value: Value) -> Result<Option<String>, EncodeError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => {
            Err(EncodeError::new("expected no nesting in a query"))
        }
    }
}

/// Fills in a multipart form.
///
/// ```
/// use workers_ai_models::{Form, Media};
///
/// let picture = Media::new(&b"\x89PNG"[..]);
/// let payload = Form::new()
///     .text("prompt", "a lighthouse")
///     .text_opt("steps", Some(20))
///     .file("image", &picture)
///     .into_payload()?;
/// # Ok::<_, workers_ai_models::EncodeError>(())
/// ```
#[derive(Debug, Default)]
#[must_use]
pub struct Form {
    parts: Vec<Part>,
    error: Option<EncodeError>,
}

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds text, or a value as its text.
    pub fn text(mut self, name: impl Into<Cow<'static, str>>, value: impl Display) -> Self {
        self.parts.push(Part {
            name: name.into(),
            value: PartValue::Text(value.to_string()),
        });
        self
    }

    /// Adds text, if there is any.
    pub fn text_opt(self, name: impl Into<Cow<'static, str>>, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Adds a value: text as it is, anything else as JSON.
    pub fn json(self, name: impl Into<Cow<'static, str>>, value: &impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(Value::String(text)) => self.text(name, text),
            Ok(value) => self.text(name, value),
            Err(error) => self.fail(error),
        }
    }

    /// Adds a value in the same way, if there is one.
    pub fn json_opt(
        self,
        name: impl Into<Cow<'static, str>>,
        value: Option<&impl Serialize>,
    ) -> Self {
        match value {
            Some(value) => self.json(name, value),
            None => self,
        }
    }

    /// Adds every value under the same name: text as it is, anything else as JSON.
    pub fn each<'v, T: Serialize + 'v>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = &'v T>,
    ) -> Self {
        values
            .into_iter()
            .fold(self, |form, value| form.json(name, value))
    }

    /// Adds every member of an object: text as it is, anything else as JSON, `null` not at all.
    pub fn members(self, object: &impl Serialize) -> Self {
        match serde_json::to_value(object) {
            Ok(Value::Object(members)) => {
                let is_set = members.into_iter().filter(|(_, value)| !value.is_null());
                is_set.fold(self, |form, (name, value)| form.json(name, &value))
            }
            Ok(_) => self.fail(EncodeError::new(
                "expected an object, whose members a form can have",
            )),
            Err(error) => self.fail(error),
        }
    }

    /// Adds every file under the same name.
    pub fn files<'m>(self, name: &'static str, media: impl IntoIterator<Item = &'m Media>) -> Self {
        media
            .into_iter()
            .fold(self, |form, media| form.file(name, media))
    }

    /// Adds a file, called after its place in the form.
    pub fn file(self, name: impl Into<Cow<'static, str>>, media: &Media) -> Self {
        let name = name.into();
        let file_name = format!("{name}.{}", media.extension());
        self.named_file(name, file_name, media)
    }

    /// Adds a file whose own name matters.
    pub fn named_file(
        mut self,
        name: impl Into<Cow<'static, str>>,
        file_name: impl Into<String>,
        media: &Media,
    ) -> Self {
        match media.bytes() {
            Ok(bytes) => self.parts.push(Part {
                value: PartValue::File {
                    file_name: file_name.into(),
                    content_type: match media.content_type() {
                        Some(known) => Cow::Owned(known.to_owned()),
                        None => Cow::Borrowed("application/octet-stream"),
                    },
                    bytes,
                },
                name: name.into(),
            }),
            Err(error) => return self.fail(error),
        }
        self
    }

    /// Adds a file, if there is one.
    pub fn file_opt(self, name: impl Into<Cow<'static, str>>, media: Option<&Media>) -> Self {
        match media {
            Some(media) => self.file(name, media),
            None => self,
        }
    }

    /// The first error is the one that is told.
    fn fail(mut self, error: impl Into<EncodeError>) -> Self {
        self.error.get_or_insert_with(|| error.into());
        self
    }

    /// The finished form.
    ///
    /// # Errors
    ///
    /// If one of the files is text that is not base64, or a value cannot be written.
    pub fn into_payload(self) -> Result<Payload, EncodeError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(Payload::Multipart(self.parts)),
        }
    }
}

/// An input that could not be written in the form its model wants. It repeats nothing of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError {
    reason: String,
}

impl EncodeError {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

impl Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the input could not be encoded: {}", self.reason)
    }
}

impl Error for EncodeError {}

impl From<serde_json::Error> for EncodeError {
    fn from(error: serde_json::Error) -> Self {
        Self::new(without_content(&error))
    }
}

impl From<MediaError> for EncodeError {
    fn from(error: MediaError) -> Self {
        Self::new(error.to_string())
    }
}

impl Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(json) => write!(f, "Json({} bytes)", json.len()),
            Self::Pieces(pieces) => f.debug_tuple("Pieces").field(pieces).finish(),
            Self::Raw(body) => body.fmt(f),
            Self::Multipart(parts) => f.debug_tuple("Multipart").field(parts).finish(),
        }
    }
}

impl Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<_> = self.query.iter().map(|(name, _)| name).collect();
        write!(
            f,
            "Raw({}, {} bytes, query {query:?})",
            self.content_type,
            self.bytes.len()
        )
    }
}

impl Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.name, self.value)
    }
}

impl Debug for PartValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::File {
                content_type,
                bytes,
                ..
            } => {
                write!(f, "File({content_type}, {} bytes)", bytes.len())
            }
        }
    }
}

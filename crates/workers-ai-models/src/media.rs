//! Pictures and sound: bytes that know what they are, or base64 text that becomes bytes when asked.

use std::{
    borrow::Cow,
    error::Error,
    fmt::{self, Debug, Display},
};

use base64_simd::{AsOut as _, STANDARD};
use bytes::Bytes;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
    ser,
};

use crate::{
    cut, drift,
    format::{FORMATS, Format, frame_of, is_any},
    pieces,
};

/// This much base64 text shows every signature we look for.
const HEAD: usize = 64;

/// A picture, a piece of sound or another file.
///
/// Bytes are shared, so a clone is cheap. Base64 text, as it comes in answers, is kept as it came
/// and only decoded when [`bytes`](Self::bytes) is called.
///
/// In JSON it is base64 text, or a list of numbers where a model wants that; both are read, also as `image` or `audio` of
/// an object, which is how one model answers and another does not. Two media are equal if their bytes and their content
/// type are.
///
/// ```
/// use workers_ai_models::Media;
///
/// let picture = Media::from_base64("iVBORw0KGgo=");
/// assert_eq!(picture.content_type(), Some("image/png"));
/// assert_eq!(picture.bytes()?.len(), 8);
/// # Ok::<_, workers_ai_models::MediaError>(())
/// ```
#[derive(Clone)]
pub struct Media {
    data: Data,
    content_type: Option<Cow<'static, str>>,
}

#[derive(Clone)]
enum Data {
    Bytes(Bytes),
    /// Text, and so UTF-8.
    Base64(Bytes),
}

impl Media {
    /// Media from its bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self {
            data: Data::Bytes(bytes.into()),
            content_type: None,
        }
    }

    /// Media from base64 text, or from a `data:` URL that holds such text.
    #[must_use]
    pub fn from_base64(text: impl Into<String>) -> Self {
        Self {
            data: Data::Base64(text.into().into()),
            content_type: None,
        }
    }

    /// Says what the bytes are, such as `audio/wav`. Needed where the bytes do not show it
    /// themselves.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// The bytes. Base64 text is decoded on every call; white space, the URL alphabet, a `data:`
    /// prefix and missing padding do no harm.
    ///
    /// # Errors
    ///
    /// If the text is not base64.
    pub fn bytes(&self) -> Result<Bytes, MediaError> {
        match &self.data {
            Data::Bytes(bytes) => Ok(bytes.clone()),
            Data::Base64(text) => decode(split_data_url(text).1).map(Bytes::from),
        }
    }

    /// The bytes, without keeping the text they came from.
    ///
    /// # Errors
    ///
    /// If the text is not base64.
    pub fn into_bytes(self) -> Result<Bytes, MediaError> {
        match self.data {
            Data::Bytes(bytes) => Ok(bytes),
            Data::Base64(_) => self.bytes(),
        }
    }

    /// A `data:` URL that holds the bytes: how messages of a conversation carry pictures. Text that
    /// is not base64 stays as it is, for the service to refuse.
    ///
    /// ```
    /// use workers_ai_models::Media;
    ///
    /// let picture = Media::from(b"GIF89a");
    /// assert_eq!(picture.data_url(), "data:image/gif;base64,R0lGODlh");
    /// ```
    #[must_use]
    pub fn data_url(&self) -> String {
        match (&self.data, self.bytes()) {
            (Data::Base64(text), Err(_)) => String::from_utf8_lossy(text).into_owned(),
            (_, bytes) => {
                let kind = self.content_type().unwrap_or("application/octet-stream");
                let text = STANDARD.encode_to_string(bytes.unwrap_or_default());
                format!("data:{kind};base64,{text}")
            }
        }
    }

    /// What the bytes are: the type that was declared, unless the first bytes show that it is
    /// another.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        let declared = self.declared();
        let head = self.head();
        match Format::of(&head) {
            Some(format) if declared.is_some_and(|name| format.is_called(name)) => declared,
            Some(format) => Some(format.content_type()),
            // Two bytes are a weak sign: they only speak when nobody else does.
            None if declared.is_none_or(is_any) => {
                let frame = frame_of(&head).map(Format::content_type);
                frame.or(declared)
            }
            None => declared,
        }
    }

    /// The usual ending of a file of this type, without the dot; `bin` if the type is not known.
    #[must_use]
    pub fn extension(&self) -> &'static str {
        self.content_type()
            .and_then(|name| FORMATS.iter().find(|format| format.is_called(name)))
            .map_or("bin", |format| format.extension)
    }

    fn declared(&self) -> Option<&str> {
        match (&self.content_type, &self.data) {
            (Some(declared), _) => Some(declared),
            (None, Data::Base64(text)) => split_data_url(text).0,
            (None, Data::Bytes(_)) => None,
        }
    }

    /// The first bytes; none if they are not base64.
    fn head(&self) -> Cow<'_, [u8]> {
        match &self.data {
            Data::Bytes(bytes) => Cow::Borrowed(bytes.get(..HEAD).unwrap_or(bytes)),
            Data::Base64(text) => {
                let text = split_data_url(text).1.iter();
                let head = text.filter(|byte| !byte.is_ascii_whitespace());
                let head: Vec<u8> = head.take(HEAD).copied().collect();
                Cow::Owned(decode(&head).unwrap_or_default())
            }
        }
    }
}

fn decode(text: &[u8]) -> Result<Vec<u8>, MediaError> {
    STANDARD.decode_to_vec(text).or_else(|_| {
        let mut plain = Vec::with_capacity(text.len());
        plain.extend(text.iter().filter_map(|byte| match *byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'=' => None,
            byte => (!byte.is_ascii_whitespace()).then_some(byte),
        }));
        base64_simd::forgiving_decode_to_vec(&plain).map_err(|_| MediaError(()))
    })
}

/// The content type and the base64 text of a `data:` URL; any other text as it is.
fn split_data_url(text: &[u8]) -> (Option<&str>, &[u8]) {
    let text = text.trim_ascii_start();
    let is_url = |(scheme, _): &(&[u8], &[u8])| scheme.eq_ignore_ascii_case(b"data:");
    let Some((_, rest)) = text.split_at_checked(5).filter(is_url) else {
        return (None, text);
    };
    let Some(comma) = rest.iter().position(|byte| *byte == b',') else {
        return (None, text);
    };
    let name = rest[..comma].split(|byte| *byte == b';').next();
    let name = name.and_then(|name| std::str::from_utf8(name).ok());
    (name.filter(|name| !name.is_empty()), &rest[comma + 1..])
}

/// Bytes that are not base64 after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaError(());

impl Display for MediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected base64 text")
    }
}

impl Error for MediaError {}

impl Default for Media {
    fn default() -> Self {
        Self::new(Bytes::new())
    }
}

impl PartialEq for Media {
    fn eq(&self, other: &Self) -> bool {
        self.content_type() == other.content_type()
            && match (&self.data, &other.data) {
                (Data::Bytes(one), Data::Bytes(two)) => one == two,
                (Data::Base64(one), Data::Base64(two)) if one == two => true,
                _ => self
                    .bytes()
                    .is_ok_and(|one| other.bytes().is_ok_and(|two| one == two)),
            }
    }
}

/// Type and size; never the content.
impl Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content_type = self.content_type().unwrap_or("unknown type");
        match &self.data {
            Data::Bytes(bytes) => write!(f, "Media({content_type}, {} bytes)", bytes.len()),
            Data::Base64(text) => {
                write!(f, "Media({content_type}, {} bytes of base64)", text.len())
            }
        }
    }
}

impl From<Bytes> for Media {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes)
    }
}

impl From<Vec<u8>> for Media {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl From<&'static [u8]> for Media {
    fn from(bytes: &'static [u8]) -> Self {
        Self::new(bytes)
    }
}

impl<const N: usize> From<&[u8; N]> for Media {
    fn from(bytes: &[u8; N]) -> Self {
        Self::new(Bytes::copy_from_slice(bytes))
    }
}

/// As base64 text, in its plainest form.
impl Serialize for Media {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (&self.data, self.bytes()) {
            (_, Ok(bytes)) => serializer.collect_str(&Base64(&bytes)),
            // Whoever reads it will say so; a cache must not lose it.
            (Data::Base64(text), Err(error)) => match std::str::from_utf8(text) {
                Ok(text) => serializer.serialize_str(text),
                Err(_) => Err(ser::Error::custom(error)),
            },
            (Data::Bytes(_), Err(error)) => Err(ser::Error::custom(error)),
        }
    }
}

/// Shows bytes as base64.
struct Base64<'a>(&'a Bytes);

impl Display for Base64<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 4096];
        let room = text.len() / 4 * 3;
        pieces::encode(self.0, |bytes| {
            bytes.chunks(room).try_for_each(|chunk| {
                f.write_str(STANDARD.encode_as_str(chunk, text.as_mut_slice().as_out()))
            })
        })
    }
}

/// From base64 text, from a list of numbers, or from the object in which an answer has one of them.
impl<'de> Deserialize<'de> for Media {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        impl<'de> Visitor<'de> for Visit {
            type Value = Media;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base64 text or a list of numbers from 0 to 255")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Media, E> {
                let Some(value) = cut::take(text) else {
                    return self.visit_str(text);
                };
                match cut::plain(&value) {
                    Some(text) => Ok(Media {
                        data: Data::Base64(text),
                        content_type: None,
                    }),
                    None => Err(E::invalid_type(de::Unexpected::Other("text"), &self)),
                }
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Media, E> {
                Ok(Media::from_base64(text))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Media, E> {
                Ok(Media::from_base64(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Media, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = numbers.next_element::<u8>()? {
                    bytes.push(byte);
                }
                Ok(Media::new(bytes))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Media, A::Error> {
                let mut found = None;
                while let Some(name) = members.next_key::<Cow<'_, str>>()? {
                    if found.is_none() && matches!(&*name, "image" | "audio") {
                        found = members.next_value::<Option<Media>>()?;
                    } else {
                        members.next_value::<IgnoredAny>()?;
                        drift::unknown_member("Media", &name);
                    }
                }
                found.ok_or_else(|| de::Error::invalid_type(de::Unexpected::Map, &self))
            }
        }

        deserializer.deserialize_any(Visit)
    }
}

/// Media written as a list of numbers, the way some models want it inside JSON.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Numbers<'a>(pub &'a Media);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.0.bytes().map_err(serde::ser::Error::custom)?;
        serializer.collect_seq(&bytes)
    }
}

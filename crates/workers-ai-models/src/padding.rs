//! Text of which nothing matters but its length. Nearly every event of a stream has some, so it is kept without allocating.

use std::{
    fmt::{self, Debug, Display},
    hash::{Hash, Hasher},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};

/// Longer text is kept elsewhere.
const SHORT: usize = 22;

/// Padding of random length, which hides how long the tokens of a stream are. Ignore it.
///
/// ```
/// use workers_ai_models::Padding;
///
/// assert_eq!(Padding::from("abdef").as_str(), "abdef");
/// ```
#[derive(Clone)]
pub struct Padding(Kept);

#[derive(Clone)]
enum Kept {
    /// The beginning of the bytes is text.
    Short {
        length: u8,
        bytes: [u8; SHORT],
    },
    Long(Box<str>),
}

impl Padding {
    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kept::Short { length, bytes } => bytes
                .get(..usize::from(*length))
                .and_then(|text| std::str::from_utf8(text).ok())
                .unwrap_or_default(),
            Kept::Long(text) => text,
        }
    }
}

impl From<&str> for Padding {
    #[inline]
    fn from(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        let place = bytes.get_mut(..text.len());
        match (place, u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Self(Kept::Short { length, bytes })
            }
            _ => Self(Kept::Long(text.into())),
        }
    }
}

impl Default for Padding {
    fn default() -> Self {
        Self::from("")
    }
}

impl PartialEq for Padding {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Padding {}

impl Hash for Padding {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Debug for Padding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(self.as_str(), f)
    }
}

impl Display for Padding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Padding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Padding {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Padding;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            #[inline]
            fn visit_str<E>(self, text: &str) -> Result<Padding, E> {
                Ok(text.into())
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_any_length_is_kept_as_it_came() {
        for length in 0..100 {
            let text: String = "abc€🌊".chars().cycle().take(length).collect();
            let padding: Padding = serde_json::from_value(text.clone().into()).expect("text");
            assert_eq!(padding.as_str(), text);
            assert_eq!(padding, Padding::from(&*text));
            assert_ne!(padding, Padding::from(&*format!("{text}.")));
            assert_eq!(format!("{padding:?}"), format!("{text:?}"));
            let written = serde_json::to_value(&padding).expect("text");
            assert_eq!(written, text);
        }
        assert!(serde_json::from_str::<Padding>("7").is_err());
    }

    #[test]
    fn it_takes_no_more_room_than_a_string() {
        assert_eq!(size_of::<Option<Padding>>(), size_of::<Option<String>>());
    }
}

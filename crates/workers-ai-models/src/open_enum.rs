//! Choices that may grow: the service adds values without a release of ours, so a value we do not
//! know is kept as text.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{Error, Visitor},
};

use crate::Check;

#[doc(hidden)]
pub use serde as __serde;

/// A choice made by [`open_enum!`](crate::open_enum).
pub trait OpenEnum {
    /// Every value that has a variant of its own.
    const VALUES: &'static [&'static str];

    /// The value as it is sent.
    fn as_str(&self) -> &str;

    /// Whether it has a variant of its own.
    fn is_known(&self) -> bool;
}

/// Reads the text of a value; borrowed where the document allows, so that a known value costs
/// nothing.
#[doc(hidden)]
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    struct Text;

    impl<'de> Visitor<'de> for Text {
        type Value = Cow<'de, str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }

        fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok(Cow::Borrowed(text))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Cow::Owned(text.to_owned()))
        }

        fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
            Ok(Cow::Owned(text))
        }
    }

    deserializer.deserialize_str(Text)
}

/// Reports a value that has no variant of its own.
#[doc(hidden)]
pub fn check(text: &str, values: &[&str], check: &mut Check<'_>) {
    if !values.contains(&text) {
        let length = text.chars().count();
        check.reject(
            format_args!("text of {length} characters"),
            format_args!("one of {}", values.join(", ")),
        );
    }
}

/// Makes a choice of texts that keeps what it does not know.
///
/// The enum gets a variant `Other` for every other text, conversions from and to text, and serde's
/// traits. Two values are equal if their texts are.
///
/// ```
/// workers_ai_models::open_enum! {
///     /// Why a model stopped.
///     pub enum FinishReason {
///         /// A natural end.
///         Stop = "stop",
///         /// The token limit was reached.
///         Length = "length",
///     }
/// }
///
/// let known: FinishReason = serde_json::from_str(r#""length""#)?;
/// let new: FinishReason = serde_json::from_str(r#""out_of_paper""#)?;
///
/// assert_eq!(known, FinishReason::Length);
/// assert_eq!(new.as_str(), "out_of_paper");
/// assert!(!new.is_known());
/// # Ok::<_, serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $text:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A value that came after this list was made, as it is written.
            Other(String),
        }

        impl $name {
            /// Every value that has a variant of its own.
            pub const VALUES: &'static [&'static str] = &[$($text),*];

            /// The value as it is written.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )*
                    Self::Other(text) => text,
                }
            }

            /// Whether the value has a variant of its own.
            #[must_use]
            #[inline]
            pub fn is_known(&self) -> bool {
                Self::find(self.as_str()).is_some()
            }

            #[inline]
            fn find(text: &str) -> Option<Self> {
                match text {
                    $( $text => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }

        impl $crate::OpenEnum for $name {
            const VALUES: &'static [&'static str] = Self::VALUES;

            #[inline]
            fn as_str(&self) -> &str {
                self.as_str()
            }

            #[inline]
            fn is_known(&self) -> bool {
                self.is_known()
            }
        }

        impl $crate::Validate for $name {
            #[inline]
            fn check(&self, check: &mut $crate::Check<'_>) {
                $crate::open_enum::check(self.as_str(), Self::VALUES, check);
            }
        }

        impl ::core::convert::From<String> for $name {
            #[inline]
            fn from(text: String) -> Self {
                Self::find(&text).unwrap_or(Self::Other(text))
            }
        }

        impl ::core::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                Self::find(text).unwrap_or_else(|| Self::Other(text.into()))
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl ::core::cmp::Eq for $name {}

        impl ::core::hash::Hash for $name {
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl ::core::cmp::PartialEq<str> for $name {
            #[inline]
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl ::core::cmp::PartialEq<&str> for $name {
            #[inline]
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl $crate::open_enum::__serde::Serialize for $name {
            fn serialize<S: $crate::open_enum::__serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::open_enum::__serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::open_enum::__serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let text = $crate::open_enum::read(deserializer)?;
                Ok(Self::find(&text).unwrap_or_else(|| {
                    $crate::drift::unknown_value(stringify!($name), &text);
                    Self::Other(text.into_owned())
                }))
            }
        }
    };
}

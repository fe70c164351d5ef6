//! How an input is written: member by member, and nothing for what was not set.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{Media, media::Numbers};

/// A type that is written as the members of an object.
pub trait Members {
    /// Writes every member that is set.
    fn write<S: Serializer>(&self, to: &mut Writer<S>);
}

/// An object that is being written. It keeps the first thing that went wrong, so that members follow one another without
/// asking.
#[expect(
    missing_debug_implementations,
    reason = "holds a serializer, which need not have one"
)]
pub struct Writer<S: Serializer> {
    map: Result<S::SerializeMap, S::Error>,
}

impl<S: Serializer> Writer<S> {
    /// Writes a member.
    pub fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        if let Ok(map) = &mut self.map {
            if let Err(error) = map.serialize_entry(name, value) {
                self.map = Err(error);
            }
        }
    }

    /// Writes a member if it is set.
    pub fn opt<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// Writes bytes as a list of numbers.
    pub fn numbers(&mut self, name: &'static str, media: &Media) {
        self.put(name, &Numbers(media));
    }

    /// Writes bytes as a list of numbers if they are set.
    pub fn opt_numbers(&mut self, name: &'static str, media: &Option<Media>) {
        if let Some(media) = media {
            self.numbers(name, media);
        }
    }
}

/// Writes `value` as an object.
///
/// # Errors
///
/// If a member cannot be written.
pub fn write<T: Members + ?Sized, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut writer = Writer::<S> {
        map: serializer.serialize_map(None),
    };
    value.write(&mut writer);
    writer.map?.end()
}

/// Says which field is written as which member, and writes the type so.
///
/// ```
/// # use workers_ai_models::members;
/// struct Question {
///     text: String,
///     limit: Option<u64>,
/// }
///
/// members! {
///     Question {
///         const "type" = "question",
///         "text" => put text,
///         "max_tokens" => opt limit,
///     }
/// }
///
/// let question = Question { text: "Why?".into(), limit: None };
/// assert_eq!(serde_json::to_string(&question)?, r#"{"type":"question","text":"Why?"}"#);
/// # Ok::<_, serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! members {
    ($name:ident $(<$model:ident $(: $bound:ident)?>)? {
        $(const $tag:literal = $value:literal,)?
        $($member:literal => $how:ident $field:ident,)*
        $(.. $own:ident)?
    }) => {
        impl $(<$model $(: $bound)?>)? $crate::members::Members for $name $(<$model>)? {
            fn write<S: $crate::open_enum::__serde::Serializer>(&self, to: &mut $crate::members::Writer<S>) {
                // There may be nothing to write.
                let _ = &to;
                $(to.put($tag, $value);)?
                $(to.$how($member, &self.$field);)*
                $($crate::members::Members::write(&self.$own, to);)?
            }
        }

        impl $(<$model $(: $bound)?>)? $crate::open_enum::__serde::Serialize for $name $(<$model>)? {
            fn serialize<S: $crate::open_enum::__serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::members::write(self, serializer)
            }
        }
    };
}

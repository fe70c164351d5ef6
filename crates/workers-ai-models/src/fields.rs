//! How an object of an answer is read: member by member, `null` the same as absent, what is unknown skipped.

use std::{
    any::{TypeId, type_name},
    borrow::Cow,
    fmt,
    marker::PhantomData,
};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;

use crate::{
    cut,
    drift::{self, Seen},
    lenient,
};

/// A type that takes the members of an object one by one, in any order.
pub trait Fields: Default + 'static {
    /// The members that the document requires. Reading does without; who watches for drift is told.
    const ALWAYS: &'static [&'static str] = &[];

    /// The members that are known.
    const NAMES: &'static [&'static str] = &[];

    /// Whether an object of which no member is known is refused: it says something, and all of it would be lost.
    const WHOLE: bool = false;

    /// Takes the member called `name`, or skips it.
    ///
    /// # Errors
    ///
    /// If the member does not fit, or comes twice.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        member: Member<'_, A>,
    ) -> Result<(), A::Error>;
}

/// A member of an object whose name is known and whose value is still to be read.
#[derive(Debug)]
pub struct Member<'m, A> {
    name: &'m str,
    map: &'m mut A,
    skipped: &'m mut usize,
}

impl<'de, A: MapAccess<'de>> Member<'_, A> {
    /// Reads the value into its field.
    ///
    /// # Errors
    ///
    /// If it does not fit, or the field already has one.
    #[inline]
    pub fn put<T: Deserialize<'de>>(self, field: &mut Option<T>) -> Result<(), A::Error> {
        self.once(field.is_some())?;
        self.map.next_value_seed(Place(field))
    }

    /// Reads a whole number into its field: `3`, and now and then `3.0`.
    ///
    /// # Errors
    ///
    /// If it is no whole number or does not fit, or the field already has one.
    pub fn integer<T: TryFrom<i128>>(self, field: &mut Option<T>) -> Result<(), A::Error> {
        self.once(field.is_some())?;
        *field = self.map.next_value_seed(Whole(PhantomData))?;
        Ok(())
    }

    /// Reads a list of whole numbers into its field.
    ///
    /// # Errors
    ///
    /// If one of them is no whole number or does not fit, or the field already has a list.
    pub fn integers<T: TryFrom<i128>>(self, field: &mut Option<Vec<T>>) -> Result<(), A::Error> {
        self.once(field.is_some())?;
        *field = self.map.next_value_seed(Wholes(PhantomData))?;
        Ok(())
    }

    /// Passes over a value that is always this one in the type `of`, or `null`.
    ///
    /// # Errors
    ///
    /// If it is not JSON.
    pub fn constant(self, of: &'static str, value: &str) -> Result<(), A::Error> {
        if !drift::is_watched() {
            return self.map.next_value::<IgnoredAny>().map(|_| ());
        }
        match self.map.next_value::<Value>()? {
            Value::Null => {}
            Value::String(found) if found == value => {}
            Value::String(found) => drift::unknown_value(of, &found),
            _ => drift::unknown_member(of, self.name),
        }
        Ok(())
    }

    /// Passes over a value that no field of the type `of` is for. `null` says nothing, so nobody is told.
    ///
    /// # Errors
    ///
    /// If it is not JSON.
    pub fn skip(self, of: &'static str) -> Result<(), A::Error> {
        *self.skipped += 1;
        if self.map.next_value::<Option<IgnoredAny>>()?.is_some() {
            drift::unknown_member(of, self.name);
        }
        Ok(())
    }

    fn once(&self, is_there: bool) -> Result<(), A::Error> {
        if is_there {
            return Err(A::Error::custom(format_args!(
                "duplicate field `{}`",
                self.name
            )));
        }
        Ok(())
    }
}

/// A field, filled where it is.
struct Place<'f, T>(&'f mut Option<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Place<'_, T> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Place<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("option")
    }

    #[inline]
    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    #[inline]
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        *self.0 = Some(T::deserialize(deserializer)?);
        Ok(())
    }
}

struct Whole<T>(PhantomData<T>);

impl<'de, T: TryFrom<i128>> DeserializeSeed<'de> for Whole<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        lenient::integer(deserializer)
    }
}

struct Wholes<T>(PhantomData<T>);

impl<'de, T: TryFrom<i128>> DeserializeSeed<'de> for Wholes<T> {
    type Value = Option<Vec<T>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        lenient::integers(deserializer)
    }
}

/// Reads an object into a new `T`.
///
/// # Errors
///
/// If it is not an object, or a member does not fit.
#[inline]
pub fn read<'de, T: Fields, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    cut::begin(TypeId::of::<T>);
    let mut value = T::default();
    deserializer.deserialize_option(Object(&mut value))?;
    Ok(value)
}

/// Fills a value where it is: handing it up from call to call would copy all of it each time.
struct Object<'a, T>(&'a mut T);

impl<'de, T: Fields> Visitor<'de> for Object<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = Seen::begin();
        let (mut members, mut skipped) = (0, 0);
        while let Some(name) = map.next_key_seed(PhantomData::<Name<'_>>)? {
            seen.add(&name.0);
            let member = Member {
                name: &name.0,
                map: &mut map,
                skipped: &mut skipped,
            };
            self.0.read(&name.0, member)?;
            members += 1;
        }
        if T::WHOLE && skipped > 0 && skipped == members {
            return Err(A::Error::custom(
                "expected a member that its document names",
            ));
        }
        seen.end(type_name::<T>, T::ALWAYS);
        Ok(())
    }
}

/// A member's name, borrowed from the document where it stands there as it is.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;

        impl<'de> Visitor<'de> for Borrowed {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }

            fn visit_string<E>(self, name: String) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name)))
            }
        }

        deserializer.deserialize_identifier(Borrowed)
    }
}

/// Says which member goes into which field, and reads the type so.
///
/// ```
/// # use workers_ai_models::fields;
/// #[derive(Debug, Default)]
/// struct Word {
///     text: Option<String>,
///     position: Option<u64>,
/// }
///
/// fields! {
///     Word {
///         "word" => put text,
///         "index" => integer position,
///     }
/// }
///
/// let word: Word = serde_json::from_str(r#"{"word": "hello", "index": 3.0, "new": null}"#)?;
/// assert_eq!(word.position, Some(3));
/// # Ok::<_, serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! fields {
    ($name:ident $(as $whole:ident)? {
        $(const $tag:literal = $value:literal,)?
        $($member:literal => $how:ident $field:ident),* $(,)?
    } $(always [$($always:literal),*])?) => {
        impl $crate::fields::Fields for $name {
            const NAMES: &'static [&'static str] = &[$($tag,)? $($member),*];
            $(const ALWAYS: &'static [&'static str] = &[$($always),*];)?
            $(const $whole: bool = true;)?

            #[inline]
            fn read<'de, A: $crate::open_enum::__serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                member: $crate::fields::Member<'_, A>,
            ) -> Result<(), A::Error> {
                match name {
                    $($tag => member.constant(stringify!($name), $value),)?
                    $($member => member.$how(&mut self.$field),)*
                    _ => member.skip(stringify!($name)),
                }
            }
        }

        impl<'de> $crate::open_enum::__serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::open_enum::__serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::fields::read(deserializer)
            }
        }
    };
}

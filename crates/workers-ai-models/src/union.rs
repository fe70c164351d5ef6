//! Unions: their alternatives are told apart by what is present in a value, and only then is the value read.

mod choose;
mod raw;

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, EnumAccess, VariantAccess, Visitor},
};

pub use self::{
    choose::{Chosen, Form},
    raw::{Kind, Raw},
};
use crate::{drift, lenient};

/// What a union asks a reader for that may know what comes without having read it.
pub(crate) const ASK: &str = "workers_ai_models::union";

/// One of several types, told apart by what is present: what [`alternatives!`](crate::alternatives) makes of an enum.
pub trait Union: Sized {
    /// What it is called.
    const NAME: &'static str;

    /// Alternatives that are one kind of JSON value, and the shapes this has to have, see [`Raw::looks`]; none are any.
    const KINDS: &'static [(Kind, &'static str)];

    /// Alternatives that are objects.
    const FORMS: &'static [Form];

    /// Whether one takes the objects that none of the forms fits.
    const HAS_REST: bool;

    /// Reads the alternative that was chosen.
    ///
    /// # Errors
    ///
    /// If the value does not fit it, or is none of the alternatives and there is no place for that.
    fn read<S: Source>(chosen: Chosen, source: S) -> Result<Self, S::Error>;
}

/// A value that is there to be read.
pub trait Source: Sized {
    /// Why it could not be.
    type Error;

    /// Reads it as a type.
    ///
    /// # Errors
    ///
    /// If it does not fit.
    fn decode<T: DeserializeOwned>(self) -> Result<T, Self::Error>;

    /// Why it is none of a union's alternatives.
    fn unfit(self, union: &'static str) -> Self::Error;

    /// Reads a whole number, however it is written.
    ///
    /// # Errors
    ///
    /// If it is none.
    fn integer<T: TryFrom<i128>>(self) -> Result<T, Self::Error> {
        self.decode().map(|Whole(number)| number)
    }

    /// Reads a list of whole numbers, however they are written.
    ///
    /// # Errors
    ///
    /// If it is none.
    fn integers<T: TryFrom<i128>>(self) -> Result<Vec<T>, Self::Error> {
        let numbers: Vec<Whole<T>> = self.decode()?;
        Ok(numbers.into_iter().map(|Whole(number)| number).collect())
    }
}

/// Reads a union.
///
/// # Errors
///
/// If the value is none of its alternatives, or does not fit the one it is.
pub fn read<'de, U: Union, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    deserializer.deserialize_newtype_struct(ASK, Alternatives(PhantomData))
}

struct Alternatives<U>(PhantomData<U>);

impl<'de, U: Union> Visitor<'de> for Alternatives<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(U::NAME)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<U, D::Error> {
        let raw = Raw::read(deserializer)?;
        let chosen = raw.choose(U::KINDS, U::FORMS, U::HAS_REST);
        if chosen == Chosen::Other && raw.says_something() {
            drift::unknown_form(U::NAME);
        }
        U::read(chosen, Text(&raw, PhantomData))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<U, A::Error> {
        let (text, value) = access.variant::<&str>()?;
        let chosen =
            choose::ahead(text, U::KINDS, U::FORMS, U::HAS_REST).map_err(de::Error::custom)?;
        U::read(chosen, Ahead(value, PhantomData))
    }
}

/// A value whose text is known.
struct Text<'r, 'de, E>(&'r Raw<'de>, PhantomData<E>);

impl<E: de::Error> Source for Text<'_, '_, E> {
    type Error = E;

    fn decode<T: DeserializeOwned>(self) -> Result<T, E> {
        self.0.decode()
    }

    fn unfit(self, union: &'static str) -> E {
        self.0.unfit(union)
    }
}

/// A value that comes.
struct Ahead<'de, A>(A, PhantomData<&'de ()>);

impl<'de, A: VariantAccess<'de>> Source for Ahead<'de, A> {
    type Error = A::Error;

    #[inline]
    fn decode<T: DeserializeOwned>(self) -> Result<T, A::Error> {
        self.0.newtype_variant()
    }

    fn unfit(self, union: &'static str) -> A::Error {
        de::Error::custom(format_args!("expected an alternative of {union}"))
    }
}

/// A whole number as a value of its own.
struct Whole<T>(T);

impl<'de, T: TryFrom<i128>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = lenient::integer(deserializer)?;
        number
            .map(Self)
            .ok_or_else(|| de::Error::custom("expected a whole number"))
    }
}

/// Says how the alternatives of a union are told apart, and reads the type so.
///
/// A line with `@` names the kind of JSON value that is always this alternative, and perhaps the shape it has to have; an
/// object is whichever of the forms it fits best, see [`Raw::choose`](crate::union::Raw::choose), or the alternative
/// after `..`. A line with `in` says what type a member of a form has, where the form has to be told by what is in it. What is none of them is kept where the union has a place for it, and refused where not.
#[macro_export]
macro_rules! alternatives {
    (@shapes) => { "" };
    (@shapes $shapes:literal) => { $shapes };
    (@has) => { false };
    (@has $rest:ident) => { true };
    (@read $source:ident) => { $source.decode() };
    (@read $source:ident $how:ident) => { $source.$how() };
    (
        $name:ident $(<$model:ident $(: $bound:ident)?>)? $(where $of:ident::$options:ident)? {
            $(@ $kind:ident $(($shapes:literal))? => $simple:ident $(as $how:ident)?,)*
            $($form:ident {
                $(const $constant:literal = $value:literal,)*
                $($member:literal: $look:literal,)*
                $(in $object:literal: $inner:ident,)*
            })*
            $(.. => $rest:ident,)?
        }
        $(else $unknown:ident)?
    ) => {
        impl $(<$model $(: $bound)?>)? $crate::union::Union for $name $(<$model>)?
        $(where $of::$options: $crate::open_enum::__serde::de::DeserializeOwned)?
        {
            const NAME: &'static str = stringify!($name);
            const KINDS: &'static [($crate::union::Kind, &'static str)] =
                &[$(($crate::union::Kind::$kind, $crate::alternatives!(@shapes $($shapes)?))),*];
            const FORMS: &'static [$crate::union::Form] = &[$($crate::union::Form {
                constants: &[$(($constant, $value)),*],
                members: &[$(($member, $look)),*],
                inside: &[$(($object, <$inner as $crate::fields::Fields>::NAMES)),*],
            }),*];
            const HAS_REST: bool = $crate::alternatives!(@has $($rest)?);

            #[allow(unused_variables, reason = "not every union has alternatives of every sort")]
            fn read<S: $crate::union::Source>(
                chosen: $crate::union::Chosen,
                source: S,
            ) -> Result<Self, S::Error> {
                let mut counted = 0_usize..;
                match chosen {
                    $crate::union::Chosen::Kind(index) => {
                        $(if counted.next() == Some(index) {
                            return $crate::alternatives!(@read source $($how)?).map(Self::$simple);
                        })*
                    }
                    $crate::union::Chosen::Form(index) => {
                        $(if counted.next() == Some(index) {
                            return source.decode().map(Self::$form);
                        })*
                    }
                    $crate::union::Chosen::Rest => {
                        $(return source.decode().map(Self::$rest);)?
                    }
                    $crate::union::Chosen::Other => {
                        $(return source.decode().map(Self::$unknown);)?
                    }
                }
                Err(source.unfit(Self::NAME))
            }
        }

        impl<'de $(, $model $(: $bound)?)?> $crate::open_enum::__serde::Deserialize<'de> for $name $(<$model>)?
        $(where $of::$options: $crate::open_enum::__serde::de::DeserializeOwned)?
        {
            fn deserialize<D: $crate::open_enum::__serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::union::read(deserializer)
            }
        }
    };
}

//! A value of which only its outline is known yet, so that a union can be decided by what is
//! present in it instead of by the first alternative that happens to parse.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, EnumAccess, VariantAccess, Visitor},
};
use serde_json::{error::Category, value::RawValue};

use crate::{
    drift, glance, lenient,
    outline::{Found, members, string},
};

/// What a union asks a reader for that may know what comes without having read it.
pub(crate) const ASK: &str = "workers_ai_models::union";

/// Ends an error that tells a place already.
const PLACE: &str = " of the value";

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

/// Which alternative of a union a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// This one of [`Union::KINDS`].
    Kind(usize),
    /// This one of [`Union::FORMS`].
    Form(usize),
    /// The one for all other objects.
    Rest,
    /// None.
    Other,
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
        let chosen = ahead(text, U::KINDS, U::FORMS, U::HAS_REST).map_err(de::Error::custom)?;
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

/// Which alternative the value is that `text` begins with.
fn ahead(
    text: &str,
    kinds: &[(Kind, &str)],
    forms: &[Form],
    has_rest: bool,
) -> Result<Chosen, &'static str> {
    if kind(text) != Kind::Object {
        let raw = Raw {
            text: text.into(),
            members: Vec::new(),
        };
        return Ok(raw.choose(kinds, forms, has_rest));
    }
    if !kinds.iter().any(|(kind, _)| *kind == Kind::Object) {
        if let Some(form) = settled(text, forms) {
            return Ok(Chosen::Form(form));
        }
    }
    let raw = Raw {
        text: text.into(),
        members: members(text)?,
    };
    Ok(raw.choose(kinds, forms, has_rest))
}

/// The form that the first constant settles, whatever else follows. Names that come twice are not seen.
fn settled(text: &str, forms: &[Form]) -> Option<usize> {
    let is_constant = |name: &str| {
        let mut constants = forms.iter().flat_map(|form| form.constants);
        constants.any(|(key, _)| *key == name)
    };
    let (name, value) = glance::scalars(text).find(|(name, _)| is_constant(name))?;
    let value = value?;
    let mut settled = None;
    for (index, form) in (0..).zip(forms) {
        let mut of_it = form.constants.iter().filter(|(key, _)| *key == name);
        match (of_it.next(), form.constants.len()) {
            (Some((_, constant)), _) if *constant != value => {}
            (Some(_), 1) if settled.is_none() => settled = Some(index),
            (None, 0) => {}
            // Other constants have a say.
            _ => return None,
        }
    }
    settled
}

/// A JSON value and, if it is an object, where its members are.
pub struct Raw<'de> {
    text: Cow<'de, str>,
    members: Vec<Found>,
}

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    Text,
    /// An array.
    List,
    /// An object.
    Object,
}

/// What is known of an object before it is read: one alternative of a union.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Members that have this one value, if they are there.
    pub constants: &'static [(&'static str, &'static str)],
    /// The other members, and the shapes their values may have: see [`Raw::shape`]. Several stand apart by a blank;
    /// an empty one is any.
    pub members: &'static [(&'static str, &'static str)],
    /// Of members that are objects the members of their own. One of which none is known is no sign of this form.
    pub inside: &'static [(&'static str, &'static [&'static str])],
}

impl Form {
    fn knows(&self, key: &str) -> bool {
        let constants = self.constants.iter().map(|(known, _)| known);
        let mut members = constants.chain(self.members.iter().map(|(known, _)| known));
        members.any(|known| *known == key)
    }
}

/// Whether a shape is among those allowed, which stand apart by a blank; an empty list may be a list of anything.
fn is_one_of(shape: &str, allowed: &str) -> bool {
    let fits =
        |allowed: &str| shape.starts_with(allowed) || shape == "[" && allowed.starts_with('[');
    allowed.is_empty() || allowed.split(' ').any(fits)
}

impl<'de> Raw<'de> {
    /// Which alternative the value is: the first that is all values of its kind, the form that an object has, or the one
    /// for all other objects.
    #[must_use]
    pub fn choose(&self, kinds: &[(Kind, &str)], forms: &[Form], has_rest: bool) -> Chosen {
        let kind = self.kind();
        let is_it =
            |(of, shapes): &(Kind, &str)| *of == kind && (shapes.is_empty() || self.looks(shapes));
        if let Some(index) = kinds.iter().position(is_it) {
            return Chosen::Kind(index);
        }
        match self.form(forms) {
            Some(form) => Chosen::Form(form),
            None if has_rest && kind == Kind::Object => Chosen::Rest,
            None => Chosen::Other,
        }
    }

    /// Which form the object has.
    ///
    /// Constants settle it, if all of a form's are there. Else it is the form that knows most of the members, as long as
    /// nothing contradicts it, it knows whatever any other form would, and no more is new than known: an object of which
    /// a part would be lost has no form.
    #[must_use]
    pub fn form(&self, forms: &[Form]) -> Option<usize> {
        let settled = |form: &Form| self.constants(form).is_some_and(|(settled, _)| settled);
        let mut all = (0..).zip(forms).filter(|(_, form)| settled(form));
        match (all.next(), all.next()) {
            (Some((only, _)), None) => Some(only),
            (None, _) => self.best(forms),
            _ => self.most_known(forms).map(|(index, _)| index),
        }
    }

    /// The form that knows most of the members, if nothing is lost by it.
    fn best(&self, forms: &[Form]) -> Option<usize> {
        let (index, known) = self.most_known(forms)?;
        let own = forms.get(index)?;
        let present = || {
            let present = self.members.iter().filter(|found| !self.is_null(found));
            present.map(|found| found.name(&self.text))
        };
        let lost = present().any(|key| !own.knows(key) && forms.iter().any(|form| form.knows(key)));
        (!lost && known * 2 >= present().count()).then_some(index)
    }

    /// The first of the forms that know most of the members, and how many: of those that are settled, if any is.
    fn most_known(&self, forms: &[Form]) -> Option<(usize, usize)> {
        let mut best: Option<(bool, usize, usize)> = None;
        for (index, form) in forms.iter().enumerate() {
            let Some((settled, known)) = self.fits(form) else {
                continue;
            };
            let better =
                best.is_none_or(|(was_settled, most, _)| (settled, known) > (was_settled, most));
            if better && known > 0 {
                best = Some((settled, known, index));
            }
        }
        best.map(|(_, known, index)| (index, known))
    }

    /// Whether the constants settle that this is the form, and how many members the form knows.
    fn fits(&self, form: &Form) -> Option<(bool, usize)> {
        let (settled, mut known) = self.constants(form)?;
        for (key, shapes) in form.members {
            let shape = self.shape(key);
            if shape.is_empty() {
                continue;
            }
            if !settled && !is_one_of(shape, shapes) {
                return None;
            }
            known += usize::from(settled || self.is_known_inside(key, form.inside));
        }
        Some((settled, known))
    }

    /// Whether all constants of the form are there, and how many are; nothing if one is contradicted.
    fn constants(&self, form: &Form) -> Option<(bool, usize)> {
        let mut known = 0;
        for (key, value) in form.constants {
            if self.has(key) {
                if self.tag(key).as_deref() != Some(*value) {
                    return None;
                }
                known += 1;
            }
        }
        Some((known > 0 && known == form.constants.len(), known))
    }

    /// Whether the object under this key is empty or has a member that it should have there; everything else does.
    fn is_known_inside(&self, key: &str, inside: &[(&str, &[&str])]) -> bool {
        let Some((_, names)) = inside.iter().find(|(object, _)| *object == key) else {
            return true;
        };
        let value = self.member(key).unwrap_or_default();
        // What cannot be walked through cannot be read either, and is told then.
        members(value).map_or(true, |found| {
            found.is_empty() || found.iter().any(|found| names.contains(&found.name(value)))
        })
    }

    /// Reads a value without deciding what it is.
    ///
    /// # Errors
    ///
    /// If it is nested too deeply, or is an object that has a key twice. What is not JSON is told when it is decoded.
    pub fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Box<str> = Box::<RawValue>::deserialize(deserializer)?.into();
        let text = Cow::Owned(text.into());
        let members = members(&text).map_err(de::Error::custom)?;
        Ok(Self { text, members })
    }

    /// Whether it is anything but `null` or an object without members that say something.
    fn says_something(&self) -> bool {
        match self.kind() {
            Kind::Null => false,
            Kind::Object => !self.members.iter().all(|found| self.is_null(found)),
            _ => true,
        }
    }

    /// What the value is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        kind(&self.text)
    }

    /// Whether it is an object with this key, and not `null` there.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.member(key)
            .is_some_and(|value| kind(value) != Kind::Null)
    }

    /// The text under this key, if it is text.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        string(self.member(key)?)
    }

    /// What stands under this key, in letters: `s`, `n`, `b` or `{`; for a list `[` and what its
    /// first item is; nothing for `null` and for a key that is absent.
    #[must_use]
    pub fn shape(&self, key: &str) -> &'static str {
        shape(self.member(key).unwrap_or("null"))
    }

    /// Whether the value itself has one of these shapes, which stand apart by a blank; an empty list has none of a list.
    #[must_use]
    pub fn looks(&self, shapes: &str) -> bool {
        let shape = shape(self.text.trim_ascii_start());
        shapes.split(' ').any(|allowed| shape.starts_with(allowed))
    }

    /// Reads the value as a type.
    ///
    /// # Errors
    ///
    /// If it does not fit. The error tells where in this value (or, below another union, in that)
    /// and what was expected there, and repeats nothing of the value.
    pub fn decode<T: DeserializeOwned, E: de::Error>(&self) -> Result<T, E> {
        serde_json::from_str(&self.text).map_err(|error| {
            let what = without_content(&error);
            if what.ends_with(PLACE) {
                return E::custom(what);
            }
            let (line, column) = (error.line(), error.column());
            E::custom(format_args!("{what} at line {line} column {column}{PLACE}"))
        })
    }

    /// The error for a value that is none of a union's alternatives.
    #[must_use]
    pub fn unfit<E: de::Error>(&self, union: &'static str) -> E {
        let found = match self.kind() {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Number => "a number",
            Kind::Text => "a string",
            Kind::List => "a list",
            Kind::Object => "an object",
        };
        E::custom(format_args!(
            "expected an alternative of {union}, found {found}"
        ))
    }

    fn member(&self, key: &str) -> Option<&str> {
        let text = &*self.text;
        let mut members = self.members.iter();
        let found = members.find(|found| found.name(text) == key)?;
        text.get(found.value.clone())
    }

    fn is_null(&self, found: &Found) -> bool {
        let value = self.text.get(found.value.clone());
        value.is_none_or(|value| kind(value) == Kind::Null)
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

fn shape(value: &str) -> &'static str {
    match kind(value) {
        Kind::Null => "",
        Kind::Bool => "b",
        Kind::Number => "n",
        Kind::Text => "s",
        Kind::Object => "{",
        Kind::List => match kind(value.get(1..).unwrap_or_default()) {
            Kind::Null => "[",
            Kind::Bool => "[b",
            Kind::Number => "[n",
            Kind::Text => "[s",
            Kind::List => "[[",
            Kind::Object => "[{",
        },
    }
}

/// What a value is, by its first letter.
fn kind(text: &str) -> Kind {
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::List,
        Some(b'"') => Kind::Text,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'-' | b'0'..=b'9') => Kind::Number,
        _ => Kind::Null,
    }
}

/// What a JSON error says, less what it repeats of the document and where it was.
#[must_use]
pub fn without_content(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let text = text.strip_suffix(&place).unwrap_or(&text);
    if error.classify() != Category::Data {
        return text.to_owned();
    }
    // serde writes "invalid type: <content>, expected <type>"; what follows the last "expected" is
    // ours.
    match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if ["expected ", "missing field `", "duplicate field `"]
            .iter()
            .any(|safe| text.starts_with(safe)) =>
        {
            text.to_owned()
        }
        None => "the value does not fit its type".to_owned(),
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

//! What a field may hold, and the check of it before anything is sent.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    error::Error,
    fmt::{self, Display},
};

use serde_json::Value;

use crate::{Matrix, Media, TextOrJson};

/// At most this many violations are collected: enough to mend an input, few enough to print.
const MOST_VIOLATIONS: usize = 32;

/// The smallest and the largest value a field takes, both included.
///
/// ```
/// use workers_ai_models::Limit;
///
/// const TEMPERATURE: Limit<f64> = Limit::range(0.0, 5.0);
///
/// assert!(TEMPERATURE.allows(&0.7));
/// assert_eq!(TEMPERATURE.to_string(), "0 to 5");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit<T> {
    /// The smallest value, if there is one.
    pub min: Option<T>,
    /// The largest value, if there is one.
    pub max: Option<T>,
}

impl<T: Copy> Limit<T> {
    /// From `min` to `max`.
    #[must_use]
    pub const fn range(min: T, max: T) -> Self {
        Self {
            min: Some(min),
            max: Some(max),
        }
    }

    /// `min` and everything above.
    #[must_use]
    pub const fn at_least(min: T) -> Self {
        Self {
            min: Some(min),
            max: None,
        }
    }

    /// `max` and everything below.
    #[must_use]
    pub const fn at_most(max: T) -> Self {
        Self {
            min: None,
            max: Some(max),
        }
    }
}

impl<T: PartialOrd> Limit<T> {
    /// Whether `value` lies within the limit. A value that cannot be compared, such as NaN, does
    /// not.
    #[must_use]
    pub fn allows(&self, value: &T) -> bool {
        self.min.as_ref().is_none_or(|min| value >= min)
            && self.max.as_ref().is_none_or(|max| value <= max)
    }
}

impl<T: Display> Display for Limit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "at least {min}"),
            (None, Some(max)) => write!(f, "at most {max}"),
            (None, None) => f.write_str("anything"),
        }
    }
}

/// A value that knows its own limits.
///
/// The default is to have none.
pub trait Validate {
    /// Tells `check` about every part that is outside its limits.
    fn check(&self, check: &mut Check<'_>) {
        let _ = check;
    }
}

/// Collects what is wrong with a value, and knows where in the value it is looking.
///
/// A check names a field; an empty name means the value itself. Nothing is allocated while nothing
/// is wrong.
#[derive(Debug)]
pub struct Check<'a> {
    violations: &'a mut Vec<Violation>,
    path: Path<'a>,
}

/// The way from the value's root to the part being looked at; one link lives in each stack frame.
#[derive(Debug, Clone, Copy)]
enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl Check<'_> {
    /// The number of characters (Unicode scalar values) of a text.
    pub fn length(&mut self, name: &str, text: &(impl Length + ?Sized), limit: Limit<u64>) {
        if let Some(length) = text.length().filter(|length| !limit.allows(length)) {
            self.at(name).reject(
                format_args!("text of {length} characters"),
                format_args!("{limit} characters"),
            );
        }
    }

    /// The number of characters of each text of a list.
    pub fn lengths(
        &mut self,
        name: &str,
        texts: impl IntoIterator<Item: Length>,
        limit: Limit<u64>,
    ) {
        let mut list = self.at(name);
        for (index, text) in texts.into_iter().enumerate() {
            list.item(index).length("", &text, limit);
        }
    }

    /// A number, which must be finite and within `limit`.
    pub fn number(&mut self, name: &str, value: impl Into<Option<f64>>, limit: Limit<f64>) {
        if let Some(value) = value
            .into()
            .filter(|value| !value.is_finite() || !limit.allows(value))
        {
            // The short form: 1e308 has 309 digits in the other.
            self.at(name).reject(format_args!("{value:?}"), limit);
        }
    }

    /// Each number of a list.
    pub fn numbers<'n>(
        &mut self,
        name: &str,
        numbers: impl IntoIterator<Item = &'n f64>,
        limit: Limit<f64>,
    ) {
        let mut list = self.at(name);
        for (index, number) in numbers.into_iter().enumerate() {
            list.item(index).number("", *number, limit);
        }
    }

    /// A number, which must be finite: JSON has no other.
    pub fn finite(&mut self, name: &str, value: impl Into<Option<f64>>) {
        if let Some(value) = value.into() {
            self.nested(name, &value);
        }
    }

    /// A whole number of any width.
    pub fn integer<T>(&mut self, name: &str, value: impl Integer, limit: Limit<T>)
    where
        T: Copy + Display + Into<i128>,
    {
        let wide = Limit {
            min: limit.min.map(Into::into),
            max: limit.max.map(Into::into),
        };
        if let Some(value) = value.widen().filter(|value| !wide.allows(value)) {
            self.at(name).reject(value, limit);
        }
    }

    /// Checks each whole number of a list.
    pub fn integers<'n, T, N>(
        &mut self,
        name: &str,
        numbers: impl IntoIterator<Item = &'n N>,
        limit: Limit<T>,
    ) where
        T: Copy + Display + Into<i128>,
        N: Integer + Copy + 'n,
    {
        let mut list = self.at(name);
        for (index, number) in numbers.into_iter().enumerate() {
            list.item(index).integer("", *number, limit);
        }
    }

    /// The number of items of a list.
    pub fn items(&mut self, name: &str, count: impl Into<Option<usize>>, limit: Limit<u64>) {
        let count = count
            .into()
            .map(|count| u64::try_from(count).unwrap_or(u64::MAX));
        if let Some(count) = count.filter(|count| !limit.allows(count)) {
            self.at(name).reject(
                format_args!("a list of {count}"),
                format_args!("{limit} items"),
            );
        }
    }

    /// A value with limits of its own.
    pub fn nested(&mut self, name: &str, value: &(impl Validate + ?Sized)) {
        value.check(&mut self.at(name));
    }

    /// Reports the value being looked at. For rules of your own; `value` must not repeat a text's
    /// content.
    pub fn reject(&mut self, value: impl Display, limit: impl Display) {
        if self.violations.len() < MOST_VIOLATIONS {
            self.violations.push(Violation {
                path: self.path.to_string(),
                value: value.to_string(),
                limit: limit.to_string(),
            });
        }
    }

    fn at<'b>(&'b mut self, name: &'b str) -> Check<'b> {
        Check {
            violations: self.violations,
            path: if name.is_empty() {
                self.path
            } else {
                Path::Field(&self.path, name)
            },
        }
    }

    fn item(&mut self, index: usize) -> Check<'_> {
        Check {
            violations: self.violations,
            path: Path::Item(&self.path, index),
        }
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Self::Root, name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// One part of an input that is outside its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Where it is, such as `messages[2].content`. Empty for the input as a whole.
    pub path: String,
    /// What it is: a number as it stands, of a text only its length.
    pub value: String,
    /// What is allowed.
    pub limit: String,
}

impl Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the input"
        } else {
            &self.path
        };
        write!(f, "{path} is {}, allowed is {}", self.value, self.limit)
    }
}

/// An input that is outside its model's limits. Nothing has been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invalid {
    /// The model the input is for, if it is for one.
    pub model: Option<&'static str>,
    /// What is wrong: at least one part, and at most the first 32.
    pub violations: Vec<Violation>,
}

impl Invalid {
    /// Checks a value that need not belong to a model.
    ///
    /// # Errors
    ///
    /// If any part of it is outside its limits.
    pub fn unless_fits(value: &(impl Validate + ?Sized)) -> Result<(), Self> {
        let mut violations = Vec::new();
        value.check(&mut Check {
            violations: &mut violations,
            path: Path::Root,
        });
        if violations.is_empty() {
            return Ok(());
        }
        Err(Self {
            model: None,
            violations,
        })
    }

    /// The same, said of this model's input.
    #[must_use]
    pub fn for_model(self, id: &'static str) -> Self {
        Self {
            model: Some(id),
            ..self
        }
    }
}

impl Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid input")?;
        if let Some(model) = self.model {
            write!(f, " for {model}")?;
        }
        for (index, violation) in self.violations.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl Error for Invalid {}

/// Text, or a choice of text, whose characters can be counted.
pub trait Length {
    /// How many Unicode scalar values it has; `None` if there is no text.
    fn length(&self) -> Option<u64>;
}

impl Length for str {
    fn length(&self) -> Option<u64> {
        u64::try_from(self.chars().count()).ok()
    }
}

impl Length for String {
    fn length(&self) -> Option<u64> {
        self.as_str().length()
    }
}

impl Length for Cow<'_, str> {
    fn length(&self) -> Option<u64> {
        self.as_ref().length()
    }
}

/// JSON that is not text has no length.
impl Length for TextOrJson {
    fn length(&self) -> Option<u64> {
        self.as_str()?.length()
    }
}

impl<T: Length> Length for Option<T> {
    fn length(&self) -> Option<u64> {
        self.as_ref()?.length()
    }
}

impl<T: Length + ?Sized> Length for &T {
    fn length(&self) -> Option<u64> {
        (**self).length()
    }
}

/// A whole number of any width, or none.
pub trait Integer {
    /// The number, in a width that holds every other.
    fn widen(self) -> Option<i128>;
}

impl<T: Integer> Integer for Option<T> {
    fn widen(self) -> Option<i128> {
        self?.widen()
    }
}

macro_rules! integers {
    ($($number:ty),*) => {$(
        impl Integer for $number {
            fn widen(self) -> Option<i128> {
                Some(self.into())
            }
        }

        impl Validate for $number {}
    )*};
}

integers!(u8, u16, u32, u64, i8, i16, i32, i64);

impl Validate for f64 {
    fn check(&self, check: &mut Check<'_>) {
        if !self.is_finite() {
            check.reject(self, "a finite number");
        }
    }
}

impl Validate for bool {}
impl Validate for str {}
impl Validate for String {}
impl Validate for Value {}
impl Validate for TextOrJson {}
impl Validate for serde_json::Map<String, Value> {}

impl Validate for Media {
    fn check(&self, check: &mut Check<'_>) {
        if self.bytes().is_err() {
            check.reject("text that is not base64", "base64 text");
        }
    }
}

impl Validate for Matrix {
    fn check(&self, check: &mut Check<'_>) {
        if let Some(number) = self.as_flat().iter().find(|number| !number.is_finite()) {
            number.check(check);
        }
    }
}

impl<T: Validate> Validate for [T] {
    fn check(&self, check: &mut Check<'_>) {
        for (index, item) in self.iter().enumerate() {
            item.check(&mut check.item(index));
        }
    }
}

impl<T: Validate> Validate for Vec<T> {
    fn check(&self, check: &mut Check<'_>) {
        self.as_slice().check(check);
    }
}

impl<T: Validate> Validate for Option<T> {
    fn check(&self, check: &mut Check<'_>) {
        if let Some(value) = self {
            value.check(check);
        }
    }
}

impl<T: Validate + ?Sized> Validate for Box<T> {
    fn check(&self, check: &mut Check<'_>) {
        (**self).check(check);
    }
}

impl<T: Validate + ?Sized> Validate for &T {
    fn check(&self, check: &mut Check<'_>) {
        (**self).check(check);
    }
}

impl<T: Validate> Validate for BTreeMap<String, T> {
    fn check(&self, check: &mut Check<'_>) {
        for (name, value) in self {
            check.nested(name, value);
        }
    }
}

//! How text becomes a choice that may also be something else: from each form in which a program has text at hand.

/// Makes an alternative from text, such as `from_text! { Content: Text }`; or anything else by a function that takes
/// text, such as `from_text! { Context: new().text }`.
#[doc(hidden)]
#[macro_export]
macro_rules! from_text {
    ($name:ident $(<$model:ident $(: $bound:ident)?>)?: $($text:tt)+) => {
        $crate::from_text!(@ String, value => value; $name $(<$model $(: $bound)?>)?: $($text)+);
        $crate::from_text!(@ &str, value => value.to_owned(); $name $(<$model $(: $bound)?>)?: $($text)+);
        $crate::from_text!(@ &String, value => value.clone(); $name $(<$model $(: $bound)?>)?: $($text)+);
        $crate::from_text!(
            @ ::std::borrow::Cow<'_, str>, value => value.into_owned(); $name $(<$model $(: $bound)?>)?: $($text)+
        );
    };
    (@ $from:ty, $value:ident => $owned:expr; $name:ident $(<$model:ident $(: $bound:ident)?>)?: $($text:tt)+) => {
        impl $(<$model $(: $bound)?>)? From<$from> for $name $(<$model>)? {
            #[inline]
            fn from($value: $from) -> Self {
                Self::$($text)+($owned)
            }
        }
    };
}

/// Makes an alternative from a list of texts, such as `from_texts! { Texts: List }`.
#[doc(hidden)]
#[macro_export]
macro_rules! from_texts {
    ($name:ident $(<$model:ident $(: $bound:ident)?>)?: $texts:ident) => {
        impl $(<$model $(: $bound)?>)? From<Vec<String>> for $name $(<$model>)? {
            #[inline]
            fn from(value: Vec<String>) -> Self {
                Self::$texts(value)
            }
        }

        $crate::from_texts!(@ [Vec<&str>], str::to_owned; $name $(<$model $(: $bound)?>)?: $texts);
        $crate::from_texts!(@ [&[String]], String::clone; $name $(<$model $(: $bound)?>)?: $texts);
        $crate::from_texts!(@ [&Vec<String>], String::clone; $name $(<$model $(: $bound)?>)?: $texts);
        $crate::from_texts!(@ [&[&str]], |text| (*text).to_owned(); $name $(<$model $(: $bound)?>)?: $texts);
        $crate::from_texts!(@ [[String; N], const N: usize], |text| text; $name $(<$model $(: $bound)?>)?: $texts);
        $crate::from_texts!(@ [[&str; N], const N: usize], str::to_owned; $name $(<$model $(: $bound)?>)?: $texts);
    };
    (
        @ [$from:ty $(, $length:tt $size:ident : $usize:ident)?], $owned:expr;
        $name:ident $(<$model:ident $(: $bound:ident)?>)?: $texts:ident
    ) => {
        impl<$($model $(: $bound)?,)? $($length $size: $usize)?> From<$from> for $name $(<$model>)? {
            #[inline]
            fn from(value: $from) -> Self {
                Self::$texts(value.into_iter().map($owned).collect())
            }
        }
    };
}

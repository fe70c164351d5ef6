//! Large numbers the way people write them: `131,072` in prose, `131_072` in code.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// For prose.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// For code.
pub(crate) fn readable(number: u64) -> TokenStream {
    let literal = grouped(number).replace(',', "_");
    let literal = literal
        .parse::<Literal>()
        .unwrap_or_else(|_| Literal::u64_unsuffixed(number));
    quote!(#literal)
}

/// For code, with its sign.
pub(crate) fn signed(number: i64) -> TokenStream {
    let literal = readable(number.unsigned_abs());
    if number < 0 {
        quote!(-#literal)
    } else {
        literal
    }
}

/// A number with a fraction, with its sign.
pub(crate) fn double(number: f64) -> TokenStream {
    let literal = Literal::f64_unsuffixed(number.abs());
    if number < 0.0 {
        quote!(-#literal)
    } else {
        quote!(#literal)
    }
}

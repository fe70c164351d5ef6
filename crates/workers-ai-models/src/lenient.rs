//! Whole numbers as the service writes them: `3`, and now and then `3.0`.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Number;

/// From here on not every whole number has a double of its own, so a double no longer tells which
/// was meant.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a whole number that may be absent: `3`, `3.0` or `null`. A fraction, text or a number that
/// does not fit is an error, never another number.
///
/// # Errors
///
/// See above.
pub fn integer<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i128>,
{
    Option::<Number>::deserialize(deserializer)?
        .map(|number| whole(&number))
        .transpose()
}

/// Reads a list of such numbers, which may be absent.
///
/// # Errors
///
/// If one of them is not a whole number in range.
pub fn integers<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i128>,
{
    let numbers = Option::<Vec<Number>>::deserialize(deserializer)?;
    numbers
        .map(|numbers| numbers.iter().map(whole).collect())
        .transpose()
}

fn whole<T: TryFrom<i128>, E: Error>(number: &Number) -> Result<T, E> {
    exact(number)
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| E::custom("expected a whole number in range"))
}

#[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
fn exact(number: &Number) -> Option<i128> {
    number
        .as_u64()
        .map(i128::from)
        .or_else(|| number.as_i64().map(i128::from))
        .or_else(|| {
            let double = number.as_f64()?;
            (double.fract() == 0.0 && double.abs() < EXACT).then_some(double as i128)
        })
}

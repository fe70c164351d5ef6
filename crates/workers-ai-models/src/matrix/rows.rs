//! Rows of numbers from their JSON text, in one pass.

use super::Matrix;

/// The rows that `text` is. `None` if it is anything but rows of finite numbers as JSON writes them; `serde_json` will say
/// why. Numbers come correctly rounded.
pub(super) fn read(text: &[u8]) -> Option<Matrix> {
    let mut matrix = Matrix::default();
    let mut rest = Rest(text);
    rest.blank();
    let mut is_row = rest.list()?;
    while is_row {
        let before = rest.0.len();
        let mut is_number = rest.list()?;
        while is_number {
            matrix.flat.push(rest.number()?);
            is_number = rest.goes_on()?;
        }
        matrix.end_row();
        if matrix.len() == 1 {
            // The others are likely to be as long.
            let others = rest.0.len() / (before - rest.0.len());
            let numbers = matrix.flat.len().saturating_mul(others);
            matrix.flat.reserve_exact(numbers);
        }
        is_row = rest.goes_on()?;
    }
    rest.0.is_empty().then_some(matrix)
}

/// The text that is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    #[inline]
    fn blank(&mut self) {
        while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == byte => {
                self.0 = rest;
                self.blank();
                true
            }
            _ => false,
        }
    }

    /// Into a list; whether there is anything in it.
    fn list(&mut self) -> Option<bool> {
        self.take(b'[').then(|| !self.take(b']'))
    }

    /// After an item; whether another follows.
    #[inline]
    fn goes_on(&mut self) -> Option<bool> {
        if self.take(b',') {
            return Some(true);
        }
        self.take(b']').then_some(false)
    }

    #[inline]
    fn number(&mut self) -> Option<f64> {
        let text = self.0;
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        let mut number = 0;
        let mut rest = match digits {
            [b'0', rest @ ..] => rest,
            [b'1'..=b'9', ..] => read_digits(digits, &mut number),
            _ => return None,
        };
        let mut places = 0;
        if let [b'.', fraction @ ..] = rest {
            rest = read_digits(fraction, &mut number);
            places = fraction.len() - rest.len();
            if places == 0 {
                return None;
            }
        }
        let is_short = digits.len() - rest.len() <= MOST_DIGITS;
        let has_exponent = matches!(rest, [b'e' | b'E', ..]);
        let number = match POWERS_OF_TEN.get(places) {
            Some(power) if is_short && number <= MOST_EXACT && !has_exponent => {
                self.0 = rest;
                #[expect(clippy::cast_precision_loss, reason = "it is small enough for none")]
                let number = number as f64;
                // Both are exact, so the result is rounded once.
                let number = number / power;
                if digits.len() < text.len() {
                    -number
                } else {
                    number
                }
            }
            _ => self.long_number(text.len() - rest.len())?,
        };
        self.blank();
        Some(number)
    }

    /// A number with many digits or with an exponent, which begins after so many bytes.
    fn long_number(&mut self, digits: usize) -> Option<f64> {
        let length = digits + exponent(self.0.get(digits..)?)?;
        let (number, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        let number: f64 = std::str::from_utf8(number).ok()?.parse().ok()?;
        number.is_finite().then_some(number)
    }
}

/// How long the exponent is that comes next: nothing if there is none, `None` if it has no digits.
fn exponent(text: &[u8]) -> Option<usize> {
    let [b'e' | b'E', rest @ ..] = text else {
        return Some(0);
    };
    let sign = usize::from(matches!(rest, [b'+' | b'-', ..]));
    let digits = rest.iter().skip(sign);
    let digits = digits.take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then_some(1 + sign + digits)
}

/// All that a `f64` holds exactly.
const POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// So many digits always fit into a `u64`.
const MOST_DIGITS: usize = 19;

/// Up to here a `f64` holds every whole number.
const MOST_EXACT: u64 = 1 << f64::MANTISSA_DIGITS;

/// Appends the digits with which `text` begins to `number`, and gives what comes after them.
#[inline]
fn read_digits<'t>(mut text: &'t [u8], number: &mut u64) -> &'t [u8] {
    while let Some((eight, rest)) = text.split_first_chunk() {
        let Some(eight) = eight_digits(*eight) else {
            break;
        };
        *number = number.wrapping_mul(100_000_000).wrapping_add(eight);
        text = rest;
    }
    while let [digit @ b'0'..=b'9', rest @ ..] = text {
        let digit = u64::from(digit - b'0');
        *number = number.wrapping_mul(10).wrapping_add(digit);
        text = rest;
    }
    text
}

/// The number that eight digits are, all of them at once; `None` if one is no digit.
#[inline]
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let text = u64::from_le_bytes(text);
    // A digit has 3 for its high half, and still has it with 6 added.
    let high = EACH * 0xF0;
    let added = text.wrapping_add(EACH * 0x06);
    if (text & high) | ((added & high) >> 4) != EACH * 0x33 {
        return None;
    }
    // First pairs, then fours, then all eight.
    let ones = text.wrapping_sub(EACH * 0x30);
    let pairs = ones.wrapping_mul(10).wrapping_add(ones >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF)
}

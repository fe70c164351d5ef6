//! The parts of a flat object, found in its text: names, and values that have no parts.

use super::Unsure;

/// A value that has no parts.
pub(super) enum Scalar<'de> {
    Null,
    Bool(bool),
    Integer(u64),
    Text(&'de str),
    EmptyList,
}

pub(super) struct Reader<'de> {
    text: &'de str,
    at: usize,
    /// Which of the first 64 bytes end plain text. Most events are no longer.
    ends: u64,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self {
            text,
            at: 0,
            ends: first_ends(text.as_bytes()),
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is not blank; it is not taken.
    fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(byte) if byte > b' ' => Some(byte),
            _ => self.peek_after_blanks(),
        }
    }

    #[cold]
    fn peek_after_blanks(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Unsure> {
        if self.peek() != Some(byte) {
            return Err(Unsure);
        }
        self.at += 1;
        Ok(())
    }

    /// The name of the next member of an object that has begun, if there is one. The colon is taken too.
    pub(super) fn name(&mut self, is_first: bool) -> Result<Option<&'de str>, Unsure> {
        let next = self.peek();
        if next == Some(b'}') {
            return Ok(None);
        }
        if !is_first {
            if next != Some(b',') {
                return Err(Unsure);
            }
            self.at += 1;
        }
        self.expect(b'"')?;
        let name = self.text()?;
        self.expect(b':')?;
        Ok(Some(name))
    }

    pub(super) fn value(&mut self) -> Result<Scalar<'de>, Unsure> {
        let first = self.peek().ok_or(Unsure)?;
        if first == b'"' {
            self.at += 1;
            return self.text().map(Scalar::Text);
        }
        self.other_value(first)
    }

    fn other_value(&mut self, first: u8) -> Result<Scalar<'de>, Unsure> {
        match first {
            b'n' => self.word("null", Scalar::Null),
            b't' => self.word("true", Scalar::Bool(true)),
            b'f' => self.word("false", Scalar::Bool(false)),
            b'0'..=b'9' => self.integer(),
            b'[' => {
                self.at += 1;
                self.expect(b']').map(|()| Scalar::EmptyList)
            }
            _ => Err(Unsure),
        }
    }

    fn word(&mut self, word: &str, value: Scalar<'de>) -> Result<Scalar<'de>, Unsure> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(Unsure);
        }
        self.at += word.len();
        Ok(value)
    }

    /// A whole number that is not negative.
    fn integer(&mut self) -> Result<Scalar<'de>, Unsure> {
        let begins_with_zero = self.byte() == Some(b'0');
        let start = self.at;
        let mut number = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.byte() {
            let tens = number.checked_mul(10).ok_or(Unsure)?;
            number = tens.checked_add(u64::from(digit - b'0')).ok_or(Unsure)?;
            self.at += 1;
        }
        let is_padded = begins_with_zero && self.at - start > 1;
        if is_padded || matches!(self.byte(), Some(b'.' | b'e' | b'E')) {
            return Err(Unsure);
        }
        Ok(Scalar::Integer(number))
    }

    /// The rest of a text without escapes, after its quote.
    #[inline]
    fn text(&mut self) -> Result<&'de str, Unsure> {
        let start = self.at;
        let ends = self.ends >> (start % 64);
        let end = if start < 64 && ends != 0 {
            start + ends.trailing_zeros() as usize
        } else {
            start + plain_length(self.text.as_bytes().get(start..).ok_or(Unsure)?)
        };
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return Err(Unsure);
        }
        self.at = end + 1;
        self.text.get(start..end).ok_or(Unsure)
    }

    /// The end of the object, after which only blanks may come.
    pub(super) fn end(&mut self) -> Result<(), Unsure> {
        self.expect(b'}')?;
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Unsure),
        }
    }
}

/// A bit for each of the first 64 bytes that ends plain text. If there are less than eight, none has one.
fn first_ends(bytes: &[u8]) -> u64 {
    // Brings the marks, one in each byte, together in the highest byte.
    let gathered = |word| (text_ends(word) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let mut ends = 0;
    let mut at = 0;
    for word in bytes.chunks_exact(8).take(8) {
        let word = word.try_into().map_or(0, u64::from_le_bytes);
        ends |= gathered(word) << at;
        at += 8;
    }
    match bytes.last_chunk() {
        // Some of its bytes were seen, which does not matter.
        Some(last) if bytes.len() < 64 => {
            ends | gathered(u64::from_le_bytes(*last)) << (bytes.len() - 8)
        }
        _ => ends,
    }
}

/// How many bytes stand before the first that ends plain text.
#[cold]
fn plain_length(bytes: &[u8]) -> usize {
    let ends =
        |byte: &u8| u8::from(*byte == b'"') | u8::from(*byte == b'\\') | u8::from(*byte < 0x20);
    // Looking at a block to its end lets it be looked at all at once.
    let is_plain = |block: &&[u8]| block.iter().fold(0, |any, byte| any | ends(byte)) == 0;
    let start = 32 * bytes.chunks_exact(32).take_while(is_plain).count();
    let rest = bytes.get(start..).unwrap_or_default();
    start
        + rest
            .iter()
            .position(|byte| ends(byte) != 0)
            .unwrap_or(rest.len())
}

/// One in each byte of a word.
const ONES: u64 = u64::MAX / 255;

/// The highest bit of each byte.
const HIGHS: u64 = ONES << 7;

/// Marks the bytes that end plain text: quotes, backslashes and control characters.
fn text_ends(word: u64) -> u64 {
    // Adding to seven bits carries into the eighth and no further.
    let less_than = |word: u64, limit: u8| !((word & !HIGHS) + ONES * u64::from(128 - limit));
    // Turned so, quotes are what stands right above the control characters.
    let quotes_and_controls = less_than(word ^ (ONES * 2), b'"' - 1);
    let backslashes = less_than(word ^ (ONES * u64::from(b'\\')), 1);
    (quotes_and_controls | backslashes) & !word & HIGHS
}

//! Where text in JSON stops standing for itself: at a quote, a backslash or a control character.

/// How many bytes stand before the first that ends plain text.
#[inline(never)]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let mut start = 0;
    // Names and tokens are short.
    while let Some(word) = bytes.get(start..).and_then(<[u8]>::first_chunk) {
        let ends = text_ends(u64::from_le_bytes(*word));
        if ends != 0 {
            return start + ends.trailing_zeros() as usize / 8;
        }
        start += 8;
        if start > SHORT {
            break;
        }
    }
    start + long_plain_length(bytes.get(start..).unwrap_or_default())
}

/// From here on a text is looked at in blocks.
const SHORT: usize = 32;

#[inline(never)]
fn long_plain_length(bytes: &[u8]) -> usize {
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

/// Marks the first byte that ends plain text: a quote, a backslash or a control character. Bytes after it may be marked too.
#[inline]
fn text_ends(word: u64) -> u64 {
    // Less than a limit is what borrows from its highest bit. Turned so, a quote stands right above the control characters.
    let quotes_and_controls = (word ^ (ONES * 2)).wrapping_sub(ONES * u64::from(b'"' - 1));
    let backslashes = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
    (quotes_and_controls | backslashes) & !word & HIGHS
}

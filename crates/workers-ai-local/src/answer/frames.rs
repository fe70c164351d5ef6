//! Events of a stream as text, written into one piece of memory and handed out in slices.

use bytes::Bytes;

use super::{dice::Dice, words};

/// The characters padding is made of.
const PADDING: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMN";

/// Events that are being written.
#[derive(Debug, Default)]
pub(super) struct Frames {
    text: String,
    ends: Vec<usize>,
}

impl Frames {
    pub(super) fn with_capacity(events: usize, bytes_each: usize) -> Self {
        Frames {
            text: String::with_capacity(events * bytes_each),
            ends: Vec::with_capacity(events),
        }
    }

    /// Adds one event; `write` writes its data.
    pub(super) fn event(&mut self, write: impl FnOnce(&mut String)) {
        self.text.push_str("data: ");
        write(&mut self.text);
        self.text.push_str("\n\n");
        self.ends.push(self.text.len());
    }

    /// All events, and the one that ends them.
    pub(super) fn finish(mut self, marker: &str) -> Vec<Bytes> {
        self.event(|text| text.push_str(marker));
        let text = Bytes::from(self.text);
        let mut begin = 0;
        let slice = |end: usize| {
            let frame = text.slice(begin..end);
            begin = end;
            frame
        };
        self.ends.into_iter().map(slice).collect()
    }
}

/// Writes text as a JSON string.
pub(super) fn string(value: &str, to: &mut String) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if value.bytes().all(is_plain) {
        to.push('"');
        to.push_str(value);
        to.push('"');
    } else {
        // A string can always be written.
        to.push_str(&serde_json::to_string(value).unwrap_or_default());
    }
}

/// Writes a token the way the service does: one that is a JSON value by itself comes as that value.
pub(super) fn token(value: &str, to: &mut String) {
    match value.trim_start_matches(' ') {
        bare @ ("true" | "false") => to.push_str(bare),
        bare if bare.bytes().all(|byte| byte.is_ascii_digit()) && !bare.is_empty() => {
            to.push_str(bare);
        }
        _ => string(value, to),
    }
}

/// Writes padding of random length as a last member of an object.
pub(super) fn padding(dice: &mut Dice, to: &mut String) {
    let length = 4 + dice.index(PADDING.len() - 4);
    to.push_str(",\"p\":\"");
    to.push_str(PADDING.get(..length).unwrap_or_default());
    to.push('"');
}

/// Cuts JSON text into the pieces a stream hands out.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    words::tokens(text)
}

//! A decoder of event streams, true to the WHATWG rules whatever the chunks.
//!
//! It holds one chunk and the data of one event. Every byte is looked at once and copied once, and
//! nothing is decoded before it is asked for.

use std::ops::Range;

use bytes::Bytes;
use bytestring::ByteString;

const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// How nearly every event begins.
const PLAIN: &str = "data: ";

/// In less than this there are one or two events.
const WORTH_KEEPING: usize = 128;

/// The longest field name that means something is `event`, the longest line without a value `[DONE]`.
const NAME_LENGTH: usize = 8;

/// An event's type longer than this is cut; no service has one.
const TYPE_LENGTH: usize = 256;

/// One event: what its `event` and its `data` fields say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) data: &'a [u8],
}

/// An event that is larger than allowed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// Turns chunks into events.
#[derive(Debug)]
pub(crate) struct Decoder {
    chunk: Bytes,
    /// How much of the chunk is used up.
    at: usize,
    /// The chunk as text from this place on, once somebody asked for it; nothing if it is none.
    text: Option<(usize, ByteString)>,
    /// Where in the chunk the data of the event is, if it is there as one piece; else empty.
    whole: Range<usize>,
    line: Line,
    /// The last line, if it had no value: there are services that end a stream so.
    bare: Line,
    /// The bytes of the mark seen so far; `None` once the stream has begun.
    mark: Option<usize>,
    /// The last line ended in a carriage return, whose line feed may still come.
    after_return: bool,
    /// The data of this event, with a line feed after each of its lines.
    data: Vec<u8>,
    name: Vec<u8>,
    /// The event was handed out; the next one starts afresh.
    is_stale: bool,
    /// An event begins where the chunk goes on.
    is_at_event: bool,
    limit: usize,
}

/// The part of a line that has come so far.
#[derive(Debug, Clone, Copy)]
enum Line {
    /// The field's name, which may be all there is.
    Name {
        name: [u8; NAME_LENGTH],
        length: usize,
    },
    /// The colon was the last byte: one space may follow.
    Colon(Field),
    Value(Field),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Data,
    Event,
    Other,
}

const START: Line = Line::Name {
    name: [0; NAME_LENGTH],
    length: 0,
};

impl Decoder {
    /// `limit` is the most bytes of data that an event may have.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            chunk: Bytes::new(),
            at: 0,
            text: None,
            whole: 0..0,
            line: START,
            bare: START,
            mark: Some(0),
            after_return: false,
            data: Vec::new(),
            name: Vec::new(),
            is_stale: false,
            is_at_event: false,
            limit,
        }
    }

    /// Takes the next chunk. The one before must be used up, which it is once
    /// [`advance`](Self::advance) found nothing.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        debug_assert!(self.chunk.is_empty(), "the chunk before is used up");
        self.chunk = chunk;
        self.text = None;
    }

    /// The event that was found last.
    pub(crate) fn event(&self) -> Event<'_> {
        if let Some(data @ [_, ..]) = self.chunk.get(self.whole.clone()) {
            return Event { name: &[], data };
        }
        Event {
            name: &self.name,
            data: self.data.strip_suffix(b"\n").unwrap_or(&self.data),
        }
    }

    /// Goes to the next event of this chunk.
    pub(crate) fn advance(&mut self) -> Option<Result<(), TooLarge>> {
        if self.at >= self.chunk.len() {
            if self.at > 0 {
                self.chunk = Bytes::new();
                self.text = None;
                self.at = 0;
                self.whole = 0..0;
            }
            return None;
        }
        self.refresh();
        if let Some(found) = self.plain() {
            return Some(found);
        }
        self.is_at_event = false;
        let chunk = std::mem::take(&mut self.chunk);
        let found = self.lines(&chunk);
        if found.is_some() {
            self.chunk = chunk;
        } else {
            self.at = 0;
        }
        found
    }

    /// Forgets the event that was handed out.
    fn refresh(&mut self) {
        self.whole = 0..0;
        if std::mem::take(&mut self.is_stale) {
            self.data.clear();
            self.name.clear();
        }
    }

    /// The chunk from the data of the next event on, if that is text. Where the event ends is for the reader to see, who
    /// then [takes](Self::take_ahead) it.
    #[inline]
    pub(crate) fn ahead(&mut self) -> Option<&str> {
        if self.at >= self.chunk.len() || !(self.is_at_event || self.begins_event()) {
            return None;
        }
        if self.text.is_none() {
            return self.first_text()?.strip_prefix(PLAIN);
        }
        let (from, text) = self.text.as_ref()?;
        text.get(self.at - from..)?.strip_prefix(PLAIN)
    }

    /// The rest of the chunk, as far as it is text.
    #[inline(never)]
    fn first_text(&mut self) -> Option<&str> {
        let rest = self.chunk.get(self.at..)?;
        if rest.len() < WORTH_KEEPING {
            return std::str::from_utf8(rest).ok();
        }
        let text = as_text(self.chunk.slice(self.at..));
        Some(&self.text.insert((self.at, text)).1)
    }

    /// Makes out whether an event begins here.
    fn begins_event(&mut self) -> bool {
        self.refresh();
        self.is_at_event = matches!(self.line, Line::Name { length: 0, .. })
            && !self.after_return
            && self.mark.is_none()
            && self.data.is_empty()
            && self.name.is_empty();
        self.is_at_event
    }

    /// The event whose data is so much of what is ahead, if it ends there.
    #[inline]
    pub(crate) fn event_ahead(&self, length: usize) -> Option<Event<'_>> {
        let rest = self.chunk.get(self.at + PLAIN.len()..)?;
        let (data, after) = rest.split_at_checked(length)?;
        let ends = length <= self.limit && after.starts_with(b"\n\n");
        ends.then_some(Event { name: &[], data })
    }

    /// Goes to the event whose data is so much of what is ahead.
    #[inline]
    pub(crate) fn take_ahead(&mut self, length: usize) {
        let start = self.at + PLAIN.len();
        self.whole = start..start + length;
        self.at = start + length + 2;
    }

    /// An event as nearly all are: one line of data, all of it in this chunk.
    fn plain(&mut self) -> Option<Result<(), TooLarge>> {
        if !self.begins_event() {
            return None;
        }
        let line = self.chunk.get(self.at..)?.strip_prefix(PLAIN.as_bytes())?;
        let end = memchr::memchr2(b'\n', b'\r', line)?;
        if !line.get(end..)?.starts_with(b"\n\n") {
            return None;
        }
        if end > self.limit {
            return Some(Err(TooLarge));
        }
        self.take_ahead(end);
        Some(Ok(()))
    }

    fn lines(&mut self, chunk: &[u8]) -> Option<Result<(), TooLarge>> {
        self.skip_mark(chunk);
        loop {
            let mut rest = chunk.get(self.at..).unwrap_or_default();
            if self.after_return && !rest.is_empty() {
                self.after_return = false;
                if let Some(after) = rest.strip_prefix(b"\n") {
                    self.at += 1;
                    rest = after;
                }
            }
            let end = memchr::memchr2(b'\n', b'\r', rest);
            let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
            self.at += part.len();
            if self.take(part).is_err() {
                return Some(Err(TooLarge));
            }
            self.after_return = after.first()? == &b'\r';
            self.at += 1;
            let is_complete = self.end_of_line();
            if self.data.len() > self.limit.saturating_add(1) {
                return Some(Err(TooLarge));
            }
            if is_complete {
                self.is_stale = true;
                return Some(Ok(()));
            }
        }
    }

    /// What an event that never ended held so far.
    pub(crate) fn left_over(&self) -> &[u8] {
        if self.is_stale {
            return &[];
        }
        self.data.strip_suffix(b"\n").unwrap_or(&self.data)
    }

    /// The last line of the stream, if it had no value.
    pub(crate) fn bare_line(&self) -> &[u8] {
        match (&self.line, &self.bare) {
            (Line::Name { length: 0, .. }, Line::Name { name, length })
            | (Line::Name { name, length }, _) => name.get(..*length).unwrap_or_default(),
            _ => &[],
        }
    }

    fn skip_mark(&mut self, chunk: &[u8]) {
        while let Some(seen) = self.mark {
            match chunk.get(self.at) {
                None => return,
                Some(byte) if MARK.get(seen) == Some(byte) => {
                    self.at += 1;
                    self.mark = (seen + 1 < MARK.len()).then_some(seen + 1);
                }
                Some(_) => {
                    // It only looked like the mark: that is text after all, of no field we know.
                    self.mark = None;
                    if seen > 0 {
                        self.line = Line::Value(Field::Other);
                    }
                }
            }
        }
    }

    /// Takes a part of a line.
    fn take(&mut self, mut part: &[u8]) -> Result<(), TooLarge> {
        if let Line::Name { name, length } = &mut self.line {
            let end = memchr::memchr(b':', part);
            let (piece, after) = part.split_at(end.unwrap_or(part.len()));
            for byte in piece.iter().take(NAME_LENGTH + 1) {
                if let Some(slot) = name.get_mut(*length) {
                    *slot = *byte;
                }
                *length = length.saturating_add(1);
            }
            if end.is_none() {
                return Ok(());
            }
            self.line = Line::Colon(self.line.field());
            part = after.get(1..).unwrap_or_default();
        }
        if let Line::Colon(field) = self.line {
            let Some(first) = part.first() else {
                return Ok(());
            };
            if *first == b' ' {
                part = part.get(1..).unwrap_or_default();
            }
            self.line = Line::Value(field);
            if field == Field::Event {
                self.name.clear();
            }
        }
        match self.line {
            Line::Value(Field::Data) if self.data.len().saturating_add(part.len()) > self.limit => {
                Err(TooLarge)
            }
            Line::Value(Field::Data) => {
                self.data.extend_from_slice(part);
                Ok(())
            }
            Line::Value(Field::Event) => {
                let room = TYPE_LENGTH.saturating_sub(self.name.len());
                self.name.extend(part.iter().take(room));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Ends a line. Whether that completes an event.
    fn end_of_line(&mut self) -> bool {
        let line = std::mem::replace(&mut self.line, START);
        if matches!(line, Line::Name { length: 0, .. }) {
            if self.data.is_empty() {
                self.name.clear();
            }
            return !self.data.is_empty();
        }
        self.bare = line;
        match line.field() {
            Field::Data => self.data.push(b'\n'),
            Field::Event if !matches!(line, Line::Value(_)) => self.name.clear(),
            Field::Event | Field::Other => {}
        }
        false
    }
}

impl Line {
    fn field(self) -> Field {
        match self {
            Self::Name { name, length } => match name.get(..length) {
                Some(b"data") => Field::Data,
                Some(b"event") => Field::Event,
                _ => Field::Other,
            },
            Self::Colon(field) | Self::Value(field) => field,
        }
    }
}

/// A chunk as text, without the character that is cut at its end, if one is. Nothing if it is no text.
fn as_text(mut chunk: Bytes) -> ByteString {
    let tail = chunk.iter().rev().take(3);
    // The first byte of a character says in its highest bits how many there are.
    let last = tail.clone().position(|byte| *byte >= 0xC0);
    if let Some(after) = last {
        let begins = chunk.len() - 1 - after;
        let first = chunk.get(begins).copied().unwrap_or_default();
        if first.leading_ones() as usize > after + 1 {
            chunk.truncate(begins);
        }
    }
    chunk.try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests;

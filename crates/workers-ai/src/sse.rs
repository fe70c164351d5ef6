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
        self.text()?.strip_prefix(PLAIN)
    }

    /// The rest of the chunk as text, as far as it is some.
    fn text(&mut self) -> Option<&str> {
        if self.text.is_none() {
            let rest = self.chunk.get(self.at..)?;
            if rest.len() < WORTH_KEEPING {
                return std::str::from_utf8(rest).ok();
            }
            self.text = Some((self.at, as_text(self.chunk.slice(self.at..))));
        }
        let (from, text) = self.text.as_ref()?;
        text.get(self.at - from..)
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
mod tests {
    use super::*;

    type Item = Result<(String, String), TooLarge>;

    fn decode_with<'a>(limit: usize, chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Item> {
        decode_as(limit, chunks, false)
    }

    /// The event that a reader of one line sees ahead.
    fn take_line(decoder: &mut Decoder) -> Option<Result<(), TooLarge>> {
        let text = decoder.ahead()?;
        let length = text.find(['\n', '\r'])?;
        decoder.event_ahead(length)?;
        decoder.take_ahead(length);
        Some(Ok(()))
    }

    fn decode_as<'a>(
        limit: usize,
        chunks: impl IntoIterator<Item = &'a [u8]>,
        looks_ahead: bool,
    ) -> Vec<Item> {
        let mut decoder = Decoder::new(limit);
        let mut items = Vec::new();
        for chunk in chunks {
            decoder.push(Bytes::copy_from_slice(chunk));
            loop {
                let ahead = looks_ahead.then(|| take_line(&mut decoder)).flatten();
                let Some(found) = ahead.or_else(|| decoder.advance()) else {
                    break;
                };
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                let event = decoder.event();
                let item = found.map(|()| (text(event.name), text(event.data)));
                let failed = item.is_err();
                items.push(item);
                if failed {
                    return items;
                }
            }
        }
        items
    }

    fn decode(stream: &[u8]) -> Vec<Item> {
        decode_with(1 << 20, [stream])
    }

    fn data(stream: &[u8]) -> Vec<String> {
        decode(stream)
            .into_iter()
            .map(|item| item.unwrap().1)
            .collect()
    }

    /// The same rules, with the whole stream at hand.
    fn reference(stream: &[u8]) -> Vec<Item> {
        let stream = stream.strip_prefix(&MARK).unwrap_or(stream);
        let mut lines = Vec::new();
        let (mut start, mut at) = (0, 0);
        while at < stream.len() {
            let next = at + 1;
            match stream[at] {
                b'\n' => {
                    lines.push(&stream[start..at]);
                    start = next;
                    at = next;
                }
                b'\r' => {
                    lines.push(&stream[start..at]);
                    at = next + usize::from(stream.get(next) == Some(&b'\n'));
                    start = at;
                }
                _ => at = next,
            }
        }
        let (mut items, mut data, mut name) = (Vec::new(), None::<Vec<u8>>, Vec::new());
        for line in lines {
            if line.is_empty() {
                if let Some(data) = data.take() {
                    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    items.push(Ok((text(&name), text(&data))));
                }
                name.clear();
                continue;
            }
            let colon = line
                .iter()
                .position(|byte| *byte == b':')
                .unwrap_or(line.len());
            let value = line.get(colon + 1..).unwrap_or_default();
            let value = value.strip_prefix(b" ").unwrap_or(value);
            match &line[..colon] {
                b"data" => match &mut data {
                    Some(data) => {
                        data.push(b'\n');
                        data.extend(value);
                    }
                    None => data = Some(value.to_vec()),
                },
                b"event" => name = value.to_vec(),
                _ => {}
            }
        }
        items
    }

    const ODD: &[u8] = b"\xEF\xBB\xBF: hi\r\ndata: {\"a\":1}\r\rdata:x\ndata:  y\n\n\r\nevent: e\nevent\ndata\n\nid: 1\n\n\
        event: chunks\r\ndata: \xF0\x9F\x98\x80\r\n\r\nfoo: bar\ndatax: no\nevents: no\nData: no\n data: no\ndata:\n\n\
        data: a\xFFb\n\ndata: [DONE]\n\ndata: cut";

    #[test]
    fn s01_any_two_cuts_give_the_same_events() {
        let whole = reference(ODD);
        assert_eq!(whole.len(), 7);
        assert_eq!(decode(ODD), whole);
        assert_eq!(decode_with(1 << 20, ODD.chunks(1)), whole);
        for first in 0..=ODD.len() {
            for second in first..=ODD.len() {
                let cut = [&ODD[..first], &ODD[first..second], &ODD[second..]];
                assert_eq!(decode_with(1 << 20, cut), whole, "{first} {second}");
            }
        }
    }

    #[test]
    fn s13_random_streams_equal_the_reference() {
        let alphabet: [&[u8]; 14] = [
            b"data",
            b"event",
            b":",
            b" ",
            b"\n",
            b"\r",
            b"\r\n",
            b"\n\n",
            b"x",
            b"\xEF\xBB\xBF",
            b"\xEF",
            b"id",
            b"\0",
            b"data: ",
        ];
        let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed >> 33).unwrap()
        };
        for _ in 0..20_000 {
            let stream: Vec<u8> = (0..random() % 24)
                .flat_map(|_| alphabet[random() % alphabet.len()].iter().copied())
                .collect();
            let size = 1 + random() % 5;
            assert_eq!(
                decode_with(1 << 20, stream.chunks(size)),
                reference(&stream),
                "{stream:?}"
            );
        }
    }

    #[test]
    fn s01_looking_ahead_changes_nothing() {
        let text = "data: {\"response\":\"schöne 🌊\"}\n\ndata: b\n\n: hi\n\nevent: e\ndata: c\n\n";
        let good = text.repeat(4).into_bytes();
        let mut bad = good.clone();
        bad[good.len() / 2] = 0xFF;
        for stream in [&good, &bad, &ODD.repeat(2)] {
            let whole = reference(stream);
            assert!(whole.len() > 8);
            for cut in 0..=stream.len() {
                let (first, second) = stream.split_at(cut);
                assert_eq!(decode_as(1 << 20, [first, second], true), whole, "{cut}");
            }
            for size in 1..200 {
                assert_eq!(decode_as(1 << 20, stream.chunks(size), true), whole);
            }
        }
        let limit = decode_as(15, [&good[..]], true);
        assert_eq!(limit, [Err(TooLarge)]);
    }

    #[test]
    fn s02_line_ends_of_every_sort() {
        for stream in [
            &b"data: a\n\ndata: b\n\n"[..],
            b"data: a\r\n\r\ndata: b\r\n\r\n",
            b"data: a\r\rdata: b\r\r",
        ] {
            assert_eq!(data(stream), ["a", "b"]);
        }
        assert_eq!(
            decode_with(9, [&b"data: a\r"[..], b"\r"]).len(),
            1,
            "no need to wait for a line feed"
        );
        assert_eq!(
            decode_with(9, [&b"data: a\r\n\r"[..], b"\n", b"\n"]).len(),
            1,
            "no phantom event"
        );
    }

    #[test]
    fn s03_one_mark_is_skipped() {
        assert_eq!(data(b"\xEF\xBB\xBFdata: a\n\n"), ["a"]);
        let chunks = [&b""[..], b"\xEF", b"\xBB", b"\xBF", b"data: a\n\n"];
        assert_eq!(decode_with(9, chunks).len(), 1);
        assert_eq!(
            data(b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\ndata: b\n\n"),
            ["b"]
        );
        assert_eq!(data(b"\xEFdata: a\n\ndata: b\n\n"), ["b"]);
    }

    #[test]
    fn s04_a_bad_byte_spoils_its_own_event_only() {
        assert_eq!(data(b"data: a\xFF\n\ndata: b\n\n"), ["a\u{FFFD}", "b"]);
    }

    #[test]
    fn s06_s07_comments_and_data_without_a_colon() {
        assert_eq!(data(b": ping\n\n:\n\n"), [""; 0]);
        assert_eq!(data(b"data\n\n"), [""]);
        assert_eq!(data(b"data:\n\n"), [""]);
        assert_eq!(data(b"data: a\ndata\ndata:b\n\n"), ["a\n\nb"]);
    }

    #[test]
    fn s08_s09_s10_fields_that_mean_nothing() {
        assert_eq!(
            data(b"event: x\n\nid: 7\n\n\n\nretry: +5\nretry: 1_0\n\n"),
            [""; 0]
        );
        assert_eq!(
            data(b"Data: a\n\n data: a\n\nfoo: a\n\ndata:  a\n\n"),
            [" a"]
        );
    }

    #[test]
    fn s12_other_breaks_are_text() {
        let text = "a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f";
        assert_eq!(data(format!("data: {text}\n\n").as_bytes()), [text]);
    }

    #[test]
    fn s23_events_are_bounded_also_over_many_lines() {
        assert_eq!(decode_with(4, [&b"data: abcd\n\n"[..]]).len(), 1);
        assert_eq!(decode_with(4, [&b"data: abc"[..], b"de"]), [Err(TooLarge)]);
        assert_eq!(
            decode_with(4, [&b"data: a\ndata: b\ndata: c\n\n"[..]]),
            [Err(TooLarge)]
        );
        assert_eq!(decode_with(4, [&b"data\n".repeat(9)[..]]), [Err(TooLarge)]);
        let mut decoder = Decoder::new(4);
        for _ in 0..1_000 {
            decoder.push(Bytes::from_static(&[b'x'; 1_000]));
            assert_eq!(decoder.advance(), None);
        }
        decoder.push(Bytes::from_static(b"event: "));
        assert_eq!(decoder.advance(), None);
        assert!(decoder.data.capacity() + decoder.name.capacity() < 1_000);
    }

    #[test]
    fn s26_a_long_line_in_small_chunks_is_copied_once() {
        const LENGTH: usize = 1 << 20;
        let line = [b"data: ", &vec![b'x'; LENGTH][..], b"\n\n"].concat();
        for size in [1, 1_000, 1_024] {
            let mut decoder = Decoder::new(LENGTH);
            let (mut copied, mut moved, mut events) = (0, 0, 0);
            for chunk in line.chunks(size) {
                let (length, room) = (decoder.data.len(), decoder.data.capacity());
                decoder.push(Bytes::copy_from_slice(chunk));
                events += usize::from(decoder.advance().is_some());
                copied += decoder.data.len() - length;
                moved += if decoder.data.capacity() > room {
                    length
                } else {
                    0
                };
                // Of what was looked at only the copy is left.
                assert!(events > 0 || decoder.chunk.is_empty());
            }
            assert_eq!(decoder.event().data.len(), LENGTH);
            assert_eq!((events, copied), (1, LENGTH + 1), "{size}");
            assert!(
                moved <= 2 * LENGTH,
                "{moved} bytes were moved, {size} at a time"
            );
        }
    }

    #[test]
    fn s15_what_is_left_over_can_be_seen() {
        let mut decoder = Decoder::new(99);
        decoder.push(Bytes::from_static(b"data: a\n\ndata: [DONE]"));
        assert!(decoder.advance().is_some());
        assert_eq!(decoder.left_over(), b"");
        assert_eq!(decoder.advance(), None);
        assert_eq!(decoder.left_over(), b"[DONE]");
    }
}

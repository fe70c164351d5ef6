//! The decoder against a plain reading of the rules, at every cut.

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

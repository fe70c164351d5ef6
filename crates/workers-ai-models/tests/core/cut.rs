//! What is cut out of a document is read as if it stood there.

use std::ops::Range;

use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use workers_ai_models::{Matrix, Media, cut, drift, fields};

#[derive(Debug, Default, PartialEq)]
struct Answer {
    data: Option<Matrix>,
    image: Option<Media>,
    inner: Option<Inner>,
    text: Option<String>,
    any: Option<Value>,
    more: Option<Vec<Media>>,
}

#[derive(Debug, Default, PartialEq)]
struct Inner {
    image: Option<Media>,
}

fields! {
    Answer {
        "data" => put data,
        "image" => put image,
        "inner" => put inner,
        "text" => put text,
        "any" => put any,
        "more" => put more,
    }
}

fields! {
    Inner {
        "image" => put image,
    }
}

/// The text and the place of what stands between `<` and `>` in it.
fn marked(text: &str) -> (String, Range<usize>) {
    let start = text.find('<').expect("a mark");
    let end = text.rfind('>').expect("a mark") - 1;
    (text.replace(['<', '>'], ""), start..end)
}

fn shown<T: std::fmt::Debug>(outcome: serde_json::Result<T>) -> Result<T, String> {
    outcome.map_err(|error| error.to_string())
}

/// With the value cut out the outcome is the same, fault by fault and number by number.
#[track_caller]
fn same(text: &[u8], place: &Range<usize>) -> Result<Answer, String> {
    let document = Bytes::copy_from_slice(text);
    let cut = shown(cut::read::<Answer>(&document, std::slice::from_ref(place)));
    let whole = shown(serde_json::from_slice::<Answer>(text));
    let said = String::from_utf8_lossy(text);
    match (&cut, &whole) {
        (Ok(cut), Ok(whole)) => {
            let (rows, expected) = (numbers(cut), numbers(whole));
            assert_eq!(rows.len(), expected.len(), "{said}");
            for (number, expected) in rows.iter().zip(&expected) {
                // What serde_json reads may be off by one in the last place.
                let (number, expected) = (number.to_bits(), expected.to_bits());
                assert!(number.abs_diff(expected) <= 1, "{said}");
            }
            let lengths = |answer: &Answer| {
                let rows = answer.data.as_ref()?.rows();
                Some(rows.map(<[f64]>::len).collect::<Vec<_>>())
            };
            assert_eq!(lengths(cut), lengths(whole), "{said}");
            assert_eq!(cut.image, whole.image, "{said}");
        }
        _ => assert_eq!(cut, whole, "{said}"),
    }
    cut
}

fn numbers(answer: &Answer) -> Vec<f64> {
    let data = answer.data.as_ref();
    data.map_or_else(Vec::new, |data| data.as_flat().to_vec())
}

#[test]
fn what_is_cut_out_is_read_as_if_it_stood_there() {
    for text in [
        r#"{"data":<[]>}"#,
        r#"{"data":<[[]]>}"#,
        r#"{"data":<[[],[1],[]]>}"#,
        r#"{"data":<[[1,2],[3]]>,"text":"a"}"#,
        r#"{"data":<[ [ 1.5e3 , -2E-2 ] ,[3e+0]	]>,"text":"a"}"#,
        r#"{"data":<[[-0,-0.0,0,0.0,1,10,100200300,123456789.125]]>}"#,
        r#"{"data":<[[18446744073709551615,18446744073709551616,9007199254740993]]>}"#,
        r#"{"data":<[[0.1,0.10000000000000000000000000001,1e-7,1e22,1e23]]>}"#,
        r#"{"data":<[[5e-324,2.2250738585072014e-308,1.7976931348623157e308,1e-400]]>}"#,
        r#"{"data":<[[0.0031566619873046875,-0.11322021484375]]>}"#,
        r#"{"data":<[[1e400]]>}"#,
        r#"{"data":<[[01]]>}"#,
        r#"{"data":<[[1.]]>}"#,
        r#"{"data":<[[.5]]>}"#,
        r#"{"data":<[[+1]]>}"#,
        r#"{"data":<[[-]]>}"#,
        r#"{"data":<[[1e]]>}"#,
        r#"{"data":<[[1e+]]>}"#,
        r#"{"data":<[[1.e5]]>}"#,
        r#"{"data":<[[NaN]]>}"#,
        r#"{"data":<[[inf]]>}"#,
        r#"{"data":<[["1"]]>}"#,
        r#"{"data":<[[null]]>}"#,
        r#"{"data":<[null]>}"#,
        r#"{"data":<[1]>}"#,
        r#"{"data":<[[1,]]>}"#,
        r#"{"data":<[[1],]>}"#,
        r#"{"data":<[[1]>}"#,
        r#"{"data":<[[1]]]>}"#,
        r#"{"data":<[[[1]]]>}"#,
        r#"{"data":<"0">}"#,
        r#"{"data":<null>}"#,
        r#"{"data":<[[1]]>,"data":[[2]]}"#,
        r#"{"data":<[[1]]>,"text":7}"#,
        r#"{"data":<[[1]]>} x"#,
        r#"{"data":<[[1]]>"#,
        r#"{"image":<"aGVsbG8=">}"#,
        r#"{"image":<"data:image/png;base64,aGVsbG8=">,"text":"0"}"#,
        r#"{"image":<"">}"#,
        r#"{"image":<"no base64!">}"#,
        r#"{"image":<"aGVs\/bG8=">}"#,
        r#"{"image":<"aGVsbG8\u003d">}"#,
        r#"{"image":<"é">}"#,
        "{\"image\":<\"a\nb\">}",
        "{\"image\":<\"a\u{7f}b\">}",
        r#"{"image":<[1,2,3]>}"#,
        r#"{"image":<[[1]]>}"#,
        r#"{"text":<"hello">}"#,
        r#"{"text":<[[1]]>}"#,
        r#"{"any":<"hello">}"#,
        r#"{"any":<[[1]]>}"#,
        r#"{"other":<[[1]]>}"#,
        r#"{"inner":{"image":<"aGVsbG8=">}}"#,
        r#"{"more":[<"aGVsbG8=">,"0"]}"#,
        r#"{"any":[<"aGVsbG8=">,"0"]}"#,
        r#"<"aGVsbG8=">"#,
    ] {
        let (text, place) = marked(text);
        let answer = same(text.as_bytes(), &place);
        let numbers = answer.as_ref().map(numbers).unwrap_or_default();
        if numbers.is_empty() {
            continue;
        }
        // Each number is the one that stands there, correctly rounded.
        let words = text[place].split(|c: char| "[], \t".contains(c));
        let words: Vec<f64> = words.filter_map(|word| word.parse().ok()).collect();
        assert_eq!(words.len(), numbers.len(), "{text}");
        for (word, number) in words.iter().zip(&numbers) {
            assert_eq!(word.to_bits(), number.to_bits(), "{text}");
        }
    }
}

/// A generator of numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

#[test]
fn damage_is_told_in_the_same_words() {
    let documents = [
        r#"{"text":"a","data":<[[0.125,-3.5e-2,17],[1,0.0031566619873046875,0]]>,"any":[1]}"#,
        r#"{"any":null,"image":<"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ">,"text":"a"}"#,
    ];
    let other = b"0123456789.,-+eE[]{}\"\\ \n:aN\0\x7f\xFF\xC3\xA9";
    let mut dice = Dice(1);
    let mut fits = 0;
    for text in documents {
        let (text, place) = marked(text);
        for _ in 0..4_000 {
            let mut damaged = text.clone().into_bytes();
            for _ in 0..=dice.next(3) {
                // The place is where it was, whatever stands there now.
                let at = if dice.next(8) == 0 {
                    dice.next(damaged.len())
                } else {
                    place.start + dice.next(place.len())
                };
                damaged[at] = other[dice.next(other.len())];
            }
            fits += usize::from(same(&damaged, &place).is_ok());
        }
    }
    assert!(fits > 1_000, "{fits}");
}

#[test]
fn numbers_of_every_length_come_correctly_rounded() {
    let mut dice = Dice(7);
    let mut words = Vec::new();
    for _ in 0..20_000 {
        let mut word = String::from(["", "-"][dice.next(2)]);
        let digits = |dice: &mut Dice, most| -> String {
            let length = 1 + dice.next(most);
            (0..length)
                .map(|_| char::from(b"0123456789"[dice.next(10)]))
                .collect()
        };
        let whole = digits(&mut dice, 12);
        let whole = whole.trim_start_matches('0');
        word += if whole.is_empty() || dice.next(2) == 0 {
            "0"
        } else {
            whole
        };
        if dice.next(8) > 0 {
            word = word + "." + &digits(&mut dice, 25);
        }
        if dice.next(8) == 0 {
            word = word + ["e", "E-", "e+"][dice.next(3)] + &digits(&mut dice, 2);
        }
        words.push(word);
    }
    let text = format!("{{\"data\":<[[{}]]>}}", words.join(","));
    let (text, place) = marked(&text);
    let numbers = numbers(&same(text.as_bytes(), &place).expect("rows"));
    for (word, number) in words.iter().zip(numbers) {
        let expected: f64 = word.parse().expect("a number");
        assert_eq!(number.to_bits(), expected.to_bits(), "{word}");
    }
}

fn read<T: DeserializeOwned + 'static>(text: &str, place: Range<usize>) -> (T, Bytes) {
    let document = Bytes::copy_from_slice(text.as_bytes());
    let value = cut::read(&document, &[place]).expect("it fits");
    (value, document)
}

#[test]
fn a_picture_is_taken_without_a_copy_and_a_small_one_keeps_no_large_document() {
    let (text, place) = marked(r#"{"image":<"aGVsbG8gd29ybGQh">}"#);
    let (answer, document): (Answer, _) = read(&text, place);
    assert!(!document.is_unique());
    let image = answer.image.expect("a picture");
    assert_eq!(image.into_bytes().expect("bytes"), "hello world!");
    assert!(document.is_unique());

    let (text, place) = marked(r#"{"image":<"aGVsbG8=">,"text":"long, longer and much longer"}"#);
    let (answer, document): (Answer, _) = read(&text, place);
    assert!(document.is_unique());
    assert_eq!(
        answer.image.expect("a picture").bytes().expect("bytes"),
        "hello"
    );
}

/// Keeps what it was read from.
#[derive(Debug, Deserialize)]
#[serde(from = "Box<RawValue>")]
struct Kept {
    raw: String,
    answer: Option<Answer>,
}

impl From<Box<RawValue>> for Kept {
    fn from(raw: Box<RawValue>) -> Self {
        Self {
            answer: serde_json::from_str(raw.get()).ok(),
            raw: raw.get().to_owned(),
        }
    }
}

#[derive(Debug, PartialEq)]
struct Borrowed {
    raw: String,
    answer: Answer,
}

impl<'de> Deserialize<'de> for Borrowed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let answer = serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?;
        let raw = raw.get().to_owned();
        Ok(Self { raw, answer })
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Either {
    This {
        #[expect(dead_code, reason = "only read")]
        image: Media,
        #[expect(dead_code, reason = "only read")]
        missing: u8,
    },
    That {
        image: String,
    },
}

#[test]
fn no_placeholder_is_ever_seen() {
    let (text, place) = marked(r#"{"image":<"aGVsbG8gd29ybGQh">}"#);
    let (kept, _): (Kept, _) = read(&text, place.clone());
    assert_eq!((kept.raw, kept.answer.is_some()), (text.clone(), true));
    let (borrowed, _): (Borrowed, _) = read(&text, place.clone());
    assert_eq!(borrowed.raw, text);
    assert_eq!(
        borrowed.answer,
        serde_json::from_str(&text).expect("it fits")
    );
    let (either, _): (Either, _) = read(&text, place.clone());
    assert!(matches!(either, Either::That { image } if image == "aGVsbG8gd29ybGQh"));
    let (value, _): (Value, _) = read(&text, place.clone());
    assert_eq!(value.to_string(), text);

    // Who watches for drift sees the document itself.
    let (text, place) = marked(r#"{"image":<"aGVsbG8gd29ybGQh">,"new":1}"#);
    let (_, drifts) = drift::watch(|| read::<Answer>(&text, place.clone()));
    assert_eq!(drifts.len(), 1);
    // And nothing lasts beyond a reading, however it ends.
    let document = Bytes::from(text.clone());
    assert!(cut::read::<Vec<Answer>>(&document, &[place]).is_err());
    assert!(serde_json::from_str::<Matrix>("\"0\"").is_err());
    let image: Media = serde_json::from_str("\"0000\"").expect("text");
    assert_eq!(image.bytes().map(|bytes| bytes.len()), Ok(3));
}

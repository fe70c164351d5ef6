//! Large media go out in pieces of their own.

use std::{fmt::Debug, marker::PhantomData};

use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::to_raw_value;
use workers_ai_models::{
    EncodeError, Media, Model, ModelInfo, Payload, Piece, Task, Validate, members,
};

use crate::CANARY;

/// A model that takes a `T`.
struct Taking<T>(PhantomData<T>);

#[derive(Debug, Clone, Serialize)]
struct Input<T>(T);

impl<T> Validate for Input<T> {}

trait Given: Serialize + Clone + Debug + Send + Sync + 'static {}

impl<T: Serialize + Clone + Debug + Send + Sync + 'static> Given for T {}

impl<T: Given> Model for Taking<T> {
    const ID: &'static str = "@cf/example/taking";
    const INFO: &'static ModelInfo = &ModelInfo::new(Self::ID, "Taking", Task::TextToSpeech);
    type Input = Input<T>;
    type Output = serde_json::Value;
}

fn encode<T: Given>(input: &T) -> Result<Payload, EncodeError> {
    Taking::encode(&Input(input.clone()))
}

fn in_pieces<T: Given>(input: &T) -> Payload {
    Payload::in_pieces(|| encode(input)).expect("JSON")
}

/// What is sent, and how many media were left out until then.
fn sent(payload: Payload) -> (Vec<u8>, usize) {
    let mut pieces = match payload {
        Payload::Json(json) => vec![Piece::Plain(json.into())],
        Payload::Pieces(pieces) => pieces,
        other => panic!("JSON, not {other:?}"),
    };
    let length: usize = pieces.iter().map(Piece::len).sum();
    let left_out = |piece: &&Piece| matches!(piece, Piece::Base64(_));
    let left_out = pieces.iter().filter(left_out).count();
    let mut body = Vec::new();
    for piece in &mut pieces {
        while let Some(chunk) = piece.next_chunk() {
            body.extend_from_slice(&chunk);
        }
        assert!(piece.is_empty());
    }
    assert_eq!(body.len(), length);
    (body, left_out)
}

/// The same bytes are sent in both ways.
#[track_caller]
fn same<T: Given>(input: &T, left_out: usize) {
    let expected = serde_json::to_string(input).expect("JSON");
    let whole = Payload::Json(expected.clone().into());
    assert_eq!(encode(input), Ok(whole.clone()));
    let (body, found) = sent(in_pieces(input));
    assert_eq!(String::from_utf8(body).expect("text"), expected);
    assert_eq!(found, left_out);
    // Nothing of it lasts.
    assert_eq!(encode(input), Ok(whole));
}

fn noise(length: usize) -> Media {
    let bytes = (0_u32..).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]);
    Media::new(bytes.take(length).collect::<Vec<u8>>())
}

fn large() -> Media {
    noise(30_001)
}

#[derive(Debug, Clone)]
struct Call {
    prompt: &'static str,
    audio: Option<Media>,
    numbers: Option<Media>,
    images: Vec<Media>,
}

members! {
    Call {
        "prompt" => put prompt,
        "audio" => opt audio,
        "numbers" => opt_numbers numbers,
        "images" => put images,
    }
}

#[test]
fn large_media_are_left_out_and_the_bytes_are_the_same() {
    for length in [0, 1, 16 << 10, (48 << 10) + 3] {
        for length in length..length + 7 {
            same(&noise(length), usize::from(length >= 16 << 10));
        }
    }
    let text = noise(50_000).bytes().expect("bytes");
    let text = serde_json::to_value(Media::new(text)).expect("text");
    let text = text.as_str().expect("text");
    same(
        &Media::from_base64(format!("data:image/png;base64,{text}")),
        1,
    );
    same(&Media::from_base64("?".repeat(50_000)), 0);
    let call = Call {
        prompt: "a \"quoted\" é\n",
        audio: Some(large()),
        numbers: Some(large()),
        images: vec![large(), noise(10), large()],
    };
    same(&call, 3);
    same(&(call.clone(), 0.1, [call]), 6);
}

#[test]
fn what_is_left_out_is_shared() {
    let bytes = large().bytes().expect("bytes");
    let Payload::Pieces(pieces) = in_pieces(&Media::new(bytes.clone())) else {
        panic!("pieces");
    };
    let rest = bytes.slice(3..);
    assert!(matches!(&pieces[1], Piece::Base64(kept) if kept.as_ptr() == rest.as_ptr()));
    let shown = format!("{:?}", Payload::Pieces(vec![Piece::Base64(CANARY.into())]));
    assert_eq!(shown, "Pieces([Base64(16 bytes)])");
}

/// Ways to write media in which the text does not go straight into the body.
#[derive(Debug, Clone, Copy)]
enum Detour {
    Value,
    Raw,
    Text,
    Whole,
    /// After another body was begun and given up.
    GivenUp,
}

#[derive(Debug, Clone)]
struct Roundabout(Detour, Media);

impl Serialize for Roundabout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(detour, media) = self;
        match detour {
            Detour::Value => serde_json::to_value(media)
                .map_err(S::Error::custom)?
                .serialize(serializer),
            Detour::Raw => to_raw_value(media)
                .map_err(S::Error::custom)?
                .serialize(serializer),
            Detour::Text => serde_json::to_string(media)
                .map_err(S::Error::custom)?
                .serialize(serializer),
            Detour::Whole => match Payload::json(&(1, media)).map_err(S::Error::custom)? {
                Payload::Json(json) => json.serialize(serializer),
                other => panic!("JSON, not {other:?}"),
            },
            Detour::GivenUp => {
                assert!(Payload::in_pieces(|| encode(&(media.clone(), Unfit))).is_err());
                media.serialize(serializer)
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Unfit;

impl Serialize for Unfit {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("unfit"))
    }
}

#[derive(Debug, Clone, Serialize)]
struct Flat {
    #[serde(flatten)]
    call: Call,
    more: u8,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    Inside { audio: Media, beside: Beside },
}

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Beside {
    This(Media),
}

#[test]
fn what_goes_another_way_is_written_where_it_stands() {
    for detour in [Detour::Value, Detour::Raw, Detour::Text, Detour::Whole] {
        same(&Roundabout(detour, large()), 0);
        same(&(large(), Roundabout(detour, large()), large()), 2);
    }
    same(&(large(), Roundabout(Detour::GivenUp, large()), large()), 3);
    let call = Call {
        prompt: "",
        audio: Some(large()),
        numbers: None,
        images: Vec::new(),
    };
    same(&Flat { call, more: 1 }, 1);
    let beside = Beside::This(large());
    let audio = large();
    same(&Tagged::Inside { audio, beside }, 2);
}

#[test]
fn only_the_first_body_of_a_model_comes_in_pieces() {
    let (one, two) = Payload::in_pieces(|| (encode(&large()), encode(&large())));
    assert!(matches!(one, Ok(Payload::Pieces(_))));
    assert!(matches!(two, Ok(Payload::Json(_))));
    // A model that makes its body itself gets what it always got.
    let json = Payload::in_pieces(|| Payload::json(&large()));
    assert!(matches!(json, Ok(Payload::Json(_))));
    let caught = std::panic::catch_unwind(|| Payload::in_pieces(|| panic!("{CANARY}")));
    assert!(caught.is_err());
    assert!(matches!(encode(&large()), Ok(Payload::Json(_))));
    assert!(Payload::in_pieces(|| encode(&(large(), Unfit))).is_err());
    same(&large(), 1);
}

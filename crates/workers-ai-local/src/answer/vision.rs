//! What is in a picture: classes, boxes, points and descriptions, made up from its bytes.

use serde_json::{Value, json};

use super::{
    Answer, Answered, Asked, conversation,
    dice::{Dice, Hash},
    fit::Known,
    frames::{self, Frames},
    made::{made, rounded},
    picture,
    usage::Used,
    words,
};
use crate::documents::Schema;

/// What is in pictures.
const THINGS: [&str; 12] = [
    "person",
    "bicycle",
    "dog",
    "boat",
    "umbrella",
    "chair",
    "clock",
    "bird",
    "teapot",
    "bench",
    "lighthouse",
    "bus",
];

/// Where it is.
const PLACES: [&str; 6] = [
    "in front of a brick wall",
    "on a quiet street",
    "beside the water",
    "under a grey sky",
    "in a bright room",
    "at the edge of a field",
];

/// The size of a picture whose header does not say.
const SIZE: (u32, u32) = (640, 480);

/// Tokens a picture costs.
const PICTURE: u64 = 729;

/// Whether a list of these tells classes, and whether it tells boxes too.
pub(super) fn of_list(item: Schema<'_>) -> Option<bool> {
    item.property("label").and(item.property("score"))?;
    Some(item.property("box").is_some())
}

/// Five classes, the likeliest first; together they stay below 1.
pub(super) fn classes(hash: Hash) -> Value {
    let mut dice = hash.text("classes").dice();
    let start = dice.index(THINGS.len());
    let mut left = 0.98;
    let class = |thing: &&str| {
        let score = left * (0.5 + dice.unit() * 0.4);
        left -= score;
        json!({"label": thing.to_uppercase(), "score": (score * 1e6).floor() / 1e6})
    };
    THINGS
        .iter()
        .cycle()
        .skip(start)
        .take(5)
        .map(class)
        .collect()
}

/// Up to four things and where they are, inside of the picture.
pub(super) fn boxes(file: &[u8], hash: Hash) -> Value {
    let (width, height) = picture::size(file).unwrap_or(SIZE);
    let mut dice = hash.text("boxes").dice();
    let count = 1 + dice.index(4);
    let one = |_| {
        let label = *dice.pick(&THINGS).unwrap_or(&"person");
        let score = rounded(0.55 + dice.unit() * 0.44);
        let (left, right) = span(&mut dice);
        let (top, bottom) = span(&mut dice);
        let place = |part: f64, whole: u32| (part * f64::from(whole)).floor();
        json!({
            "label": label,
            "score": score,
            "box": {
                "xmin": place(left, width),
                "ymin": place(top, height),
                "xmax": place(right, width),
                "ymax": place(bottom, height),
            },
        })
    };
    (0..count).map(one).collect()
}

/// What a picture shows, as a sentence.
fn description(prompt: &str, dice: &mut Dice) -> String {
    let thing = dice.pick(&THINGS).unwrap_or(&"person");
    let other = dice.pick(&THINGS).unwrap_or(&"bench");
    let place = dice.pick(&PLACES).unwrap_or(&"in a bright room");
    let scene = format!("A {thing} and a {other} {place}.");
    match words::subjects(prompt).first() {
        Some(subject) => {
            let count = 1 + dice.below(3);
            format!("{scene} As for {subject}, the picture shows {count} of it.")
        }
        None => scene,
    }
}

/// Answers a question about a picture, in the shape of this schema.
pub(super) fn answer(asked: &Asked<'_>, input: &Value, result: Schema<'_>, hash: Hash) -> Answered {
    let text = |name: &str| input.get(name).and_then(Value::as_str);
    let task = text("task").unwrap_or("query");
    let prompt = text("prompt").or(text("question")).unwrap_or_default();
    let mut dice = hash.text("description").dice();
    let said = description(prompt, &mut dice);
    let limit = input
        .get("max_tokens")
        .and_then(Value::as_u64)
        .unwrap_or(512);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let said: String = words::tokens(&said).take(limit).collect();
    let used = Used {
        input_tokens: PICTURE + words::count(prompt),
        output_tokens: words::count(&said),
        ..Used::default()
    };
    let known = |name: &str, schema: Schema<'_>| {
        let mut dice = hash.text(name).dice();
        let of_task = |wanted: &str, value: Value| {
            if task == wanted {
                Known::Value(value)
            } else {
                Known::Nothing
            }
        };
        match name {
            // The model puts a blank before its text.
            "description" => Known::Value(format!(" {said}").into()),
            "answer" => of_task("query", said.as_str().into()),
            "caption" => of_task("caption", said.as_str().into()),
            "points" => of_task("point", points(&mut dice)),
            "objects" => of_task("detect", objects(&mut dice)),
            "reasoning" if input.get(name) == Some(&json!(false)) || task != "query" => {
                Known::Nothing
            }
            "text" => Known::Value("The question is about what can be seen.".into()),
            "grounding" => Known::Value(json!([])),
            "finish_reason" => Known::Value("stop".into()),
            "usage" => Known::Value(used.value(schema, used.neurons(asked.model))),
            "input_tokens" => Known::Value(used.input_tokens.into()),
            "output_tokens" => Known::Value(used.output_tokens.into()),
            _ => Known::Fitting,
        }
    };
    let whole = made(result, &known, &["picture"], hash);
    let streams = asked.stream && asked.model.event().is_some();
    let answer = if streams {
        Answer::Events(events(&said, &whole, asked.model.end_marker()))
    } else {
        Answer::Result(whole)
    };
    Answered {
        neurons: used.neurons(asked.model),
        answer,
    }
}

/// Pieces of the text, then the whole: no source says how these events look.
fn events(said: &str, whole: &Value, marker: &str) -> Vec<bytes::Bytes> {
    let mut frames = Frames::default();
    for piece in frames::pieces(said) {
        frames.event(|text| {
            text.push_str("{\"chunk\":");
            frames::string(piece, text);
            text.push('}');
        });
    }
    frames.event(|text| text.push_str(&whole.to_string()));
    frames.finish(marker)
}

/// Places are parts of the width and height.
fn points(dice: &mut Dice) -> Value {
    let count = 1 + dice.index(3);
    (0..count)
        .map(|_| json!({"x": rounded(dice.unit()), "y": rounded(dice.unit())}))
        .collect()
}

fn objects(dice: &mut Dice) -> Value {
    let count = 1 + dice.index(3);
    let object = |_| {
        let (left, right) = span(dice);
        let (top, bottom) = span(dice);
        json!({"x_min": rounded(left), "y_min": rounded(top), "x_max": rounded(right), "y_max": rounded(bottom)})
    };
    (0..count).map(object).collect()
}

/// Two places from 0 to 1, the smaller one first.
fn span(dice: &mut Dice) -> (f64, f64) {
    let begin = dice.unit() * 0.6;
    (begin, begin + 0.1 + dice.unit() * (0.9 - begin))
}

/// Whether an answer with these properties is about a picture.
pub(super) fn is_about_picture(result: Schema<'_>) -> bool {
    let shapes = conversation::flat(result);
    shapes
        .iter()
        .any(|shape| shape.property("description").is_some() || shape.property("caption").is_some())
}

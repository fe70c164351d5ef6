//! Every answer and event a document describes is read, in all its forms, and nothing of it is
//! lost: not if members are null or missing, not beside members and choices that came later.

use std::{
    collections::HashSet,
    fmt::{self, Display},
    sync::{LazyLock, OnceLock},
};

use serde_json::{Value, json};
use workers_ai_models::{Media, misfit::without_content};

use crate::{
    Faults,
    documents::{DOCUMENTS, alternatives, follow},
    lost,
    models::{ALL, BATCHED, STREAMING, entry},
    samples::{Fill, Sample, Spot, What, properties, property, rounds},
};

/// One form of a model's answer, or of an event of its stream.
struct Form {
    id: &'static str,
    schema: &'static Value,
    read: fn(&Value) -> Result<Value, serde_json::Error>,
    read_text: fn(&str) -> Result<(), serde_json::Error>,
    keeps: fn(&Value) -> Result<bool, serde_json::Error>,
    /// Whether no other model before has it.
    first: bool,
    /// The form with everything in it; in all its variety the first time that it comes.
    samples: Vec<Sample>,
    readable: OnceLock<Vec<bool>>,
}

/// Every form of every answer and event that is JSON.
static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let mut seen = HashSet::new();
    let mut forms = Vec::new();
    for document in &*DOCUMENTS {
        let entry = entry(&document.id);
        let mut add = |schemas: Vec<&'static Value>, most, read, read_text, keeps| {
            for schema in schemas {
                let first = seen.insert(std::ptr::from_ref(follow(schema)));
                let rounds = 0..if first { rounds(schema).min(most) } else { 1 };
                let samples = rounds.map(|round| Sample::new(schema, Fill::All, round));
                forms.push(Form {
                    id: entry.id,
                    schema,
                    read,
                    read_text,
                    keeps,
                    first,
                    samples: samples.collect(),
                    readable: OnceLock::new(),
                });
            }
        };
        add(
            document.answers(),
            64,
            entry.answer,
            entry.answer_text,
            entry.keeps_answer,
        );
        if let Some((events, _)) = document.events() {
            let model = STREAMING.iter().find(|model| model.id == entry.id);
            let model = model.unwrap_or_else(|| panic!("{} streams", entry.id));
            // The answers that are in some of them have shown their variety already.
            add(events, 8, model.event, model.event_text, model.keeps_event);
        }
    }
    forms
});

impl Form {
    /// The samples that are not refused as they are, which another rule would find.
    fn readable(&self) -> impl Iterator<Item = &Sample> {
        let readable = self.readable.get_or_init(|| {
            let is_read = |sample: &Sample| (self.read)(&sample.value).is_ok();
            self.samples.iter().map(is_read).collect()
        });
        let samples = self.samples.iter().zip(readable);
        samples.filter_map(|(sample, readable)| readable.then_some(sample))
    }

    /// Expects all of `sent` in what is written of it.
    fn expect_kept(&self, faults: &mut Faults, sample: &Sample, sent: &Value) {
        let kept = match (self.read)(sent) {
            Ok(kept) => kept,
            Err(error) => return faults.add(format!("{self}: refused, {error}")),
        };
        let lost = lost(&kept, &as_written(sample, sent.clone()));
        faults.unless(lost.is_none(), || {
            format!("{self}: {}", lost.unwrap_or_default())
        });
    }
}

impl Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reference = self.schema["$ref"]
            .as_str()
            .and_then(|path| path.rsplit('/').next());
        let title = self.schema["title"].as_str().or(reference);
        write!(f, "{} {}", self.id, title.unwrap_or("answer"))
    }
}

/// What came as a list of bytes is written as base64 text.
fn as_written(sample: &Sample, sent: Value) -> Value {
    let bytes = sample
        .spots
        .iter()
        .filter(|spot| matches!(spot.what, What::Bytes));
    bytes.fold(sent, |sent, spot| spot.path.replaced(sent, json!("aGn/")))
}

/// The value without its nulls, which mean nothing.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, member)| !member.is_null());
            members
                .map(|(name, member)| (name, without_nulls(member)))
                .collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        value => value,
    }
}

#[test]
fn every_model_has_an_answer_that_is_json_or_bytes() {
    for document in &*DOCUMENTS {
        let bytes = (entry(&document.id).media)(Media::from(b"\x89PNG\r\n\x1a\n"));
        assert_eq!(
            bytes.is_some(),
            !document.media().is_empty(),
            "{}",
            document.id
        );
        assert!(
            bytes.is_some() || !document.answers().is_empty(),
            "{}",
            document.id
        );
        if let Some(bytes) = bytes {
            assert!(
                bytes.to_string().contains("iVBORw0KGgo="),
                "{}: {bytes}",
                document.id
            );
        }
    }
}

#[test]
fn an_empty_answer_is_an_answer() {
    let mut faults = Faults::default();
    for form in &*FORMS {
        let empty = match follow(form.schema)["type"].as_str() {
            Some("array") => json!([]),
            _ => json!({}),
        };
        let read = (form.read)(&empty);
        faults.unless(read.is_ok(), || {
            format!("{form}: {empty} is refused: {read:?}")
        });
        let kept = (form.keeps)(&empty);
        faults.unless(matches!(kept, Ok(true)), || {
            format!("{form}: {empty} comes back otherwise")
        });
    }
    faults.settle();
}

#[test]
fn c20_j29_nothing_of_any_form_is_lost() {
    let mut faults = Faults::default();
    for form in &*FORMS {
        for sample in &form.samples {
            form.expect_kept(&mut faults, sample, &sample.value);
        }
    }
    faults.settle();
}

#[test]
fn nothing_of_a_member_that_comes_alone_is_lost() {
    let mut faults = Faults::default();
    for form in FORMS.iter().filter(|form| form.first) {
        for name in properties(form.schema) {
            for round in 0..rounds(property(form.schema, name)).min(64) {
                let sample = Sample::new(form.schema, Fill::With(name), round);
                form.expect_kept(&mut faults, &sample, &sample.value);
            }
        }
    }
    faults.settle();
}

#[test]
fn what_is_written_of_an_answer_reads_as_the_same_answer() {
    let mut faults = Faults::default();
    for form in &*FORMS {
        for sample in &form.samples {
            let kept = (form.keeps)(&sample.value);
            faults.unless(matches!(kept, Ok(true)), || format!("{form}: {kept:?}"));
        }
    }
    faults.settle();
}

/// Every place of every form that is `wanted`, each once; what several forms share comes with the
/// first of them.
fn each_place(wanted: fn(&What) -> bool, mut expect: impl FnMut(&Form, &Sample, &Spot)) {
    let mut tried = HashSet::new();
    for form in FORMS.iter().filter(|form| form.first) {
        for sample in form.readable() {
            for spot in sample.spots.iter().filter(|spot| wanted(&spot.what)) {
                let within = spot
                    .path
                    .is_high()
                    .then(|| (form.id, spot.path.to_string()));
                if tried.insert((std::ptr::from_ref(spot.schema), within)) {
                    expect(form, sample, spot);
                }
            }
        }
    }
}

#[test]
fn j05_what_is_new_is_ignored_at_every_level() {
    let mut faults = Faults::default();
    each_place(
        |what| matches!(what, What::Object),
        |form, sample, spot| {
            let mut object = sample.at(&spot.path).clone();
            object["zz_new"] = json!({"deep": [1, {"deeper": null}]});
            match (form.read)(&sample.with(&spot.path, object)) {
                Ok(kept) => {
                    let lost = lost(&kept, &as_written(sample, sample.value.clone()));
                    faults.unless(lost.is_none(), || format!("{form}: {} {lost:?}", spot.path));
                }
                Err(error) => faults.add(format!("{form}: {} refused, {error}", spot.path)),
            }
        },
    );
    faults.settle();
}

#[test]
fn j06_a_choice_that_is_new_is_kept_as_it_is_written() {
    let mut faults = Faults::default();
    each_place(
        |what| matches!(what, What::Choice(_)),
        |form, sample, spot| {
            let sent = sample.with(&spot.path, json!("SOMETHING-new"));
            form.expect_kept(&mut faults, sample, &sent);
        },
    );
    faults.settle();
}

#[test]
fn a_kind_that_is_new_is_kept_as_it_came() {
    let mut faults = Faults::default();
    each_place(
        |what| matches!(what, What::Kind),
        |form, sample, spot| {
            let sent = sample.with(&spot.path, json!("something.new"));
            form.expect_kept(&mut faults, sample, &sent);
        },
    );
    faults.settle();
}

#[test]
fn a_kind_that_is_new_where_there_was_one_only_is_no_failure() {
    let mut faults = Faults::default();
    each_place(
        |what| matches!(what, What::Fixed),
        |form, sample, spot| {
            let read = (form.read)(&sample.with(&spot.path, json!("something.new")));
            faults.unless(read.is_ok(), || format!("{form}: {} {read:?}", spot.path));
        },
    );
    faults.settle();
}

#[test]
fn whole_numbers_may_come_as_3_0_and_others_as_3() {
    let mut faults = Faults::default();
    each_place(
        |what| matches!(what, What::Integer | What::Number),
        |form, sample, spot| {
            let number = match spot.what {
                What::Integer => json!(sample.at(&spot.path).as_f64()),
                _ => json!(3),
            };
            form.expect_kept(&mut faults, sample, &sample.with(&spot.path, number));
        },
    );
    faults.settle();
}

#[test]
fn j07_null_is_the_same_as_absent_everywhere() {
    let mut faults = Faults::default();
    each_place(
        |what| matches!(what, What::Member),
        |form, sample, spot| {
            let read = |sent: &Value| (form.read)(sent).map(without_nulls);
            let absent = read(&sample.without(&spot.path));
            let null = read(&sample.with(&spot.path, Value::Null));
            let place = format!("{form}: {}", spot.path);
            match (absent, null) {
                (Ok(absent), Ok(null)) => {
                    let changed = lost(&null, &absent).or_else(|| lost(&absent, &null));
                    faults.unless(changed.is_none(), || format!("{place} {changed:?}"));
                }
                refused => faults.add(format!("{place} {refused:?}")),
            }
        },
    );
    faults.settle();
}

#[test]
fn j10_what_has_the_wrong_type_is_an_error_that_repeats_nothing_or_is_kept() {
    const CANARY: &str = "canary-7f3a";
    let mut faults = Faults::default();
    let typed =
        |what: &What| matches!(what, What::Text | What::Integer | What::Number | What::List);
    each_place(typed, |form, sample, spot| {
        let wrong = match spot.what {
            What::Text => json!([CANARY]),
            _ => json!(CANARY),
        };
        let sent = sample.with(&spot.path, wrong);
        match (form.read)(&sent) {
            Ok(_) => form.expect_kept(&mut faults, sample, &sent),
            Err(error) => {
                let said = without_content(&error);
                let place = format!("{form}: {}", spot.path);
                faults.unless(!said.contains(CANARY), || format!("{place} {said}"));
                faults.unless(!said.is_empty(), || format!("{place} says nothing"));
            }
        }
    });
    faults.settle();
}

#[test]
fn j11_a_member_that_comes_twice_is_an_error() {
    let mut faults = Faults::default();
    each_place(
        |what| matches!(what, What::Member),
        |form, sample, spot| {
            let value = sample.at(&spot.path);
            let (object, name) = spot.path.split().expect("a member");
            let mut marked = sample.at(&object).clone();
            marked["zz_twice"] = Value::Null;
            let text = sample.with(&object, marked).to_string();
            let again = format!("{}:{value}", json!(name));
            let text = text.replacen(r#""zz_twice":null"#, &again, 1);
            let read = (form.read_text)(&text);
            faults.unless(read.is_err(), || format!("{form}: {} twice", spot.path));
        },
    );
    faults.settle();
}

#[test]
fn every_answer_may_come_in_a_batch_beside_one_that_failed() {
    let mut faults = Faults::default();
    for model in BATCHED {
        let document = DOCUMENTS.iter().find(|document| document.id == model.id);
        for schema in document.expect("a document").answers() {
            let sample = Sample::new(schema, Fill::All, 0);
            let body = json!({
                "responses": [
                    {"id": 1, "success": false, "external_reference": "b", "error": "no"},
                    {"id": 0, "success": true, "external_reference": null, "result": sample.value}
                ],
                "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
            });
            match (model.state)(&body) {
                Ok(Some(answers)) => {
                    let [None, Some(kept)] = answers.as_slice() else {
                        faults.add(format!("{}: {answers:?}", model.id));
                        continue;
                    };
                    let lost = lost(kept, &as_written(&sample, sample.value.clone()));
                    faults.unless(lost.is_none(), || format!("{}: {lost:?}", model.id));
                }
                other => faults.add(format!("{}: {other:?}", model.id)),
            }
        }
    }
    faults.settle();
}

#[test]
fn a_queued_batch_is_never_taken_for_an_answer() {
    for model in BATCHED {
        for status in ["queued", "running", "on-its-way"] {
            let body = json!({"status": status, "request_id": "r-1", "model": model.id});
            assert_eq!((model.state)(&body).expect("a state"), None, "{}", model.id);
        }
    }
}

#[test]
fn answers_of_the_tables_are_those_of_the_documents() {
    // What the rules above are held up to: nothing may fall out of them unseen.
    let answered: HashSet<_> = FORMS.iter().map(|form| form.id).collect();
    for entry in ALL {
        let bytes = (entry.media)(Media::default()).is_some();
        assert!(
            bytes || answered.contains(entry.id),
            "{} has no answer",
            entry.id
        );
    }
    let alternatives = FORMS.iter().map(|form| alternatives(form.schema).len());
    assert!(
        alternatives.sum::<usize>() >= 180,
        "only {} forms",
        FORMS.len()
    );
}

//! Every property of every document can be sent, under its own name, and nothing else is.

pub(crate) mod limits;

use std::collections::HashSet;

use limits::Said;
use serde_json::{Value, json};
use workers_ai_models::{Model, Moondream31_9bA2b, PartValue, Payload};

use crate::{
    Faults,
    documents::{DOCUMENTS, Document, follow},
    lost,
    models::{BATCHED, Entry, Request, STREAMING, entry},
    samples::{Fill, Sample, Spot, What, properties, property, rounds},
};

/// As many forms of one property as a test looks at.
const MOST_ROUNDS: usize = 64;

/// Each alternative of each model's body.
pub(crate) fn bodies() -> impl Iterator<Item = (&'static Document, &'static Entry, &'static Value)>
{
    DOCUMENTS.iter().flat_map(|document| {
        let entry = entry(&document.id);
        document
            .requests()
            .into_iter()
            .map(move |schema| (document, entry, schema))
    })
}

/// Each property of each body with all that is in it, and what is required beside it. What several
/// bodies share comes in all its forms the first time and in one from then on.
fn with_each_property() -> impl Iterator<Item = (&'static Entry, &'static str, Sample)> {
    let mut seen = HashSet::new();
    bodies().flat_map(move |(_, entry, schema)| {
        let mut samples = Vec::new();
        for name in properties(schema) {
            let inner = property(schema, name);
            let most = if seen.insert(std::ptr::from_ref(inner)) {
                MOST_ROUNDS
            } else {
                1
            };
            let rounds = 0..rounds(inner).min(most);
            let sample = |round| (entry, name, Sample::new(schema, Fill::With(name), round));
            samples.extend(rounds.map(sample));
        }
        samples
    })
}

fn expect_sent(
    faults: &mut Faults,
    id: &str,
    body: &Value,
    sent: Result<Request, serde_json::Error>,
) {
    let request = match sent {
        Ok(request) => request,
        Err(error) => return faults.add(format!("{id}: refused, {error}: {body}")),
    };
    faults.unless(request.json == *body, || {
        let changed = lost(&request.json, body).or_else(|| lost(body, &request.json));
        format!("{id}:{}", changed.unwrap_or_default())
    });
    faults.unless(request.violations.is_empty(), || {
        format!("{id}: {body} is invalid: {:?}", request.violations)
    });
    if let Payload::Json(bytes) = request.payload {
        let written: Value = serde_json::from_slice(&bytes).expect("a body is JSON");
        faults.unless(written == *body, || {
            format!("{id}: {body} is sent as {written}")
        });
    }
}

#[test]
fn a_body_with_only_what_is_required_goes_out_with_nothing_else() {
    let mut faults = Faults::default();
    // A file that can be the whole body has to be there, whatever the document says.
    for (_, entry, schema) in bodies().filter(|(document, ..)| !document.takes_a_file()) {
        for round in 0..rounds(schema).min(12) {
            let body = Sample::new(schema, Fill::Required, round).value;
            expect_sent(&mut faults, entry.id, &body, (entry.request)(&body));
        }
    }
    faults.settle();
}

#[test]
fn each_property_goes_out_alone_under_its_own_name() {
    let mut faults = Faults::default();
    for (entry, _, sample) in with_each_property() {
        let sent = (entry.request)(&sample.value);
        expect_sent(&mut faults, entry.id, &sample.value, sent);
    }
    faults.settle();
}

#[test]
fn all_properties_go_out_together() {
    let mut faults = Faults::default();
    for (_, entry, schema) in bodies() {
        for round in 0..2 {
            let body = Sample::new(schema, Fill::All, round).value;
            expect_sent(&mut faults, entry.id, &body, (entry.request)(&body));
        }
    }
    faults.settle();
}

#[test]
fn a_file_that_can_be_the_whole_body_is() {
    let mut faults = Faults::default();
    for (document, entry, schema) in bodies().filter(|(document, ..)| document.takes_a_file()) {
        let names = properties(schema);
        let [name] = names.as_slice() else { continue };
        let body = Sample::new(schema, Fill::All, 0).value;
        let request = (entry.request)(&body).expect("a body of the document");
        let Payload::Raw(raw) = request.payload else {
            faults.add(format!(
                "{}: {:?} is not the file alone",
                document.id, request.payload
            ));
            continue;
        };
        assert_eq!(raw.query, [], "{}", document.id);
        let bytes: Vec<Value> = raw.bytes.iter().map(|byte| json!(byte)).collect();
        faults.unless(body[name] == Value::from(bytes), || {
            format!("{}: other bytes", document.id)
        });
    }
    faults.settle();
}

#[test]
fn each_parameter_goes_into_the_query_under_its_own_name_and_is_held_to_its_choices() {
    let mut seen = 0;
    for document in &*DOCUMENTS {
        for (name, schema) in document.query() {
            seen += 1;
            let sample = Sample::new(schema, Fill::All, 0);
            let sent = |value: &Value| {
                let input = json!({"audio": "aGVsbG8=", name: value});
                (entry(&document.id).request)(&input)
                    .unwrap_or_else(|error| panic!("{name}: {error}"))
            };
            let request = sent(&sample.value);
            assert_eq!(request.violations, [], "{name}");
            let Payload::Raw(raw) = request.payload else {
                panic!("{}: a file", document.id)
            };
            let text = sample
                .value
                .as_str()
                .map_or_else(|| sample.value.to_string(), str::to_owned);
            assert_eq!(raw.query, [(name.to_owned(), text)]);
            if let [
                Spot {
                    what: What::Choice(values),
                    ..
                },
            ] = sample.spots.as_slice()
            {
                let request = sent(&json!("not-in-the-list"));
                let [violation] = request.violations.as_slice() else {
                    panic!("{name}: one violation")
                };
                assert_eq!(violation.path, name);
                assert!(
                    Said::OneOf(values).by(&violation.limit),
                    "{name}: {violation}"
                );
            }
        }
    }
    assert!(seen >= 35, "only {seen} parameters");
}

#[test]
fn a_form_has_one_part_for_each_property() {
    let mut forms = 0;
    for (document, entry, schema) in bodies() {
        let mut kinds = document.bodies().map(|(kind, _)| kind);
        if !kinds.any(|kind| kind.starts_with("multipart/")) {
            continue;
        }
        let body = Sample::new(schema, Fill::All, 0).value;
        let request = (entry.request)(&body).expect("a body of the document");
        let Payload::Multipart(parts) = request.payload else {
            panic!("{}: {:?} is no form", document.id, request.payload);
        };
        assert_eq!(
            parts.len(),
            body.as_object().map_or(0, serde_json::Map::len)
        );
        for part in parts {
            match (&body[part.name.as_ref()], part.value) {
                (Value::String(text), PartValue::Text(sent)) => assert_eq!(*text, sent),
                (Value::Number(number), PartValue::Text(sent)) => {
                    assert_eq!(number.to_string(), sent, "{}", part.name);
                }
                (_, PartValue::File { bytes, .. }) => assert_eq!(bytes, "hello", "{}", part.name),
                (said, sent) => panic!("{}: {said} as {sent:?}", part.name),
            }
        }
        forms += 1;
    }
    assert_eq!(forms, 3, "the models of the FLUX.2 family");
}

#[test]
fn set_stream_asks_every_streaming_model_for_a_stream_and_changes_nothing_else() {
    let mut faults = Faults::default();
    let streaming = |id| STREAMING.iter().find(|model| model.id == id);
    for (_, entry, schema) in bodies() {
        let Some(model) = streaming(entry.id) else {
            continue;
        };
        let without = Sample::new(schema, Fill::Required, 0).value;
        for before in [None, Some(true), Some(false)] {
            for on in [true, false] {
                let mut body = without.clone();
                body["stream"] = json!(before);
                let mut expected = without.clone();
                expected["stream"] = json!(on);
                match (model.set_stream)(&body, on) {
                    Ok(asked) => faults.unless(asked == expected, || {
                        format!("{}: asked for {on}, {body} becomes {asked}", model.id)
                    }),
                    Err(error) => faults.add(format!("{}: {body} is refused: {error}", model.id)),
                }
            }
        }
    }
    faults.settle();
}

#[test]
fn a_model_that_streams_unasked_is_asked_not_to() {
    let mut input = Moondream31_9bA2b::input()
        .image("aGVsbG8=")
        .question("What?");
    Moondream31_9bA2b::ask_whole(&mut input);
    let Ok(Payload::Json(body)) = Moondream31_9bA2b::encode(&input) else {
        panic!("a JSON body");
    };
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["stream"], json!(false));
    let unasked = STREAMING.iter().filter(|model| model.default);
    assert_eq!(
        unasked.map(|model| model.id).collect::<Vec<_>>(),
        [Moondream31_9bA2b::ID]
    );
}

#[test]
fn a_stream_ends_and_begins_as_the_document_says() {
    for document in &*DOCUMENTS {
        let model = STREAMING.iter().find(|model| model.id == document.id);
        assert_eq!(
            model.map(|model| model.end),
            document.events().map(|(_, end)| end)
        );
        let Some(model) = model else { continue };
        let stream = |schema| {
            properties(schema)
                .contains(&"stream")
                .then(|| property(schema, "stream"))
        };
        let mut defaults = document.requests().into_iter().filter_map(stream);
        let default = defaults.any(|stream| follow(stream)["default"] == true);
        assert_eq!(model.default, default, "{}", model.id);
    }
}

#[test]
fn a_batch_holds_the_requests_its_document_takes() {
    let mut faults = Faults::default();
    let mut models = 0;
    for document in &*DOCUMENTS {
        let model = BATCHED.iter().find(|model| model.id == document.id);
        let schema = document.queued_request();
        assert_eq!(model.is_some(), schema.is_some(), "{}", document.id);
        let (Some(model), Some(schema)) = (model, schema) else {
            continue;
        };
        models += 1;
        for fill in [Fill::Required, Fill::All] {
            for round in 0..rounds(schema).min(6) {
                let requests =
                    [round, round + 1].map(|round| Sample::new(schema, fill, round).value);
                let body = json!({"requests": requests});
                expect_sent(&mut faults, model.id, &body, (model.batch)(&requests));
            }
        }
    }
    faults.settle();
    assert!(models >= 22, "only {models} models queue");
}

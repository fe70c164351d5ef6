//! Batches: how requests go out, and how each answer is read by itself.

use serde::Deserialize;
use serde_json::json;
use workers_ai_models::{
    Batch, BatchRequest, BatchResults, BatchState, BatchStatus, Invalid, Poll,
};

use crate::{
    CANARY,
    model::{Parrot, ParrotPrompt},
};

#[derive(Debug, PartialEq, Deserialize)]
struct Answer {
    response: String,
}

fn state(text: &str) -> Result<BatchState<Answer>, serde_json::Error> {
    let state = serde_json::from_str(text);
    if let Ok(tree) = serde_json::from_str(text) {
        assert_eq!(
            state.as_ref().ok(),
            serde_json::from_value(tree).ok().as_ref(),
            "{text}"
        );
    }
    state
}

fn results(text: &str) -> BatchResults<Answer> {
    match state(text).expect(text) {
        BatchState::Done(results) => results,
        other => panic!("results, not {other:?}"),
    }
}

#[test]
fn requests_go_out_in_order_with_their_references() {
    let batch = Batch::<Parrot>::new(vec![
        BatchRequest::new(ParrotPrompt::new("one")).with_reference("row-1"),
        ParrotPrompt::new("two").into(),
    ]);
    assert_eq!(
        serde_json::to_value(&batch).expect("JSON"),
        json!({"requests": [{"prompt": "one", "external_reference": "row-1"}, {"prompt": "two"}]})
    );
    let plain = Batch::<Parrot>::new(["one", "two"].map(ParrotPrompt::new));
    assert_eq!(plain.requests.len(), 2);
    assert_eq!(
        serde_json::to_value(Poll::new("abc")).expect("JSON"),
        json!({"request_id": "abc"})
    );
}

#[test]
fn each_request_is_held_to_its_limits() {
    let batch = Batch::<Parrot>::new(["one", ""].map(ParrotPrompt::new));
    let invalid = Invalid::unless_fits(&batch).unwrap_err();
    assert_eq!(invalid.violations[0].path, "requests[1].prompt");
}

#[test]
fn j06_a_batch_without_responses_is_waiting_whatever_its_status_says() {
    for (status, known) in [("queued", true), ("running", true), ("pondering", false)] {
        let text = format!(r#"{{"status":"{status}","request_id":"r","model":"@cf/a/b"}}"#);
        let Ok(BatchState::Queued(queued)) = state(&text) else {
            panic!("{text}");
        };
        assert_eq!(queued.request_id, "r");
        assert_eq!(
            queued.status.as_ref().map(BatchStatus::as_str),
            Some(status)
        );
        assert_eq!(queued.status.map(|status| status.is_known()), Some(known));
        assert_eq!(queued.model.as_deref(), Some("@cf/a/b"));
    }
    assert!(matches!(
        state(r#"{"request_id":"r","responses":null}"#),
        Ok(BatchState::Queued(_))
    ));
    for text in ["{}", "null", "[]", r#"{"status":"queued"}"#] {
        assert!(state(text).is_err(), "{text}");
    }
}

#[test]
fn each_answer_stands_on_its_own() {
    let results = results(
        r#"{"responses":[
            {"id":1,"result":{"response":"one","new":1},"success":true,"external_reference":"row-1"},
            {"id":0.0,"result":{"response":"zero"},"external_reference":null},
            {"id":2,"result":{"response":"cut"},"success":false},
            {"id":3,"result":null,"success":true},
            {"id":4,"success":false,"error":"no room"},
            {"id":5,"result":{"response":["canary-7f3a"]},"success":true},
            {}
        ],"usage":{"total_tokens":7}}"#,
    );
    let ids: Vec<_> = results
        .responses
        .iter()
        .map(|response| response.id)
        .collect();
    assert_eq!(
        ids,
        [Some(1), Some(0), Some(2), Some(3), Some(4), Some(5), None]
    );
    assert_eq!(results.usage, Some(json!({"total_tokens": 7})));
    assert_eq!(
        results.responses[0].external_reference.as_deref(),
        Some("row-1")
    );

    let answers: Vec<_> = results
        .responses
        .iter()
        .map(|response| {
            response
                .result
                .as_ref()
                .map(|answer| answer.response.as_str())
        })
        .collect();
    assert_eq!(answers[..2], [Ok("one"), Ok("zero")]);
    assert!(answers[2..].iter().all(Result::is_err));

    let failure = |index: usize| results.responses[index].result.as_ref().unwrap_err();
    assert_eq!(failure(4).raw["error"], "no room");
    assert_eq!(failure(4).decode_error, None);
    assert_eq!(
        failure(5).decode_error.as_deref(),
        Some("expected a string")
    );
    assert!(!failure(5).to_string().contains(CANARY));
}

#[test]
fn j08_no_responses_at_all_is_done() {
    assert!(results(r#"{"responses":[]}"#).responses.is_empty());
}

#[test]
fn answers_are_found_under_the_names_that_were_seen_too() {
    let results = results(
        r#"{"status":"completed","request_id":"r","results":[
            {"index":1,"success":true,"result":{"response":"one"},"external_reference":"row-1"},
            {"index":0,"id":"3f-9a","success":false,"error":"no room"},
            {"id":2,"index":5,"result":{"response":"two"}}
        ],"responses":null,"usage":{"total_tokens":7}}"#,
    );
    let ids: Vec<_> = results
        .responses
        .iter()
        .map(|response| response.id)
        .collect();
    assert_eq!(ids, [Some(1), Some(0), Some(2)]);

    let both = state(r#"{"responses":[{"id":0}],"results":[{"index":1}]}"#);
    let Ok(BatchState::Done(both)) = both else {
        panic!("{both:?}");
    };
    assert_eq!(both.responses.len(), 2);
    let [one, none, _] = results.responses.as_slice() else {
        panic!("three answers")
    };
    assert_eq!(
        one.result.as_ref().map(|answer| answer.response.as_str()),
        Ok("one")
    );
    assert_eq!(one.external_reference.as_deref(), Some("row-1"));
    assert_eq!(none.result.as_ref().unwrap_err().raw["error"], "no room");
    assert_eq!(results.usage, Some(json!({"total_tokens": 7})));
    assert!(matches!(
        state(r#"{"request_id":"r","results":null}"#),
        Ok(BatchState::Queued(_))
    ));
}

#[test]
fn an_answer_keeps_what_it_is_called() {
    let cases = [
        (r#"{"id":"3f-9a"}"#, None, json!("3f-9a")),
        (r#"{"id":"3f-9a","index":1}"#, Some(1), json!("3f-9a")),
        (r#"{"id":1,"index":"second"}"#, Some(1), json!("second")),
        (r#"{"id":-1}"#, None, json!(-1)),
        (r#"{"id":0.5}"#, None, json!(0.5)),
        (r#"{"id":{"row":1}}"#, None, json!({"row": 1})),
        (r#"{"id":1.0}"#, Some(1), json!(null)),
        (r#"{"id":null}"#, None, json!(null)),
        ("{}", None, json!(null)),
    ];
    for (item, id, other) in cases {
        let results = results(&format!(r#"{{"responses":[{item}]}}"#));
        let [response] = results.responses.as_slice() else {
            panic!("one answer: {item}")
        };
        assert_eq!(response.id, id, "{item}");
        assert_eq!(json!(response.other_id), other, "{item}");
    }
}

#[test]
fn j11_a_response_with_a_key_twice_is_an_error() {
    for text in [
        r#"{"responses":[{"id":0,"id":1}]}"#,
        r#"{"responses":[],"responses":[]}"#,
        r#"{"results":[],"results":[]}"#,
    ] {
        assert!(
            serde_json::from_str::<BatchState<Answer>>(text).is_err(),
            "{text}"
        );
    }
}

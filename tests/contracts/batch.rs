//! Batches: queued, running, done, and partly failed.

use serde_json::{Value, json};
use workers_ai_models::{
    Batch, BatchRequest, BatchState, BatchStatus, Batched, BgeBaseEnV15, BgeM3, BgeM3Output,
    ChatMessage, Context, GptOss120b, KimiK26, KimiK26Input, Llama33_70bInstructFp8Fast,
    Llama33_70bInstructFp8FastBatchItem, M2m100_12b, Poll, Qwen3_30bA3bFp8, TextGenerationPrompt,
};

use crate::models::read;

fn state<M: Batched>(body: &Value) -> BatchState<M::Output> {
    read(body).unwrap_or_else(|error| panic!("{}: {error}", M::ID))
}

#[test]
fn a_queued_batch_says_how_far_it_is() {
    for (status, known) in [("queued", true), ("running", true), ("waiting", false)] {
        let body =
            json!({"status": status, "request_id": "r-1", "model": "@cf/vendor/x", "eta": 3});
        let BatchState::Queued(batch) = state::<BgeBaseEnV15>(&body) else {
            panic!("{status}")
        };
        assert_eq!(batch.request_id, "r-1");
        assert_eq!(batch.status, Some(BatchStatus::from(status)));
        assert_eq!(batch.status.is_some_and(|status| status.is_known()), known);
    }
    let body = json!({"request_id": "r-1", "status": null, "responses": null});
    assert!(matches!(state::<GptOss120b>(&body), BatchState::Queued(_)));
}

#[test]
fn answers_are_told_apart_by_id_and_fail_one_by_one() {
    let failed = json!({
        "id": 2, "success": false, "external_reference": "row-c",
        "error": {"code": 3030, "message": "too long"}
    });
    let body = json!({
        "responses": [
            {"id": 1, "success": true, "external_reference": "row-b", "result": {"response": {"on": true}}},
            failed,
            {"id": 0, "success": true, "external_reference": null, "result": {
                "response": "On.", "usage": {"total_tokens": 9, "neurons": 0.5}
            }}
        ],
        "usage": {"prompt_tokens": 40, "neurons": 1.25}
    });
    let BatchState::Done(results) = state::<Llama33_70bInstructFp8Fast>(&body) else {
        panic!("done")
    };
    let [second, third, first] = results.responses.as_slice() else {
        panic!("three answers")
    };
    assert_eq!((first.id, second.id, third.id), (Some(0), Some(1), Some(2)));
    assert_eq!(second.external_reference.as_deref(), Some("row-b"));
    let answer = first.result.as_ref().expect("an answer");
    assert_eq!(answer.response.as_ref().expect("text").as_text(), "On.");
    assert_eq!(answer.usage.as_ref().expect("usage").neurons, Some(0.5));
    let answer = second.result.as_ref().expect("an answer");
    assert_eq!(
        answer.response.as_ref().expect("JSON").as_text(),
        r#"{"on":true}"#
    );
    let failure = third.result.as_ref().expect_err("a failure");
    assert_eq!(failure.raw, failed);
    assert_eq!(failure.decode_error, None);
    assert_eq!(results.usage.expect("usage")["neurons"], 1.25);
}

#[test]
fn an_answer_that_cannot_be_read_fails_alone() {
    let body = json!({"responses": [
        {"id": 0, "success": true, "result": {"data": "no rows"}},
        {"id": 1, "success": true, "result": {"data": [[0.5]]}}
    ]});
    let BatchState::Done(results) = state::<BgeBaseEnV15>(&body) else {
        panic!("done")
    };
    let failure = results.responses[0].result.as_ref().expect_err("a failure");
    assert!(failure.decode_error.is_some());
    assert_eq!(failure.raw, body["responses"][0]);
    assert!(results.responses[1].result.is_ok());
}

#[test]
fn each_answer_of_bge_m3_has_a_shape_of_its_own() {
    let body = json!({"responses": [
        {"id": 0, "success": true, "result": {"data": [[0.5]], "shape": [1, 1]}},
        {"id": 1, "success": true, "result": {"response": [{"id": 0, "score": 0.5}]}},
        {"id": 2, "success": true, "result": {"response": [[0.5]], "shape": [1, 1]}}
    ]});
    let BatchState::Done(results) = state::<BgeM3>(&body) else {
        panic!("done")
    };
    let [text, scores, contexts] = results.responses.as_slice() else {
        panic!("three answers")
    };
    assert!(matches!(text.result, Ok(BgeM3Output::Embeddings(_))));
    assert!(matches!(scores.result, Ok(BgeM3Output::Scores(_))));
    assert!(matches!(
        contexts.result,
        Ok(BgeM3Output::ContextEmbeddings(_))
    ));
}

#[test]
fn requests_are_queued_with_the_references_of_the_caller() {
    let contexts = BgeM3::contexts([Context::new().text("one"), Context::new().text("two")]);
    let batch = Batch::<BgeM3>::new([
        BatchRequest::new(BgeM3::text("Hafen")),
        BatchRequest::new(contexts.query("lamp")).with_reference("row-b"),
    ]);
    let expected = json!({"requests": [
        {"text": "Hafen"},
        {"contexts": [{"text": "one"}, {"text": "two"}], "query": "lamp", "external_reference": "row-b"}
    ]});
    assert_eq!(serde_json::to_value(&batch).expect("JSON"), expected);

    let batch = Batch::<M2m100_12b>::new([M2m100_12b::input("Hafen", "en")]);
    let expected = json!({"requests": [{"text": "Hafen", "target_lang": "en"}]});
    assert_eq!(serde_json::to_value(&batch).expect("JSON"), expected);

    let batch = Batch::<GptOss120b>::new([GptOss120b::input("Hi.").max_output_tokens(9)]);
    let expected = json!({"requests": [{"input": "Hi.", "max_output_tokens": 9}]});
    assert_eq!(serde_json::to_value(&batch).expect("JSON"), expected);

    assert_eq!(
        serde_json::to_value(Poll::new("r-1")).expect("JSON"),
        json!({"request_id": "r-1"})
    );
}

/// What goes out for a batch.
fn queued<M: Batched>(batch: &Batch<M>) -> Value {
    serde_json::to_value(batch).expect("JSON")
}

#[test]
fn every_form_of_an_input_can_be_queued_as_it_is() {
    let chat = || [KimiK26::messages([ChatMessage::user("Hi.")])];
    let hi = json!({"requests": [{"messages": [{"role": "user", "content": "Hi."}]}]});
    let prompt = json!({"requests": [{"prompt": "Hi."}]});
    let item = Llama33_70bInstructFp8FastBatchItem::new("Hi.");
    for (queued, expected) in [
        (queued(&Batch::<KimiK26>::new(chat())), &hi),
        (
            queued(&Batch::<KimiK26>::new(chat().map(KimiK26Input::from))),
            &hi,
        ),
        (
            queued(&Batch::<KimiK26>::new(chat().map(BatchRequest::new))),
            &hi,
        ),
        (
            queued(&Batch::<KimiK26>::new([KimiK26::prompt("Hi.")])),
            &prompt,
        ),
        (
            queued(&Batch::<Qwen3_30bA3bFp8>::new(vec![
                TextGenerationPrompt::new("Hi."),
            ])),
            &prompt,
        ),
        (
            queued(&Batch::<Llama33_70bInstructFp8Fast>::new([item])),
            &prompt,
        ),
        (
            queued(&Batch::<BgeM3>::new(["a", "b"].map(BgeM3::text))),
            &json!({"requests": [{"text": "a"}, {"text": "b"}]}),
        ),
    ] {
        assert_eq!(queued, *expected);
    }
}

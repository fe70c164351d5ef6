//! Requests that are queued, and their answers.

use workers_ai::{
    ErrorKind, Unexpected,
    models::{Batch, BatchRequest, BatchState, BatchStatus},
};

use crate::{
    server::{Server, result},
    support::{ACCOUNT, CONTENT, Echo, client, phrase},
};

#[tokio::test]
async fn a_batch_is_queued_and_polled_at_the_models_own_address() {
    let server = Server::always(result(
        r#"{"status":"queued","request_id":"id-1","model":"m"}"#,
    ))
    .await;
    let client = client(&server);
    let batch = Batch::<Echo>::new([BatchRequest::new(phrase()).with_reference("mine")]);
    let queued = client.submit(&batch).await.unwrap();
    assert_eq!(
        (queued.request_id.as_str(), queued.status),
        ("id-1", Some(BatchStatus::Queued))
    );
    let state = client.poll::<Echo>(queued.request_id).await.unwrap();
    assert!(matches!(state, BatchState::Queued(_)));

    let seen = server.seen();
    let line =
        format!("POST /accounts/{ACCOUNT}/ai/run/@cf/example/echo?queueRequest=true HTTP/1.1");
    assert_eq!(
        (seen[0].line(), seen[1].line()),
        (line.as_str(), line.as_str())
    );
    let sent =
        serde_json::json!({ "requests": [{ "prompt": CONTENT, "external_reference": "mine" }] });
    assert_eq!(seen[0].json(), sent);
    assert_eq!(seen[1].json(), serde_json::json!({ "request_id": "id-1" }));
}

#[tokio::test]
async fn each_request_of_a_batch_fails_on_its_own() {
    let responses = r#"{"responses":[{"id":0,"success":true,"result":{"response":"hi"}},{"id":1,"success":false}]}"#;
    let server = Server::always(result(responses)).await;
    let BatchState::Done(results) = client(&server).poll::<Echo>("id-1").await.unwrap() else {
        panic!("expected results");
    };
    assert_eq!(results.responses[0].result.as_ref().unwrap().response, "hi");
    assert!(results.responses[1].result.is_err());
}

#[tokio::test]
async fn a_batch_is_checked_before_it_is_sent() {
    let server = Server::always(result("{}")).await;
    let mut bad = phrase();
    bad.temperature = Some(9.0);
    let error = client(&server)
        .submit(&Batch::<Echo>::new([phrase(), bad]))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("requests[1].temperature"),
        "{error}"
    );
    assert_eq!(server.requests(), 0);
    let error = client(&server).poll::<Echo>("id-1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::EmptyResult));
}

//! Documents that do not fit.

use workers_ai::{ErrorKind, Unexpected};

use crate::{
    server::{Server, json, result},
    support::{CONTENT, Echo, client, fails, phrase, printed},
};

#[tokio::test]
async fn j02_success_without_a_result_is_an_error() {
    for body in [
        r#"{"success":true,"result":{},"messages":[],"errors":[]}"#,
        r#"{"success":true,"result":null}"#,
        r#"{"success":true}"#,
        "{}",
    ] {
        let server = Server::always(json(200, body)).await;
        let error = fails(&client(&server)).await;
        assert_eq!(
            error.kind(),
            ErrorKind::Unexpected(Unexpected::EmptyResult),
            "{body}"
        );
        assert_eq!((&error.body()[..], server.requests()), (body.as_bytes(), 1));
        let any = client(&server).run_any("m", 1).await.unwrap_err();
        assert_eq!(
            any.kind(),
            ErrorKind::Unexpected(Unexpected::EmptyResult),
            "{body}"
        );
    }
}

#[tokio::test]
async fn j13_j19_numbers_and_text_that_no_type_holds() {
    // Beyond every float, and half a character.
    for body in [r#"{"results":[1e400]}"#, r#"{"response":"\ud800"}"#] {
        let server = Server::always(result(body)).await;
        let any = client(&server).run_any("m", 1).await.unwrap_err();
        assert_eq!(
            (any.kind(), server.requests()),
            (ErrorKind::Decode, 1),
            "{body}"
        );
        assert!(any.body().ends_with(b"}"), "{body}");
    }
    let server = Server::always(result(r#"{"response":"hi","score":1e39}"#)).await;
    let any = client(&server).run_any("m", 1).await.unwrap();
    assert_eq!(any["score"], 1e39);
}

#[tokio::test]
async fn j05_unknown_fields_do_no_harm() {
    let server = Server::always(json(
        200,
        r#"{"x":1,"result":{"response":"hi","new":[1]},"y":{}}"#,
    ))
    .await;
    let response = client(&server).run(phrase()).details().await.unwrap();
    assert_eq!(response.output.response, "hi");
    assert!(response.details.body().starts_with(b"{\"x\""));
}

#[tokio::test]
async fn j09_j10_a_misfit_is_told_by_path_and_never_quoted() {
    for body in [
        format!(r#"{{"response":{{"{CONTENT}":1}}}}"#),
        format!(r#"{{"response":["{CONTENT}"]}}"#),
        format!(r#"{{"other":"{CONTENT}"}}"#),
        format!(r#""{CONTENT}""#),
    ] {
        let server = Server::always(result(&body)).await;
        let error = fails(&client(&server)).await;
        assert_eq!((error.kind(), server.requests()), (ErrorKind::Decode, 1));
        assert!(error.to_string().contains("`result"), "{error}");
        assert!(!error.body().is_empty());
    }
}

#[tokio::test]
async fn j24_numbers_that_are_none_are_not_sent() {
    let server = Server::always(result("1")).await;
    for temperature in [f64::NAN, f64::INFINITY, 5.1, -0.1] {
        let mut input = phrase();
        input.temperature = Some(temperature);
        let error = client(&server).run(input).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let text = printed(&error);
        assert!(
            text.contains("@cf/example/echo") && text.contains("temperature"),
            "{text}"
        );
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn j25_numbers_arrive_as_they_were_given() {
    let server = Server::always(result(r#"{"response":"hi"}"#)).await;
    let mut input = phrase();
    input.temperature = Some(0.1);
    client(&server).run(input).field("x", 1).await.unwrap();
    let body = String::from_utf8(server.seen()[0].body.clone()).unwrap();
    assert!(body.contains(r#""temperature":0.1,"#), "{body}");
}

#[tokio::test]
async fn limits_are_not_checked_on_request() {
    let server = Server::always(result(r#"{"response":"hi"}"#)).await;
    let mut input = phrase();
    input.temperature = Some(9.0);
    client(&server).run(input).skip_validation().await.unwrap();
    assert_eq!(server.seen()[0].json()["temperature"], 9.0);
}

#[tokio::test]
async fn a_kept_body_can_be_decoded_by_hand() {
    let server = Server::always(result(r#"{"response":"hi"}"#)).await;
    let error = client(&server).stream(phrase()).await.unwrap_err();
    assert_eq!(error.decode_body::<Echo>().unwrap().response, "hi");
}

//! Documents that do not fit.

use serde_json::{Value, json as value};
use workers_ai::{ErrorKind, Unexpected, models::DistilbertSst2Int8};

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
        let any = client(&server).run_any("m", 1).await;
        // Another crate may have turned numbers into text, which holds all of them.
        if serde_json::from_str::<Value>(body).is_ok() {
            assert!(any.unwrap().to_string().contains("1e+400"), "{body}");
            continue;
        }
        let any = any.unwrap_err();
        assert_eq!(
            (any.kind(), server.requests()),
            (ErrorKind::Decode, 1),
            "{body}"
        );
        assert!(any.body().ends_with(b"}"), "{body}");
    }
    let server = Server::always(result(r#"[{"label":"a","score":1e400}]"#)).await;
    let call = client(&server).run(DistilbertSst2Int8::text("a"));
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Decode);
    let server = Server::always(result(r#"{"response":"hi","score":1e39}"#)).await;
    let any = client(&server).run_any("m", 1).await.unwrap();
    assert_eq!(any["score"], 1e39);
}

/// What other crates of a program turn on in `serde_json` must not show: CI runs these tests with all
/// of it as well.
#[tokio::test]
async fn j27_numbers_and_their_order_are_read_the_same_whatever_others_turn_on() {
    let body = r#"{"z":0.1,"a":1e39,"m":9007199254740993,"k":18446744073709551615,"i":-7,"f":5.0,"e":1e2,
        "long":0.30000000000000004,"list":[2,1.5],"response":"hi"}"#;
    let server = Server::always(result(body)).await;
    let client = client(&server);
    assert_eq!(client.run(phrase()).await.unwrap().response, "hi");
    let any = client.run_any("m", value!({ "z": 0.1 })).await.unwrap();
    for (name, expected) in [
        ("z", 0.1),
        ("a", 1e39),
        ("f", 5.0),
        ("e", 100.0),
        ("long", 0.300_000_000_000_000_04),
    ] {
        assert_eq!(any[name].as_f64(), Some(expected), "{name}");
    }
    assert_eq!(any["m"].as_u64(), Some(9_007_199_254_740_993));
    assert_eq!(any["k"].as_u64(), Some(u64::MAX));
    assert_eq!(any["i"].as_i64(), Some(-7));
    let list: Vec<f64> = serde_json::from_value(any["list"].clone()).unwrap();
    assert_eq!(list, [2.0, 1.5]);
    assert_eq!(server.seen()[1].body, br#"{"z":0.1}"#);

    let events = "data: {\"response\":\"a\",\"p\":1e400}\n\ndata: {\"response\":\"b\",\"n\":1e39}\n\ndata: [DONE]\n\n";
    let server = Server::always(crate::server::events(events)).await;
    let mut stream = crate::support::client(&server)
        .stream(phrase())
        .await
        .unwrap();
    let mut said = Vec::new();
    while let Some(event) = stream.next().await {
        said.extend(event.ok().and_then(|event| event.response));
    }
    assert!(said.ends_with(&["b".to_owned()]), "{said:?}");
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

//! Answers that services give although no document says so: nothing of them is lost, and none is
//! called a success that is none.

use workers_ai::{
    ApiErrorKind as Api, Client, Error, ErrorKind, Run, Unexpected,
    models::{
        BgeBaseEnV15, DistilbertSst2Int8, Flux1Schnell, GptOss120b, GptOss120bOutput, KimiK26,
        Llama31_8bInstructFp8, M2m100_12b, WhisperLargeV3Turbo,
    },
};

use crate::{
    server::{Server, answer, events, failure_body, result},
    stream::stream,
    support::{client, fails, phrase, picture, printed},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

/// The items before the error that ends a stream, and the error.
async fn broken(text: &str) -> (usize, Error) {
    broken_answer(events(text)).await
}

async fn broken_answer(answer: Vec<u8>) -> (usize, Error) {
    let mut items = stream(answer).await;
    let error = items.pop().unwrap().unwrap_err();
    assert!(items.iter().all(Result::is_ok), "the error is the only one");
    (items.len(), error)
}

#[tokio::test]
async fn an_error_is_one_whatever_its_content_type() {
    for content_type in [
        "application/json",
        "application/problem+json",
        "application/octet-stream",
        "image/png",
        "audio/mpeg",
        "text/plain",
        "",
    ] {
        let headers = [("content-type", content_type)];
        let headers = if content_type.is_empty() {
            &[][..]
        } else {
            &headers[..]
        };
        let failure = answer(200, headers, failure_body(5007));
        let server = Server::always(failure.clone()).await;
        let error = fails(&client(&server)).await;
        assert!(error.is_unknown_model(), "{content_type}: {error}");
        let error = picture(failure).await.unwrap_err();
        assert!(error.is_unknown_model(), "{content_type}: {error}");
        assert_eq!(&error.body()[..], failure_body(5007).as_bytes());

        let good = r#"{"result":{"image":"iVBORw0KGgo=","response":"hi"},"success":true}"#;
        let good = answer(200, headers, good);
        let server = Server::always(good.clone()).await;
        let said = client(&server).run(phrase()).await.unwrap();
        assert_eq!(said.response, "hi", "{content_type}");
        let image = picture(good).await.unwrap();
        assert_eq!(&image.bytes().unwrap()[..], &PNG[..8], "{content_type}");
    }
}

#[tokio::test]
async fn j16_a_mark_before_an_answer_hides_nothing() {
    for content_type in ["application/json", "text/plain", "text/html", ""] {
        let headers = [("content-type", content_type)];
        let headers = if content_type.is_empty() {
            &[][..]
        } else {
            &headers[..]
        };
        let marked = |status, body: String| answer(status, headers, format!("\u{feff}{body}"));
        let good = marked(
            200,
            r#"{"result":{"response":"hi"},"success":true}"#.to_owned(),
        );
        let server = Server::always(good).await;
        let said = client(&server).run(phrase()).await.unwrap();
        assert_eq!(said.response, "hi", "{content_type}");
        for status in [200, 400] {
            let server = Server::always(marked(status, failure_body(5007))).await;
            let error = fails(&client(&server)).await;
            assert!(error.is_unknown_model(), "{status} {content_type}: {error}");
        }
    }
}

#[tokio::test]
async fn a_file_called_text_is_a_file() {
    for content_type in ["text/plain", "text/html", "application/json"] {
        let image = picture(answer(200, &[("content-type", content_type)], PNG))
            .await
            .unwrap();
        assert_eq!(&image.bytes().unwrap()[..], PNG);
        assert_eq!(image.content_type(), Some("image/png"));
    }
    for page in ["<html>", "busy", "\u{feff}"] {
        let error = picture(answer(200, &[("content-type", "text/html")], page))
            .await
            .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unexpected(_)), "{page}");
    }
}

#[tokio::test]
async fn a_file_is_a_file_whatever_it_begins_with() {
    for file in [&b"{"[..], b"{\"a\":", b"{}\0", b"[1]", b" \0", PNG] {
        let image = picture(answer(200, &[("content-type", "image/png")], file)).await;
        assert_eq!(&image.unwrap().bytes().unwrap()[..], file);
    }
}

/// What a call gives when the service answers with each of these.
async fn expect_nothing_known<O: std::fmt::Debug + Send + 'static>(
    call: impl Fn(&Client) -> Run<O>,
    results: &[&str],
) {
    for body in results {
        let server = Server::always(result(body)).await;
        let error = call(&client(&server)).await.expect_err(body);
        printed(&error);
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.to_string().contains("`result"), "{error}");
        let kept = String::from_utf8_lossy(error.body()).into_owned();
        assert!(kept.contains(body), "{kept}");
    }
}

#[tokio::test]
async fn j02_an_answer_of_which_nothing_is_known_is_no_empty_success() {
    let of_others = [
        r#"{"canary": "cAnArY content"}"#,
        r#"{"result":{"response":"hi"},"success":true}"#,
        r#"{"new":null}"#,
    ];
    expect_nothing_known(|ai| ai.run(M2m100_12b::input("a", "fr")), &of_others).await;
    expect_nothing_known(|ai| ai.run(Flux1Schnell::prompt("a")), &of_others).await;
    expect_nothing_known(|ai| ai.run(BgeBaseEnV15::text(["a"])), &of_others).await;
    expect_nothing_known(|ai| ai.run(KimiK26::prompt("a")), &of_others).await;
    expect_nothing_known(|ai| ai.run(WhisperLargeV3Turbo::audio(vec![1])), &of_others).await;
    expect_nothing_known(
        |ai| ai.run(Llama31_8bInstructFp8::prompt("a")),
        &[&of_others[..], &[r#"{"text":"hi"}"#]].concat(),
    )
    .await;
    expect_nothing_known(
        |ai| ai.run(DistilbertSst2Int8::text("a")),
        &[r#"[{"generated_text":"hi"}]"#],
    )
    .await;
}

#[tokio::test]
async fn h26_a_result_that_only_reports_an_error_is_one() {
    for failed in [
        r#"{"choices":[],"error":{"code":3040,"message":"m"}}"#,
        r#"{"choices":[{"message":{"content":""}}],"error":{"code":3040,"message":"m"}}"#,
        r#"{"object":"error","code":3040,"message":"m"}"#,
        r#"{"errors":[{"code":3040,"message":"m"}],"success":false}"#,
        r#"{"response":null,"errors":[{"code":3040,"message":"m"}]}"#,
        r#"{"object":"response","id":"r","status":"failed","error":{"code":3040,"message":"m"},"output":[]}"#,
    ] {
        let server = Server::always(result(failed)).await;
        let client = client(&server);
        let errors = [
            client.run(KimiK26::prompt("a")).await.unwrap_err(),
            client.run(GptOss120b::prompt("a")).await.unwrap_err(),
            client
                .run(Llama31_8bInstructFp8::prompt("a"))
                .await
                .unwrap_err(),
        ];
        for error in errors {
            assert!(error.is_capacity(), "{failed}: {error}");
            assert_eq!((error.status(), error.attempts()), (Some(200), 1));
            assert!(!error.body().is_empty());
            printed(&error);
        }
        // Where no type says what to expect, it is the caller's to judge.
        assert!(client.run_any("m", 1).await.is_ok(), "{failed}");
    }
    for good in [
        r#"{"response":"an \"error\"","error":null}"#,
        r#"{"choices":[{"message":{"content":"a"}}],"error":{"code":1}}"#,
        r#"{"object":"response","id":"r","error":null,"output":[]}"#,
    ] {
        let server = Server::always(result(good)).await;
        let call = client(&server).run(GptOss120b::prompt("a"));
        assert!(call.await.is_ok(), "{good}");
    }
}

#[tokio::test]
async fn j29_an_answer_that_only_looks_like_one_of_the_forms_is_kept_whole() {
    for (body, reads) in [
        (r#"{"text":{"value":"hi"}}"#, "unknown"),
        (r#"{"usage":{"prompt_tokens":1}}"#, "chat"),
        (r#"{"usage":{"input_tokens":1}}"#, "responses"),
        (r#"{"text":{"format":{"type":"text"}}}"#, "responses"),
        (
            r#"{"choices":[{"message":{"content":"hi"}}],"usage":{"new":1}}"#,
            "chat",
        ),
    ] {
        let server = Server::always(result(body)).await;
        let call = client(&server).run(GptOss120b::prompt("a"));
        let read = match call.await.unwrap() {
            GptOss120bOutput::Chat(_) => "chat",
            GptOss120bOutput::Responses(_) => "responses",
            GptOss120bOutput::Unknown(kept) => {
                assert_eq!(kept.to_string(), body);
                "unknown"
            }
            _ => "new",
        };
        assert_eq!(read, reads, "{body}");
    }
}

#[tokio::test]
async fn j05_one_member_that_is_known_is_enough() {
    for body in [
        r#"{"translated_text":"a","new":{"deep":[1]}}"#,
        r#"{"new":1,"translated_text":null}"#,
    ] {
        let server = Server::always(result(body)).await;
        let call = client(&server).run(M2m100_12b::input("a", "fr"));
        call.await.unwrap();
    }
    // What is new deeper within is ignored, and an event may be of a sort that nobody knows yet.
    let server = Server::always(result(r#"{"response":"hi","usage":{"new":1}}"#)).await;
    let call = client(&server).run(Llama31_8bInstructFp8::prompt("a"));
    assert_eq!(call.await.unwrap().text(), "hi");
    let server = Server::always(events("data: {\"new\":1}\n\ndata: [DONE]\n\n")).await;
    let ask = Llama31_8bInstructFp8::prompt("a");
    let mut stream = client(&server).stream(ask).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn h28_blanks_are_an_empty_answer() {
    for content_type in ["application/json", "image/png", "text/plain", "text/html"] {
        for body in ["", " ", "\r\n\r\n"] {
            let server = Server::always(answer(200, &[("content-type", content_type)], body)).await;
            let error = fails(&client(&server)).await;
            assert_eq!(error.kind(), ErrorKind::Unexpected(Unexpected::Empty));
        }
    }
}

#[tokio::test]
async fn s20_errors_in_a_stream_come_in_every_shape() {
    let shapes = [
        r#"data: {"error":{"code":3040,"message":"m"}}"#,
        r#"data: {"error":"m","code":3040}"#,
        r#"data: {"errors":[{"code":3040,"message":"m"}],"success":false,"result":{}}"#,
        r#"data: {"success":false,"errors":[],"code":3040}"#,
        r#"data: {"response":"","errors":[{"code":3040,"message":"m"}]}"#,
        r#"data: {"response":null,"errors":[{"code":3040,"message":"m"}]}"#,
        r#"data: { "response" : "" , "error" : {"code":3040}}"#,
        r#"data: {"choices":[],"error":{"code":3040,"message":"m"}}"#,
        r#"data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":3040,"message":"m"}}"#,
        r#"data: {"choices":[{"index":0,"delta":{"content":null}}],"error":{"code":3040,"message":"m"}}"#,
        r#"data: {"type":"error","code":3040,"message":"m"}"#,
        r#"data: {"object":"error","code":3040,"message":"m"}"#,
        r#"data: {"type":"response.failed","response":{"status":"failed","error":{"code":3040,"message":"m"}}}"#,
        "event: error\ndata: {\"code\":3040}",
        "event: error\ndata: error code: 3040",
    ];
    for shape in shapes {
        let text = format!("data: {{\"response\":\"a\"}}\n\n{shape}\n\ndata: [DONE]\n\n");
        let (items, error) = broken(&text).await;
        assert_eq!(
            (items, error.kind()),
            (1, ErrorKind::StreamApi(Api::Capacity)),
            "{shape}"
        );
        let data = shape.rsplit_once("data: ").unwrap().1;
        assert_eq!(&error.body()[..], data.as_bytes(), "{shape}");
    }
}

#[tokio::test]
async fn s11_what_only_speaks_of_errors_is_no_error() {
    let good = [
        r#"{"response":"an \"error\"","errors":[]}"#,
        r#"{"response":"a","error":{"code":1}}"#,
        r#"{"response":null,"error":null,"errors":[],"success":true}"#,
        r#"{"choices":[{"delta":{"content":"a \"error\" b"}}],"error":{"code":1}}"#,
        r#"{"choices":[{"text":"a"}],"error":"odd"}"#,
        r#"{"type":"response.created","response":null,"error":null}"#,
        r#"{"type":"error_log","note":"error"}"#,
    ];
    for event in good {
        let text = format!("data: {event}\n\ndata: [DONE]\n\n");
        let server = Server::always(events(text)).await;
        let mut stream = client(&server).stream(phrase()).await.unwrap();
        assert!(stream.next().await.unwrap().is_ok(), "{event}");
        assert!(stream.next().await.is_none(), "{event}");
    }
}

#[tokio::test]
async fn s22_what_never_was_a_stream_is_kept() {
    for content_type in ["text/event-stream", "text/plain"] {
        for body in ["<html>\n\n</html>", "error code: 1031", "data"] {
            let headers = [("content-type", content_type)];
            let (items, error) = broken_answer(answer(200, &headers, body)).await;
            assert_eq!((items, error.kind()), (0, ErrorKind::StreamTruncated));
            assert_eq!(&error.body()[..], body.as_bytes());
        }
        let body = failure_body(3040);
        let server = Server::always(answer(200, &[("content-type", content_type)], &body)).await;
        let error = client(&server).stream(phrase()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api(Api::Capacity));
        assert_eq!(&error.body()[..], body.as_bytes());
    }
    let (items, error) = broken("data: {\"response\":\"a\"}\n\nrest\n\n").await;
    assert_eq!(
        (items, error.body().len()),
        (1, 0),
        "what was delivered is not kept"
    );
}

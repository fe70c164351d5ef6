//! Faults on demand, by header, by script and by text.

use std::time::{Duration, Instant};

use workers_ai_local::{AnswerForm, Fault, Server};

use crate::wire::{Ended, LLAMA, data, get, raw_within, run, start, usual};

const PROMPT: &str = r#"{"prompt":"Why do boats float?"}"#;
const STREAM: &str = r#"{"prompt":"Why do boats float?","stream":true}"#;

#[test]
fn every_error_by_name_and_by_code() {
    let server = usual();
    for (word, status, code) in [
        ("incomplete", 400, 3003),
        ("too-large", 413, 3006),
        ("timeout", 408, 3007),
        ("aborted", 408, 3008),
        ("rate-limit", 429, 3021),
        ("account-blocked", 403, 3023),
        ("parameters", 400, 3025),
        ("flagged", 400, 3030),
        ("account-limited", 429, 3036),
        ("no-finetune-files", 400, 3039),
        ("capacity", 429, 3040),
        ("private-model", 403, 3041),
        ("invalid-model", 404, 3042),
        ("retries-exhausted", 503, 3050),
        ("quota", 429, 4006),
        ("invalid-data", 400, 5004),
        ("no-lora", 405, 5005),
        ("invalid-input", 400, 5006),
        ("no-model", 400, 5007),
        ("validation", 422, 5012),
        ("agreement", 403, 5016),
        ("not-allowed", 403, 5018),
        ("old-sdk", 405, 5019),
        ("retired", 410, 5028),
        ("paid-only", 403, 5035),
        ("bad-headers", 400, 6003),
        ("upstream-no-model", 404, 7001),
        ("bad-account", 404, 7003),
        ("upstream-input", 400, 8001),
        ("internal", 500, 8005),
        ("forced-tool", 400, 8006),
        ("context", 400, 8007),
        ("forbidden-resource", 403, 9109),
        ("auth", 401, 10000),
        ("model-timeout", 408, 3046),
        ("too-long", 413, 5021),
        ("no-gateway", 400, 2001),
        ("gateway-no-model", 400, 2008),
        ("gateway-auth", 401, 2009),
        ("gateway-rate-limit", 429, 2003),
        ("gateway-balance", 402, 2021),
        ("gateway-spending", 429, 2045),
        ("7502", 500, 7502),
    ] {
        for word in [word.to_owned(), code.to_string()] {
            let got = run(LLAMA, PROMPT)
                .header("x-local-fault", &format!("error={word}"))
                .send(&server);
            assert_eq!((got.status, got.code()), (status, code), "{word}");
            assert_eq!(got.json()["success"], false, "{word}");
        }
    }
    let soft = run(LLAMA, PROMPT)
        .header("x-local-fault", "soft=capacity")
        .send(&server);
    assert_eq!((soft.status, soft.code()), (200, 3040));
}

#[test]
fn gateway_errors_have_their_own_form() {
    let got = run(LLAMA, PROMPT)
        .header("x-local-fault", "error=2021")
        .send(&usual())
        .json();
    assert_eq!(got["errors"], serde_json::Value::Null);
    assert_eq!(
        (&got["name"], &got["httpCode"]),
        (&"AiGatewayError".into(), &402.into())
    );
}

#[test]
fn the_network_edge() {
    let server = usual();
    let got = run(LLAMA, PROMPT)
        .header("x-local-fault", "edge=504")
        .send(&server);
    assert_eq!(got.status, 504);
    assert!(
        got.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
    );
    let got = run(LLAMA, PROMPT)
        .header("x-local-fault", "edge=1031")
        .send(&server);
    assert_eq!(got.text(), "error code: 1031");
    assert!(
        got.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/plain"))
    );
}

#[test]
fn headers_can_be_wrong() {
    let server = usual();
    let fault = "error=rate-limit retry-after=30 type=text/html";
    let got = run(LLAMA, PROMPT)
        .header("x-local-fault", fault)
        .send(&server);
    assert_eq!(got.status, 429);
    assert_eq!(got.header("retry-after"), Some("30"));
    assert_eq!(got.header("content-type"), Some("text/html"));
    let got = run(LLAMA, PROMPT)
        .header("x-local-fault", "error=rate-limit")
        .send(&server);
    assert_eq!(got.header("retry-after"), None);
    let date = "error=capacity retry-after=Sun,_06_Nov_1994_08:49:37_GMT";
    let got = run(LLAMA, PROMPT)
        .header("x-local-fault", date)
        .send(&server);
    assert_eq!(
        got.header("retry-after"),
        Some("Sun, 06 Nov 1994 08:49:37 GMT")
    );
}

#[test]
fn bodies_end_early() {
    let server = usual();
    let silence = Duration::from_millis(300);
    for body in [PROMPT, STREAM] {
        for (word, ended) in [
            ("reset=40", Ended::Reset),
            ("close=40", Ended::Closed),
            ("stall=40", Ended::Never),
            ("truncate=40", Ended::Well),
        ] {
            let ask = run(LLAMA, body).header("x-local-fault", word).bytes();
            let got = raw_within(server.address(), &ask, silence);
            assert_eq!((got.status, got.ended), (200, ended), "{word} {body}");
            assert_eq!(got.body.len(), 40, "{word} {body}");
        }
    }
    let ask = run(LLAMA, PROMPT).header("x-local-fault", "hangup").bytes();
    let got = raw_within(server.address(), &ask, silence);
    assert_eq!(got.status, 0);
    // Nothing of this hurts the server.
    assert_eq!(run(LLAMA, PROMPT).send(&server).status, 200);
}

#[test]
fn streams_break() {
    let server = usual();
    let whole = run(LLAMA, STREAM).send(&server).text();
    let events = data(&whole);
    let send = |fault: &str| {
        run(LLAMA, STREAM)
            .header("x-local-fault", fault)
            .send(&server)
    };

    let got = send("no-end");
    assert_eq!(got.ended, Ended::Well);
    assert_eq!(data(&got.text()), &events[..events.len() - 1]);

    let got = send("event-error=2:3040").text();
    let spoilt = data(&got);
    assert_eq!(spoilt[..2], events[..2]);
    assert!(spoilt[2].contains("\"code\":3040"), "{got}");
    assert_eq!(spoilt.len(), 3);

    let got = send("empty");
    assert_eq!(got.header("content-type"), Some("application/json"));
    assert_eq!(got.json()["result"], serde_json::json!({}));

    let got = send("type=text/plain");
    assert_eq!(got.header("content-type"), Some("text/plain"));
    assert_eq!(got.text(), whole);
}

#[test]
fn an_answer_comes_late() {
    let server = usual();
    let start = Instant::now();
    let got = run(LLAMA, PROMPT)
        .header("x-local-fault", "delay=120ms")
        .send(&server);
    assert_eq!(got.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(120));
}

#[test]
fn a_script_is_worked_off_in_order() {
    let server = usual();
    let bge = "@cf/baai/bge-m3";
    server.script(Fault::error(3040).times(2));
    server.script(Fault::error(8005).model(bge).after(1));
    let statuses = |count: usize, model: &str, body: &str| -> Vec<u16> {
        (0..count)
            .map(|_| run(model, body).send(&server).status)
            .collect()
    };
    assert_eq!(statuses(4, LLAMA, PROMPT), [429, 429, 200, 200]);
    assert_eq!(statuses(3, bge, r#"{"text":"a"}"#), [200, 500, 200]);
    server.script(Fault::edge(502).always());
    assert_eq!(statuses(3, LLAMA, PROMPT), [502, 502, 502]);
    assert_eq!(get("tasks/search").send(&server).status, 502);
    server.clear();
    assert_eq!(statuses(1, LLAMA, PROMPT), [200]);
}

#[test]
fn a_server_can_start_with_faults() {
    let faults = Fault::script("# busy at first\nerror=capacity times=2\n\n  delay=1ms\n");
    let faults = faults.expect("a good script");
    let server = start(
        faults
            .into_iter()
            .fold(Server::builder(), workers_ai_local::ServerBuilder::fault),
    );
    let statuses: Vec<u16> = (0..3)
        .map(|_| run(LLAMA, PROMPT).send(&server).status)
        .collect();
    assert_eq!(statuses, [429, 429, 200]);
}

#[test]
fn the_words_mean_what_the_methods_do() {
    let long = Fault::new()
        .delay(Duration::from_secs(2))
        .stall_at(7)
        .content_type("text/html")
        .retry_after("a b")
        .model("@cf/a/b")
        .always()
        .after(3);
    for (text, fault) in [
        ("error=5028", Fault::error(5028)),
        ("soft=capacity", Fault::soft_error(3040)),
        ("edge=502", Fault::edge(502)),
        ("empty", Fault::empty()),
        ("hangup", Fault::hang_up()),
        ("no-end", Fault::new().no_end()),
        ("event-error=4", Fault::new().event_error(4, 8005)),
        ("item-error=2", Fault::new().item_error(2)),
        ("results", Fault::new().results()),
        ("form=native", Fault::new().form(AnswerForm::Native)),
        ("form=chat", Fault::new().form(AnswerForm::Chat)),
        ("form=both", Fault::new().form(AnswerForm::Both)),
        ("reset=0", Fault::new().reset_at(0)),
        (
            "close=1 delay=5",
            Fault::new().close_at(1).delay(Duration::from_millis(5)),
        ),
        (
            " truncate=9\ttimes=2 ",
            Fault::new().truncate_at(9).times(2),
        ),
        (
            "delay=2s stall=7 type=text/html retry-after=a_b model=@cf/a/b times=always after=3",
            long,
        ),
    ] {
        assert_eq!(text.parse(), Ok(fault), "{text}");
    }
}

#[test]
fn a_bad_fault_is_told_in_one_line() {
    for (text, says) in [
        ("", "at least one word"),
        ("   ", "at least one word"),
        ("eror=5028", "`eror=5028`: unknown"),
        ("error", "say which"),
        ("error=", "capacity"),
        ("error=cappacity", "capacity"),
        ("error=99999999999", "whole number"),
        ("error=1 soft=2", "only one thing"),
        ("stall=1 reset=2", "one place"),
        ("stall=x", "whole number"),
        ("stall=-1", "whole number"),
        ("stall=+1", "whole number"),
        ("delay=2h", "such as"),
        ("delay=", "such as"),
        ("edge=200", "400 to 599"),
        ("times=0", "1 or more"),
        ("model=llama", "begins with `@`"),
        ("type=tëxt", "plain characters"),
        ("empty=1", "takes no value"),
        ("results=1", "takes no value"),
        ("form", "say which"),
        ("form=prose", "native, chat or both"),
        ("event-error=x:y", "whole number"),
        ("\u{1b}[31m", "unknown"),
    ] {
        let error = text.parse::<Fault>().expect_err(text).to_string();
        assert!(error.contains(says), "{text}: {error}");
        assert!(!error.contains(['\n', '\u{1b}']), "{text}: {error}");
    }
    let error = Fault::script("empty\n\nempty=1")
        .expect_err("a bad line")
        .to_string();
    assert!(error.starts_with("line 3: "), "{error}");
    let got = run(LLAMA, PROMPT)
        .header("x-local-fault", "nonsense")
        .send(&usual());
    assert_eq!(got.status, 400);
    assert!(
        got.text().contains("x-local-fault: fault `nonsense`"),
        "{}",
        got.text()
    );
}

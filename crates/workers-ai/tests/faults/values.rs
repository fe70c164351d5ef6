//! Any text and any number arrives as it was given, or is refused before anything is sent.

use serde_json::json;
use workers_ai::{
    ErrorKind,
    models::{
        BgeRerankerBaseInput, Flux1SchnellInput, Llama31_8bInstructFp8, M2m100_12bInput,
        TextGenerationPrompt,
    },
};

use crate::{
    server::{Server, result},
    support::{HI, client, has_not, phrase},
};

/// Texts that have broken programs, in the manner of the Big List of Naughty Strings.
const NAUGHTY: [&str; 30] = [
    "",
    " ",
    "\0",
    "a\0b",
    "\u{1}\u{2}\u{7f}\u{80}\u{9f}",
    "\t\u{b}\u{c}\u{85}\u{a0}\u{1680}\u{2028}\u{2029}\u{3000}",
    "\u{feff}",
    "\u{fffe}\u{ffff}\u{fffd}",
    "\u{202e}txet\u{202c}\u{2066}\u{2069}\u{200f}",
    "\u{200b}\u{200c}\u{200d}\u{ad}",
    "\u{e9} e\u{301} \u{1d518} \u{10ffff}",
    "Z\u{351}\u{36b}\u{343}\u{32a}\u{302}\u{36b}\u{33d}A\u{334}\u{335}\u{31e}",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{1f1e9}\u{1f1ea} \u{1f44d}\u{1f3fd}",
    "\u{645}\u{631}\u{62d}\u{628}\u{627} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1820}",
    "undefined",
    "null",
    "NaN",
    "1e400",
    "-0",
    "0x10",
    "\"",
    "\\",
    "\\u0000\\ud800",
    "\r\ncontent-length: 0\r\n\r\n",
    "data: [DONE]\n\n",
    "{\"prompt\":\"a\"}]}",
    "</script><script>alert(1)</script>",
    "'; DROP TABLE users; --",
    "%00%0d%0a %s %n ${jndi:x} {{7*7}}",
    "../../etc/passwd",
];

#[tokio::test]
async fn u14_u15_any_text_arrives_as_it_was_given() {
    let server = Server::always(result(HI)).await;
    let client = client(&server);
    let long = "\u{1f600}\u{0}\u{2028}x".repeat(100_000);
    for text in NAUGHTY.into_iter().chain([&*long]) {
        let mut input = phrase();
        input.prompt = text.to_owned();
        client.run(input).field("beside", text).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert!(
            seen.json() == json!({ "prompt": text, "beside": text }),
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn u14_text_that_no_header_holds_is_refused_as_one() {
    let server = Server::always(result(HI)).await;
    let client = client(&server);
    for text in NAUGHTY {
        let sent = server.requests();
        let fits = text
            .bytes()
            .all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte) || byte >= 0x80);
        match client.run(phrase()).header("x-mine", text).await {
            Ok(_) => {
                assert!(fits, "{text:?}");
                let seen = server.seen().pop().unwrap();
                let blank = [' ', '\t'];
                let come = seen.header("x-mine").unwrap_or_default();
                assert_eq!(come.trim_matches(blank), text.trim_matches(blank));
            }
            Err(error) => {
                assert!(!fits, "{text:?}");
                assert_eq!(error.kind(), ErrorKind::InvalidInput);
                assert_eq!(server.requests(), sent);
            }
        }
    }
}

#[tokio::test]
async fn u18_extreme_numbers_are_held_to_their_limits_and_else_sent_as_given() {
    let server = Server::always(result(HI)).await;
    let client = client(&server);
    let ask = || Llama31_8bInstructFp8::prompt("a");
    for beyond in [
        ask().temperature(1e308),
        ask().temperature(-f64::MIN_POSITIVE),
        ask().top_k(0),
        ask().top_k(u64::MAX),
        ask().seed(0),
        ask().frequency_penalty(f64::MIN),
    ] {
        let error = client.run(beyond).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(server.requests(), 0);
    // For these the document has no limit.
    for tokens in [0, 1, u64::MAX] {
        client.run(ask().max_tokens(tokens)).await.unwrap();
        assert_eq!(server.seen().pop().unwrap().json()["max_tokens"], tokens);
    }
    let any = json!({"max_tokens": -1, "temperature": 1e308, "least": i64::MIN, "most": u64::MAX});
    client.run_any("m", any.clone()).await.unwrap();
    assert_eq!(server.seen().pop().unwrap().json(), any);
}

/// Where something is required, it is given at the beginning: there is nothing empty to begin with.
#[test]
fn u20_what_is_required_cannot_be_left_out() {
    has_not!(Default: M2m100_12bInput, BgeRerankerBaseInput, Flux1SchnellInput);
    has_not!(Default: TextGenerationPrompt<Llama31_8bInstructFp8>);
}

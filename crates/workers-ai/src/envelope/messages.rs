//! The errors that a body reports, in whichever dialect.

use serde_json::Value;

use super::BYTE_ORDER_MARK;
use crate::codes::ServiceMessage;

/// A plain-text message longer than this is a page, not a message.
const MESSAGE_LENGTH: usize = 1_000;

/// The errors a body reports, in whichever dialect.
pub(crate) fn messages(body: &[u8]) -> Vec<ServiceMessage> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    // A value is read from text anyhow, since `RawValue` may be inside; so it is compiled for text alone.
    let text = std::str::from_utf8(body).unwrap_or_default();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => messages_of(&value),
        Err(_) => plain_text(text).into_iter().collect(),
    }
}

fn messages_of(value: &Value) -> Vec<ServiceMessage> {
    let mut messages = Vec::new();
    for key in ["errors", "error", "detail"] {
        if let Some(reported) = value.get(key) {
            collect(reported, &mut messages);
        }
    }
    if messages.is_empty() && !value.is_array() {
        messages.extend(message(value));
    }
    // An event of the Responses dialect has its error one level further in, and so may an envelope.
    if messages.is_empty() {
        let inner = ["response", "result"].into_iter();
        let inner = inner.filter_map(|key| value.get(key).filter(|inner| inner.is_object()));
        let mut said = inner.map(messages_of).filter(|said| !said.is_empty());
        messages = said.next().unwrap_or_default();
    }
    // A text has its code beside it.
    if let [
        ServiceMessage {
            code: code @ None, ..
        },
    ] = messages.as_mut_slice()
    {
        *code = code_of(value);
    }
    messages
}

fn collect(reported: &Value, messages: &mut Vec<ServiceMessage>) {
    let entries = match reported {
        Value::Array(entries) => entries,
        entry => std::slice::from_ref(entry),
    };
    for entry in entries {
        messages.extend(message(entry));
        let causes = entry.get("error_chain").and_then(Value::as_array);
        messages.extend(causes.into_iter().flatten().filter_map(message));
    }
}

/// One entry: an object with a code, a text or both, or a text alone.
fn message(entry: &Value) -> Option<ServiceMessage> {
    if let Some(text) = entry.as_str() {
        return (!text.is_empty()).then(|| ServiceMessage::new(code_in(text), text));
    }
    let code = code_of(entry);
    let text = ["message", "description", "msg"]
        .into_iter()
        .find_map(|key| entry.get(key)?.as_str())
        .filter(|text| !text.is_empty());
    let name = entry.get("code").and_then(Value::as_str);
    let name = name.filter(|name| code.is_none() && !name.is_empty());
    if code.is_none() && name.is_none() && text.is_none() {
        return None;
    }
    let text = text.unwrap_or_default();
    Some(ServiceMessage::new(code.or_else(|| code_in(text)), text).named(name))
}

fn code_of(entry: &Value) -> Option<u64> {
    let mut keys = ["code", "internalCode"].into_iter();
    keys.find_map(|key| code(entry.get(key)?))
}

/// A code is a number, now and then written as text or with a fraction of nothing.
fn code(value: &Value) -> Option<u64> {
    let written = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    written.strip_suffix(".0").unwrap_or(&written).parse().ok()
}

/// The code that a message begins with, as in `AiError: 3040: Capacity …`, after whatever errors it came through.
fn code_in(text: &str) -> Option<u64> {
    let mut rest = text;
    while let Some((error, after)) = rest.split_once(": ") {
        if !error.ends_with("Error") || error.contains(' ') {
            break;
        }
        rest = after;
    }
    let (number, _) = rest.split_once(':')?;
    (number.len() >= 4).then(|| number.parse().ok())?
}

/// What the network's edge says in plain text; a page of HTML says nothing.
fn plain_text(body: &str) -> Option<ServiceMessage> {
    let text = body.trim();
    if text.is_empty() || text.len() > MESSAGE_LENGTH || text.starts_with(['<', '{', '[']) {
        return None;
    }
    let code = text
        .to_ascii_lowercase()
        .split_once("error code: ")
        .and_then(|(_, rest)| {
            rest.split(|c: char| !c.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        });
    Some(ServiceMessage::new(code, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(body: &str) -> Vec<(Option<u64>, String)> {
        messages(body.as_bytes())
            .into_iter()
            .map(|message| (message.code, message.message))
            .collect()
    }

    #[test]
    fn j03_codes_come_as_numbers_as_text_or_not_at_all() {
        assert_eq!(
            reported(r#"{"errors":[{"code":"3040","message":"m"}]}"#),
            [(Some(3040), "m".into())]
        );
        assert_eq!(
            reported(r#"{"errors":[{"code":4294967296,"message":"m"},{"message":"n"}]}"#),
            [(Some(4_294_967_296), "m".into()), (None, "n".into())]
        );
        for (text, code) in [
            ("AiError: AiError: 3040: full", Some(3040)),
            ("UpstreamError: 3040: full", Some(3040)),
            ("3040: full", Some(3040)),
            ("An Error: 3040: full", None),
            ("AiError: 40: full", None),
            ("AiError: full", None),
        ] {
            let body = format!(r#"{{"errors":[{{"message":"{text}"}}]}}"#);
            assert_eq!(reported(&body), [(code, text.into())]);
        }
        for written in ["3040", "3040.0", "\"3040\"", "\"3040.0\""] {
            let body = format!(r#"{{"errors":[{{"code":{written},"message":"m"}}]}}"#);
            assert_eq!(reported(&body), [(Some(3040), "m".into())]);
        }
        for written in ["null", "-1", "3040.5", "\"a\"", "[3040]"] {
            let body = format!(r#"{{"errors":[{{"code":{written},"message":"m"}}]}}"#);
            assert_eq!(reported(&body), [(None, "m".into())], "{written}");
        }
    }

    #[test]
    fn j03_a_name_in_place_of_a_code_is_kept() {
        let named = |body: &str| messages(body.as_bytes()).remove(0).name;
        let name = Some("context_length_exceeded".to_owned());
        for body in [
            r#"{"error":{"message":"m","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
            r#"{"errors":[{"code":"context_length_exceeded"}]}"#,
            r#"{"type":"error","code":"context_length_exceeded","message":"m"}"#,
        ] {
            assert_eq!(named(body), name, "{body}");
        }
        assert_eq!(named(r#"{"errors":[{"code":"3040","message":"m"}]}"#), None);
        assert_eq!(named(r#"{"errors":[{"code":"","message":"m"}]}"#), None);
    }

    #[test]
    fn j04_errors_come_in_every_shape() {
        let expected = [(Some(7), "m".to_owned())];
        assert_eq!(reported(r#"{"errors":{"code":7,"message":"m"}}"#), expected);
        assert_eq!(reported(r#"{"error":{"code":7,"message":"m"}}"#), expected);
        assert_eq!(
            reported(r#"{"error":[{"code":7,"message":"m"}]}"#),
            expected
        );
        assert_eq!(
            reported(r#"{"internalCode":7,"name":"E","message":"m"}"#),
            expected
        );
        assert_eq!(
            reported(r#"{"internalCode":7,"description":"m"}"#),
            expected
        );
        assert_eq!(reported(r#"{"error":"m","code":7}"#), expected);
        assert_eq!(
            reported(r#"{"type":"response.failed","response":{"error":{"code":7,"message":"m"}}}"#),
            expected
        );
        assert_eq!(
            reported(
                r#"{"errors":[{"code":7,"message":"m","error_chain":[{"code":8,"message":"n"}]},{"code":9}]}"#
            ),
            [
                (Some(7), "m".into()),
                (Some(8), "n".into()),
                (Some(9), String::new())
            ]
        );
        for inside in [
            r#"{"result":{"errors":[{"code":7,"message":"m"}],"success":false},"success":true}"#,
            r#"{"result":{"object":"error","code":7,"message":"m"},"errors":[]}"#,
            "\u{feff}{\"errors\":[{\"code\":7,\"message\":\"m\"}]}",
        ] {
            assert_eq!(reported(inside), expected, "{inside}");
        }
        for detail in [
            r#"{"detail":"m"}"#,
            r#"{"detail":[{"loc":["body","x"],"msg":"m","type":"missing"}]}"#,
        ] {
            assert_eq!(reported(detail), [(None, "m".into())], "{detail}");
        }
        assert_eq!(reported(r#"{"result":"m"}"#), []);
        assert_eq!(reported(r#"{"errors":"m"}"#), [(None, "m".into())]);
        assert_eq!(
            reported(r#"{"error":"m","errors":null}"#),
            [(None, "m".into())]
        );
        assert_eq!(
            reported("error code: 1031"),
            [(Some(1031), "error code: 1031".into())]
        );
        assert_eq!(reported("<html>503</html>"), []);
        assert_eq!(reported(""), []);
        assert_eq!(reported("[]"), []);
    }
}

//! Every dialect in which answers were seen to stream, cut wherever it can be cut.

use std::borrow::Cow;

use serde_json::{Value, json};
use workers_ai::{
    Client, ErrorKind,
    models::{Answer, KimiK26, Llama31_8bInstructFp8, ModelInput, Streaming},
};

use crate::{
    http2,
    server::{Act, Server, chunk, events, open_events},
    support::client,
};

/// What the dialect is, how it reads on the wire, and the number of its events.
const DIALECTS: [(&str, &str, usize); 14] = [
    (
        "native, with padding, without a text and with the usage at the end",
        "data: {\"response\":\"Blue\",\"tool_calls\":[],\"p\":\"abdefghij\"}\n\ndata: {\"tool_calls\":[],\"p\":\"abd\"}\n\n\
         data: {\"response\":\"\",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n",
        3,
    ),
    (
        "chat with a native tail",
        "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"h\\u00e9\"}}]}\r\n\r\n\
         data: {\"choices\":[],\"usage\":{\"neurons\":0.75}}\r\n\r\ndata: {\"response\":\"\",\"usage\":{}}\r\n\r\ndata: [DONE]\r\n\r\n",
        3,
    ),
    (
        "chat with usage in every piece, reasoning and nulls",
        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"m\",\"content\":null},\"token_ids\":null}],\"usage\":{\"total_tokens\":1}}\n\n\
         data: {\"choices\":[{\"delta\":{\"reasoning\":\"n\"},\"finish_reason\":null}],\"usage\":{\"total_tokens\":1}}\n\n\
         data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\",\"matched_stop\":7}],\"usage\":{\"total_tokens\":0}}\n\ndata: [DONE]\n\n",
        3,
    ),
    (
        "Responses",
        "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"error\":null}}\n\n\
         event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"\u{1F600}\"}\n\ndata: [DONE]\n\n",
        2,
    ),
    (
        "tokens as values, after a mark and between comments",
        "\u{feff}: hi\rdata:{\"response\":7}\r\rdata: {\"response\":true}\r\r: ping\r\rdata: [DONE]\r\r",
        2,
    ),
    (
        "chat tokens as values",
        "data: {\"choices\":[{\"delta\":{\"content\":7}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":null}}]}\n\ndata: [DONE]\n\n",
        2,
    ),
    (
        "no line end after the marker",
        "data: {\"response\":null}\n\ndata: [DONE]",
        1,
    ),
    (
        "native pieces of a tool call, closed by one of nulls",
        "data: {\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\"}}]}\n\n\
         data: {\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\":1}\"}}]}\n\n\
         data: {\"tool_calls\":[{\"id\":null,\"type\":null,\"index\":0,\"function\":{\"name\":null,\"arguments\":\"\"}}]}\n\ndata: [DONE]\n\n",
        3,
    ),
    (
        "chat pieces of a tool call, the first without arguments",
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\"}}]}}]}\n\n\
         data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]}}]}\n\ndata: [DONE]\n\n",
        2,
    ),
    (
        "states with a text that grows",
        "data: {\"status\":\"starting\"}\n\ndata: {\"mode\":\"replace\",\"name\":\"output\",\"value\":\"a\"}\n\n\
         data: {\"chunk\":\"a b\"}\n\ndata: {\"status\":\"succeeded\",\"output\":\"a b c\"}\n\ndata: [DONE]\n\n",
        4,
    ),
    (
        "a search before the chat",
        "event: chunks\ndata: [{\"id\":\"1\",\"text\":\"a\"}]\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\ndata: [DONE]\n\n",
        2,
    ),
    (
        "an error in the middle",
        "data: {\"response\":\"a\"}\n\ndata: {\"errors\":[{\"code\":3040,\"message\":\"m\"}],\"success\":false}\n\ndata: {\"response\":\"b\"}\n\n",
        2,
    ),
    (
        "two events glued into one",
        "data: {\"response\":\"a\"}data: {\"response\":\"b\"}\n\ndata: {\"response\":\"c\"}\n\ndata: [DONE]\n\n",
        2,
    ),
    (
        "no marker, and a cut within an event",
        "data: {\"response\":\"a\"}\n\ndata: {\"resp",
        2,
    ),
];

type Items = Vec<Result<Value, ErrorKind>>;

async fn read(client: &Client, name: String) -> Items {
    let mut stream = client.stream_any(name, json!({})).await.unwrap();
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        items.push(item.map_err(|error| error.kind()));
    }
    items
}

/// The dialect and the cut that a call asks for by its model's name.
fn asked(path: &str) -> (&'static str, usize) {
    let name = path.rsplit_once('/').unwrap().1;
    let (dialect, at) = name.split_once('-').unwrap();
    let (_, text, _) = DIALECTS[dialect.parse::<usize>().unwrap()];
    (text, at.parse().unwrap())
}

async fn expect_the_same_wherever_it_is_cut(client: &Client, dialect: usize) {
    let (what, text, count) = DIALECTS[dialect];
    let whole = read(client, format!("m/{dialect}-{}", text.len())).await;
    assert_eq!(whole.len(), count, "{what}: {whole:?}");
    for at in 1..text.len() {
        let cut = read(client, format!("m/{dialect}-{at}")).await;
        assert_eq!(cut, whole, "{what}, cut at {at}");
    }
}

#[tokio::test]
async fn s01_every_dialect_cut_at_every_byte_gives_the_same_events() {
    let server = Server::start(|_, seen| {
        let path = seen.line().split(' ').nth(1).unwrap();
        let (text, at) = asked(path);
        let (first, second) = text.as_bytes().split_at(at);
        let mut parts = open_events(first);
        if !second.is_empty() {
            parts.extend(chunk(second));
        }
        parts.extend(b"0\r\n\r\n");
        vec![Act::Write(parts)]
    })
    .await;
    let client = client(&server);
    for dialect in 0..DIALECTS.len() {
        expect_the_same_wherever_it_is_cut(&client, dialect).await;
    }
}

#[tokio::test]
async fn s01_every_dialect_cut_at_every_byte_gives_the_same_events_over_http2() {
    let client = http2::start_pieces(|path| {
        let (text, at) = asked(path);
        let (first, second) = text.as_bytes().split_at(at);
        vec![first, second]
    })
    .await;
    for dialect in 0..DIALECTS.len() {
        expect_the_same_wherever_it_is_cut(&client, dialect).await;
    }
}

#[tokio::test]
async fn dialects_that_are_mixed_in_one_stream_are_collected_as_one_answer() {
    let pieces = [
        json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": null, "reasoning_content": "Let me "}}]}),
        json!({"choices": [{"delta": {"reasoning": "see."}}], "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}}),
        json!({"choices": [{"delta": {"content": "On "}}]}),
        json!({"choices": [{"delta": {"content": 7}}]}),
        json!({"choices": [{"delta": {"tool_calls": [
            {"index": 0, "id": "a", "type": "function", "function": {"name": "lamp"}},
            {"index": 1, "id": "b", "type": "function", "function": {"name": "door", "arguments": "{\"op"}},
        ]}}]}),
        json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{\"level\":3}"}}]}}]}),
        json!({"choices": [{"delta": {"tool_calls": [{"index": 1, "function": {"arguments": "en\":true}"}}]}}]}),
        json!({"choices": [{"delta": {"tool_calls": [{"index": 1, "id": null, "function": {"name": null, "arguments": ""}}]}}]}),
        json!({"choices": [{"delta": {}, "finish_reason": "tool_calls"}], "usage": {"total_tokens": 0}}),
        json!({"choices": []}),
        json!({"response": "", "usage": {"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14}}),
    ];
    let text: String = pieces.map(|piece| format!("data: {piece}\n\n")).concat();
    let server = Server::always(events(text + "data: [DONE]\n\n")).await;
    let stream = client(&server).stream(KimiK26::prompt("a")).await.unwrap();
    let answer = stream.collect().await.unwrap();
    assert_eq!((answer.text(), answer.reasoning()), ("On 7", "Let me see."));
    assert_eq!(answer.usage().and_then(|usage| usage.total), Some(14));
    let calls = answer.tool_calls();
    let said: Vec<_> = calls
        .iter()
        .map(|call| (call.id, call.name, call.arguments::<Value>().unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            (Some("a"), Some("lamp"), json!({"level": 3})),
            (Some("b"), Some("door"), json!({"open": true})),
        ]
    );
}

/// The texts of the items, `None` where one has none.
async fn texts<I: ModelInput<Model: Streaming<Event: Answer>>>(
    ask: I,
    pieces: &[Value],
) -> Vec<Option<String>> {
    let pieces: Vec<_> = pieces
        .iter()
        .map(|piece| format!("data: {piece}\n\n"))
        .collect();
    let server = Server::always(events(pieces.concat() + "data: [DONE]\n\n")).await;
    let mut stream = client(&server).stream(ask).await.unwrap();
    let mut texts = Vec::new();
    while let Some(item) = stream.next().await {
        texts.push(item.unwrap().text().map(Cow::into_owned));
    }
    texts
}

#[tokio::test]
async fn s34_a_reason_to_finish_is_not_the_end() {
    let chat = [
        json!({"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}),
        json!({"choices": [{"delta": {"content": "b"}, "finish_reason": null}]}),
        json!({"choices": [{"delta": {"content": "c"}, "finish_reason": "length"}]}),
    ];
    let expected = ["a", "b", "c"].map(|text| Some(text.to_owned()));
    assert_eq!(texts(KimiK26::prompt("a"), &chat).await, expected);
    let native = ["a", "b", "c"].map(|text| json!({"response": text, "finish_reason": "stop"}));
    let ask = Llama31_8bInstructFp8::prompt("a");
    assert_eq!(texts(ask, &native).await, expected);
}

#[tokio::test]
async fn s36_pieces_without_text_are_items_without_text() {
    let call = json!([{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]);
    let chat = [
        json!({"choices": [], "usage": {"total_tokens": 1}}),
        json!({"choices": [{"delta": {"tool_calls": call}}]}),
        json!({"choices": [{"delta": {"content": null}}]}),
        json!({"choices": [{"delta": {"content": "a"}}]}),
    ];
    let expected = [None, None, None, Some("a".to_owned())];
    assert_eq!(texts(KimiK26::prompt("a"), &chat).await, expected);
    let native = [
        json!({"usage": {"total_tokens": 1}}),
        json!({"tool_calls": call}),
        json!({"response": null}),
        json!({"response": "a"}),
    ];
    let ask = Llama31_8bInstructFp8::prompt("a");
    assert_eq!(texts(ask, &native).await, expected);
}

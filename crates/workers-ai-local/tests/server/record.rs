//! What arrived, for assertions.

use workers_ai_local::Server;

use crate::wire::{LLAMA, get, run, start, usual};

#[test]
fn requests_are_kept_as_they_came() {
    let server = usual();
    run(LLAMA, r#"{"prompt":"a"}"#)
        .header("x-mine", "1")
        .header("x-auth-key", "hidden")
        .send(&server);
    get("models/search?task=x").send(&server);
    let requests = server.requests();
    let first = &requests[0];
    assert_eq!(first.method, "POST");
    assert!(first.path.ends_with(LLAMA));
    assert_eq!(first.model.as_deref(), Some(LLAMA));
    assert_eq!(first.json()["prompt"], "a");
    assert_eq!(first.header("x-mine"), Some("1"));
    assert_eq!(first.header("authorization"), Some("[redacted]"));
    assert!(!format!("{requests:?}").contains("hidden"));
    assert_eq!(requests[1].query.as_deref(), Some("task=x"));
    assert_eq!(requests[1].model, None);
    server.clear();
    assert_eq!(server.requests(), []);
}

#[test]
fn refused_ones_are_kept_too() {
    let server = usual();
    run(LLAMA, "{").without_token().send(&server);
    assert_eq!(&server.requests()[0].body[..], b"{");
}

#[test]
fn only_so_many_are_kept() {
    let server = start(Server::builder().keep(2));
    for prompt in ["a", "b", "c"] {
        run(LLAMA, format!(r#"{{"prompt":"{prompt}"}}"#)).send(&server);
    }
    let prompts: Vec<String> = server
        .requests()
        .iter()
        .map(|it| it.json()["prompt"].to_string())
        .collect();
    assert_eq!(prompts, ["\"b\"", "\"c\""]);
}

//! Files to Markdown.

use std::fmt::Write as _;

use serde_json::json;
use workers_ai_local::Server;

use crate::wire::{Got, get, post, usual};

fn convert(server: &Server, parts: &[(&str, &str, &str)], options: Option<&str>) -> Got {
    let mut body = String::new();
    for (name, kind, text) in parts {
        let _ = write!(
            body,
            "--b\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\ncontent-type: {kind}\r\n\r\n{text}\r\n"
        );
    }
    if let Some(options) = options {
        let _ = write!(
            body,
            "--b\r\ncontent-disposition: form-data; name=\"conversionOptions\"\r\n\r\n{options}\r\n"
        );
    }
    body += "--b--\r\n";
    post("tomarkdown", body)
        .header("content-type", "multipart/form-data; boundary=b")
        .send(server)
}

#[test]
fn files_are_converted_in_order_and_one_by_one() {
    let server = usual();
    let page = "<h1>Title</h1><p>Some <b>text</b>.</p>";
    let parts = [
        ("a.html", "text/html", page),
        ("b.pdf", "application/pdf", "%PDF"),
        ("c.txt", "text/plain", "as it is"),
        ("d.htm", "application/octet-stream", "<p>by name</p>"),
    ];
    let got = convert(&server, &parts, None);
    assert_eq!(got.status, 200, "{}", got.text());
    let files = got.json()["result"].as_array().expect("a list").clone();
    assert_eq!(files[0]["data"], "# Title\n\nSome **text**.");
    assert_eq!(
        (&files[0]["format"], &files[0]["tokens"]),
        (&json!("markdown"), &json!(4))
    );
    assert_eq!(files[1]["format"], "error");
    assert!(files[1]["error"].is_string() && files[1].get("data").is_none());
    assert_eq!(files[2]["data"], "as it is");
    assert_eq!(
        (&files[3]["data"], &files[3]["mimeType"]),
        (&json!("by name"), &json!("text/html"))
    );
    assert_ne!(files[0]["id"], files[2]["id"]);

    let text = convert(
        &server,
        &parts[..1],
        Some(r#"{"output":{"format":"text"}}"#),
    )
    .json();
    assert_eq!(text["result"][0]["data"], "Title\n\nSome text.");
    assert_eq!(text["result"][0]["format"], "text");
}

#[test]
fn refusals() {
    let server = usual();
    let file = [("a.txt", "text/plain", "a")];
    assert_eq!(convert(&server, &[], None).code(), 5006);
    assert_eq!(convert(&server, &file, Some("{")).code(), 5006);
    assert_eq!(
        convert(&server, &file, Some(r#"{"output":{"format":"pdf"}}"#)).code(),
        5006
    );
    assert_eq!(post("tomarkdown", "").send(&server).code(), 3003);
    assert_eq!(post("tomarkdown", "a").send(&server).code(), 5006);
}

#[test]
fn formats() {
    let got = get("tomarkdown/supported").send(&usual()).json();
    let formats = got["result"].as_array().expect("a list");
    assert!(formats.contains(&json!({"extension": ".pdf", "mimeType": "application/pdf"})));
}

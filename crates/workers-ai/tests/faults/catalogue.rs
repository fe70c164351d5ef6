//! What the service says of itself, in the forms in which it says it.

use serde_json::json;
use workers_ai::{ErrorKind, FileToConvert, ModelSearch};

use crate::{
    server::{Act, Server, answer, failure, json, result},
    support::{ACCOUNT, client},
};

#[tokio::test]
async fn models_are_listed_page_by_page_until_one_is_empty() {
    let first = json!([{
        "id": "1", "source": 1, "name": "@cf/a/b", "description": "A model.",
        "task": { "id": "t", "name": "Text Generation", "description": null },
        "tags": null, "created_at": "2026-01-01",
        "properties": [{ "property_id": "context_window", "value": "8192" }, { "property_id": "price", "value": [{ "price": 0.1 }] }],
    }]);
    let server = Server::start(move |at, _| {
        let page = if at == 0 {
            first.to_string()
        } else {
            "[]".to_owned()
        };
        vec![Act::Write(result(&page))]
    })
    .await;
    let search = ModelSearch::new()
        .task("Text Generation")
        .page(7)
        .include_deprecated(true);
    let models = client(&server).all_models(&search).await.unwrap();
    assert_eq!(models.len(), 1);
    let model = &models[0];
    assert_eq!((model.name.as_str(), model.tags.len()), ("@cf/a/b", 0));
    assert_eq!(model.task.as_ref().unwrap().name, "Text Generation");
    assert_eq!(model.property("context_window"), Some(&json!("8192")));
    assert_eq!(model.property("beta"), None);

    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    let line = format!(
        "GET /accounts/{ACCOUNT}/ai/models/search?task=Text+Generation&include_deprecated=true&page=2&per_page=100 HTTP/1.1"
    );
    assert_eq!(seen[1].line(), line);
    assert!(seen[1].body.is_empty() && seen[1].header("content-type").is_none());
    assert!(seen[1].header("authorization").is_some());
}

#[tokio::test]
async fn a_models_schema_and_the_tasks_are_read() {
    let server = Server::start(|at, _| {
        let body = match at {
            0 => r#"{"input":{"type":"object"},"output":{"oneOf":[]}}"#,
            _ => r#"[{"id":"1","name":"Translation","description":"Other words."}]"#,
        };
        vec![Act::Write(result(body))]
    })
    .await;
    let client = client(&server);
    let schema = client.model_schema("@cf/a/b").await.unwrap();
    assert_eq!(
        (schema.input, schema.output),
        (json!({ "type": "object" }), json!({ "oneOf": [] }))
    );
    assert_eq!(client.tasks().await.unwrap()[0].name, "Translation");
    let asked = server.seen()[0].line().to_owned();
    assert!(
        asked.contains("/ai/models/schema?model=%40cf%2Fa%2Fb "),
        "{asked}"
    );
}

#[tokio::test]
async fn files_become_text_and_one_that_does_not_fails_alone() {
    let server = Server::always(result(
        r#"[{"id":"1","name":"a.html","mimeType":"text/html","format":"markdown","tokens":"7","data":"Hi"},
            {"id":"2","name":"b.xyz","format":"error","error":"not supported"}]"#,
    ))
    .await;
    let files = [
        FileToConvert::new("a.html", "<p>Hi</p>"),
        FileToConvert::new("b.xyz", "?").content_type("application/x-own"),
    ];
    let converted = client(&server).to_markdown(files).await.unwrap();
    assert_eq!(
        (converted[0].data.as_deref(), converted[0].tokens),
        (Some("Hi"), Some(7))
    );
    assert_eq!(converted[1].error.as_deref(), Some("not supported"));
    assert!(!format!("{converted:?}").contains("Hi"));

    let seen = &server.seen()[0];
    assert_eq!(
        seen.line(),
        format!("POST /accounts/{ACCOUNT}/ai/tomarkdown HTTP/1.1")
    );
    let body = String::from_utf8(seen.body.clone()).unwrap();
    assert!(
        body.contains(r#"name="files"; filename="a.html""#),
        "{body}"
    );
    assert!(body.contains("content-type: application/x-own"), "{body}");
}

#[tokio::test]
async fn what_goes_wrong_names_the_path() {
    let server = Server::always(failure(404, 5007)).await;
    let error = client(&server)
        .model_schema("@cf/no/model")
        .await
        .unwrap_err();
    assert!(error.is_unknown_model());
    assert!(error.to_string().starts_with("models/schema: "), "{error}");

    let server = Server::always(json(200, r#"{"success":true,"result":null}"#)).await;
    let error = client(&server).tasks().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unexpected(_)), "{error}");

    let server = Server::always(answer(200, &[("content-type", "text/html")], "<html>")).await;
    let raw = client(&server).search_models(&ModelSearch::new()).await;
    assert!(matches!(raw.unwrap_err().kind(), ErrorKind::Unexpected(_)));
}

#[tokio::test]
async fn the_rest_of_the_api_is_reached_by_path() {
    let server = Server::always(result(r#"{"id":"f-1"}"#)).await;
    let client = client(&server);
    let made = client
        .post_any("finetunes", json!({ "model": "m", "name": "n" }))
        .await
        .unwrap();
    assert_eq!(made["id"], "f-1");
    client
        .get_any("finetunes/public")
        .query("limit", "2")
        .await
        .unwrap();
    let seen = server.seen();
    assert_eq!(
        seen[0].line(),
        format!("POST /accounts/{ACCOUNT}/ai/finetunes HTTP/1.1")
    );
    assert_eq!(seen[0].json(), json!({ "model": "m", "name": "n" }));
    assert_eq!(
        seen[1].line(),
        format!("GET /accounts/{ACCOUNT}/ai/finetunes/public?limit=2 HTTP/1.1")
    );

    for path in [
        "../run",
        "a/%2e%2e/b",
        "a?b",
        "a#b",
        "a//b",
        "/a",
        "a\\b",
        "a b",
        "a\n",
        "https://host/x",
    ] {
        let error = client.get_any(path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{path}");
    }
    assert_eq!(server.requests(), 2);
}

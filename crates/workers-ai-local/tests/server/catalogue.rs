//! The catalogue: pages, filters, schemas, authors, tasks.

use serde_json::Value;
use workers_ai_local::Server;

use crate::wire::{get, usual};

fn names(server: &Server, query: &str) -> Vec<String> {
    let got = get(&format!("models/search?{query}")).send(server);
    assert_eq!(got.status, 200, "{query}: {}", got.text());
    let list = got.json()["result"].as_array().expect("a list").clone();
    list.iter()
        .map(|item| item["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn pages_add_up_to_all() {
    let server = usual();
    let all = names(&server, "per_page=500&include_deprecated=true");
    let mut paged = Vec::new();
    for page in 1.. {
        let names = names(
            &server,
            &format!("per_page=50&page={page}&include_deprecated=true"),
        );
        if names.is_empty() {
            break;
        }
        paged.extend(names);
    }
    assert_eq!(all.len(), 112);
    assert_eq!(paged, all);
    let got = get("models/search?per_page=50&page=2&include_deprecated=true")
        .send(&server)
        .json();
    let info = &got["result_info"];
    assert_eq!((&info["page"], &info["count"]), (&2.into(), &50.into()));
    assert_eq!(
        (&info["total_count"], &info["total_pages"]),
        (&112.into(), &3.into())
    );
}

#[test]
fn filters() {
    let server = usual();
    for (query, count, example) in [
        ("task=Text%20Embeddings", 8, "@cf/baai/bge-m3"),
        ("task=text+embeddings", 8, "@cf/baai/bge-m3"),
        ("task=Nothing", 0, ""),
        ("author=deepgram", 5, "@cf/deepgram/nova-3"),
        ("search=WHISPER", 3, "@cf/openai/whisper"),
        ("source=2", 0, ""),
        (
            "source=2&include_deprecated=true&search=zephyr",
            1,
            "@hf/thebloke/zephyr-7b-beta-awq",
        ),
        ("search=phi-2", 0, ""),
        (
            "search=phi-2&include_deprecated=true",
            1,
            "@cf/microsoft/phi-2",
        ),
        ("page=99", 0, ""),
    ] {
        let names = names(&server, query);
        assert_eq!(names.len(), count, "{query}: {names:?}");
        assert!(
            example.is_empty() || names.iter().any(|name| name == example),
            "{query}"
        );
    }
    assert!(names(&server, "hide_experimental=true").len() < names(&server, "").len());
    for query in ["page=0", "page=x", "per_page=0", "per_page=-1"] {
        let got = get(&format!("models/search?{query}")).send(&server);
        assert_eq!(got.status, 400, "{query}");
    }
}

#[test]
fn an_item_tells_its_properties() {
    let server = usual();
    let got = get("models/search?search=kimi-k2.6").send(&server).json();
    let item = &got["result"][0];
    assert_eq!(item["source"], 1);
    assert_eq!(item["task"]["name"], "Text Generation");
    assert_eq!(item["id"].as_str().map(str::len), Some(36));
    let property = |name: &str| {
        let properties = item["properties"].as_array().expect("a list");
        let found = properties
            .iter()
            .find(|property| property["property_id"] == name);
        found.map(|property| property["value"].clone())
    };
    assert_eq!(property("context_window"), Some("262144".into()));
    assert_eq!(property("async_queue"), Some("true".into()));
    assert_eq!(property("lora"), None);
    assert_eq!(property("price").expect("a price")[0]["currency"], "USD");
}

#[test]
fn the_other_format() {
    let got = get("models/search?format=openrouter&search=bge-m3")
        .send(&usual())
        .json();
    assert_eq!(got["data"][0]["id"], "@cf/baai/bge-m3");
}

#[test]
fn schemas_stand_alone() {
    fn references(value: &Value) -> usize {
        match value {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| usize::from(name == "$ref") + references(value))
                .sum(),
            Value::Array(items) => items.iter().map(references).sum(),
            _ => 0,
        }
    }
    let server = usual();
    let schema = |id: &str| {
        let got = get(&format!("models/schema?model={id}")).send(&server);
        assert_eq!(got.status, 200, "{id}");
        got.json()["result"].clone()
    };
    for id in names(&server, "per_page=500&include_deprecated=true") {
        let schema = schema(&id);
        assert_eq!(references(&schema), 0, "{id}");
        assert_eq!(schema["x-model"]["id"], id.as_str());
    }
    let whisper = schema("@cf/openai/whisper");
    assert_eq!(
        whisper["input"]["oneOf"][0]["contentType"],
        "application/octet-stream"
    );
    assert_eq!(whisper["output"]["required"][0], "text");
    let llama = schema("@cf/meta/llama-3.1-8b-instruct-fp8");
    assert_eq!(
        llama["output"]["oneOf"][1]["contentType"],
        "text/event-stream"
    );
    assert_eq!(llama["output"]["oneOf"][1]["x-end-marker"], "[DONE]");
    assert_eq!(llama["input"]["oneOf"][0]["title"], "Prompt");
    assert!(llama.to_string().contains("x-says"));
    let nova = schema("@cf/deepgram/nova-3");
    assert_eq!(nova["x-parameters"][0]["name"], "language");
}

#[test]
fn schemas_of_nothing() {
    let server = usual();
    for (query, code) in [("", 1001), ("?model=", 1001), ("?model=%40cf/x/y", 5007)] {
        let got = get(&format!("models/schema{query}")).send(&server);
        assert_eq!((got.status, got.code()), (400, code), "{query}");
    }
}

#[test]
fn authors_and_tasks() {
    let server = usual();
    let authors = get("authors/search").send(&server).json();
    let authors = authors["result"].as_array().expect("a list");
    assert!(authors.iter().any(|author| author["name"] == "openai"));
    let tasks = get("tasks/search").send(&server).json();
    let tasks = tasks["result"].as_array().expect("a list");
    assert_eq!(tasks.len(), 12);
    for task in tasks {
        assert!(task["description"].is_string() && task["id"].is_string());
    }
}

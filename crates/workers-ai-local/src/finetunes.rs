//! Fine-tunes: records, the two files each of them needs, and the public ones.

use serde_json::{Value, json};

use crate::{form, handle::Call, refusal::Refusal, reply::Reply, run, state::uuid_of};

/// Fine-tunes of an account, at most.
const MOST: usize = 30;

/// The largest record of a fine-tune, in bytes.
const RECORD: usize = 64 * 1024;

/// The files a fine-tune needs.
const FILES: [&str; 2] = ["adapter_config.json", "adapter_model.safetensors"];

/// The day everything here was made.
const DAY: &str = "2026-11-20T00:00:00.000Z";

/// Those the service offers to everybody.
const PUBLIC: [(&str, &str, &str); 3] = [
    (
        "cf-public-magicoder",
        "@cf/mistral/mistral-7b-instruct-v0.2-lora",
        "Writes code.",
    ),
    (
        "cf-public-jigsaw-classification",
        "@cf/mistral/mistral-7b-instruct-v0.2-lora",
        "Tells toxic text from other text.",
    ),
    (
        "cf-public-cnn-summarization",
        "@cf/mistral/mistral-7b-instruct-v0.2-lora",
        "Summarises news.",
    ),
];

/// The fine-tunes of this server.
#[derive(Debug, Default)]
pub(crate) struct Finetunes(Vec<Finetune>);

#[derive(Debug)]
struct Finetune {
    record: Value,
    files: Vec<&'static str>,
}

impl Finetune {
    fn is(&self, id_or_name: &str) -> bool {
        let is = |key: &str| self.record.get(key).is_some_and(|own| own == id_or_name);
        is("id") || is("name")
    }
}

/// Lists those that were made here.
pub(crate) fn list(call: &Call) -> Reply {
    let finetunes = call.state.finetunes();
    let records: Vec<Value> = finetunes
        .0
        .iter()
        .map(|finetune| finetune.record.clone())
        .collect();
    Reply::result(&Value::from(records))
}

/// Lists the public ones, by `limit`, `offset` and `orderBy`.
pub(crate) fn public(call: &Call) -> Reply {
    let number = |name: &str| call.query(name).and_then(|text| text.parse::<usize>().ok());
    let (limit, offset) = (number("limit").unwrap_or(20), number("offset").unwrap_or(0));
    let mut records: Vec<Value> = PUBLIC
        .iter()
        .map(|(name, model, description)| {
            json!({
                "id": uuid_of(name),
                "model": model,
                "name": name,
                "description": description,
                "public": true,
                "created_at": DAY,
                "modified_at": DAY,
            })
        })
        .collect();
    if let Some(column) = call.query("orderBy") {
        records.sort_by_key(|record| record.get(&column).map(Value::to_string));
    }
    let shown: Vec<Value> = records.into_iter().skip(offset).take(limit).collect();
    Reply::result(&Value::from(shown))
}

/// Makes a record.
///
/// # Errors
///
/// The body lacks something, the model takes no fine-tunes, or the name is taken.
pub(crate) fn create(call: &Call) -> Result<Reply, Refusal> {
    if call.body.len() > RECORD {
        return Err(Refusal::of(3006));
    }
    let body = call.json()?;
    let text = |name: &str| {
        let text = body
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty());
        text.ok_or_else(|| run::missing(name))
    };
    let model = run::model(call, text("model")?)?;
    let name = text("name")?;
    if !model.is_able("lora") {
        return Err(Refusal::of(5005));
    }
    let bad = |text: &str| Refusal::says(5006, format!("Bad input: {text}"));
    if name.starts_with("cf-public-") {
        return Err(bad("names that begin with cf-public- are reserved"));
    }
    let mut finetunes = call.state.finetunes();
    if finetunes.0.len() >= MOST {
        return Err(bad("the account has 30 fine-tunes already"));
    }
    if finetunes.0.iter().any(|finetune| finetune.is(name)) {
        return Err(bad("there is a fine-tune of this name"));
    }
    let record = json!({
        "id": call.ids.uuid(5),
        "model": model.id,
        "name": name,
        "description": body.get("description"),
        "public": body.get("public").and_then(Value::as_bool).unwrap_or(false),
        "created_at": DAY,
        "modified_at": DAY,
    });
    finetunes.0.push(Finetune {
        record: record.clone(),
        files: Vec::new(),
    });
    Ok(Reply::result(&record))
}

/// Takes one of the two files.
///
/// # Errors
///
/// There is no such fine-tune, or this is not a file it needs.
pub(crate) fn upload(call: &Call, finetune: &str) -> Result<Reply, Refusal> {
    let bad = |text: &str| Refusal::says(5006, format!("Bad input: {text}"));
    if call.body.is_empty() {
        return Err(Refusal::of(3003));
    }
    let content_type = call.header("content-type").unwrap_or_default();
    let parts = form::parts(content_type, &call.body)?;
    let part = |name: &str| parts.iter().find(|part| part.name == name);
    let given = part("file_name").ok_or_else(|| bad("'file_name' is missing"))?;
    let given = String::from_utf8_lossy(given.body);
    let name = FILES.into_iter().find(|name| *name == given.trim());
    let name = name.ok_or_else(|| bad(&format!("'file_name' must be {}", FILES.join(" or "))))?;
    let file = part("file").ok_or_else(|| bad("'file' is missing"))?;
    let config = serde_json::from_slice::<Value>(file.body).ok();
    let kind = config
        .as_ref()
        .and_then(|config| config.get("model_type")?.as_str());
    if name == FILES[0] && !kind.is_some_and(|kind| matches!(kind, "mistral" | "gemma" | "llama")) {
        return Err(bad(
            "the configuration needs a 'model_type': mistral, gemma or llama",
        ));
    }
    let mut finetunes = call.state.finetunes();
    let known = finetunes.0.iter_mut().find(|known| known.is(finetune));
    let known = known.ok_or_else(|| bad("there is no such fine-tune").with_status(404))?;
    if known.files.contains(&name) {
        return Err(bad("this file is there already: make another fine-tune"));
    }
    known.files.push(name);
    Ok(Reply::json(200, &json!({"success": true})))
}

impl Finetunes {
    /// Whether this one was made here and has not got all its files yet. Those that were not made
    /// here are taken for granted.
    pub(crate) fn is_unfinished(&self, id_or_name: &str) -> bool {
        let known = self.0.iter().find(|known| known.is(id_or_name));
        known.is_some_and(|known| known.files.len() < FILES.len())
    }
}

//! A model's facts and contract → its document, in the form all documents here have.

use serde_json::{Map, Value, json};

use crate::{facts, structure::Contract, upstream::Upstream};

/// Pointer to what stands under `result` in the answer of a document.
pub(crate) const RESULT: &str =
    "/responses/200/content/application~1json/schema/allOf/1/properties/result";

/// The document of `model`, new from the ground.
pub(crate) fn document(model: &Upstream, contract: &Contract, prose: bool, date: &str) -> Value {
    let last = model.id.rsplit('/').next().unwrap_or(&model.id);
    let title = title(last);
    let about = model.about.as_deref().filter(|_| prose).map(str::trim);
    let (summary, rest) = match about.filter(|about| !about.is_empty()) {
        Some(about) => first_sentence(about),
        None => (format!("Model `{}`.", model.id), String::new()),
    };
    let mut info = Map::new();
    info.insert("title".to_owned(), title.clone().into());
    info.insert("summary".to_owned(), summary.into());
    if !rest.is_empty() {
        info.insert("description".to_owned(), rest.into());
    }
    info.insert("version".to_owned(), date.into());
    let info = model.info.clone().unwrap_or(info);
    let path = format!("/accounts/{{account_id}}/ai/run/{}", model.id);
    let mut facts = model.facts.clone();
    facts.entry("status").or_insert_with(|| "live".into());
    let mut components = json!({"securitySchemes": {
        "api_token": service("securitySchemes/api_token"),
        "api_email": service("securitySchemes/api_email"),
        "api_key": service("securitySchemes/api_key"),
    }});
    if !contract.definitions.is_empty() {
        components["schemas"] = Value::Object(contract.definitions.clone());
    }
    json!({
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "https://api.cloudflare.com/client/v4"}],
        "security": [{"api_token": []}, {"api_email": [], "api_key": []}],
        "x-model": facts::ordered(facts),
        "paths": {path: {"post": operation(model, contract, last, &title)}},
        "components": components,
    })
}

fn operation(model: &Upstream, contract: &Contract, last: &str, title: &str) -> Value {
    let mut out = Map::new();
    let name = crate::clean::pascal(last);
    out.insert("operationId".to_owned(), format!("run{name}").into());
    out.insert("summary".to_owned(), format!("Run {title}").into());
    if let Some(task) = model.facts.get("task") {
        out.insert("tags".to_owned(), json!([task]));
    }
    if model
        .facts
        .get("status")
        .is_some_and(|status| status == "deprecated")
    {
        out.insert("deprecated".to_owned(), true.into());
    }
    let mut parameters = vec![
        service("parameters/AccountId"),
        service("parameters/QueueRequest"),
        service("parameters/Tags"),
    ];
    parameters.extend(contract.parameters.iter().cloned());
    out.insert("parameters".to_owned(), parameters.into());
    let mut bodies = Map::new();
    for body in &contract.bodies {
        let mut media = Map::new();
        media.insert("schema".to_owned(), body.schema.clone());
        if let Some(example) = &body.example {
            media.insert("example".to_owned(), example.clone());
        }
        if body.binding_only {
            media.insert("x-binding-only".to_owned(), true.into());
        }
        bodies.insert(body.media.clone(), media.into());
    }
    out.insert(
        "requestBody".to_owned(),
        json!({"required": true, "content": bodies}),
    );
    out.insert(
        "responses".to_owned(),
        json!({
            "200": {"description": "Answer of the model.", "content": answers(contract)},
            "4XX": service("responses/ClientError"),
            "5XX": service("responses/ServerError"),
        }),
    );
    Value::Object(out)
}

fn answers(contract: &Contract) -> Map<String, Value> {
    let mut content = Map::new();
    if contract.json {
        let envelope = service("schemas/Envelope");
        let schema = match &contract.result {
            Some(result) => enveloped(result),
            None => envelope,
        };
        content.insert("application/json".to_owned(), json!({"schema": schema}));
    }
    if contract.streams {
        let mut stream = Map::new();
        stream.insert("schema".to_owned(), json!({"type": "string"}));
        if let Some(event) = &contract.event {
            stream.insert("x-event-schema".to_owned(), event.clone());
        }
        let end = contract.end.as_deref().unwrap_or("[DONE]");
        stream.insert("x-end-marker".to_owned(), end.into());
        content.insert("text/event-stream".to_owned(), stream.into());
    }
    for (media, schema) in &contract.media {
        content.insert(media.clone(), json!({"schema": schema}));
    }
    content
}

/// The answer in JSON whose result is `result`.
pub(crate) fn enveloped(result: &Value) -> Value {
    json!({"allOf": [
        service("schemas/Envelope"),
        {"type": "object", "properties": {
            "result": result,
            "success": {"type": "boolean", "const": true},
        }},
    ]})
}

fn service(name: &str) -> Value {
    json!({"$ref": format!("../../../components/service.json#/components/{name}")})
}

/// The path and the operation of a document.
pub(crate) fn operation_of(document: &Value) -> Option<(&str, &Value)> {
    let paths = document.get("paths")?.as_object()?;
    let (path, item) = paths.iter().find(|(path, _)| path.contains("/ai/run/"))?;
    Some((path, item.get("post")?))
}

/// The same, to change it.
pub(crate) fn operation_mut(document: &mut Value) -> Option<&mut Value> {
    let paths = document.get_mut("paths")?.as_object_mut()?;
    let mut paths = paths.iter_mut();
    let (_, item) = paths.find(|(path, _)| path.contains("/ai/run/"))?;
    item.get_mut("post")
}

/// `llama-3.1-8b-instruct` → `Llama 3.1 8B Instruct`.
fn title(last: &str) -> String {
    let word = |word: &str| {
        let size = word.strip_suffix(['b', 'B']).is_some_and(|number| {
            !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.')
        });
        if size {
            return word.to_ascii_uppercase();
        }
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    let words = last.split(['-', '_']).filter(|word| !word.is_empty());
    words.map(word).collect::<Vec<_>>().join(" ")
}

/// The first sentence of a text, and what is left of it.
fn first_sentence(text: &str) -> (String, String) {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.split_once(". ") {
        Some((first, rest)) => (format!("{first}."), rest.to_owned()),
        None => (flat, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::{first_sentence, title};

    #[test]
    fn titles_and_summaries_read_well() {
        assert_eq!(title("llama-3.1-8b-instruct"), "Llama 3.1 8B Instruct");
        let (first, rest) = first_sentence("Small and\n fast. It has 3.1 billion weights.");
        assert_eq!(
            (first.as_str(), rest.as_str()),
            ("Small and fast.", "It has 3.1 billion weights.")
        );
    }
}

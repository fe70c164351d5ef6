//! The catalogue: models, their schemas, authors and tasks.

mod inline;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    documents::{Model, Schema},
    handle::Call,
    refusal::Refusal,
    reply::Reply,
    state::uuid_of,
};

/// Models on a page if nobody says.
const PER_PAGE: usize = 100;

/// Facts that are yes or no; the catalogue writes the yes as text.
const ABILITIES: [&str; 9] = [
    "beta",
    "partner",
    "lora",
    "vision",
    "function_calling",
    "reasoning",
    "async_queue",
    "realtime",
    "require_workers_paid",
];

/// Lists models, by page and filter.
///
/// # Errors
///
/// A parameter cannot be read.
pub(crate) fn search(call: &Call) -> Result<Reply, Refusal> {
    let page = number(call, "page", 1)?;
    let per_page = number(call, "per_page", PER_PAGE)?;
    let source = call.query("source");
    let is = |name: &str| call.query(name).as_deref() == Some("true");
    let lower = |name: &str| call.query(name).map(|text| text.to_lowercase());
    let (hides, retired) = (is("hide_experimental"), is("include_deprecated"));
    let (task, author, text) = (lower("task"), lower("author"), lower("search"));
    let models: Vec<&Model> = call
        .state
        .documents
        .models()
        .filter(|model| retired || model.retired().is_none())
        .filter(|model| !(hides && model.is_able("beta")))
        .filter(|model| fits(task.as_deref(), model.fact("task")))
        .filter(|model| fits(author.as_deref(), model.fact("author")))
        .filter(|model| {
            source
                .as_ref()
                .is_none_or(|wanted| *wanted == source_of(model).to_string())
        })
        .filter(|model| text.as_ref().is_none_or(|text| mentions(model, text)))
        .collect();
    let total = models.len();
    let first = (page - 1).saturating_mul(per_page);
    let shown = models.into_iter().skip(first).take(per_page);
    if call.query("format").as_deref() == Some("openrouter") {
        let data: Vec<Value> = shown.map(openrouter).collect();
        return Ok(Reply::json(200, &json!({"data": data})));
    }
    let shown: Vec<Value> = shown.map(item).collect();
    let info = json!({
        "page": page,
        "per_page": per_page,
        "count": shown.len(),
        "total_count": total,
        "total_pages": total.div_ceil(per_page),
    });
    Ok(Reply::page(&Value::from(shown), &info))
}

fn number(call: &Call, name: &str, otherwise: usize) -> Result<usize, Refusal> {
    let Some(text) = call.query(name) else {
        return Ok(otherwise);
    };
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| Refusal::says(1001, format!("Query '{name}' must be a number above 0")))
}

fn fits(wanted: Option<&str>, fact: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| fact.is_some_and(|fact| fact.to_lowercase() == wanted))
}

fn mentions(model: &Model, text: &str) -> bool {
    let in_name = model.id.to_lowercase().contains(text);
    in_name || description(model).to_lowercase().contains(text)
}

fn source_of(model: &Model) -> u8 {
    if model.id.starts_with("@cf/") { 1 } else { 2 }
}

fn description(model: &Model) -> &'static str {
    let summary = model.document.pointer("/info/summary");
    summary.and_then(Value::as_str).unwrap_or_default()
}

fn item(model: &Model) -> Value {
    let task = model.fact("task").unwrap_or_default();
    json!({
        "id": uuid_of(model.id),
        "source": source_of(model),
        "name": model.id,
        "description": description(model),
        "task": task_item(task),
        "created_at": model.fact("created"),
        "tags": [],
        "properties": properties(model),
    })
}

fn properties(model: &Model) -> Vec<Value> {
    let facts = model.facts();
    let mut properties = Vec::new();
    let mut add = |id: &str, value: Value| {
        properties.push(json!({"property_id": id, "value": value}));
    };
    for name in ABILITIES {
        if model.is_able(name) {
            add(name, "true".into());
        }
    }
    for name in ["context_window", "max_input_tokens"] {
        if let Some(number) = facts.get(name).and_then(Value::as_u64) {
            add(name, number.to_string().into());
        }
    }
    if let Some(number) = facts.get("dimensions").and_then(Value::as_u64) {
        add("output_dimensions", number.to_string().into());
    }
    for name in ["terms", "info", "languages"] {
        if let Some(value) = facts.get(name) {
            add(name, value.clone());
        }
    }
    if let Some(day) = model.retired() {
        add("planned_deprecation_date", day.into());
    }
    let prices = facts.get("price").and_then(Value::as_array);
    let prices: Vec<Value> = prices.into_iter().flatten().map(price).collect();
    if !prices.is_empty() {
        add("price", prices.into());
    }
    properties
}

fn price(price: &Value) -> Value {
    json!({"unit": price.get("unit"), "price": price.get("usd"), "currency": "USD"})
}

fn openrouter(model: &Model) -> Value {
    json!({
        "id": model.id,
        "name": model.document.pointer("/info/title"),
        "description": description(model),
        "context_length": model.facts().get("context_window"),
        "pricing": model.facts().get("price"),
    })
}

/// One model's schemas, `{input, output}`.
///
/// # Errors
///
/// No model is named, or none of that name exists.
pub(crate) fn schema(call: &Call) -> Result<Reply, Refusal> {
    let id = call.query("model").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Refusal::says(1001, "Query 'model' is missing"))?;
    let model = call.state.documents.model(&id);
    let model = model.ok_or_else(|| Refusal::says(5007, format!("No such model {id}")))?;
    let options: Vec<Value> = model
        .options()
        .map(|(_, parameter)| inline::whole(Schema::new(call.state.documents, parameter)))
        .collect();
    let mut result = Map::new();
    result.insert("input".to_owned(), input(model));
    result.insert("output".to_owned(), output(model));
    // Beyond what the service tells: all that is needed to write the document again.
    if !options.is_empty() {
        result.insert("x-parameters".to_owned(), options.into());
    }
    for name in ["info", "x-model"] {
        if let Some(about) = model.document.get(name) {
            result.insert(
                format!("x-{}", name.trim_start_matches("x-")),
                about.clone(),
            );
        }
    }
    Ok(Reply::result(&Value::Object(result)))
}

fn input(model: &Model) -> Value {
    let branches = model.all_inputs().map(|(content_type, body)| {
        let mut branch = typed(model, content_type, body, body.get("schema"));
        for (mark, key) in [
            ("x-binding-only", "x-binding-only"),
            ("example", "x-example"),
        ] {
            if let Some(value) = body.get(mark) {
                branch.insert(key.to_owned(), value.clone());
            }
        }
        branch
    });
    one_of(branches.collect(), "application/json")
}

fn output(model: &Model) -> Value {
    let branches = model.answers().map(|(content_type, body)| {
        let result = match content_type {
            "application/json" => model.result().map(|schema| schema.value),
            _ => None,
        };
        typed(model, content_type, body, result.or(body.get("schema")))
    });
    one_of(branches.collect(), "application/json")
}

/// A body's schema with the content type the catalogue writes into it.
fn typed(
    model: &Model,
    content_type: &str,
    body: &'static Value,
    schema: Option<&'static Value>,
) -> Map<String, Value> {
    let whole = schema.map(|schema| inline::whole(Model::schema(schema)));
    let mut branch = match whole {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    branch.insert("contentType".to_owned(), content_type.into());
    if let Some(event) = model
        .event()
        .filter(|_| content_type == "text/event-stream")
    {
        branch.insert("x-event-schema".to_owned(), inline::whole(event));
        branch.insert("x-end-marker".to_owned(), model.end_marker().into());
    }
    if let Some(note) = body.get("x-note") {
        branch.insert("x-note".to_owned(), note.clone());
    }
    branch
}

/// One branch alone, without the content type everybody expects.
fn one_of(mut branches: Vec<Map<String, Value>>, usual: &str) -> Value {
    if branches.len() > 1 {
        return json!({"oneOf": branches});
    }
    let mut only = branches.pop().unwrap_or_default();
    if only
        .get("contentType")
        .is_some_and(|content_type| content_type == usual)
    {
        only.shift_remove("contentType");
    }
    Value::Object(only)
}

/// Everybody who has made a model.
pub(crate) fn authors(call: &Call) -> Reply {
    let author = |author: &str| json!({"id": uuid_of(author), "name": author, "author": author});
    list(facts(call, "author").into_iter().map(author).collect())
}

/// All families of models.
pub(crate) fn tasks(call: &Call) -> Reply {
    list(facts(call, "task").into_iter().map(task_item).collect())
}

/// What the models have for this fact, each once.
fn facts(call: &Call, name: &str) -> BTreeSet<&'static str> {
    let models = call.state.documents.models();
    models.filter_map(|model| model.fact(name)).collect()
}

fn task_item(task: &str) -> Value {
    let description = format!("Family of models for {}.", task.to_lowercase());
    json!({"id": uuid_of(task), "name": task, "description": description})
}

/// A list that is one page.
fn list(items: Vec<Value>) -> Reply {
    let count = items.len();
    let info = json!({"page": 1, "per_page": count, "count": count, "total_count": count});
    Reply::page(&items.into(), &info)
}

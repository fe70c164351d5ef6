//! The facts of a model: as a table in its documentation, and as its entry in the catalogue.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use crate::emit::docs;
use crate::emit::number::{double, grouped, readable};
use crate::facts::ABILITIES;
use crate::ir::{Api, Model};
use crate::name;

fn text<'a>(facts: &'a Value, key: &str) -> Option<&'a str> {
    facts.get(key).and_then(Value::as_str)
}

pub(crate) fn strings<'a>(facts: &'a Value, key: &str) -> Vec<&'a str> {
    facts
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

pub(crate) fn deprecation(api: &Api, model: &Model) -> Option<String> {
    if text(&model.facts, "status") != Some("deprecated") {
        return None;
    }
    let mut note = match text(&model.facts, "retired") {
        Some(date) => format!("retired by Cloudflare on {date}"),
        None => "retired by Cloudflare".to_owned(),
    };
    if let Some(successor) = text(&model.facts, "successor") {
        let known = api.models.iter().find(|model| model.id == successor);
        let name = known.map_or_else(|| successor.to_owned(), |model| format!("`{}`", model.name));
        note.push_str(&format!("; use {name}"));
    }
    Some(note)
}

/// The facts as a table.
pub(crate) fn table(model: &Model) -> Vec<String> {
    let facts = &model.facts;
    let mut rows = vec![("Id".to_owned(), docs::code_cell(&model.id))];
    let mut row = |name: &str, value: Option<String>| {
        rows.extend(value.map(|value| (name.to_owned(), value)));
    };
    let number = |key: &str, unit: &str| {
        facts
            .get(key)
            .and_then(Value::as_u64)
            .map(|n| format!("{} {unit}", grouped(n)))
    };
    row("Task", text(facts, "task").map(docs::cell));
    row(
        "Status",
        status_row(model).map(|status| docs::cell(&status)),
    );
    row("Context window", number("context_window", "tokens"));
    row("Input", number("max_input_tokens", "tokens at most"));
    row(
        "Dimensions",
        facts.get("dimensions").and_then(Value::as_u64).map(grouped),
    );
    let prices: Vec<String> = prices(facts)
        .iter()
        .map(|(unit, usd)| format!("${usd} {}", docs::cell(unit)))
        .collect();
    row("Price", (!prices.is_empty()).then(|| prices.join(", ")));
    let abilities: Vec<String> = strings(facts, "abilities")
        .iter()
        .map(|ability| docs::cell(&ability.replace('_', " ")))
        .collect();
    row(
        "Abilities",
        (!abilities.is_empty()).then(|| abilities.join(", ")),
    );
    let efforts = facts
        .get("reasoning")
        .map(|reasoning| strings(reasoning, "efforts"))
        .unwrap_or_default();
    row(
        "Reasoning efforts",
        (!efforts.is_empty()).then(|| docs::cell(&efforts.join(", "))),
    );
    row(
        "Languages",
        Some(docs::cell(&strings(facts, "languages").join(", "))).filter(|list| !list.is_empty()),
    );
    row(
        "Streams",
        Some(if model.stream.is_some() { "yes" } else { "no" }.to_owned()),
    );
    row("Batches", model.batch.as_ref().map(|_| "yes".to_owned()));
    row("Terms", text(facts, "terms").map(docs::link));
    row(
        "More",
        [text(facts, "documentation"), text(facts, "info")]
            .into_iter()
            .flatten()
            .map(docs::link)
            .reduce(|a, b| format!("{a}, {b}")),
    );
    let mut out = vec!["| | |".to_owned(), "|---|---|".to_owned()];
    out.extend(
        rows.into_iter()
            .map(|(name, value)| format!("| {name} | {value} |")),
    );
    out
}

fn status_row(model: &Model) -> Option<String> {
    let status = text(&model.facts, "status")?;
    let since = text(&model.facts, "created")
        .map(|date| format!(", since {}", date.get(..10).unwrap_or(date)));
    let until = text(&model.facts, "retired").map(|date| format!(", retired on {date}"));
    Some(format!(
        "{status}{}{}",
        since.unwrap_or_default(),
        until.unwrap_or_default()
    ))
}

fn prices(facts: &Value) -> Vec<(String, Value)> {
    let list = facts.get("price").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|price| {
            Some((
                price.get("unit")?.as_str()?.to_owned(),
                price.get("usd")?.clone(),
            ))
        })
        .collect()
}

pub(crate) fn info(model: &Model) -> TokenStream {
    let facts = &model.facts;
    let optional =
        |value: Option<&str>| value.map_or_else(|| quote!(None), |value| quote!(Some(#value)));
    let number = |key: &str| {
        facts.get(key).and_then(Value::as_u64).map_or_else(
            || quote!(None),
            |n| {
                let literal = readable(n);
                quote!(Some(#literal))
            },
        )
    };
    let (id, name, title) = (&model.id, &model.name, &model.title);
    let author = text(facts, "author").unwrap_or(&model.author);
    let task = text(facts, "task").unwrap_or("Other");
    let task = if TASKS.contains(&task) {
        let variant = format_ident!("{}", name::camel_case(task));
        quote!(Task::#variant)
    } else {
        quote!(Task::Other(#task))
    };
    let status = match text(facts, "status") {
        Some("deprecated") => quote!(Status::Deprecated),
        Some("documented") => quote!(Status::Documented),
        _ => quote!(Status::Live),
    };
    let prices = prices(facts).into_iter().map(|(unit, usd)| {
        let usd = double(usd.as_f64().unwrap_or_default());
        quote!(Price { unit: #unit, usd: #usd })
    });
    let abilities = strings(facts, "abilities")
        .into_iter()
        .filter(|ability| ABILITIES.contains(ability))
        .map(|ability| {
            let variant = format_ident!("{}", name::camel_case(ability));
            quote!(Ability::#variant)
        });
    let languages = strings(facts, "languages");
    let reasoning = facts.get("reasoning").map_or_else(|| quote!(None), |reasoning| {
        let efforts = strings(reasoning, "efforts");
        let default = optional(text(reasoning, "default"));
        let mandatory = reasoning.get("mandatory").and_then(Value::as_bool).unwrap_or_default();
        let aliases = reasoning.get("aliases").and_then(Value::as_object).into_iter().flatten();
        let aliases = aliases.filter_map(|(from, to)| to.as_str().map(|to| quote!((#from, #to))));
        quote!(Some(Reasoning { efforts: &[#(#efforts),*], default: #default, aliases: &[#(#aliases),*], mandatory: #mandatory }))
    });
    let created = optional(text(facts, "created").map(|date| date.get(..10).unwrap_or(date)));
    let (retired, successor) = (
        optional(text(facts, "retired")),
        optional(text(facts, "successor")),
    );
    let (terms, more, page) = (
        optional(text(facts, "terms")),
        optional(text(facts, "info")),
        optional(text(facts, "documentation")),
    );
    let (window, tokens, dimensions) = (
        number("context_window"),
        number("max_input_tokens"),
        number("dimensions"),
    );
    let (streaming, batch) = (model.stream.is_some(), model.batch.is_some());
    quote! {
        ModelInfo {
            id: #id, name: #name, title: #title, author: #author, task: #task, status: #status, created: #created,
            retired: #retired, successor: #successor, context_window: #window, max_input_tokens: #tokens,
            dimensions: #dimensions, price: &[#(#prices),*], abilities: &[#(#abilities),*],
            languages: &[#(#languages),*], reasoning: #reasoning, streaming: #streaming, batch: #batch,
            terms: #terms, info: #more, documentation: #page,
        }
    }
}

/// Tasks that the models crate knows by name and has a feature for.
pub(crate) const TASKS: &[&str] = &[
    "Automatic Speech Recognition",
    "Image Classification",
    "Image-to-Text",
    "Object Detection",
    "Summarization",
    "Text Classification",
    "Text Embeddings",
    "Text Generation",
    "Text-to-Image",
    "Text-to-Speech",
    "Translation",
    "Voice Activity Detection",
];

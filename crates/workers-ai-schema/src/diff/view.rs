//! One schema as a comparison sees it: alternatives, properties, types and choices, references followed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::print::{Printer, is_annotation};

/// A schema and the file it stands in.
pub(super) type Site<'a> = (String, &'a Value);

/// What a schema is once references, null and parts are out of the way.
pub(super) struct View<'a> {
    pub(super) nullable: bool,
    pub(super) arms: Vec<Site<'a>>,
}

pub(super) struct Object<'a> {
    pub(super) properties: Vec<(&'a str, Site<'a>)>,
    pub(super) required: BTreeSet<&'a str>,
}

pub(super) fn view<'a>(printer: &Printer<'a>, site: &Site<'a>) -> View<'a> {
    let mut view = View {
        nullable: false,
        arms: Vec::new(),
    };
    collect(printer, site, 0, &mut view);
    view
}

pub(super) fn collect<'a>(
    printer: &Printer<'a>,
    site: &Site<'a>,
    depth: usize,
    view: &mut View<'a>,
) {
    let (file, node) = printer.behind(&site.0, site.1);
    let null = Value::from("null");
    let lists = ["oneOf", "anyOf"].iter().filter_map(|key| node.get(*key));
    let arms: Vec<&Value> = lists.filter_map(Value::as_array).flatten().collect();
    if arms.is_empty() || depth > 8 {
        match node.get("type") {
            Some(kind) if *kind == null => view.nullable = true,
            Some(Value::Array(kinds)) if kinds.contains(&null) => {
                view.nullable = true;
                view.arms.push(site.clone());
            }
            _ => view.arms.push(site.clone()),
        }
        view.nullable |= node.get("nullable") == Some(&Value::Bool(true));
        return;
    }
    for arm in arms {
        if arm.get("x-binding-only").is_none() {
            collect(printer, &(file.clone(), arm), depth + 1, view);
        }
    }
}

pub(super) fn object<'a>(
    printer: &Printer<'a>,
    (file, node): &Site<'a>,
    depth: usize,
) -> Option<Object<'a>> {
    let mut out = Object {
        properties: Vec::new(),
        required: BTreeSet::new(),
    };
    let mut found = false;
    for part in node
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if depth > 8 {
            break;
        }
        if let Some(part) = object(printer, &printer.behind(file, part), depth + 1) {
            found = true;
            out.properties.extend(part.properties);
            out.required.extend(part.required);
        }
    }
    if let Some(properties) = node.get("properties").and_then(Value::as_object) {
        found = true;
        let own = properties.iter();
        out.properties
            .extend(own.map(|(name, value)| (name.as_str(), (file.clone(), value))));
    }
    let names = node.get("required").and_then(Value::as_array);
    out.required
        .extend(names.into_iter().flatten().filter_map(Value::as_str));
    found.then_some(out)
}

pub(super) fn types(node: &Value) -> BTreeSet<String> {
    let words: Vec<&Value> = match node.get("type") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let mut out: BTreeSet<String> = words
        .into_iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    out.remove("null");
    if out.is_empty() {
        let values = node
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for value in values.chain(node.get("const")) {
            out.insert(kind(value).to_owned());
        }
        if node.get("properties").is_some() {
            out.insert("object".to_owned());
        }
    }
    out
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

pub(super) fn choices(node: &Value) -> Option<BTreeSet<String>> {
    let listed = node.get("enum").and_then(Value::as_array);
    let one = node
        .get("const")
        .map(|value| BTreeSet::from([value.to_string()]));
    one.or_else(|| {
        let real = listed?.iter().filter(|value| !value.is_null());
        Some(real.map(Value::to_string).collect())
    })
}

/// What an alternative is called: its title, what it requires, or its type.
pub(super) fn label(site: &Site<'_>) -> String {
    let title = |node: &Value| node.get("title").and_then(Value::as_str).map(str::to_owned);
    let reference = site.1.get("$ref").and_then(Value::as_str);
    let component = reference
        .and_then(|text| text.rsplit('/').next())
        .map(str::to_owned);
    if let Some(name) = title(site.1).or(component) {
        return name;
    }
    let needed = site.1.pointer("/required/0").and_then(Value::as_str);
    if let Some(name) = needed {
        return format!("with {name}");
    }
    let kinds = types(site.1).into_iter().collect::<Vec<_>>().join(" or ");
    let own = site
        .1
        .as_object()
        .is_some_and(|map| map.keys().any(|key| !is_annotation(key)));
    if kinds.is_empty() || !own {
        "of any kind".to_owned()
    } else {
        kinds
    }
}

pub(super) fn listed(values: &[&str]) -> String {
    values
        .iter()
        .map(|value| format!("`{}`", value.trim_matches('"')))
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

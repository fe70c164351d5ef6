//! The components there are, found by what they say; and the ways through documents to their schemas.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::{
    directory::{Directory, absolute},
    print::{Print, Printer, weight},
};

/// The file every document refers to.
pub(crate) const SERVICE: &str = "components/service.json";

/// Roles of schemas that are no property of another: what a model takes, gives and streams, and definitions.
pub(crate) const INPUT: &str = "<input>";
pub(crate) const RESULT: &str = "<result>";
pub(crate) const EVENT: &str = "<event>";
pub(crate) const DEFINITION: &str = "<definition>";

/// Whether a schema is one request to a model: its input, an alternative of it, or one of those in a batch.
pub(crate) fn is_request(role: &str) -> bool {
    role.starts_with(INPUT)
}

/// A component that shapes can be replaced by.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    pub(crate) address: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    weight: usize,
    /// Where documents refer to it from: names of properties, `[]` behind for items, `|` for alternatives.
    roles: BTreeSet<String>,
}

/// Components by their prints.
#[derive(Debug, Default)]
pub(crate) struct Known {
    exact: HashMap<u128, Vec<Component>>,
    bare: HashMap<u128, Vec<Component>>,
}

impl Known {
    pub(crate) fn new(directory: &Directory) -> Self {
        let mut known = Self::default();
        known.learn(directory);
        // A server that knows our corrections publishes what they make of the components.
        known.learn(&directory.corrected());
        known
    }

    fn learn(&mut self, directory: &Directory) {
        let roles = roles(directory);
        let mut printer = Printer::new(directory);
        for (file, document) in directory.components().chain(directory.models()) {
            let schemas = document.pointer("/components/schemas");
            for (name, schema) in schemas.and_then(Value::as_object).into_iter().flatten() {
                if file == SERVICE && name != "QueuedAnswer" {
                    continue;
                }
                let address = format!("{file}#/components/schemas/{name}");
                let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
                let print = printer.print(file, schema);
                let component = Component {
                    title: text("title"),
                    description: text("description"),
                    weight: weight(schema),
                    roles: roles.get(&address).cloned().unwrap_or_default(),
                    address,
                };
                self.exact
                    .entry(print.exact)
                    .or_default()
                    .push(component.clone());
                self.bare.entry(print.bare).or_default().push(component);
            }
        }
    }

    /// The component that says what a schema says, in a place where it is likely to be meant.
    ///
    /// Definitions of a document are for itself only.
    pub(crate) fn find(
        &self,
        file: &str,
        print: Print,
        role: &str,
        title: Option<&str>,
    ) -> Option<&Component> {
        let silent = print.exact == print.bare;
        let exact = self.exact.get(&print.exact).into_iter().flatten();
        let bare = self
            .bare
            .get(&print.bare)
            .filter(|_| silent)
            .into_iter()
            .flatten();
        // What is a request to one model cannot be a part of what another takes.
        let request = |component: &Component| component.roles.iter().any(|role| is_request(role));
        let own = |component: &Component| component.address.split('#').next() == Some(file);
        let fits = |component: &&Component| {
            (own(component) || component.address.starts_with("components/"))
                && (component.weight > 2 || component.roles.contains(role))
                && (is_request(role) || role == DEFINITION || !request(component))
        };
        exact.chain(bare).filter(fits).min_by_key(|component| {
            (
                !own(component),
                !component.roles.contains(role),
                title.is_none() || component.title.as_deref() != title,
            )
        })
    }
}

/// From where documents refer to each component.
fn roles(directory: &Directory) -> BTreeMap<String, BTreeSet<String>> {
    let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, document) in directory.files() {
        let mut note = |node: &Value, role: &str| {
            if let Some(reference) = node.get("$ref").and_then(Value::as_str)
                && let Some(address) = absolute(file, reference)
            {
                roles.entry(address).or_default().insert(role.to_owned());
            }
        };
        for (schema, role) in schemas(document) {
            each(schema, &role, &mut note);
        }
    }
    roles
}

/// Calls `see` with a schema and all schemas in it, each with its role.
pub(crate) fn each(node: &Value, role: &str, see: &mut dyn FnMut(&Value, &str)) {
    see(node, role);
    for (child, role) in children(node, role) {
        each(child, &role, see);
    }
}

/// The schemas directly inside a schema, each with its role.
pub(crate) fn children<'a>(node: &'a Value, role: &str) -> Vec<(&'a Value, String)> {
    let mut found = Vec::new();
    let Some(map) = node.as_object() else {
        return found;
    };
    let batch = is_batch(map, role);
    for (key, value) in map {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                found.extend(
                    properties
                        .iter()
                        .map(|(name, value)| (value, property_role(name, batch))),
                );
            }
            ("items", value) => found.push((value, format!("{role}[]"))),
            ("additionalProperties", Value::Object(_)) => {
                found.push((value, format!("{role}{{}}")));
            }
            ("oneOf" | "anyOf" | "allOf", Value::Array(list)) => {
                found.extend(list.iter().map(|value| (value, arm_role(role))));
            }
            _ => {}
        }
    }
    found
}

/// The same, to change them.
pub(crate) fn children_mut<'a>(node: &'a mut Value, role: &str) -> Vec<(&'a mut Value, String)> {
    let mut found = Vec::new();
    let Some(map) = node.as_object_mut() else {
        return found;
    };
    let batch = is_batch(map, role);
    for (key, value) in map {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                found.extend(
                    properties
                        .iter_mut()
                        .map(|(name, value)| (value, property_role(name, batch))),
                );
            }
            ("items", value) => found.push((value, format!("{role}[]"))),
            ("additionalProperties", value @ Value::Object(_)) => {
                found.push((value, format!("{role}{{}}")));
            }
            ("oneOf" | "anyOf" | "allOf", Value::Array(list)) => {
                found.extend(list.iter_mut().map(|value| (value, arm_role(role))));
            }
            _ => {}
        }
    }
    found
}

/// An alternative of an input that is nothing but a list of requests.
fn is_batch(map: &serde_json::Map<String, Value>, role: &str) -> bool {
    let properties = map.get("properties").and_then(Value::as_object);
    role.trim_end_matches('|') == INPUT
        && properties
            .is_some_and(|properties| properties.len() == 1 && properties.contains_key("requests"))
}

/// What a property is for: in a batch, the list of requests is one of inputs.
fn property_role(name: &str, in_batch: bool) -> String {
    if in_batch { INPUT } else { name }.to_owned()
}

fn arm_role(role: &str) -> String {
    format!("{}|", role.trim_end_matches('|'))
}

/// Pointers to where schemas stand in a document, each with its role.
pub(crate) fn places(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    find(document, "", &mut found);
    found
}

/// The schemas of a document, each with its role.
pub(crate) fn schemas(document: &Value) -> Vec<(&Value, String)> {
    let places = places(document).into_iter();
    places
        .filter_map(|(pointer, role)| Some((document.pointer(&pointer)?, role)))
        .collect()
}

fn find(node: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
    let Some(map) = node.as_object() else {
        if let Some(list) = node.as_array() {
            for (index, value) in list.iter().enumerate() {
                find(value, &format!("{pointer}/{index}"), found);
            }
        }
        return;
    };
    for (key, value) in map {
        let at = format!("{pointer}/{}", crate::directory::step(key));
        match key.as_str() {
            "schema"
                if pointer.ends_with("/application~1json") && pointer.contains("/responses/") =>
            {
                if value.pointer("/allOf/1/properties/result").is_some() {
                    found.push((format!("{at}/allOf/1/properties/result"), RESULT.to_owned()));
                }
            }
            "schema" if pointer.contains("/parameters/") => {
                let name = map.get("name").and_then(Value::as_str).unwrap_or_default();
                found.push((at, name.to_owned()));
            }
            "schema" if pointer.contains("/requestBody/") => found.push((at, INPUT.to_owned())),
            "x-event-schema" => found.push((at, EVENT.to_owned())),
            "schemas" => {
                for (name, _) in value.as_object().into_iter().flatten() {
                    let at = format!("{at}/{}", crate::directory::step(name));
                    found.push((at, DEFINITION.to_owned()));
                }
            }
            "example" | "examples" | "x-model" | "schema" => {}
            _ => find(value, &at, found),
        }
    }
}

//! What bodies may hold, read from documents as JSON by code of its own: every path with the plain forms it can have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use workers_ai_schema::Directory;

/// A schema without references, alternatives and parts: one way in which a value may be.
#[derive(Clone, Default)]
pub(crate) struct Form {
    pub(crate) keywords: Map<String, Value>,
    /// Every node that has its say in this, as `file#/pointer`.
    pub(crate) places: BTreeSet<String>,
    properties: Vec<(String, Node)>,
    items: Option<Node>,
    values: Option<Node>,
}

/// A schema as it is written, and where.
#[derive(Clone)]
pub(crate) struct Node {
    file: String,
    pointer: String,
    value: Value,
}

impl Node {
    pub(crate) fn new(file: &str, pointer: &str, value: &Value) -> Self {
        Self {
            file: file.to_owned(),
            pointer: pointer.to_owned(),
            value: value.clone(),
        }
    }

    fn below(&self, steps: &[&str], value: &Value) -> Self {
        let steps = steps.iter().map(|step| escaped(step));
        let pointer = steps.fold(self.pointer.clone(), |at, step| at + "/" + &step);
        Self::new(&self.file, &pointer, value)
    }

    fn list(&self, key: &str) -> Vec<Self> {
        let list = self.value[key].as_array().into_iter().flatten().enumerate();
        list.map(|(index, value)| self.below(&[key, &index.to_string()], value))
            .collect()
    }
}

pub(crate) fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// The forms of one path, the nodes that are written there, and what it is in.
#[derive(Default)]
pub(crate) struct Path {
    pub(crate) forms: Vec<Form>,
    pub(crate) parent: String,
    pub(crate) name: String,
}

pub(crate) type Paths = BTreeMap<String, Path>;

/// Puts what `node` describes under `path` and below it.
pub(crate) fn read(directory: &Directory, node: &Node, path: &str, paths: &mut Paths) {
    if path.matches(['.', '[']).count() > 20 {
        return;
    }
    for form in forms(directory, node) {
        let mut below = |ending: &str, name: &str, node: &Node| {
            let inside = format!("{path}{ending}");
            read(directory, node, &inside, paths);
            let entry = paths.entry(inside).or_default();
            (entry.parent, entry.name) = (path.to_owned(), name.to_owned());
        };
        for (name, node) in &form.properties {
            let dot = if path.is_empty() { "" } else { "." };
            below(&format!("{dot}{name}"), name, node);
        }
        for (ending, node) in [("[]", &form.items), ("{}", &form.values)] {
            if let Some(node) = node {
                below(ending, ending, node);
            }
        }
        paths.entry(path.to_owned()).or_default().forms.push(form);
    }
}

fn forms(directory: &Directory, node: &Node) -> Vec<Form> {
    let mut own = Form::default();
    own.places.insert(format!("{}#{}", node.file, node.pointer));
    let Some(map) = node.value.as_object() else {
        return vec![own];
    };
    for (key, value) in map {
        match key.as_str() {
            "$ref" | "oneOf" | "anyOf" | "allOf" => {}
            "properties" => {
                let all = value.as_object().expect("properties");
                let all = all.iter();
                own.properties = all
                    .map(|(name, value)| (name.clone(), node.below(&["properties", name], value)))
                    .collect();
            }
            "items" => own.items = Some(node.below(&["items"], value)),
            "additionalProperties" if value.is_object() => {
                own.values = Some(node.below(&["additionalProperties"], value));
            }
            _ => {
                own.keywords.insert(key.clone(), value.clone());
            }
        }
    }
    let mut all = flattened(&own);
    if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
        let (address, value) = directory.follow(&node.file, reference).expect("a target");
        let (file, pointer) = address.split_once('#').expect("an address");
        let inner = forms(directory, &Node::new(file, pointer, value));
        all = product(&inner, &all);
    }
    for part in node.list("allOf") {
        all = product(&forms(directory, &part), &all);
    }
    let arms: Vec<Node> = [node.list("oneOf"), node.list("anyOf")].concat();
    if arms.is_empty() {
        return all;
    }
    let arms: Vec<Form> = arms.iter().flat_map(|arm| forms(directory, arm)).collect();
    product(&all, &arms)
}

/// A flattened union says one type and has the keywords of others: it is one form for each.
fn flattened(own: &Form) -> Vec<Form> {
    let kind = own.keywords.get("type").and_then(Value::as_str);
    let kind = kind.map(str::to_owned);
    let mut out = Vec::new();
    let mut rest = own.clone();
    if kind.as_deref().is_some_and(|kind| kind != "array") && own.items.is_some() {
        out.push(Form {
            items: rest.items.take(),
            ..of_type("array", own)
        });
    }
    if kind.as_deref().is_some_and(|kind| kind != "object") && !own.properties.is_empty() {
        let mut object = Form {
            properties: std::mem::take(&mut rest.properties),
            ..of_type("object", own)
        };
        if let Some(names) = rest.keywords.remove("required") {
            object.keywords.insert("required".to_owned(), names);
        }
        out.push(object);
    }
    out.insert(0, rest);
    out
}

fn of_type(kind: &str, own: &Form) -> Form {
    let mut keywords = Map::new();
    keywords.insert("type".to_owned(), kind.into());
    let default = own.keywords.get_key_value("default");
    keywords.extend(default.map(|(key, value)| (key.clone(), value.clone())));
    Form {
        keywords,
        places: own.places.clone(),
        ..Form::default()
    }
}

/// Every form of one with every form of the other, which comes last and so has the last word.
fn product(first: &[Form], last: &[Form]) -> Vec<Form> {
    let pairs = first
        .iter()
        .flat_map(|one| last.iter().map(move |other| (one, other)));
    pairs
        .map(|(one, other)| {
            let mut out = one.clone();
            out.places.extend(other.places.iter().cloned());
            out.properties.extend(other.properties.iter().cloned());
            out.items = other.items.clone().or(out.items);
            out.values = other.values.clone().or(out.values);
            for (key, value) in &other.keywords {
                let both = [out.keywords.get(key), Some(value)];
                let value = match both {
                    [Some(Value::Array(one)), Some(Value::Array(other))] if key == "required" => {
                        one.iter().chain(other).cloned().collect()
                    }
                    _ => value.clone(),
                };
                out.keywords.insert(key.clone(), value);
            }
            out
        })
        .collect()
}

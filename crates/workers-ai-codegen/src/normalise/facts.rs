//! What stands beside a type: description, default, the one value it can have, what it says in an answer.

use serde_json::Value;

use super::Reader;
use super::node::Node;
use crate::ir::{Docs, Says};

impl<'a> Reader<'a> {
    pub(super) fn says(&mut self, node: &Node<'a>) -> Option<Says> {
        Some(match node.text("x-says")? {
            "text" => Says::Text,
            "reasoning" => Says::Reasoning,
            "tool-calls" | "tool-call" => Says::ToolCalls,
            "usage" => Says::Usage,
            "part" => Says::Part,
            "first" => Says::First,
            other => {
                let message =
                    format!("`{other}` is none of text, reasoning, tool-calls, usage, part, first");
                self.faults.add(&node.place.at("x-says"), message);
                return None;
            }
        })
    }

    /// Every schema that counts for a value at once: the node, what it refers to, the parts laid together, an
    /// alternative that is the only one.
    pub(super) fn layers(&self, node: &Node<'a>) -> Vec<Node<'a>> {
        let mut layers: Vec<Node<'a>> = Vec::new();
        let mut open = vec![node.clone()];
        while let Some(node) = open.pop() {
            if layers.iter().any(|known| known.place == node.place) {
                continue;
            }
            open.extend(node.list("allOf").into_iter().rev());
            open.extend(only_alternative(&node));
            open.extend(self.step(&node));
            layers.push(node);
        }
        layers
    }

    /// Whether null may stand here, the schemas behind it counted.
    pub(crate) fn is_nullable(&self, node: &Node<'a>) -> bool {
        self.spine(node).iter().any(Node::allows_null)
    }

    /// The node and what it stands for: references, single alternatives and single parts followed.
    fn spine(&self, node: &Node<'a>) -> Vec<Node<'a>> {
        let mut spine: Vec<Node<'a>> = Vec::new();
        let mut at = Some(node.clone());
        while let Some(node) = at.filter(|at| spine.iter().all(|known| known.place != at.place)) {
            at = self
                .step(&node)
                .or_else(|| only_alternative(&node))
                .or_else(|| {
                    let mut parts = node.list("allOf").into_iter().filter(Node::is_typed);
                    parts.next().filter(|_| parts.next().is_none())
                });
            spine.push(node);
        }
        spine
    }

    /// The only text that may stand here.
    pub(super) fn single_text(&self, node: &Node<'a>) -> Option<&'a str> {
        self.layers(node).iter().find_map(single_text)
    }

    /// The only value that may stand here, if it is no text.
    pub(super) fn constant(&self, node: &Node<'a>) -> Option<&'a Value> {
        let layers = self.layers(node);
        layers.iter().find_map(|layer| {
            let listed = layer.value.get("enum").and_then(Value::as_array);
            let only = match listed.map(Vec::as_slice) {
                Some([only]) => Some(only),
                _ => None,
            };
            layer
                .value
                .get("const")
                .or(only)
                .filter(|value| value.is_number() || value.is_boolean())
        })
    }

    /// Description, default and marks: those nearest to the property win.
    pub(crate) fn docs(&self, node: &Node<'a>) -> Docs {
        let mut docs = Docs::default();
        for node in self.spine(node) {
            if docs.text.is_empty() {
                node.text("description")
                    .unwrap_or_default()
                    .clone_into(&mut docs.text);
            }
            docs.default = docs.default.or_else(|| {
                node.value
                    .get("default")
                    .cloned()
                    .filter(|value| !value.is_null())
            });
            docs.uncertain = docs
                .uncertain
                .or_else(|| node.text("x-uncertain").map(str::to_owned));
            if let Some(pattern) = node.text("pattern") {
                docs.notes
                    .push(format!("Pattern: `{}`.", pattern.replace('`', "'")));
            }
            docs.notes.extend(values(&node));
        }
        docs
    }
}

fn only_alternative<'a>(node: &Node<'a>) -> Option<Node<'a>> {
    let mut real = node
        .alternatives()
        .into_iter()
        .filter(|arm| !arm.is_null() && !arm.binding_only());
    real.next().filter(|_| real.next().is_none())
}

/// The values that a type does not say.
fn values(node: &Node<'_>) -> Option<String> {
    if let Some(only) = node.value.get("const").filter(|value| !value.is_string()) {
        return Some(format!("Value: `{only}`."));
    }
    let listed = node.value.get("enum").and_then(Value::as_array)?;
    let said = |value: &Value| value.is_string() || value.is_null();
    if listed.iter().all(said) {
        return None;
    }
    let list: Vec<String> = listed.iter().map(|value| format!("`{value}`")).collect();
    Some(format!("Values: {}.", list.join(", ")))
}

/// The only value a text property can have.
fn single_text<'a>(node: &Node<'a>) -> Option<&'a str> {
    if let Some(Value::String(text)) = node.value.get("const") {
        return Some(text);
    }
    match node
        .value
        .get("enum")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([Value::String(text)]) => Some(text),
        _ => None,
    }
}

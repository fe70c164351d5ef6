//! A view of one JSON Schema in the documents, which follows references on the way.

use serde_json::Value;

use super::Documents;

/// References that lead to references, at most.
const HOPS: usize = 32;

/// How deep `allOf` inside `allOf` is followed.
const DEPTH: usize = 16;

/// A schema and the documents its references lead to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema<'a> {
    pub(crate) documents: &'a Documents,
    pub(crate) value: &'a Value,
}

impl<'a> Schema<'a> {
    pub(crate) fn new(documents: &'a Documents, value: &'a Value) -> Self {
        Schema { documents, value }
    }

    /// The schema a `$ref` leads to; itself if it has none.
    ///
    /// What stands beside a `$ref` in the documents are remarks; see [`Schema::get`] for those.
    pub(crate) fn resolve(self) -> Self {
        let mut schema = self;
        for _ in 0..HOPS {
            let Some(reference) = schema.value.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let Some(value) = self.documents.node(reference) else {
                break;
            };
            schema = self.with(value);
        }
        schema
    }

    /// The keyword `key`, here or else where the `$ref` leads.
    pub(crate) fn get(self, key: &str) -> Option<&'a Value> {
        self.value
            .get(key)
            .or_else(|| self.resolve().value.get(key))
    }

    /// The keyword `key` as a schema.
    pub(crate) fn child(self, key: &str) -> Option<Self> {
        self.get(key).map(|value| self.with(value))
    }

    /// The branches of `oneOf` and `anyOf`, unless they exist in Workers only.
    pub(crate) fn alternatives(self) -> impl Iterator<Item = Self> {
        ["oneOf", "anyOf"]
            .into_iter()
            .flat_map(move |key| self.list(key))
            .filter(|branch| branch.get("x-binding-only").is_none())
    }

    /// The property `name`, here or in the first branch that has it.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        self.find_member(name, DEPTH)
    }

    fn find_member(self, name: &str, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        self.property(name).or_else(|| {
            self.alternatives()
                .find_map(|branch| branch.find_member(name, depth))
        })
    }

    /// The schemas in the list `key`, such as `allOf`.
    pub(crate) fn list(self, key: &str) -> impl Iterator<Item = Self> {
        self.get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(move |value| self.with(value))
    }

    /// The declared properties, those of `allOf` included.
    pub(crate) fn properties(self) -> Vec<(&'a str, Self)> {
        let mut found = Vec::new();
        self.collect_properties(&mut found, DEPTH);
        found
    }

    fn collect_properties(self, found: &mut Vec<(&'a str, Self)>, depth: usize) {
        let own = self.get("properties").and_then(Value::as_object);
        for (name, value) in own.into_iter().flatten() {
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, schema)) => *schema = self.with(value),
                None => found.push((name, self.with(value))),
            }
        }
        if depth > 0 {
            for part in self.list("allOf") {
                part.collect_properties(found, depth - 1);
            }
        }
    }

    /// The property `name`, of `allOf` too. A later part of `allOf` has the last word.
    pub(crate) fn property(self, name: &str) -> Option<Self> {
        self.find_property(name, DEPTH)
    }

    fn find_property(self, name: &str, depth: usize) -> Option<Self> {
        let own = self.get("properties").and_then(|own| own.get(name));
        let inherited = || {
            let depth = depth.checked_sub(1)?;
            self.list("allOf")
                .filter_map(|part| part.find_property(name, depth))
                .last()
        };
        inherited().or(own.map(|value| self.with(value)))
    }

    /// The names of required properties, those of `allOf` included.
    pub(crate) fn required(self) -> Vec<&'a str> {
        let mut found = Vec::new();
        self.collect_required(&mut found, DEPTH);
        found
    }

    fn collect_required(self, found: &mut Vec<&'a str>, depth: usize) {
        let own = self.get("required").and_then(Value::as_array);
        for name in own.into_iter().flatten().filter_map(Value::as_str) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        if depth > 0 {
            for part in self.list("allOf") {
                part.collect_required(found, depth - 1);
            }
        }
    }

    /// Whether `kind` is among the schema's types. One without types allows all.
    pub(crate) fn allows(self, kind: &str) -> bool {
        match self.get("type") {
            Some(Value::String(only)) => only == kind,
            Some(Value::Array(several)) => several.iter().any(|one| one == kind),
            _ => true,
        }
    }

    pub(crate) fn with(self, value: &'a Value) -> Self {
        Schema { value, ..self }
    }
}

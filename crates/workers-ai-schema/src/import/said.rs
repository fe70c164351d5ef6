//! What a body may hold, by path: alternatives laid together, each statement with the place it is made at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{Directory, Place};

/// What is said of a property, over all alternatives in which it stands.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Where it is written.
    pub(super) written: Option<Place>,
    /// The schema that is meant, behind references.
    pub(super) meant: Option<Place>,
    pub(super) types: Statements,
    /// What it can be.
    pub(super) choices: Statements,
    /// Where it can be anything of its type.
    pub(super) open: Option<Place>,
    /// Values of each keyword.
    pub(super) keywords: BTreeMap<&'static str, Statements>,
    /// What has to be in it, for each alternative that is an object.
    pub(super) needs: Vec<BTreeSet<String>>,
    /// What it is in: the path, and its own name there.
    pub(super) member: Option<(String, String)>,
}

/// What is said somewhere, as text, and where.
pub(super) type Statements = BTreeMap<String, Place>;

/// Everything in a body, by path such as `messages[].role`; the body itself has no path.
pub(super) type Flat = BTreeMap<String, Said>;

/// A keyword that an alternative does not have.
pub(super) const NONE: &str = "none";
/// The type of what has none.
const ANY: &str = "any";

/// Keywords that are compared, each with the types it is about; none are all.
const KEYWORDS: [(&str, &[&str]); 14] = [
    ("default", &[]),
    ("minimum", &["number", "integer"]),
    ("maximum", &["number", "integer"]),
    ("exclusiveMinimum", &["number", "integer"]),
    ("exclusiveMaximum", &["number", "integer"]),
    ("multipleOf", &["number", "integer"]),
    ("minLength", &["string"]),
    ("maxLength", &["string"]),
    ("pattern", &["string"]),
    ("minItems", &["array"]),
    ("maxItems", &["array"]),
    ("uniqueItems", &["array"]),
    ("minProperties", &["object"]),
    ("maxProperties", &["object"]),
];

/// Reads bodies of one directory.
pub(super) struct Reader<'a> {
    directory: &'a Directory,
    /// Where the schemas stand that are being read: one that contains itself is read once.
    open: Vec<Place>,
    pub(super) flat: Flat,
}

/// A schema and where it stands.
type Site<'a> = (Place, &'a Value);

/// What is said around a schema and holds in it too: the last of each is what counts.
#[derive(Clone, Default)]
struct Around<'a> {
    keywords: BTreeMap<&'static str, Site<'a>>,
    kind: Option<&'a Value>,
    required: BTreeSet<&'a str>,
}

impl<'a> Around<'a> {
    /// Takes in what `site` says beside its alternatives.
    fn take(&mut self, (place, node): &Site<'a>) {
        for (key, _) in KEYWORDS {
            if let Some(value) = node.get(key) {
                self.keywords.insert(key, (place.clone(), value));
            }
        }
        self.kind = node.get("type").or(self.kind);
        self.required.extend(names(node));
    }
}

fn names(node: &Value) -> BTreeSet<&str> {
    let list = node.get("required").and_then(Value::as_array);
    let names = list.into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

fn list<'a>(site: &Site<'a>, key: &str) -> Vec<Site<'a>> {
    let arms = site.1.get(key).and_then(Value::as_array);
    let arms = arms.into_iter().flatten().enumerate();
    arms.map(|(index, arm)| (site.0.at(key).at(&index.to_string()), arm))
        .collect()
}

impl<'a> Reader<'a> {
    pub(super) fn new(directory: &'a Directory) -> Self {
        Self {
            directory,
            open: Vec::new(),
            flat: Flat::new(),
        }
    }

    /// Takes in the schema at a place, which describes what is called `path`.
    pub(super) fn read(&mut self, place: Place, node: &'a Value, path: &str) {
        self.schema(&(place, node), path, Around::default());
    }

    fn schema(&mut self, site: &Site<'a>, path: &str, mut around: Around<'a>) {
        let said = self.flat.entry(path.to_owned()).or_default();
        said.written.get_or_insert_with(|| site.0.clone());
        let meant = self.behind(site, &mut around);
        let parts = list(&meant, "allOf");
        for part in &parts {
            let own = around.clone();
            self.behind(part, &mut around);
            // What stands beside the parts comes before what is in them.
            around.keywords.extend(own.keywords);
        }
        let arms: Vec<Site> = ["oneOf", "anyOf"]
            .iter()
            .flat_map(|key| list(&meant, key))
            .collect();
        let each = arms.iter().map(|(_, arm)| names(arm));
        around
            .required
            .extend(each.reduce(|all, one| &all & &one).into_iter().flatten());
        if arms.is_empty() && parts.is_empty() {
            self.leaf(&meant, path, &around);
        }
        if self.open.contains(&meant.0) {
            return;
        }
        self.open.push(meant.0.clone());
        self.members(&meant, path);
        for arm in arms.iter().chain(&parts) {
            self.schema(arm, path, around.clone());
        }
        self.open.pop();
    }

    /// Follows references. What stands beside one lies over what it leads to.
    fn behind(&self, site: &Site<'a>, around: &mut Around<'a>) -> Site<'a> {
        let mut way = vec![site.clone()];
        while let Some((place, node)) = way.last().filter(|_| way.len() < 64) {
            let reference = node.get("$ref").and_then(Value::as_str);
            let next = reference.and_then(|to| self.directory.follow(&place.file, to));
            let Some((address, node)) = next else { break };
            let (file, pointer) = address.split_once('#').unwrap_or((&address, ""));
            let place = Place {
                file: file.to_owned(),
                pointer: pointer.to_owned(),
            };
            way.push((place, node));
        }
        for site in way.iter().rev() {
            around.take(site);
        }
        way.pop().unwrap_or_else(|| site.clone())
    }

    fn leaf(&mut self, (place, node): &Site<'a>, path: &str, around: &Around<'a>) {
        let said = self.flat.entry(path.to_owned()).or_default();
        said.meant.get_or_insert_with(|| place.clone());
        let listed = node.get("enum").and_then(Value::as_array);
        let values: Vec<&Value> = listed
            .into_iter()
            .flatten()
            .chain(node.get("const"))
            .collect();
        let types = types(around.kind, &values);
        // A plain null beside a choice leaves nothing open.
        if values.is_empty() && types != ["null"] {
            said.open.get_or_insert_with(|| place.clone());
        }
        let choices = values.into_iter().filter(|value| !value.is_null());
        said.choices
            .extend(choices.map(|value| (shown(value), place.clone())));
        for (key, about) in KEYWORDS {
            let fits = |kind: &String| kind == ANY || about.contains(&kind.as_str());
            let value = around.keywords.get(key);
            if value.is_none() && !about.is_empty() && !types.iter().any(fits) {
                continue;
            }
            let text = value.map_or_else(|| NONE.to_owned(), |(_, value)| shown(value));
            let place = value.map_or(place, |(place, _)| place);
            let known = said.keywords.entry(key).or_default();
            known.entry(text).or_insert_with(|| place.clone());
        }
        let object = ["properties", "required"]
            .iter()
            .any(|key| node.get(key).is_some());
        if object || types == ["object"] {
            let needs = around.required.iter().map(|name| (*name).to_owned());
            said.needs.push(needs.collect());
        }
        for kind in types {
            said.types.entry(kind).or_insert_with(|| place.clone());
        }
    }

    fn members(&mut self, (place, node): &Site<'a>, path: &str) {
        for (key, ending) in [("items", "[]"), ("additionalProperties", "{}")] {
            if let Some(inner) = node.get(key).filter(|inner| inner.is_object()) {
                let inside = format!("{path}{ending}");
                self.schema(&(place.at(key), inner), &inside, Around::default());
                self.flat.entry(inside).or_default().member =
                    Some((path.to_owned(), ending.to_owned()));
            }
        }
        let properties = node.get("properties").and_then(Value::as_object);
        for (name, value) in properties.into_iter().flatten() {
            let dot = if path.is_empty() { "" } else { "." };
            let inside = format!("{path}{dot}{name}");
            let at = place.at("properties").at(name);
            self.schema(&(at, value), &inside, Around::default());
            self.flat.entry(inside).or_default().member = Some((path.to_owned(), name.clone()));
        }
    }
}

/// The types of a schema, in words.
fn types(kind: Option<&Value>, values: &[&Value]) -> Vec<String> {
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    match kind {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => owned(kinds.iter().filter_map(Value::as_str).collect()),
        _ if values.is_empty() => owned(vec![ANY]),
        _ => {
            let kinds = values.iter().map(|value| match value {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(number) if number.is_f64() => "number",
                Value::Number(_) => "integer",
                Value::String(_) => "string",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
            });
            owned(kinds.collect::<BTreeSet<_>>().into_iter().collect())
        }
    }
}

/// A value as JSON; `1.0` is `1`.
fn shown(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 => format!("{number:.0}"),
        _ => value.to_string(),
    }
}

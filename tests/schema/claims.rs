//! What is true of two documents of one model: every difference between them, found by code that shares nothing with
//! the importer.

use std::collections::BTreeSet;

use serde_json::Value;
use workers_ai_schema::{Difference, Directory};

use crate::forms::{Form, Node, Path, Paths, escaped, read};

/// Keywords that are compared, and the types whose values they are about.
const KEYWORDS: [(&str, &str); 14] = [
    ("default", ""),
    ("minimum", "number integer"),
    ("maximum", "number integer"),
    ("exclusiveMinimum", "number integer"),
    ("exclusiveMaximum", "number integer"),
    ("multipleOf", "number integer"),
    ("minLength", "string"),
    ("maxLength", "string"),
    ("pattern", "string"),
    ("minItems", "array"),
    ("maxItems", "array"),
    ("uniqueItems", "array"),
    ("minProperties", "object"),
    ("maxProperties", "object"),
];

/// What is claimed of one path of one model, and where in our documents it may be shown.
pub(crate) struct Claim {
    pub(crate) model: String,
    pub(crate) path: String,
    pub(crate) message: String,
    places: BTreeSet<String>,
}

impl Claim {
    pub(crate) fn is(&self, line: &Difference) -> bool {
        self.message == line.message
            && line.models.contains(&self.model)
            && self.places.contains(&line.place.to_string())
    }
}

/// One model in both documents.
struct Model<'a> {
    id: &'a str,
    file: String,
    ours: &'a Value,
    theirs: &'a Value,
    claims: Vec<Claim>,
}

impl Model<'_> {
    fn claim(&mut self, path: &str, message: String, places: BTreeSet<String>) {
        self.claims.push(Claim {
            model: self.id.to_owned(),
            path: path.to_owned(),
            message,
            places,
        });
    }

    fn place(&self, steps: &[&str]) -> String {
        let path = format!("/accounts/{{account_id}}/ai/run/{}", self.id);
        let steps = ["paths", &path, "post"]
            .into_iter()
            .chain(steps.iter().copied());
        let pointer = steps.fold(String::new(), |at, step| at + "/" + &escaped(step));
        format!("{}#{pointer}", self.file)
    }

    fn media(&mut self, what: &str, steps: &[&str], passed: &[&str]) {
        let pointer = format!("/{}", steps.join("/"));
        let kinds = |operation: &Value| -> BTreeSet<String> {
            let content = operation.pointer(&pointer).and_then(Value::as_object);
            content
                .into_iter()
                .flatten()
                .map(|(kind, _)| kind.clone())
                .collect()
        };
        let (mine, given) = (kinds(self.ours), kinds(self.theirs));
        for kind in mine
            .difference(&given)
            .filter(|kind| !passed.contains(&kind.as_str()))
        {
            let place = self.place(&[steps, &[kind]].concat());
            let message = "in the document, not published".to_owned();
            self.claim(&format!("{what} {kind}"), message, [place].into());
        }
        for kind in given
            .difference(&mine)
            .filter(|kind| !passed.contains(&kind.as_str()))
        {
            let place = self.place(steps);
            let message = "published, not in the document".to_owned();
            self.claim(&format!("{what} {kind}"), message, [place].into());
        }
    }

    fn properties(&mut self, mine: &Paths, given: &Paths) {
        for (path, theirs) in given.iter().filter(|(path, _)| !path.is_empty()) {
            let around = mine.get(&theirs.parent);
            if let Some(ours) = mine.get(path) {
                self.property(path, ours, theirs);
                if let (Some(mine), Some(given)) = (around, given.get(&theirs.parent)) {
                    let needs = [needs(mine, &theirs.name), needs(given, &theirs.name)];
                    if let [Some(mine), Some(given)] = needs
                        && mine != given
                    {
                        self.claim(path, between(mine, given), places(ours));
                    }
                }
            } else if let Some(around) = around {
                let message = "published, not in the document".to_owned();
                self.claim(path, message, places(around));
            }
        }
        for (path, ours) in mine {
            if !path.is_empty() && !given.contains_key(path) && given.contains_key(&ours.parent) {
                let message = "in the document, not published".to_owned();
                self.claim(path, message, places(ours));
            }
        }
    }

    fn property(&mut self, path: &str, ours: &Path, theirs: &Path) {
        let all = |path: &Path, of: &dyn Fn(&Form) -> Vec<String>| -> BTreeSet<String> {
            path.forms.iter().flat_map(of).collect()
        };
        let (mine, given) = (all(ours, &types), all(theirs, &types));
        if !given.is_subset(&mine) {
            let message = format!(
                "type {}",
                between(&joined(&mine, " or "), &joined(&given, " or "))
            );
            self.claim(path, message, places(ours));
        }
        for (key, about) in KEYWORDS {
            let fits = |kind: &String| kind == "any" || about.contains(kind.as_str());
            let values = |form: &Form| -> Vec<String> {
                if let Some(value) = form.keywords.get(key) {
                    return vec![shown(value)];
                }
                let none = about.is_empty() || types(form).iter().any(fits);
                none.then(|| "none".to_owned()).into_iter().collect()
            };
            let (mine, given) = (all(ours, &values), all(theirs, &values));
            if !mine.is_empty() && !given.is_subset(&mine) {
                let message = between(&joined(&mine, " or "), &joined(&given, " or "));
                self.claim(path, format!("{key} {message}"), places(ours));
            }
        }
        let open = |path: &Path| {
            path.forms
                .iter()
                .any(|form| choices(form).is_none() && types(form) != ["null"])
        };
        let listed = |path: &Path| all(path, &|form: &Form| choices(form).unwrap_or_default());
        let (mine, given) = (listed(ours), listed(theirs));
        let only = |values: &BTreeSet<String>| format!("only {}", joined(values, " or "));
        let less: BTreeSet<String> = &mine - &given;
        let more: BTreeSet<String> = &given - &mine;
        let messages = match (open(ours), open(theirs)) {
            (true, true) => Vec::new(),
            (true, false) => vec![between("anything", &only(&given))],
            (false, true) => vec![between(&only(&mine), "anything")],
            (false, false) => [
                (less, "in the document, not published"),
                (more, "published, not in the document"),
            ]
            .into_iter()
            .filter(|(values, _)| !values.is_empty())
            .map(|(values, who)| format!("value {} {who}", joined(&values, " and ")))
            .collect(),
        };
        for message in messages {
            self.claim(path, message, places(ours));
        }
    }
}

fn between(ours: &str, theirs: &str) -> String {
    format!("{ours} in the document, {theirs} published")
}

fn joined(words: &BTreeSet<String>, with: &str) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.join(with)
}

fn places(path: &Path) -> BTreeSet<String> {
    path.forms
        .iter()
        .flat_map(|form| form.places.iter().cloned())
        .collect()
}

/// Whether a member has to be in every object, or in none.
fn needs(around: &Path, name: &str) -> Option<&'static str> {
    let objects = around
        .forms
        .iter()
        .filter(|form| types(form).contains(&"object".to_owned()));
    let needed: BTreeSet<bool> = objects
        .map(|form| {
            form.keywords.get("required").is_some_and(|list| {
                list.as_array()
                    .is_some_and(|list| list.contains(&name.into()))
            })
        })
        .collect();
    match (needed.contains(&true), needed.contains(&false)) {
        (true, false) => Some("required"),
        (false, true) => Some("optional"),
        _ => None,
    }
}

fn types(form: &Form) -> Vec<String> {
    let nullable = form.keywords.get("nullable") == Some(&Value::Bool(true));
    let null = nullable.then(|| "null".to_owned());
    let kinds: Vec<String> = match form.keywords.get("type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ if choices(form).is_some() => vec!["string".to_owned()],
        _ => vec!["any".to_owned()],
    };
    kinds.into_iter().chain(null).collect()
}

fn choices(form: &Form) -> Option<Vec<String>> {
    let listed = form.keywords.get("enum").and_then(Value::as_array);
    let one = form.keywords.get("const");
    (listed.is_some() || one.is_some()).then(|| {
        let values = listed.into_iter().flatten().chain(one);
        values.filter(|value| !value.is_null()).map(shown).collect()
    })
}

fn shown(value: &Value) -> String {
    let whole = value.as_f64().filter(|number| number.fract() == 0.0);
    whole.map_or_else(|| value.to_string(), |number| format!("{number:.0}"))
}

/// Every claim that is true of `document` and our own documents.
pub(crate) fn claims(ours: &Directory, document: &Value) -> Vec<Claim> {
    let none = Directory::default();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let Some((_, id)) = path.split_once("/ai/run/") else {
            continue;
        };
        let file = format!("models/{}.json", id.trim_start_matches('@'));
        let Some(mine) = ours.get(&file) else {
            continue;
        };
        let mut model = Model {
            id,
            file: file.clone(),
            ours: &mine["paths"][path]["post"],
            theirs: &item["post"],
            claims: Vec::new(),
        };
        let content = &model.theirs["requestBody"]["content"];
        let body = content["application/json"].get("schema");
        // The binding's form and stream have no like in JSON over HTTP: documents have the body that is sent instead.
        let stream = body.and_then(|body| {
            let all = body["properties"].as_object()?;
            let stream = all.iter().find(|(_, value)| {
                value["properties"].as_object().is_some_and(|all| {
                    all.len() == 2 && all.contains_key("body") && all.contains_key("contentType")
                })
            })?;
            Some(stream.0.clone())
        });
        let passed: &[&str] = match stream.as_deref() {
            Some("multipart") => &["application/json", "multipart/form-data"],
            Some(_) => &["application/json", "audio/*"],
            None => &[],
        };
        model.media("body", &["requestBody", "content"], passed);
        model.media("answer", &["responses", "200", "content"], &[]);
        let mut mine = Paths::new();
        for (kind, media) in model.ours["requestBody"]["content"]
            .as_object()
            .expect("content")
        {
            let place = model.place(&["requestBody", "content", kind, "schema"]);
            let (file, pointer) = place.split_once('#').expect("a place");
            read(
                ours,
                &Node::new(file, pointer, &media["schema"]),
                "",
                &mut mine,
            );
        }
        for (index, parameter) in model.ours["parameters"]
            .as_array()
            .expect("parameters")
            .iter()
            .enumerate()
        {
            if let Some(name) = parameter["name"].as_str() {
                let place = model.place(&["parameters", &index.to_string(), "schema"]);
                let (file, pointer) = place.split_once('#').expect("a place");
                read(
                    ours,
                    &Node::new(file, pointer, &parameter["schema"]),
                    name,
                    &mut mine,
                );
                name.clone_into(&mut mine.entry(name.to_owned()).or_default().name);
            }
        }
        if let Some(body) = body.filter(|_| stream.as_deref() != Some("multipart")) {
            let mut given = Paths::new();
            read(&none, &Node::new("published", "", body), "", &mut given);
            model.properties(&mine, &given);
        }
        let tag = model.theirs["tags"][0].as_str().unwrap_or_default();
        let task = model.ours["tags"][0].as_str().unwrap_or("none");
        let same = |word: &str| word.replace(['-', ' '], "").to_lowercase();
        let tag = tag.trim_start_matches("Workers AI ");
        if !tag.is_empty() && same(tag) != same(task) && tag != "Dumb Pipe" {
            let place = format!("{}#/x-model/task", model.file);
            model.claim("task", between(task, tag), [place].into());
        }
        all.append(&mut model.claims);
    }
    all
}

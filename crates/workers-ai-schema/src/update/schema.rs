//! A schema of ours, and the same as it is published: ours where it says as much, else what is published in our words.
//!
//! Documents here say more than what is published: constants, integers, fields that answers were seen to have. So a
//! schema changes where the published one says something else, not where it says less.

use std::ptr;

use serde_json::{Map, Value, json};

use super::{
    Merger,
    judge::{fits_still, keep_words, only_nullable, same_values, says_less, without_null},
    parts::Changed,
};
use crate::{Place, print::is_annotation, share::rebase};

/// A schema and the file it stands in.
pub(super) type Site<'a> = (String, &'a Value);

/// An object's properties, also those of its parts.
pub(super) struct Object<'a> {
    pub(super) properties: Vec<(&'a str, Site<'a>)>,
    pub(super) required: Option<Vec<&'a str>>,
}

impl<'a> Object<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&Site<'a>> {
        let found = self.properties.iter().find(|(known, _)| *known == name);
        found.map(|(_, site)| site)
    }
}

impl<'a> Merger<'a> {
    /// What stands at `place` as it should be; nothing if it stays.
    pub(super) fn schema(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        place: &Place,
    ) -> Option<Value> {
        let file = self.file.to_owned();
        if let Some(node) = self.document.pointer(&place.pointer) {
            let print = self.corrected.print(&file, node);
            let meant = self.meant.print(&file, new);
            if print.covers(self.theirs.print(&file, new)) || print.covers(meant) {
                return None;
            }
        }
        self.at(&(file.clone(), old), &(file, new), place)
    }

    pub(super) fn at(
        &mut self,
        ours: &Site<'a>,
        theirs: &Site<'a>,
        place: &Place,
    ) -> Option<Value> {
        let mine = self.ours.print(&ours.0, ours.1);
        if mine.covers(self.theirs.print(&theirs.0, theirs.1)) {
            return None;
        }
        if let Some(name) = self.same_definition(ours, theirs) {
            self.definition(&name);
            return None;
        }
        // What may be null is what may be left out.
        let inner = without_null(self.ours.behind(&ours.0, ours.1));
        let inner = self.ours.behind(&inner.0, inner.1);
        let given = without_null(self.theirs.behind(&theirs.0, theirs.1));
        let given = self.theirs.behind(&given.0, given.1);
        let mine = self.ours.print(&inner.0, inner.1);
        if mine.covers(self.theirs.print(&given.0, given.1)) || says_less(inner.1, given.1) {
            return None;
        }
        // What contains itself is being looked at already.
        let pair = (ptr::from_ref(inner.1), ptr::from_ref(given.1));
        if self.open.contains(&pair) {
            return None;
        }
        self.open.push(pair);
        let mut out = self.different(ours, &inner, theirs, &given, place);
        self.open.pop();
        if let Some(out) = &mut out {
            keep_words(out, ours.1);
        }
        out
    }

    /// The name under which both documents have what a reference of each leads to.
    fn same_definition(&self, ours: &Site<'a>, theirs: &Site<'a>) -> Option<String> {
        let name = |(file, node): &Site<'a>| {
            let reference = node.get("$ref").filter(|_| *file == self.file)?.as_str()?;
            let name = reference.strip_prefix("#/components/schemas/")?;
            Some(name.to_owned())
        };
        name(ours).filter(|mine| name(theirs).as_ref() == Some(mine))
    }

    /// A definition that both documents have changes where it stands, once for all that refers to it.
    fn definition(&mut self, name: &str) {
        let pointer = format!("/components/schemas/{name}");
        if self.definitions.contains_key(&pointer) {
            return;
        }
        self.definitions.insert(pointer.clone(), None);
        let file = self.file.to_owned();
        let reference = format!("#{pointer}");
        let mine = self.ours.follow(&file, &reference);
        if let Some((mine, given)) = mine.zip(self.theirs.follow(&file, &reference)) {
            let place = Place {
                file: file.clone(),
                pointer: pointer.clone(),
            };
            let changed = self.at(&(file.clone(), mine), &(file, given), &place);
            self.definitions.insert(pointer, changed);
        }
    }

    fn different(
        &mut self,
        ours: &Site<'a>,
        inner: &Site<'a>,
        theirs: &Site<'a>,
        given: &Site<'a>,
        place: &Place,
    ) -> Option<Value> {
        let (mine, published) = (self.our_arms(inner), self.their_arms(given));
        if mine.len() > 1 {
            return self.union(inner, &mine, &published, place);
        }
        let object = self.object(inner, true, 0);
        let mut other = None;
        for arm in &published {
            let arm = self.theirs.behind(&arm.0, arm.1);
            let part = self.object(&arm, false, 0);
            other = match (other, part) {
                (None, part) => part,
                (Some(all), None) => Some(all),
                (Some(mut all), Some(part)) => {
                    let known: Vec<&str> = all.properties.iter().map(|(name, _)| *name).collect();
                    let more = part.properties.into_iter();
                    let more: Vec<_> = more.filter(|(name, _)| !known.contains(name)).collect();
                    all.properties.extend(more);
                    all.required = None;
                    Some(all)
                }
            };
        }
        match (object, other) {
            (Some(object), Some(other)) => self.objects(ours, inner, &object, &other, place),
            (None, None) if published.len() == 1 => {
                let mut below = Vec::new();
                for key in ["items", "additionalProperties"] {
                    if let Some((before, after)) = inner.1.get(key).zip(given.1.get(key)) {
                        let (before, after) = ((inner.0.clone(), before), (given.0.clone(), after));
                        if let Some(value) = self.at(&before, &after, &place.at(key)) {
                            below.push((key, value));
                        }
                    }
                }
                self.plain(inner, given, below, place)
            }
            // A list of its own kind on one side only, or a union that was none.
            _ => {
                let mut out = self.moved(&theirs.0, theirs.1);
                keep_words(&mut out, inner.1);
                Some(out)
            }
        }
    }

    /// Limits, choices, defaults and types that are published and differ from ours.
    fn plain(
        &mut self,
        inner: &Site<'a>,
        given: &Site<'a>,
        below: Vec<(&'static str, Value)>,
        place: &Place,
    ) -> Option<Value> {
        let (before, after) = (inner.1.as_object()?, given.1.as_object()?);
        let mut out = self.moved(&inner.0, inner.1);
        let map = out.as_object_mut()?;
        let mut same = below.is_empty();
        for (key, value) in below {
            map.insert(key.to_owned(), value);
        }
        for (key, value) in after.iter().filter(|(key, _)| !is_annotation(key)) {
            let known = before.get(key);
            let equal = match key.as_str() {
                "items" | "additionalProperties" if known.is_some() => true,
                "type" => known.is_none_or(|kind| only_nullable(kind, value)),
                "enum" => match (known, before.get("const")) {
                    (None, Some(one)) => *value == json!([one]),
                    (Some(list), _) => same_values(list, value),
                    (None, None) => false,
                },
                _ => known.is_some_and(|known| {
                    known == value || (known.is_number() && known.as_f64() == value.as_f64())
                }),
            };
            if !equal {
                if key == "enum" {
                    map.shift_remove("const");
                }
                if key == "type" {
                    map.shift_remove("format");
                }
                map.insert(key.clone(), value.clone());
                same = false;
            }
        }
        for key in before.keys() {
            let limit = key.starts_with("min")
                || key.starts_with("max")
                || key == "pattern"
                || key == "enum";
            if limit && !after.contains_key(key) && self.not_published(inner, Some(key), place) {
                map.shift_remove(key);
                same = false;
            }
        }
        if !fits_still(map) {
            map.shift_remove("default");
        }
        (!same).then_some(out)
    }

    fn objects(
        &mut self,
        ours: &Site<'a>,
        inner: &Site<'a>,
        object: &Object<'a>,
        other: &Object<'a>,
        place: &Place,
    ) -> Option<Value> {
        let mut changed = Map::new();
        let mut added = Map::new();
        let place = place.at("properties");
        for (name, site) in &other.properties {
            match object.get(name).cloned() {
                Some(mine) => {
                    if let Some(value) = self.at(&mine, site, &place.at(name)) {
                        changed.insert((*name).to_owned(), value);
                    }
                }
                None => {
                    added.insert((*name).to_owned(), self.moved(&site.0, site.1));
                }
            }
        }
        let silent = !other.properties.is_empty();
        let missing = object.properties.iter();
        let missing = missing.filter(|(name, _)| silent && other.get(name).is_none());
        let mut pruned: Vec<&str> = Vec::new();
        for (name, site) in missing {
            if self.not_published(site, None, &place.at(name)) {
                pruned.push(name);
            }
        }
        let before = object.required.clone().unwrap_or_default();
        let required = other.required.clone().map(|mut names| {
            // What is not published cannot be said to be optional.
            names.extend(before.iter().filter(|name| other.get(name).is_none()));
            names.retain(|name| !pruned.contains(name));
            names
        });
        let required = required.filter(|names| {
            names.iter().any(|name| !before.contains(name))
                || before.iter().any(|name| !names.contains(name))
        });
        if changed.is_empty() && added.is_empty() && required.is_none() && pruned.is_empty() {
            return None;
        }
        if required.is_none()
            && pruned.is_empty()
            && let Some(done) = self.in_own_part(inner, &changed, &added)
        {
            return match done {
                Changed::Here(whole) => Some(whole),
                Changed::Elsewhere => None,
            };
        }
        let shared = ours.1.get("$ref").is_some() || inner.1.get("allOf").is_some();
        let narrower = required
            .as_ref()
            .is_some_and(|names| before.iter().any(|name| !names.contains(name)));
        if shared && changed.is_empty() && pruned.is_empty() && !narrower {
            return Some(self.extended(ours, added, required, &before));
        }
        let mut properties = Map::new();
        let kept = object.properties.iter();
        for (name, site) in kept.filter(|(name, _)| !pruned.contains(name)) {
            let value = changed.shift_remove(*name);
            let value = value.unwrap_or_else(|| self.moved(&site.0, site.1));
            properties.insert((*name).to_owned(), value);
        }
        properties.extend(added);
        let mut out = Map::new();
        for (key, value) in inner.1.as_object()? {
            if !["allOf", "properties", "required"].contains(&key.as_str()) {
                out.insert(key.clone(), self.moved(&inner.0, value));
            }
        }
        out.entry("type").or_insert_with(|| "object".into());
        let mut names = required.unwrap_or(before);
        names.retain(|name| !pruned.contains(name));
        if !names.is_empty() {
            out.insert("required".to_owned(), json!(names));
        }
        out.insert("properties".to_owned(), Value::Object(properties));
        if let Some(before) = inner.1.as_object() {
            super::reorder(&mut out, before);
        }
        Some(Value::Object(out))
    }

    /// What is shared, and beside it what only this model has.
    fn extended(
        &self,
        ours: &Site<'a>,
        added: Map<String, Value>,
        required: Option<Vec<&str>>,
        before: &[&str],
    ) -> Value {
        let mut part = json!({"type": "object"});
        let names: Vec<&str> = required.unwrap_or_default();
        let names: Vec<&str> = names
            .into_iter()
            .filter(|name| !before.contains(name))
            .collect();
        if !names.is_empty() {
            part["required"] = json!(names);
        }
        part["properties"] = Value::Object(added);
        let mine = self.moved(&ours.0, ours.1);
        if let Some(parts) = mine.get("allOf").and_then(Value::as_array) {
            let mut parts = parts.clone();
            parts.push(part);
            let mut out = mine.clone();
            out["allOf"] = parts.into();
            return out;
        }
        let mut base = Map::new();
        if let Some(reference) = mine.get("$ref") {
            base.insert("$ref".to_owned(), reference.clone());
        }
        json!({"allOf": [base, part]})
    }

    /// The properties of a schema that is an object, or of the parts of one.
    pub(super) fn object(&self, site: &Site<'a>, ours: bool, depth: usize) -> Option<Object<'a>> {
        let (file, node) = site;
        if depth > 8 {
            return None;
        }
        let behind = |node: &'a Value| {
            if ours {
                self.ours.behind(file, node)
            } else {
                self.theirs.behind(file, node)
            }
        };
        let mut out = Object {
            properties: Vec::new(),
            required: None,
        };
        let mut found = false;
        for part in node
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(part) = self.object(&behind(part), ours, depth + 1) {
                found = true;
                out.properties.extend(part.properties);
                if let Some(names) = part.required {
                    out.required.get_or_insert_default().extend(names);
                }
            }
        }
        if let Some(properties) = node.get("properties").and_then(Value::as_object) {
            found = true;
            let own = properties
                .iter()
                .map(|(name, value)| (name.as_str(), (file.clone(), value)));
            out.properties.extend(own);
        }
        if let Some(names) = node.get("required").and_then(Value::as_array) {
            let names = names.iter().filter_map(Value::as_str);
            out.required.get_or_insert_default().extend(names);
        }
        found.then_some(out)
    }

    /// `node` of `file` as it reads in the document.
    pub(super) fn moved(&self, file: &str, node: &Value) -> Value {
        let mut node = node.clone();
        if file != self.file {
            rebase(file, self.file, &mut node);
        }
        node
    }
}

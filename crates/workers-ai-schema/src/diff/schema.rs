//! Changes of schemas, with references followed and alternatives matched.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Comparison, Way,
    view::{Object, Site, choices, label, listed, object, short, types, view},
};
use crate::print::Printer;

impl<'a> Comparison<'a> {
    pub(super) fn schema(&mut self, old: &Site<'a>, new: &Site<'a>, at: &str, way: Way) {
        if self.old.print(&old.0, old.1) == self.new.print(&new.0, new.1) {
            return;
        }
        self.default(old, new, at);
        let (one, other) = (
            self.old.behind(&old.0, old.1),
            self.new.behind(&new.0, new.1),
        );
        // What was compared in one place is not said again in another.
        if !self
            .seen
            .insert((std::ptr::from_ref(one.1), std::ptr::from_ref(other.1)))
        {
            return;
        }
        let (before, after) = (view(&self.old, &one), view(&self.new, &other));
        match (before.nullable, after.nullable) {
            (false, true) => self.change(
                "became-nullable",
                at,
                "may be null now",
                way == Way::Answered,
            ),
            (true, false) => self.change(
                "became-non-null",
                at,
                "can no longer be null",
                way == Way::Sent,
            ),
            _ => {}
        }
        match (before.arms.as_slice(), after.arms.as_slice()) {
            ([one], [other]) => self.single(one, other, at, way),
            _ => self.arms(before.arms, after.arms, at, way),
        }
    }

    fn default(&mut self, old: &Site<'a>, new: &Site<'a>, at: &str) {
        let value = |printer: &Printer<'a>, site: &Site<'a>| {
            let own = site.1.get("default");
            own.or_else(|| printer.behind(&site.0, site.1).1.get("default"))
                .cloned()
        };
        let (before, after) = (value(&self.old, old), value(&self.new, new));
        if before != after {
            let shown =
                |value: Option<Value>| value.map_or("none".to_owned(), |value| short(&value));
            let what = format!("default {} → {}", shown(before), shown(after));
            self.change("default", at, what, false);
        }
    }

    fn single(&mut self, old: &Site<'a>, new: &Site<'a>, at: &str, way: Way) {
        let (one, other) = (
            self.old.behind(&old.0, old.1),
            self.new.behind(&new.0, new.1),
        );
        let objects = (object(&self.old, &one, 0), object(&self.new, &other, 0));
        if let (Some(before), Some(after)) = objects {
            self.objects(&before, &after, at, way);
            self.below(&one, &other, at, way);
            return;
        }
        if self.types(one.1, other.1, at, way) {
            self.choices(one.1, other.1, at, way);
            self.limits(one.1, other.1, at, way);
            self.below(&one, &other, at, way);
        }
    }

    fn objects(&mut self, before: &Object<'a>, after: &Object<'a>, at: &str, way: Way) {
        for (name, site) in &before.properties {
            let path = format!("{at}.{name}");
            let Some((_, other)) = after.properties.iter().find(|(known, _)| known == name) else {
                self.change("field-removed", &path, "removed", true);
                continue;
            };
            self.necessity(
                before.required.contains(name),
                after.required.contains(name),
                &path,
                way,
            );
            self.schema(site, other, &path, way);
        }
        for (name, _) in &after.properties {
            if !before.properties.iter().any(|(known, _)| known == name) {
                self.added(&format!("{at}.{name}"), after.required.contains(name), way);
            }
        }
    }

    fn below(&mut self, old: &Site<'a>, new: &Site<'a>, at: &str, way: Way) {
        for (key, mark) in [("items", "[]"), ("additionalProperties", "{}")] {
            let (before, after) = (old.1.get(key), new.1.get(key));
            let path = format!("{at}{mark}");
            match (before, after) {
                (Some(one @ Value::Object(_)), Some(other @ Value::Object(_))) => {
                    self.schema(&(old.0.clone(), one), &(new.0.clone(), other), &path, way);
                }
                (Some(Value::Object(_)), _) => {
                    self.change(
                        "type-widened",
                        &path,
                        "may be anything now",
                        way == Way::Answered,
                    );
                }
                (_, Some(Value::Object(_))) => {
                    self.change("type-narrowed", &path, "has a type now", way == Way::Sent);
                }
                _ => {}
            }
        }
    }

    /// Whether the types still have values in common.
    fn types(&mut self, old: &Value, new: &Value, at: &str, way: Way) -> bool {
        let (before, after) = (types(old), types(new));
        if before == after {
            return true;
        }
        let within = |small: &BTreeSet<String>, large: &BTreeSet<String>| {
            large.is_empty()
                || (!small.is_empty()
                    && small.iter().all(|kind| {
                        large.contains(kind) || (kind == "integer" && large.contains("number"))
                    }))
        };
        let shown = |types: &BTreeSet<String>| match types.len() {
            0 => "any".to_owned(),
            _ => types.iter().cloned().collect::<Vec<_>>().join(" or "),
        };
        let what = format!("type {} → {}", shown(&before), shown(&after));
        if within(&before, &after) {
            self.change("type-widened", at, what, way == Way::Answered);
            true
        } else if within(&after, &before) {
            self.change("type-narrowed", at, what, way == Way::Sent);
            true
        } else {
            self.change("type-changed", at, what, true);
            false
        }
    }

    fn choices(&mut self, old: &Value, new: &Value, at: &str, way: Way) {
        let (before, after) = (choices(old), choices(new));
        match (before, after) {
            (Some(before), Some(after)) => {
                let more: Vec<&str> = after.difference(&before).map(String::as_str).collect();
                let less: Vec<&str> = before.difference(&after).map(String::as_str).collect();
                if !more.is_empty() {
                    let what = format!("can be {} too", listed(&more));
                    self.change("enum-grew", at, what, way == Way::Answered);
                }
                if !less.is_empty() {
                    let what = format!("can no longer be {}", listed(&less));
                    self.change("enum-shrank", at, what, way == Way::Sent);
                }
            }
            (None, Some(after)) => {
                let after: Vec<&str> = after.iter().map(String::as_str).collect();
                let what = format!("can only be {} now", listed(&after));
                self.change("enum-shrank", at, what, way == Way::Sent);
            }
            (Some(_), None) => {
                self.change(
                    "enum-grew",
                    at,
                    "can be any value now",
                    way == Way::Answered,
                );
            }
            (None, None) => {}
        }
    }

    fn limits(&mut self, old: &Value, new: &Value, at: &str, way: Way) {
        const LOW: [&str; 5] = [
            "minimum",
            "exclusiveMinimum",
            "minLength",
            "minItems",
            "minProperties",
        ];
        const HIGH: [&str; 5] = [
            "maximum",
            "exclusiveMaximum",
            "maxLength",
            "maxItems",
            "maxProperties",
        ];
        for (key, low) in LOW
            .iter()
            .map(|key| (*key, true))
            .chain(HIGH.iter().map(|key| (*key, false)))
        {
            let (before, after) = (old.get(key), new.get(key));
            let number = |value: Option<&Value>| value.and_then(Value::as_f64);
            let (was, is) = (number(before), number(after));
            if was == is {
                continue;
            }
            let tighter = match (was, is) {
                (None, _) => true,
                (_, None) => false,
                (Some(was), Some(is)) => (is > was) == low,
            };
            self.limit(key, before, after, tighter, at, way);
        }
        for key in ["pattern", "multipleOf", "uniqueItems"] {
            let (before, after) = (old.get(key), new.get(key));
            if before != after {
                self.limit(key, before, after, after.is_some(), at, way);
            }
        }
    }

    fn limit(
        &mut self,
        key: &str,
        before: Option<&Value>,
        after: Option<&Value>,
        tighter: bool,
        at: &str,
        way: Way,
    ) {
        let shown = |value: Option<&Value>| value.map_or("none".to_owned(), short);
        let (kind, word, breaking) = if tighter {
            ("limit-tightened", "tightened", way == Way::Sent)
        } else {
            ("limit-loosened", "loosened", way == Way::Answered)
        };
        let what = format!("{key} {} → {}, {word}", shown(before), shown(after));
        self.change(kind, at, what, breaking);
    }

    fn arms(&mut self, before: Vec<Site<'a>>, after: Vec<Site<'a>>, at: &str, way: Way) {
        let mut left = after;
        for one in before {
            let best = left
                .iter()
                .enumerate()
                .map(|(index, other)| (self.likeness(&one, other), index))
                .filter(|(likeness, _)| *likeness > 0)
                .max_by_key(|(likeness, index)| (*likeness, usize::MAX - *index));
            let label = label(&one);
            if let Some((_, index)) = best {
                let other = left.remove(index);
                self.schema(&one, &other, &format!("{at}({label})"), way);
            } else {
                let what = format!("alternative {label} removed");
                self.change("alternative-removed", at, what, way == Way::Sent);
            }
        }
        for other in left {
            let what = format!("alternative {} added", label(&other));
            self.change("alternative-added", at, what, way == Way::Answered);
        }
    }

    fn likeness(&mut self, one: &Site<'a>, other: &Site<'a>) -> usize {
        if self.old.print(&one.0, one.1).bare == self.new.print(&other.0, other.1).bare {
            return usize::MAX;
        }
        let (mine, given) = (
            self.old.behind(&one.0, one.1),
            self.new.behind(&other.0, other.1),
        );
        let title = |site: &Site<'a>, inner: &Site<'a>| {
            site.1
                .get("title")
                .or_else(|| inner.1.get("title"))
                .cloned()
        };
        let named = title(one, &mine);
        let titles = usize::from(named.is_some() && named == title(other, &given)) * 1000;
        match (object(&self.old, &mine, 0), object(&self.new, &given, 0)) {
            (Some(mine), Some(given)) => {
                let tags = |object: &Object<'a>| -> Vec<(&'a str, BTreeSet<String>)> {
                    let all = object.properties.iter();
                    all.filter_map(|(name, (_, value))| Some((*name, choices(value)?)))
                        .collect()
                };
                let others = tags(&given);
                let apart = tags(&mine).iter().any(|(name, values)| {
                    let other = others.iter().find(|(known, _)| known == name);
                    other.is_some_and(|(_, other)| values.len() == 1 && values.is_disjoint(other))
                });
                if apart {
                    return titles;
                }
                let shared = given.properties.iter();
                let shared = shared
                    .filter(|(name, _)| mine.properties.iter().any(|(known, _)| known == name));
                titles + shared.count() + mine.required.intersection(&given.required).count() * 20
            }
            (None, None) => titles + usize::from(types(mine.1) == types(given.1)),
            _ => titles,
        }
    }
}

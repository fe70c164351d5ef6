//! Alternatives of ours and those that are published: which is which, and which are new.

use std::ptr;

use serde_json::{Map, Value};

use super::{
    Merger,
    judge::{arms, says_less},
    schema::{Object, Site},
};
use crate::Place;

impl<'a> Merger<'a> {
    /// Alternatives: each of ours with the one it is most like.
    pub(super) fn union(
        &mut self,
        inner: &Site<'a>,
        mine: &[Site<'a>],
        published: &[Site<'a>],
        place: &Place,
    ) -> Option<Value> {
        if let [only] = published
            && self.spread(mine, only)
        {
            return None;
        }
        let key = if inner.1.get("anyOf").is_some() {
            "anyOf"
        } else {
            "oneOf"
        };
        let mut left: Vec<&Site<'a>> = published.iter().collect();
        // What is the same goes together before anything that is only alike is looked at.
        let mut alike: Vec<(usize, &Site<'a>)> = mine.iter().enumerate().collect();
        alike.retain(|(_, one)| {
            let same = left.iter().position(|given| self.is_same(one, given));
            same.map(|at| left.remove(at)).is_none()
        });
        left.retain(|given| !mine.iter().any(|one| self.is_same(one, given)));
        // So does what alternatives inside ours only tell apart.
        for inside in self.nested_arms(inner) {
            let spread = left.iter().position(|given| {
                self.needs_no_more(&inside, given) && self.spread(&inside, given)
            });
            if let Some(at) = spread {
                left.remove(at);
                let told = |one: &Site<'a>| inside.iter().any(|(_, node)| ptr::eq(*node, one.1));
                alike.retain(|(_, one)| !told(one));
            }
        }
        let mut arms = Vec::new();
        let mut same = true;
        for (index, one) in mine.iter().enumerate() {
            if !alike.iter().any(|(other, _)| *other == index) {
                arms.push(self.moved(&one.0, one.1));
                continue;
            }
            let best = left
                .iter()
                .enumerate()
                .map(|(at, given)| (self.likeness(one, given), at))
                .filter(|(likeness, _)| *likeness > 0)
                .max_by_key(|(likeness, at)| (*likeness, usize::MAX - *at));
            let place = place.at(key).at(&index.to_string());
            let Some((_, at)) = best else {
                if one.1.get("x-binding-only").is_none() && self.not_published(one, None, &place) {
                    same = false;
                } else {
                    arms.push(self.moved(&one.0, one.1));
                }
                continue;
            };
            let given = left.remove(at).clone();
            let merged = self.at(one, &given, &place);
            same &= merged.is_none();
            arms.push(merged.unwrap_or_else(|| self.moved(&one.0, one.1)));
        }
        // One that a wider alternative of ours takes too is no new one.
        left.retain(|given| !mine.iter().any(|one| self.takes(one, given)));
        let more = left.into_iter().map(|given| self.moved(&given.0, given.1));
        let more: Vec<Value> = more.collect();
        arms.extend(more);
        if arms.is_empty() || (same && arms.len() == mine.len()) {
            return None;
        }
        let mut out = Map::new();
        for (name, value) in inner.1.as_object()? {
            if !["oneOf", "anyOf"].contains(&name.as_str()) {
                out.insert(name.clone(), self.moved(&inner.0, value));
            }
        }
        out.insert(key.to_owned(), arms.into());
        if let Some(before) = inner.1.as_object() {
            super::reorder(&mut out, before);
        }
        Some(Value::Object(out))
    }

    /// Whether our alternatives only tell apart what one published object has in one place.
    fn spread(&mut self, mine: &[Site<'a>], published: &Site<'a>) -> bool {
        let given = self.theirs.behind(&published.0, published.1);
        let Some(given) = self.object(&given, false, 0) else {
            return false;
        };
        let inner: Vec<Site<'a>> = mine
            .iter()
            .map(|one| self.ours.behind(&one.0, one.1))
            .collect();
        let objects: Vec<Object<'a>> = inner
            .iter()
            .filter_map(|one| self.object(one, true, 0))
            .collect();
        given.properties.iter().all(|(name, site)| {
            let known: Vec<&Site<'a>> = objects
                .iter()
                .filter_map(|object| object.get(name))
                .collect();
            let values = site.1.get("enum").and_then(Value::as_array);
            !known.is_empty()
                && values.into_iter().flatten().all(|value| {
                    known.iter().any(|(_, one)| {
                        let listed = one.get("enum").and_then(Value::as_array);
                        one.get("const") == Some(value)
                            || listed.is_some_and(|list| list.contains(value))
                            || one.get("$ref").is_some()
                            || (listed.is_none() && one.get("const").is_none())
                    })
                })
        })
    }

    /// Whether all that a published object requires is required by each of our alternatives: then it is not one of them.
    fn needs_no_more(&mut self, mine: &[Site<'a>], published: &Site<'a>) -> bool {
        let given = self.theirs.behind(&published.0, published.1);
        let given = self.object(&given, false, 0);
        let needs = given.and_then(|given| given.required).unwrap_or_default();
        mine.iter().all(|one| {
            let inner = self.ours.behind(&one.0, one.1);
            let required = self.object(&inner, true, 0).and_then(|mine| mine.required);
            let required = required.unwrap_or_default();
            needs.iter().all(|name| required.contains(name))
        })
    }

    /// Whether an alternative of ours has every property of one that is published.
    fn takes(&mut self, ours: &Site<'a>, theirs: &Site<'a>) -> bool {
        let inner = self.ours.behind(&ours.0, ours.1);
        let given = self.theirs.behind(&theirs.0, theirs.1);
        match (self.object(&inner, true, 0), self.object(&given, false, 0)) {
            (Some(mine), Some(given)) => given
                .properties
                .iter()
                .all(|(name, _)| mine.get(name).is_some()),
            (None, None) => {
                inner.1.get("type") == given.1.get("type")
                    && inner.1.get("items").is_some() == given.1.get("items").is_some()
            }
            _ => false,
        }
    }

    fn is_same(&mut self, ours: &Site<'a>, theirs: &Site<'a>) -> bool {
        let print = self.ours.print(&ours.0, ours.1);
        print.covers(self.theirs.print(&theirs.0, theirs.1))
    }

    /// How alike two alternatives are; nothing if they have nothing in common.
    fn likeness(&mut self, ours: &Site<'a>, theirs: &Site<'a>) -> usize {
        let inner = self.ours.behind(&ours.0, ours.1);
        let given = self.theirs.behind(&theirs.0, theirs.1);
        let title = ours.1.get("title").or_else(|| inner.1.get("title"));
        let titles = usize::from(title.is_some() && title == given.1.get("title")) * 1000;
        match (self.object(&inner, true, 0), self.object(&given, false, 0)) {
            (Some(mine), Some(given)) => {
                let shared = given
                    .properties
                    .iter()
                    .filter(|(name, _)| mine.get(name).is_some());
                let needed = mine.required.clone().unwrap_or_default();
                let needs = given.required.clone().unwrap_or_default();
                // What most alternatives have says little; what must be there says more.
                titles
                    + shared.count()
                    + needs.iter().filter(|name| needed.contains(name)).count() * 20
            }
            (None, None) => {
                let same = inner.1.get("type") == given.1.get("type");
                titles + usize::from(same || says_less(inner.1, given.1))
            }
            _ => 0,
        }
    }

    /// The alternatives of each of our alternatives that is itself a choice between several.
    fn nested_arms(&mut self, site: &Site<'a>) -> Vec<Vec<Site<'a>>> {
        let lists = ["oneOf", "anyOf"].map(|key| site.1.get(key).and_then(Value::as_array));
        let direct = lists.into_iter().flatten().flatten();
        let arms = direct.map(|arm| self.our_arms(&(site.0.clone(), arm)));
        arms.filter(|arms| arms.len() > 1).collect()
    }

    pub(super) fn our_arms(&mut self, site: &Site<'a>) -> Vec<Site<'a>> {
        let mut out = Vec::new();
        let ours = &self.ours;
        arms(site, &|file, node| ours.behind(file, node), 0, &mut out);
        out
    }

    pub(super) fn their_arms(&mut self, site: &Site<'a>) -> Vec<Site<'a>> {
        let mut out = Vec::new();
        let theirs = &self.theirs;
        arms(site, &|file, node| theirs.behind(file, node), 0, &mut out);
        out
    }
}

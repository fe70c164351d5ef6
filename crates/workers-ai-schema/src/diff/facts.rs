//! Changes of a model itself: its life, its price, its window, what it can do.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Comparison, text};

impl Comparison<'_> {
    pub(super) fn facts(&mut self, old: &Value, new: &Value) {
        let gone =
            |document: &Value| text(document, "/x-model/status").as_deref() == Some("deprecated");
        let day = text(new, "/x-model/retired");
        match (gone(old), gone(new)) {
            (false, true) => {
                let on = day.map(|day| format!(" on {day}")).unwrap_or_default();
                let successor = text(new, "/x-model/successor");
                let then = successor
                    .map(|id| format!(", use `{id}` instead"))
                    .unwrap_or_default();
                self.change("model-retired", "", format!("retired{on}{then}"), true);
            }
            (true, false) => self.change("model-revived", "", "no longer retired", false),
            (true, true) => {
                let before = text(old, "/x-model/retired");
                if before != day {
                    let what = format!("day of retirement {} → {}", or_none(before), or_none(day));
                    self.change("retirement-moved", "", what, false);
                }
            }
            (false, false) => {}
        }
        for (key, name) in [
            ("context_window", "context window"),
            ("max_input_tokens", "input limit"),
        ] {
            let number = |document: &Value| {
                document
                    .pointer(&format!("/x-model/{key}"))
                    .and_then(Value::as_u64)
            };
            let (before, after) = (number(old), number(new));
            if before != after {
                let shown = |number: Option<u64>| or_none(number.map(|number| number.to_string()));
                let less = before
                    .zip(after)
                    .is_some_and(|(before, after)| after < before);
                let what = format!("{name} {} → {}", shown(before), shown(after));
                self.change("context-window", "", what, less);
            }
        }
        let dimensions = |document: &Value| {
            document
                .pointer("/x-model/dimensions")
                .map(Value::to_string)
        };
        let (before, after) = (dimensions(old), dimensions(new));
        if before != after {
            let breaking = before.is_some() && after.is_some();
            let what = format!("dimensions {} → {}", or_none(before), or_none(after));
            self.change("dimensions", "", what, breaking);
        }
        let (before, after) = (prices(old), prices(new));
        if before != after {
            let what = format!("price {} → {}", or_none(before), or_none(after));
            self.change("price", "", what, false);
        }
        let (before, after) = (abilities(old), abilities(new));
        for one in after.difference(&before) {
            self.change("ability-added", "", format!("marked `{one}`"), false);
        }
        for one in before.difference(&after) {
            self.change(
                "ability-removed",
                "",
                format!("no longer marked `{one}`"),
                false,
            );
        }
        let (before, after) = (text(old, "/x-model/task"), text(new, "/x-model/task"));
        if before != after {
            let what = format!("task {} → {}", or_none(before), or_none(after));
            self.change("task", "", what, false);
        }
    }
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| "none".to_owned())
}

fn prices(document: &Value) -> Option<String> {
    let list = document.pointer("/x-model/price")?.as_array()?;
    let one = |price: &Value| {
        let unit = price
            .get("unit")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let usd = price.get("usd").map(Value::to_string).unwrap_or_default();
        format!("${usd} {unit}")
    };
    Some(list.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn abilities(document: &Value) -> BTreeSet<String> {
    let list = document
        .pointer("/x-model/abilities")
        .and_then(Value::as_array);
    let words = list.into_iter().flatten().filter_map(Value::as_str);
    words.map(str::to_owned).collect()
}

//! Limits: the narrowest of all that count for a value, and a word about those that nothing can check.

use serde_json::Value;

use super::Reader;
use super::node::Node;
use crate::check;
use crate::ir::{Limits, Type};

impl<'a> Reader<'a> {
    /// The limits of a value of type `ty`, and what its documentation says of those that cannot be checked.
    pub(super) fn limits(&mut self, node: &Node<'a>, ty: &Type) -> (Limits, Vec<String>) {
        let mut limits = Limits::default();
        let mut notes = Vec::new();
        if matches!(ty, Type::Media(_)) {
            return (limits, notes);
        }
        let whole = matches!(ty, Type::Integer { .. });
        for layer in self.layers(node) {
            let least = [
                number(&layer, "minimum"),
                self.exclusive(&layer, ["exclusiveMinimum", "minimum"], whole, &mut notes),
            ];
            for value in least.into_iter().flatten() {
                let value = if whole { inward(value, true) } else { value };
                narrow(&mut limits.minimum, value, |new, known| new > known);
            }
            let most = [
                number(&layer, "maximum"),
                self.exclusive(&layer, ["exclusiveMaximum", "maximum"], whole, &mut notes),
            ];
            for value in most.into_iter().flatten() {
                let value = if whole { inward(value, false) } else { value };
                narrow(&mut limits.maximum, value, |new, known| new < known);
            }
            limits.min_length = limits.min_length.max(count(&layer, "minLength"));
            limits.max_length = least_of(limits.max_length, count(&layer, "maxLength"));
            limits.min_items = limits.min_items.max(count(&layer, "minItems"));
            limits.max_items = least_of(limits.max_items, count(&layer, "maxItems"));
            let (fewest, most) = (
                count(&layer, "minProperties"),
                count(&layer, "maxProperties"),
            );
            if matches!(ty, Type::Map(_)) {
                limits.min_items = limits.min_items.max(fewest);
                limits.max_items = least_of(limits.max_items, most);
            } else {
                self.unchecked(
                    &layer,
                    "minProperties",
                    fewest.map(|n| format!("Properties: at least {n}.")),
                    &mut notes,
                );
                self.unchecked(
                    &layer,
                    "maxProperties",
                    most.map(|n| format!("Properties: at most {n}.")),
                    &mut notes,
                );
            }
            let step = number(&layer, "multipleOf").map(|step| format!("A multiple of {step}."));
            self.unchecked(&layer, "multipleOf", step, &mut notes);
            let once = layer
                .flag("uniqueItems")
                .then(|| "No item stands twice.".to_owned());
            self.unchecked(&layer, "uniqueItems", once, &mut notes);
        }
        notes.dedup();
        (limits, notes)
    }

    /// The limits of each item of a list, each row of a matrix or each value of a map.
    pub(super) fn item_limits(&mut self, node: &Node<'a>, ty: &Type) -> Limits {
        let Some((items, inner)) = self.items(node, ty) else {
            return Limits::default();
        };
        let (limits, _) = self.limits(&items, &inner);
        if let Some((deeper, ty)) = self.items(&items, &inner)
            && !self.limits(&deeper, &ty).0.is_empty()
        {
            self.loosen(
                &deeper.place,
                "limits this deep are neither checked nor said",
            );
        }
        limits
    }

    fn items(&self, node: &Node<'a>, ty: &Type) -> Option<(Node<'a>, Type)> {
        let (keyword, inner) = match ty {
            Type::List(inner) => ("items", (**inner).clone()),
            Type::Map(inner) => ("additionalProperties", (**inner).clone()),
            Type::Matrix => ("items", Type::List(Box::new(Type::Number))),
            _ => return None,
        };
        let inner = match inner {
            Type::Nullable(inner) => *inner,
            inner => inner,
        };
        let layers = self.layers(node);
        let items = layers.iter().find_map(|layer| layer.get(keyword))?;
        Some((items, inner))
    }

    /// A bound that is not allowed itself: the next whole number, or the bound and a word about it.
    fn exclusive(
        &mut self,
        layer: &Node<'a>,
        [exclusive, plain]: [&str; 2],
        whole: bool,
        notes: &mut Vec<String>,
    ) -> Option<Value> {
        // A boolean is the older way to say that the plain bound is excluded.
        let bound = if layer.flag(exclusive) {
            number(layer, plain)
        } else {
            number(layer, exclusive)
        }?;
        let lower = exclusive == "exclusiveMinimum";
        if whole {
            return next_whole(&bound, lower);
        }
        let word = if lower { "More" } else { "Less" };
        self.unchecked(
            layer,
            exclusive,
            Some(format!("{word} than {bound}.")),
            notes,
        );
        Some(bound)
    }

    /// Says a limit in words, and that it is not checked.
    fn unchecked(
        &mut self,
        layer: &Node<'a>,
        keyword: &str,
        note: Option<String>,
        notes: &mut Vec<String>,
    ) {
        if let Some(note) = note {
            self.loosen(
                &layer.place.at(keyword),
                format!("`{keyword}` is said but not checked"),
            );
            notes.push(note);
        }
    }
}

fn narrow(known: &mut Option<Value>, value: Value, narrower: impl Fn(f64, f64) -> bool) {
    let replaces = match (known.as_ref().and_then(Value::as_f64), value.as_f64()) {
        (Some(known), Some(new)) => narrower(new, known),
        _ => true,
    };
    if replaces {
        *known = Some(value);
    }
}

fn least_of(known: Option<u64>, new: Option<u64>) -> Option<u64> {
    known.into_iter().chain(new).min()
}

/// A number; one that is written as text counts too.
pub(super) fn number(node: &Node<'_>, key: &str) -> Option<Value> {
    let value = node.value.get(key)?;
    Some(value.clone())
        .filter(Value::is_number)
        .or_else(|| check::number_written(value))
}

fn count(node: &Node<'_>, key: &str) -> Option<u64> {
    let value = number(node, key)?;
    value.as_u64().or_else(|| {
        let whole = whole(&value)?;
        u64::try_from(whole).ok()
    })
}

/// The whole number behind `3.0`.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a whole number far inside the range"
)]
pub(crate) fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
    })
}

/// A bound of whole numbers, as a whole number.
fn inward(bound: Value, lower: bool) -> Value {
    let number = bound.as_f64().filter(|_| whole(&bound).is_none());
    let moved = number.map(|number| if lower { number.ceil() } else { number.floor() });
    let moved = moved.map_or_else(|| whole(&bound), |moved| whole(&Value::from(moved)));
    moved.map_or(bound, Value::from)
}

/// The first whole number on the allowed side of an excluded bound.
fn next_whole(bound: &Value, lower: bool) -> Option<Value> {
    let Some(whole) = whole(bound) else {
        return Some(inward(bound.clone(), lower));
    };
    let next = if lower {
        whole.checked_add(1)
    } else {
        whole.checked_sub(1)
    };
    next.map(Value::from)
}

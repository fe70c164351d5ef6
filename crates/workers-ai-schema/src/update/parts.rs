//! Objects that are laid together from what is shared and what is a document's own: its own part is what changes.

use serde_json::{Map, Value};

use super::{Merger, schema::Site};

/// A part of an `allOf` that the document may change.
struct Own<'a> {
    /// Which part of the list.
    index: usize,
    /// The definition it refers to, if it does not stand in the list itself.
    definition: Option<String>,
    schema: &'a Value,
}

/// Where an object changed.
pub(super) enum Changed {
    /// Where it stands; this is what becomes of it.
    Here(Value),
    /// In a definition that it refers to.
    Elsewhere,
}

impl<'a> Merger<'a> {
    /// Changes the document's own part of `inner` if all that is `changed` stands there, and puts there what is `added`.
    pub(super) fn in_own_part(
        &mut self,
        inner: &Site<'a>,
        changed: &Map<String, Value>,
        added: &Map<String, Value>,
    ) -> Option<Changed> {
        let own = self.own_part(inner)?;
        let mut part = own.schema.clone();
        let properties = part.get_mut("properties")?.as_object_mut()?;
        if changed.keys().any(|name| !properties.contains_key(name)) {
            return None;
        }
        for (name, value) in changed.iter().chain(added) {
            properties.insert(name.clone(), value.clone());
        }
        let Some(pointer) = own.definition else {
            let mut whole = inner.1.clone();
            *whole.get_mut("allOf")?.get_mut(own.index)? = part;
            return Some(Changed::Here(whole));
        };
        // Whatever refers to it changes with it, and has to agree.
        let known = self.definitions.get(&pointer).cloned().flatten();
        if known.is_some_and(|known| known != part) {
            return None;
        }
        self.definitions.insert(pointer, Some(part));
        Some(Changed::Elsewhere)
    }

    /// The last part that has properties and stands in the document, beside one that is shared.
    fn own_part(&self, (file, node): &Site<'a>) -> Option<Own<'a>> {
        let parts = node.get("allOf").filter(|_| *file == self.file)?;
        let parts: &'a Vec<Value> = parts.as_array()?;
        let reference = |part: &'a Value| part.get("$ref").and_then(Value::as_str);
        let is_local = |part: &'a Value| reference(part).is_none_or(|to| to.starts_with('#'));
        if parts.iter().all(is_local) {
            return None;
        }
        let mut own = parts.iter().enumerate().filter(|(_, part)| is_local(part));
        let (index, part) = own.next_back()?;
        let pointer = reference(part).and_then(|to| to.strip_prefix('#'));
        let schema = match reference(part) {
            Some(to) => self.ours.follow(file, to)?,
            None => part,
        };
        schema.get("properties")?;
        Some(Own {
            index,
            definition: pointer.map(str::to_owned),
            schema,
        })
    }
}

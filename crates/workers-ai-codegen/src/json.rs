//! Reads one JSON file strictly: a repeated key, a byte order mark or anything behind the document is a fault.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::fault::{Fault, Place};

/// Parses `text`, the content of `file`.
///
/// # Errors
///
/// One fault with the pointer at which reading stopped.
pub(crate) fn parse(file: &str, text: &str) -> Result<Value, Fault> {
    let path = RefCell::new(Place::file(file));
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Strict(&path)
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| Fault {
            message: format!("not valid JSON: {error}"),
            place: path.take(),
        })
}

/// Remembers where in the document it is, so that an error can say so.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a RefCell<Place>);

impl Strict<'_> {
    fn enter(self, key: &str) -> usize {
        let mut place = self.0.borrow_mut();
        let length = place.pointer.len();
        // Deep nesting is refused by the parser; the pointer shows where it begins.
        if length < 400 {
            *place = place.at(key);
        }
        length
    }

    fn leave(self, length: usize) {
        self.0.borrow_mut().pointer.truncate(length);
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let length = self.enter(&list.len().to_string());
            let Some(item) = access.next_element_seed(self)? else {
                self.leave(length);
                return Ok(Value::Array(list));
            };
            self.leave(length);
            list.push(item);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let length = self.enter(&key);
            if map.contains_key(&key) {
                return Err(A::Error::custom(
                    "key stands twice in this object; keep one",
                ));
            }
            let value = access.next_value_seed(self)?;
            self.leave(length);
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

//! The members of a JSON object that are asked for, each as it stands: one reader for every shape that is only looked at.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Error, value::RawValue};

/// The text of the value under each of the names, where there is one. The rest is passed over.
///
/// # Errors
///
/// If it is not a JSON object, or a name comes twice.
pub(crate) fn members<'a, const N: usize>(
    json: &'a [u8],
    names: [&'static str; N],
) -> Result<[Option<&'a str>; N], Error> {
    let mut found = [None; N];
    read(json, &names, &mut found)?;
    Ok(found)
}

/// Is the same however many names there are, and is compiled once.
fn read<'a>(
    json: &'a [u8],
    names: &[&'static str],
    found: &mut [Option<&'a str>],
) -> Result<(), Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    deserializer.deserialize_map(Members { names, found })?;
    deserializer.end()
}

struct Members<'m, 'de> {
    names: &'m [&'static str],
    found: &'m mut [Option<&'de str>],
}

impl<'de> Visitor<'de> for Members<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(place) = map.next_key_seed(Place(self.names))? {
            let slot = place.and_then(|(index, name)| Some((self.found.get_mut(index)?, name)));
            match slot {
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some((Some(_), name)) => {
                    return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
                }
                Some((slot, _)) => *slot = Some(map.next_value::<&RawValue>()?.get()),
            }
        }
        Ok(())
    }
}

/// A name that is asked for, and its place among those; none if it is another.
struct Place<'m>(&'m [&'static str]);

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Option<(usize, &'static str)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Place<'_> {
    type Value = Option<(usize, &'static str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let mut names = self.0.iter().copied().enumerate();
        Ok(names.find(|(_, known)| *known == name))
    }
}

#[cfg(test)]
mod tests {
    use super::members;

    #[test]
    fn members_stand_where_they_were_asked_for() {
        for (json, found) in [
            ("{}", [None, None]),
            (r#" {"b":[1, 2] , "c":{"a":3}} "#, [None, Some("[1, 2]")]),
            (
                r#"{"a":null,"b":"\u0061"}"#,
                [Some("null"), Some(r#""\u0061""#)],
            ),
            (r#"{"\u0061":1}"#, [Some("1"), None]),
            (r#"{"c":1,"c":2}"#, [None, None]),
        ] {
            assert_eq!(
                members(json.as_bytes(), ["a", "b"]).unwrap(),
                found,
                "{json}"
            );
        }
    }

    #[test]
    fn what_is_no_object_or_says_something_twice_is_refused() {
        for (json, what) in [
            ("", "EOF while parsing a value"),
            ("null", "expected an object"),
            ("[1]", "expected an object"),
            (r#"{"a":1} x"#, "trailing characters"),
            (r#"{"a":1"#, "EOF while parsing an object"),
            (r#"{"a":1,"a":null}"#, "duplicate field `a`"),
            ("{\"a\":\"\u{1}\"}", "control character"),
        ] {
            let error = members(json.as_bytes(), ["a", "b"]).unwrap_err();
            assert!(error.to_string().contains(what), "{json}: {error}");
        }
        assert!(members(b"{\"a\":\"\xFF\"}", ["a"]).is_err());
    }
}

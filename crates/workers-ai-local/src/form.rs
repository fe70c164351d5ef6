//! Multipart forms: their parts as JSON, text read as what its document says it is.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::memmem;
use serde_json::{Map, Value, json};

use crate::{documents::Schema, refusal::Refusal};

/// Parts of a form, at most.
const PARTS: usize = 1_000;

/// Heads of a part, in bytes.
const HEAD: usize = 8 * 1024;

/// A form as JSON.
pub(crate) struct Form {
    /// Files as `{"content_type": …, "base64": …}`.
    pub(crate) value: Value,
    /// Files as empty text, the way their documents describe them.
    pub(crate) plain: Value,
}

/// One part of a form.
pub(crate) struct Part<'a> {
    pub(crate) name: String,
    pub(crate) file: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: &'a [u8],
}

/// Reads a form whose fields `schema` describes, in one shape or in several.
///
/// # Errors
///
/// It is no form.
pub(crate) fn read(content_type: &str, body: &[u8], schema: Schema<'_>) -> Result<Form, Refusal> {
    let mut value = Map::new();
    let mut plain = Map::new();
    for part in parts(content_type, body)? {
        let field = schema.member(&part.name);
        let is_file = part.file.is_some() || field.is_some_and(is_binary);
        let (read, shown) = if is_file {
            let content_type = part.content_type.as_deref();
            let read = json!({
                "content_type": content_type.unwrap_or("application/octet-stream"),
                "base64": STANDARD.encode(part.body),
            });
            (read, Value::from(""))
        } else {
            let text = String::from_utf8_lossy(part.body);
            let read = field.map_or_else(|| Value::from(&*text), |field| typed(&text, field));
            (read.clone(), read)
        };
        value.insert(part.name.clone(), read);
        plain.insert(part.name, shown);
    }
    Ok(Form {
        value: Value::Object(value),
        plain: Value::Object(plain),
    })
}

fn is_binary(schema: Schema<'_>) -> bool {
    schema.get("contentMediaType").is_some()
        || schema
            .get("format")
            .is_some_and(|format| format == "binary")
}

/// Text as the number or the yes and no that its document wants.
pub(crate) fn typed(text: &str, schema: Schema<'_>) -> Value {
    let text = text.trim();
    let wants = |kind: &str| schema.get("type").is_some() && schema.allows(kind);
    let is_plain = !wants("string");
    let parsed = (is_plain && (wants("integer") || wants("number") || wants("boolean")))
        .then(|| serde_json::from_str::<Value>(text).ok())
        .flatten();
    parsed
        .filter(|value| value.is_number() || value.is_boolean())
        .unwrap_or_else(|| Value::from(text))
}

/// The parts of a form.
///
/// # Errors
///
/// It is no form, or has too many parts.
pub(crate) fn parts<'a>(content_type: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, Refusal> {
    let bad = |what: &str| Refusal::says(5006, format!("Bad input: not a form: {what}"));
    let boundary = boundary(content_type).ok_or_else(|| bad("its content type has no boundary"))?;
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let start = memmem::find(body, first.as_bytes()).ok_or_else(|| bad("no part begins"))?;
    let mut rest = body.get(start + first.len()..).unwrap_or_default();
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        if parts.len() == PARTS {
            return Err(bad("too many parts"));
        }
        let inside = after_line(rest).ok_or_else(|| bad("a boundary does not end its line"))?;
        let end = memmem::find(inside, next.as_bytes())
            .ok_or_else(|| bad("the last part does not end"))?;
        let (part, after) = inside.split_at(end);
        parts.push(read_part(part).ok_or_else(|| bad("a part has no name"))?);
        rest = after.get(next.len()..).unwrap_or_default();
    }
    Ok(parts)
}

/// What follows the end of the line that begins here.
fn after_line(rest: &[u8]) -> Option<&[u8]> {
    let end = memmem::find(rest, b"\r\n")?;
    let (padding, after) = rest.split_at(end);
    let is_padding = padding.iter().all(|byte| matches!(byte, b' ' | b'\t'));
    is_padding.then(|| after.get(2..).unwrap_or_default())
}

fn boundary(content_type: &str) -> Option<&str> {
    let found = parameter(content_type, "boundary")?;
    (1..=200).contains(&found.len()).then_some(found)
}

fn read_part(part: &[u8]) -> Option<Part<'_>> {
    let end = if part.starts_with(b"\r\n") {
        0
    } else {
        memmem::find(part, b"\r\n\r\n")? + 2
    };
    if end > HEAD {
        return None;
    }
    let (head, body) = part.split_at(end);
    let head = String::from_utf8_lossy(head);
    let header = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| value.trim().to_owned())
        })
    };
    let disposition = header("content-disposition")?;
    Some(Part {
        name: parameter(&disposition, "name")?.to_owned(),
        file: parameter(&disposition, "filename").map(str::to_owned),
        content_type: header("content-type"),
        body: body.get(2..).unwrap_or_default(),
    })
}

/// A parameter of a header, quoted or not.
fn parameter<'a>(header: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once(';') {
        let (name, value) = after.split_once('=')?;
        let value = value.trim_start();
        let (value, left) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => value.split_at(value.find(';').unwrap_or(value.len())),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.trim_end());
        }
        rest = left;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Documents;

    #[test]
    fn fields_of_every_alternative_are_read_as_what_they_are() {
        let body = "--b\r\ncontent-disposition: form-data; name=\"steps\"\r\n\r\n4\r\n\
                    --b\r\ncontent-disposition: form-data; name=\"mask\"\r\n\r\n\x01\r\n\
                    --b\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\n4\r\n--b--";
        let file = json!({"type": "string", "format": "binary"});
        let drawn = json!({"type": "object", "properties": {"steps": {"type": "integer"}}});
        let edited = json!({"type": "object", "properties": {"mask": file}});
        for schema in [
            json!({"oneOf": [drawn, edited]}),
            json!({"anyOf": [{"oneOf": [drawn]}, edited]}),
            json!({"allOf": [drawn, edited]}),
        ] {
            let schema = Schema::new(Documents::embedded(), &schema);
            let form = read("multipart/form-data; boundary=b", body.as_bytes(), schema);
            let form = form.unwrap_or_else(|refusal| panic!("{}", refusal.message));
            assert_eq!(form.plain, json!({"steps": 4, "mask": "", "note": "4"}));
            assert_eq!(form.value["mask"]["base64"], "AQ==");
        }
    }
}

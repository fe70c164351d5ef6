//! Files to Markdown: plain text as it is, HTML converted, anything else an error of its own.

mod html;
mod markup;

use serde_json::{Value, json};

use crate::{
    form::{self, Part},
    handle::Call,
    object::put,
    refusal::Refusal,
    reply::Reply,
};

/// The formats the service takes.
const FORMATS: [(&str, &str); 25] = [
    (".pdf", "application/pdf"),
    (".jpeg", "image/jpeg"),
    (".jpg", "image/jpeg"),
    (".png", "image/png"),
    (".webp", "image/webp"),
    (".svg", "image/svg+xml"),
    (".gif", "image/gif"),
    (".bmp", "image/bmp"),
    (".html", "text/html"),
    (".htm", "text/html"),
    (".xml", "application/xml"),
    (".csv", "text/csv"),
    (".txt", "text/plain"),
    (".md", "text/markdown"),
    (".json", "application/json"),
    (
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (".xlsm", "application/vnd.ms-excel.sheet.macroenabled.12"),
    (
        ".xlsb",
        "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    ),
    (".xls", "application/vnd.ms-excel"),
    (".et", "application/vnd.ms-excel"),
    (
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (".ods", "application/vnd.oasis.opendocument.spreadsheet"),
    (".odt", "application/vnd.oasis.opendocument.text"),
    (".numbers", "application/vnd.apple.numbers"),
    (".xhtml", "application/xhtml+xml"),
];

/// Lists the formats.
pub(crate) fn supported() -> Reply {
    let formats = FORMATS
        .iter()
        .map(|(extension, kind)| json!({"extension": extension, "mimeType": kind}));
    Reply::json(
        200,
        &json!({"success": true, "result": formats.collect::<Vec<_>>()}),
    )
}

/// Converts every file of a form.
///
/// # Errors
///
/// It is no form, or has no files.
pub(crate) fn convert(call: &Call) -> Result<Reply, Refusal> {
    if call.body.is_empty() {
        return Err(Refusal::of(3003));
    }
    let content_type = call.header("content-type").unwrap_or_default();
    let parts = form::parts(content_type, &call.body)?;
    let bad = |text: &str| Refusal::says(5006, format!("Bad input: {text}"));
    let options = match parts.iter().find(|part| part.name == "conversionOptions") {
        Some(part) => {
            serde_json::from_slice(part.body).map_err(|_| bad("'conversionOptions' is not JSON"))?
        }
        None => Value::Null,
    };
    let plain = match options.pointer("/output/format").and_then(Value::as_str) {
        None | Some("markdown") => false,
        Some("text") => true,
        Some(_) => {
            return Err(bad(
                "'conversionOptions.output.format' must be markdown or text",
            ));
        }
    };
    let files: Vec<Value> = parts
        .iter()
        .filter(|part| part.file.is_some() && part.name == "files")
        .zip(10..)
        .map(|(part, number)| converted(part, plain, &call.ids.uuid(number)))
        .collect();
    if files.is_empty() {
        Err(bad("no part 'files' with a file name"))
    } else {
        Ok(Reply::json(200, &json!({"success": true, "result": files})))
    }
}

fn converted(part: &Part<'_>, plain: bool, id: &str) -> Value {
    let name = part.file.as_deref().unwrap_or_default();
    let kind = kind(part, name);
    let text = match (std::str::from_utf8(part.body), kind.as_str()) {
        (Ok(text), "text/html" | "application/xhtml+xml") => Ok(html::converted(text, plain)),
        (Ok(text), kind) if is_text(kind) => Ok(text.to_owned()),
        (Err(_), kind) if is_text(kind) => Err("the file is not UTF-8".to_owned()),
        (_, kind) => Err(format!(
            "this stand-in converts text and HTML only, not {kind}"
        )),
    };
    let mut result = json!({"id": id, "name": name, "mimeType": kind});
    match text {
        Ok(text) => {
            put(
                &mut result,
                "format",
                if plain { "text" } else { "markdown" },
            );
            put(&mut result, "tokens", text.split_whitespace().count());
            put(&mut result, "data", text);
        }
        Err(error) => {
            put(&mut result, "format", "error");
            put(&mut result, "error", error);
        }
    }
    result
}

/// The file's own type, or the one its name stands for.
fn kind(part: &Part<'_>, name: &str) -> String {
    let own = part.content_type.as_deref().unwrap_or_default();
    let own = own
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if !matches!(own.as_str(), "" | "application/octet-stream") {
        return own;
    }
    let name = name.to_ascii_lowercase();
    let known = FORMATS
        .iter()
        .find(|(extension, _)| name.ends_with(extension));
    known
        .map_or("application/octet-stream", |(_, kind)| kind)
        .to_owned()
}

fn is_text(kind: &str) -> bool {
    kind.starts_with("text/") || matches!(kind, "application/json" | "application/xml")
}

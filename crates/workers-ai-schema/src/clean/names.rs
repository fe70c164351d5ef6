//! Words from outside as names: which can be taken as they are, and what becomes of the others.

use serde_json::Value;

/// What a definition of a document can be called: `Input` and its like are the model's own.
pub(crate) fn definition_name(text: &str) -> String {
    let mut name = pascal(text);
    if ["Input", "Output", "Event", "Request"].contains(&name.as_str()) {
        name.push_str("Form");
    }
    name
}

/// `type/subtype`, perhaps with parameters.
pub(crate) fn is_media_type(text: &str) -> bool {
    let kind = text.split(';').next().unwrap_or_default().trim();
    let plain = |part: &str| {
        let mut letters = part.chars();
        !part.is_empty() && letters.all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+*".contains(c))
    };
    let parts = kind.split_once('/');
    parts.is_some_and(|(kind, subtype)| plain(kind) && plain(subtype))
}

/// Words of any text as the name of a component: `JSON Mode` and `json_mode` are `JsonMode`.
pub(crate) fn pascal(text: &str) -> String {
    let mut out = String::new();
    let mut previous = ' ';
    let mut start = true;
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            let begins = start || (character.is_ascii_uppercase() && previous.is_ascii_lowercase());
            if begins && out.ends_with(|c: char| c.is_ascii_digit()) && character.is_ascii_digit() {
                out.push('_');
            }
            out.push(if begins {
                character.to_ascii_uppercase()
            } else {
                character.to_ascii_lowercase()
            });
            previous = character;
        }
        start = !character.is_ascii_alphanumeric();
    }
    if out.is_empty() || out.starts_with(|first: char| first.is_ascii_digit()) {
        out.insert_str(0, "Part");
    }
    out
}

/// Letters and digits, a capital first.
pub(super) fn is_type_name(name: &Value) -> bool {
    name.as_str().is_some_and(|name| {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name != "Self"
    })
}

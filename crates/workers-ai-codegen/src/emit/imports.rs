//! `use` lines: the shared types a file refers to, and what its text needs of std, serde and the core.

use std::collections::BTreeSet;

use crate::Settings;
use crate::ir::{Api, DefId, Owner};

/// Names that live beside the generated code.
const CORE: &[&str] = &[
    "Ability",
    "Answer",
    "Arguments",
    "Batched",
    "CalledTool",
    "Check",
    "EncodeError",
    "Extended",
    "Form",
    "Limit",
    "Matrix",
    "Media",
    "Model",
    "ModelInfo",
    "ModelInput",
    "NoOptions",
    "Padding",
    "Payload",
    "Price",
    "Reasoning",
    "Status",
    "Streaming",
    "Task",
    "TextOrJson",
    "TokenUsage",
    "Validate",
];

/// Macros of the core that generated code calls, each at the start of a line.
const MACROS: &[&str] = &[
    "alternatives",
    "answers",
    "fields",
    "from_picture",
    "from_text",
    "from_texts",
    "members",
    "open_enum",
    "short",
];

/// Names of the definitions in `ids` that live elsewhere.
pub(crate) fn shared(
    api: &Api,
    ids: impl Iterator<Item = DefId>,
    home: &Owner,
) -> BTreeSet<String> {
    ids.map(|id| api.def(id))
        .filter(|def| def.owner != *home)
        .map(|def| def.name.clone())
        .collect()
}

/// The lines that `body` needs.
pub(crate) fn lines(settings: &Settings, body: &str, shared: &BTreeSet<String>) -> String {
    let words = words(body);
    let pick = |names: &[&str]| -> Vec<String> {
        names
            .iter()
            .filter(|name| words.contains(**name))
            .map(|name| (*name).to_owned())
            .collect()
    };
    let mut groups = Vec::new();
    let std = [
        ("Cow", "std::borrow::Cow"),
        ("BTreeMap", "std::collections::BTreeMap"),
        ("PhantomData", "std::marker::PhantomData"),
    ];
    let std: Vec<String> = std
        .iter()
        .filter(|(name, _)| words.contains(name))
        .map(|(_, path)| format!("use {path};\n"))
        .collect();
    groups.push(std.concat());
    let serde = pick(&["Deserialize", "Deserializer", "Serialize", "Serializer"]);
    let json = pick(&["Map", "Value"]);
    groups.push(format!(
        "{}{}",
        line("serde", &serde),
        line("serde_json", &json)
    ));
    let mut own: BTreeSet<String> = pick(CORE).into_iter().collect();
    let mut generated = shared.clone();
    own.extend(
        ["answer"]
            .into_iter()
            .filter(|name| body.contains(&format!("{name}::")))
            .map(str::to_owned),
    );
    own.extend(
        MACROS
            .iter()
            .filter(|name| body.contains(&format!("\n{name}! {{")))
            .map(|name| (*name).to_owned()),
    );
    if settings.core == settings.root {
        own.append(&mut generated);
    }
    if body.contains("<M: Extended>") {
        own.insert("Extended".to_owned());
    }
    let numbers = line(&format!("{}::media", settings.core), &pick(&["Numbers"]));
    let core = line(&settings.core, &own.into_iter().collect::<Vec<_>>());
    groups.push(format!(
        "{core}{numbers}{}",
        line(&settings.root, &generated.into_iter().collect::<Vec<_>>())
    ));
    groups.retain(|group| !group.is_empty());
    if groups.is_empty() {
        String::new()
    } else {
        format!("\n{}", groups.join("\n"))
    }
}

/// Words of the code that may be types: not in comments or macro calls, not behind `::`, not the name of a variant being declared.
fn words(body: &str) -> BTreeSet<&str> {
    let mut out = BTreeSet::new();
    let mut in_macro = false;
    for line in body.lines() {
        // A macro call fills one line or ends with a brace at the start of one.
        let call = MACROS.iter().any(|name| {
            let bare = line.rsplit("::").next().unwrap_or(line);
            bare.starts_with(&format!("{name}! {{"))
        });
        let skipped = in_macro || call;
        in_macro = if call {
            !line.ends_with('}')
        } else {
            in_macro && line != "}"
        };
        let line = line.trim_start();
        if skipped || line.starts_with("//") {
            continue;
        }
        // What stands in quotes is data.
        for (index, code) in line.split('"').step_by(2).enumerate() {
            let mut rest = code;
            while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
                let before = &rest[..start];
                let end = rest[start..]
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .map_or(rest.len(), |end| start + end);
                let first = index == 0 && rest.len() == code.len() && start == 0;
                let variant = first && code[end..].starts_with('(');
                if !before.ends_with("::") && !variant {
                    out.insert(&rest[start..end]);
                }
                rest = &rest[end..];
            }
        }
    }
    out
}

pub(crate) fn line(path: &str, names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("use {path}::{one};\n"),
        many => {
            let line = format!("use {path}::{{{}}};\n", many.join(", "));
            if line.len() <= 101 {
                return line;
            }
            let mut out = format!("use {path}::{{\n");
            let mut current = String::from("   ");
            for name in many {
                if current.len() + name.len() + 2 > 100 {
                    out.push_str(&current);
                    out.push('\n');
                    current = String::from("   ");
                }
                current.push_str(&format!(" {name},"));
            }
            format!("{out}{current}\n}};\n")
        }
    }
}

//! The one place where identifiers are decided: types, fields, variants, constants, modules, features.

/// Words of a model id's last part or of any other text that is to become a type name.
fn words(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (index, &character) in characters.iter().enumerate() {
        let digit = |at: Option<usize>| {
            at.and_then(|at| characters.get(at))
                .is_some_and(char::is_ascii_digit)
        };
        if character.is_ascii_alphanumeric() {
            if let Some(word) = words.last_mut() {
                word.push(character);
            }
        } else if character != '.' || !digit(index.checked_sub(1)) || !digit(Some(index + 1)) {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Words of a property, component or title: also split where a capital follows a small letter.
fn camel_words(text: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(text.len() + 8);
    let mut previous = ' ';
    for character in text.chars() {
        if character.is_ascii_uppercase()
            && (previous.is_ascii_lowercase() || previous.is_ascii_digit())
        {
            spaced.push(' ');
        }
        spaced.push(if character == '.' { ' ' } else { character });
        previous = character;
    }
    words(&spaced)
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| {
        let mut out = first.to_ascii_uppercase().to_string();
        out.push_str(&characters.as_str().to_ascii_lowercase());
        out
    })
}

/// Joins words in upper camel case, with `_` where two digits would touch.
fn camel(words: &[String]) -> String {
    let mut out = String::new();
    for word in words {
        let touching = out.ends_with(|c: char| c.is_ascii_digit())
            && word.starts_with(|c: char| c.is_ascii_digit());
        if touching {
            out.push('_');
        }
        out.push_str(&capitalised(word));
    }
    out
}

/// The type name of a model: `@cf/meta/llama-3.1-8b-instruct` → `Llama31_8bInstruct`.
pub(crate) fn model(id: &str) -> String {
    started(&camel(&words(id.rsplit('/').next().unwrap_or(id))), "Model")
}

/// The last part of an id as a module name: `llama-3.1-8b-instruct` → `llama_3_1_8b_instruct`.
pub(crate) fn module(text: &str) -> String {
    let name = words(&text.replace('.', "-"))
        .join("_")
        .to_ascii_lowercase();
    keyword_safe(started_snake(&name))
}

/// The module of an author's models, beside that of the components.
pub(crate) fn author(text: &str) -> String {
    match module(text) {
        name if name == "components" => "components_".to_owned(),
        name => name,
    }
}

/// A type or variant name from a component key, title, property or enum value: `content_type` → `ContentType`.
pub(crate) fn camel_case(text: &str) -> String {
    camel(&camel_words(text))
}

/// A field or method name: `finishReason` → `finish_reason`, `type` → `type_`.
pub(crate) fn snake_case(text: &str) -> String {
    let name = camel_words(text).join("_").to_ascii_lowercase();
    keyword_safe(started_snake(&name))
}

/// The type name of a shared component.
pub(crate) fn component(key: &str) -> String {
    started(&camel_case(key), "Type")
}

/// A step on the way to a nested definition, as a part of its name; signs are spelled out.
pub(crate) fn step(text: &str) -> String {
    let name = camel_case(text);
    if name.is_empty() { variant(text) } else { name }
}

/// Whether a schema may say this as the name of a type.
pub(crate) fn is_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.ends_with('_')
        && !name.contains("__")
        && name != "Self"
}

/// The name itself if it is free, else with the first number that makes it so.
pub(crate) fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    let stem = name.trim_end_matches('_');
    let touching = stem.ends_with(|c: char| c.is_ascii_digit());
    let camel = stem.starts_with(|c: char| c.is_ascii_uppercase());
    let gap = if touching || !camel { "_" } else { "" };
    let numbered = (2_usize..).map(|number| format!("{stem}{gap}{number}"));
    let mut free = numbered.filter(|name| !taken(name));
    free.next().unwrap_or_else(|| name.to_owned())
}

/// A constant's name: `max_tokens` → `MAX_TOKENS`.
pub(crate) fn constant(text: &str) -> String {
    let name = camel_words(text).join("_").to_ascii_uppercase();
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        format!("N{name}")
    } else {
        name
    }
}

/// A cargo feature: `Text-to-Image` → `text-to-image`.
pub(crate) fn feature(task: &str) -> String {
    words(task).join("-").to_ascii_lowercase()
}

/// The variant of an enum value; values without a letter or digit are spelled out.
pub(crate) fn variant(value: &str) -> String {
    let name = camel_case(value);
    if !name.is_empty() {
        return match started(&name, "V").as_str() {
            "Other" => "OtherValue".to_owned(),
            "Self" => "SelfValue".to_owned(),
            name => name.to_owned(),
        };
    }
    let spelled: Vec<String> = value.chars().map(|c| spelled(c).to_owned()).collect();
    if spelled.is_empty() {
        "Empty".to_owned()
    } else {
        camel(&spelled)
    }
}

fn spelled(character: char) -> &'static str {
    match character {
        '+' => "plus",
        '-' => "minus",
        '<' => "less",
        '>' => "greater",
        '=' => "equal",
        '*' => "star",
        '/' => "slash",
        '.' => "dot",
        '_' => "underscore",
        ' ' => "space",
        '?' => "question",
        '!' => "bang",
        '#' => "hash",
        '%' => "percent",
        '&' => "and",
        '|' => "or",
        _ => "symbol",
    }
}

/// One of many: `choices` → `choice`, `queries` → `query`.
pub(crate) fn singular(text: &str) -> String {
    if let Some(stem) = text.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for (ending, kept) in [("sses", 2), ("xes", 2), ("ches", 2)] {
        if text.ends_with(ending) {
            return text[..text.len() - kept].to_owned();
        }
    }
    match text.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && stem.len() > 1 => stem.to_owned(),
        _ => text.to_owned(),
    }
}

/// Many of one: `Part` → `Parts`, `Query` → `Queries`.
pub(crate) fn plural(text: &str) -> String {
    match text.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if text.ends_with(['s', 'x']) => format!("{text}es"),
        _ => format!("{text}s"),
    }
}

/// The last word of a type name: `ChatTextPart` → `Part`.
pub(crate) fn last_word(name: &str) -> String {
    camel_words(name)
        .last()
        .map_or_else(|| name.to_owned(), |word| capitalised(word))
}

/// What tells the members of a union apart: common first and last words are taken off.
pub(crate) fn distinct(names: &[String]) -> Vec<String> {
    let split: Vec<Vec<String>> = names.iter().map(|name| camel_words(name)).collect();
    let shortest = split.iter().map(Vec::len).min().unwrap_or(0);
    let same = |at: &dyn Fn(&Vec<String>) -> Option<String>| {
        let mut all = split.iter().map(at);
        let first = all.next().flatten();
        first.is_some() && all.all(|word| word == first)
    };
    if names.len() < 2 {
        return names.to_vec();
    }
    let front = (0..shortest)
        .take_while(|&i| same(&|words| words.get(i).cloned()))
        .count();
    let back = (0..shortest.saturating_sub(front))
        .take_while(|&i| {
            same(&|words| {
                words
                    .len()
                    .checked_sub(i + 1)
                    .and_then(|at| words.get(at).cloned())
            })
        })
        .count();
    let short: Vec<String> = split
        .iter()
        .map(|words| {
            camel(
                words
                    .get(front..words.len().saturating_sub(back))
                    .unwrap_or_default(),
            )
        })
        .collect();
    let usable = |name: &String| name.starts_with(|c: char| c.is_ascii_alphabetic());
    if short.iter().all(usable) {
        short
    } else {
        names.to_vec()
    }
}

fn started(name: &str, prefix: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.to_owned()
    } else {
        format!("{prefix}{name}")
    }
}

fn started_snake(name: &str) -> String {
    match name.chars().next() {
        None => "empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        Some(_) => name.to_owned(),
    }
}

fn keyword_safe(name: String) -> String {
    const KEYWORDS: &[&str] = &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
        "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
        "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
        "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type",
        "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    ];
    // Beside keywords: what generated structs use for themselves, and what callers call on them.
    const OURS: &[&str] = &["new", "own", "for_model", "validate", "into", "clone"];
    if KEYWORDS.contains(&name.as_str()) || OURS.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_named_after_the_last_part_of_their_id() {
        for (id, name) in [
            ("@cf/meta/llama-3.1-8b-instruct", "Llama31_8bInstruct"),
            ("@cf/qwen/qwen1.5-0.5b-chat", "Qwen15_05bChat"),
            ("@cf/openai/whisper-large-v3-turbo", "WhisperLargeV3Turbo"),
            ("@cf/openai/gpt-oss-120b", "GptOss120b"),
            ("@cf/meta/m2m100-1.2b", "M2m100_12b"),
            (
                "@cf/meta/llama-4-scout-17b-16e-instruct",
                "Llama4Scout17b16eInstruct",
            ),
            (
                "@cf/ai4bharat/indictrans2-en-indic-1B",
                "Indictrans2EnIndic1b",
            ),
            ("@cf/moondream/moondream3.1-9B-A2B", "Moondream31_9bA2b"),
            (
                "@hf/thebloke/neural-chat-7b-v3-1-awq",
                "NeuralChat7bV3_1Awq",
            ),
            (
                "@cf/stabilityai/stable-diffusion-xl-base-1.0",
                "StableDiffusionXlBase10",
            ),
            ("@cf/vendor/7b", "Model7b"),
        ] {
            assert_eq!(model(id), name, "{id}");
        }
    }

    #[test]
    fn properties_become_fields() {
        for (property, field) in [
            ("max_tokens", "max_tokens"),
            ("contentType", "content_type"),
            ("type", "type_"),
            ("Self", "self_"),
            ("true", "true_"),
            ("a.b", "a_b"),
            ("1st", "n1st"),
            ("$", "empty"),
            ("input_image_0", "input_image_0"),
        ] {
            assert_eq!(snake_case(property), field, "{property}");
        }
    }

    #[test]
    fn enum_values_become_variants() {
        for (value, name) in [
            ("json_object", "JsonObject"),
            ("amr-nb", "AmrNb"),
            ("asm_Beng", "AsmBeng"),
            ("linear16", "Linear16"),
            ("EndOfTurn", "EndOfTurn"),
            ("1080p", "V1080p"),
            ("", "Empty"),
            ("+", "Plus"),
            ("<=", "LessEqual"),
            ("other", "OtherValue"),
        ] {
            assert_eq!(variant(value), name, "{value}");
        }
    }

    #[test]
    fn union_members_lose_what_they_share() {
        let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            distinct(&names(&["ChatSystemMessage", "ChatUserMessage"])),
            names(&["System", "User"])
        );
        assert_eq!(
            distinct(&names(&["FlatTool", "FunctionTool"])),
            names(&["Flat", "Function"])
        );
        assert_eq!(
            distinct(&names(&["Part", "PartList"])),
            names(&["Part", "PartList"])
        );
        assert_eq!(distinct(&names(&["Alone"])), names(&["Alone"]));
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        for (name, taken, given) in [
            ("Part", &["Whole"][..], "Part"),
            ("Part", &["Part"], "Part2"),
            ("Part", &["Part", "Part2"], "Part3"),
            ("V8", &["V8"], "V8_2"),
            ("a_b", &["a_b", "a_b_2"], "a_b_3"),
            ("self_", &["self_"], "self_2"),
            ("TOP_K", &["TOP_K"], "TOP_K2"),
        ] {
            assert_eq!(free(name, |name| taken.contains(&name)), given, "{name}");
        }
    }

    #[test]
    fn names_that_schemas_say_are_looked_at() {
        for name in ["Thing", "V8", "Llama31_8bInstruct"] {
            assert!(is_type(name), "{name}");
        }
        for name in [
            "",
            "thing",
            "Two words",
            "8V",
            "Self",
            "Größe",
            "A__b",
            "A;fn",
            "日本",
        ] {
            assert!(!is_type(name), "{name}");
        }
    }

    #[test]
    fn other_names() {
        assert_eq!(author("components"), "components_");
        assert_eq!(author("black-forest-labs"), "black_forest_labs");
        assert_eq!(component("3d"), "Type3d");
        assert_eq!(step("tool_calls"), "ToolCalls");
        assert_eq!(step("*/"), "StarSlash");
        assert_eq!(module("llama-3.1-8b-instruct"), "llama_3_1_8b_instruct");
        assert_eq!(feature("Text-to-Image"), "text-to-image");
        assert_eq!(constant("top_p"), "TOP_P");
        assert_eq!(singular("choices"), "choice");
        assert_eq!(singular("queries"), "query");
        assert_eq!(singular("boxes"), "box");
        assert_eq!(singular("address"), "address");
        assert_eq!(plural("Part"), "Parts");
        assert_eq!(last_word("ChatTextPart"), "Part");
    }
}

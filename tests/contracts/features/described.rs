//! What the documentation of the types says: defaults, links, and something of every field.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use syn::{Attribute, Expr, Item, Lit, Meta, Visibility};
use workers_ai_models::{Status, Task, catalogue};
use xtask::root;

/// The documentation of each public type, and of each of its fields under `Type.field`.
fn documentation() -> BTreeMap<String, String> {
    let mut documentation = BTreeMap::new();
    for path in files(&root().join("crates/workers-ai-models/src/generated")) {
        let text = fs::read_to_string(&path).expect("a file");
        let file = syn::parse_file(&text).expect("Rust");
        for item in file.items {
            let Item::Struct(item) = item else { continue };
            let name = item.ident.to_string();
            for field in &item.fields {
                if let (Some(ident), false) = (&field.ident, hidden(&field.vis)) {
                    documentation.insert(format!("{name}.{ident}"), said(&field.attrs));
                }
            }
            documentation.insert(name, said(&item.attrs));
        }
    }
    documentation
}

fn hidden(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Inherited)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The lines of a doc comment.
fn said(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && let (true, Expr::Lit(literal)) = (pair.path.is_ident("doc"), &pair.value)
            && let Lit::Str(line) = &literal.lit
        {
            lines.push(line.value().trim().to_owned());
        }
    }
    lines.join("\n")
}

#[test]
fn defaults_stand_in_the_documentation_of_their_fields() {
    let documentation = documentation();
    for (field, default) in [
        ("ImageInput.guidance", "7.5"),
        ("ImageInput.num_steps", "20"),
        ("ImageInput.strength", "1"),
        ("MelottsInput.lang", "\"en\""),
        ("M2m100_12bText.source_lang", "\"en\""),
        ("TextGenerationPrompt.max_tokens", "256"),
        ("TextGenerationPrompt.raw", "false"),
        ("TextGenerationPrompt.stream", "false"),
        ("TextGenerationPrompt.temperature", "0.6"),
        ("TextGenerationMessages.max_tokens", "256"),
        ("TextGenerationMessages.raw", "false"),
        ("TextGenerationMessages.stream", "false"),
        ("TextGenerationMessages.temperature", "0.6"),
        ("BartLargeCnnInput.max_length", "1024"),
    ] {
        let text = documentation.get(field).expect(field);
        let expected = format!("Default: `{default}`.");
        assert!(text.contains(&expected), "{field}: {text}");
    }
}

#[test]
fn every_public_field_says_what_it_is() {
    let documentation = documentation();
    let silent: Vec<&String> = documentation
        .iter()
        .filter_map(|(name, text)| text.is_empty().then_some(name))
        .collect();
    assert_eq!(silent, Vec::<&String>::new());
    assert!(documentation.len() > 1000, "{}", documentation.len());
}

#[test]
fn every_model_says_its_id_its_task_and_where_it_is_documented() {
    let documentation = documentation();
    for info in catalogue::all() {
        let text = documentation.get(info.name).expect(info.name);
        let link = info.documentation.expect(info.id);
        let pages = "https://developers.cloudflare.com/";
        assert!(link.starts_with(pages), "{}: {link}", info.id);
        for expected in [info.id, info.task.as_str(), link] {
            assert!(text.contains(expected), "{}: {expected}", info.name);
        }
        let first = text.split("\n\n").next().unwrap_or_default();
        assert!(first.ends_with('.'), "{}: {first}", info.name);
    }
}

#[test]
fn the_models_that_the_reference_calls_are_in_the_catalogue() {
    use Status::{Deprecated, Live};
    for (id, name, task, status) in [
        (
            "@cf/meta/llama-3.1-8b-instruct",
            "Llama31_8bInstruct",
            Task::TextGeneration,
            Deprecated,
        ),
        (
            "@cf/baai/bge-base-en-v1.5",
            "BgeBaseEnV15",
            Task::TextEmbeddings,
            Live,
        ),
        (
            "@cf/stabilityai/stable-diffusion-xl-base-1.0",
            "StableDiffusionXlBase10",
            Task::TextToImage,
            Live,
        ),
        (
            "@cf/openai/whisper",
            "Whisper",
            Task::AutomaticSpeechRecognition,
            Live,
        ),
        (
            "@cf/meta/m2m100-1.2b",
            "M2m100_12b",
            Task::Translation,
            Live,
        ),
    ] {
        let info = catalogue::by_id(id).expect(id);
        assert_eq!((info.name, info.task, info.status), (name, task, status));
    }
}

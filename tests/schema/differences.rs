//! What an import reports as different, held against both documents: every line is true, and nothing is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::{Value, json};
use workers_ai_schema::{Difference, Directory};

use crate::{
    claims::{Claim, claims},
    support::{corpus, fresh, imported, page, source},
};

/// Holds every line against the claims and every claim against the lines. Gives the lines, and what is wrong with them.
fn verify(ours: &Directory, text: &str) -> (Vec<Difference>, Vec<String>) {
    let import = imported(ours, &[source("openapi.json", text)]);
    assert!(import.files.is_empty(), "{:?}", import.files.keys());
    let document: Value = serde_json::from_str(text).expect("JSON");
    let claims = claims(ours, &document);
    let mut wrong = Vec::new();
    for line in &import.differences {
        let place = line.place.to_string();
        let (file, pointer) = place.split_once('#').expect("a place");
        if ours
            .get(file)
            .and_then(|document| document.pointer(pointer))
            .is_none()
        {
            wrong.push(format!("leads nowhere: {line}"));
        }
        for model in &line.models {
            let holds =
                |claim: &&Claim| claim.is(line) && claim.path == line.path && claim.model == *model;
            if claims.iter().find(holds).is_none() {
                wrong.push(format!("not true of {model}: {line}"));
            }
        }
    }
    for claim in &claims {
        if !import.differences.iter().any(|line| claim.is(line)) {
            wrong.push(format!(
                "not reported of {}: `{}`: {}",
                claim.model, claim.path, claim.message
            ));
        }
    }
    (import.differences, wrong)
}

/// The name of a property, ours, the same as it is published, and what is to be said of it.
type Case = (String, Value, Value, Vec<String>);

#[test]
fn every_kind_of_difference_is_told_and_nothing_else() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("differences.json")).expect("cases");
    let side = |pick: &dyn Fn(&Case) -> Value| -> Value {
        let properties = cases.iter().map(|case| (case.0.clone(), pick(case)));
        let properties: serde_json::Map<String, Value> =
            properties.filter(|(_, schema)| !schema.is_null()).collect();
        json!({"type": "object", "required": ["same"], "properties": properties})
    };
    let answer = json!({"type": "object", "properties": {"text": {"type": "string"}}});
    let ours = fresh(&[page("parrot", &side(&|case| case.1.clone()), &answer)]).directory;
    let path = "/accounts/{account_id}/ai/run/@cf/example/parrot";
    let document = json!({"paths": {path: {"post": {
        "tags": ["Workers AI Translation"],
        "requestBody": {"content": {"application/json": {"schema": side(&|case| case.2.clone())}}},
        "responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}, "audio/mpeg": {"schema": {"type": "string", "format": "binary"}}}}},
    }}}});
    let (lines, wrong) = verify(&ours, &document.to_string());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let told: BTreeSet<String> = lines
        .iter()
        .map(|line| format!("{}: {}", line.path, line.message))
        .collect();
    let around = [
        "answer audio/mpeg: published, not in the document",
        "task: Text Generation in the document, Translation published",
    ];
    let expected = cases.iter().flat_map(|case| case.3.clone());
    assert_eq!(told, expected.chain(around.map(str::to_owned)).collect());
}

#[test]
fn models_that_share_a_component_share_a_line() {
    let ours = corpus();
    let mut paths = serde_json::Map::new();
    for name in [
        "deepseek-ai/deepseek-math-7b-instruct",
        "defog/sqlcoder-7b-2",
        "fblgit/una-cybertron-7b-v2-bf16",
        "google/gemma-2b-it-lora",
    ] {
        let path = format!("/accounts/{{account_id}}/ai/run/@cf/{name}");
        let body = json!({"type": "object", "properties": {"prompt": {"type": "boolean"}}});
        paths.insert(path, json!({"post": {
            "requestBody": {"content": {"application/json": {"schema": body}}},
            "responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}},
        }}));
    }
    let (lines, wrong) = verify(&ours, &json!({"paths": paths}).to_string());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let line = lines
        .iter()
        .find(|line| line.path == "prompt" && line.message.starts_with("type"));
    assert_eq!(
        line.expect("a line").to_string(),
        "components/text-generation.json#/components/schemas/TextGenerationPrompt/properties/prompt: `prompt`: type string in the document, boolean published (@cf/deepseek-ai/deepseek-math-7b-instruct, @cf/defog/sqlcoder-7b-2, @cf/fblgit/una-cybertron-7b-v2-bf16 and 1 more)"
    );
}

/// Cloudflare's own document of May 2026, which is not part of this repository.
#[test]
fn what_is_reported_of_may_2026_is_true_line_by_line() {
    let path = xtask::root().join("../shared/upstream/openapi-ai-2026-05.json");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return;
    };
    let (lines, wrong) = verify(&corpus(), &text);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &lines {
        let kind = line.message.split(' ').next().unwrap_or_default();
        *kinds.entry(kind).or_default() += 1;
    }
    eprintln!("{} lines: {kinds:?}", lines.len());
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

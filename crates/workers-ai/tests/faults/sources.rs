//! What the sources hold, where no run could show that something is missing.

use std::path::{Path, PathBuf};

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The source files and what is in them outside of their tests.
fn sources() -> Vec<(String, String)> {
    let mut directories = vec![here("src")];
    let mut sources = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let source = std::fs::read_to_string(&path).unwrap();
            let product = source.split("#[cfg(test)]").next().unwrap();
            sources.push((name, product.to_owned()));
        }
    }
    assert!(sources.len() > 30, "only {} files", sources.len());
    sources
}

/// Where a word may stand; everywhere else it is a fault.
fn expect_only_in(word: &str, allowed: &[&str]) {
    let mut found: Vec<_> = sources()
        .into_iter()
        .filter_map(|(name, source)| source.contains(word).then_some(name))
        .collect();
    found.sort();
    assert_eq!(found, allowed, "{word}");
}

#[test]
fn a20_a22_no_feature_and_no_variable_changes_what_is_printed_or_checked() {
    // Which cryptography, and where settings come from: nothing else can be chosen so.
    for (choice, allowed) in [
        ("feature = ", &["tls.rs"][..]),
        ("debug_assertions", &[]),
        ("env::var", &["environment.rs"]),
        ("option_env!", &[]),
        ("connection_verbose", &[]),
        ("danger_accept", &[]),
        ("tls_danger", &[]),
        ("sslkeylog", &[]),
        ("KeyLog", &[]),
    ] {
        expect_only_in(choice, allowed);
    }
}

#[test]
fn a20_features_choose_models_and_cryptography_and_nothing_else() {
    let manifest = std::fs::read_to_string(here("Cargo.toml")).unwrap();
    let (_, features) = manifest.split_once("[features]\n").unwrap();
    let (features, _) = features.split_once("\n[").unwrap();
    let mut models = 0;
    for line in features.lines() {
        let Some((name, turns_on)) = line.split_once(" = ") else {
            assert!(line.is_empty() || line.starts_with('#'), "{line}");
            continue;
        };
        match name {
            "default" => assert_eq!(turns_on, r#"["all", "ring"]"#),
            "ring" | "aws-lc-rs" => assert_eq!(turns_on, format!(r#"["rustls/{name}"]"#)),
            _ => {
                assert_eq!(turns_on, format!(r#"["workers-ai-models/{name}"]"#));
                models += 1;
            }
        }
    }
    assert!(models > 10, "only {models} features for models");
}

#[test]
fn r07_the_wall_clock_only_measures_dates_that_the_service_sends() {
    expect_only_in("SystemTime", &["retry_after.rs"]);
}

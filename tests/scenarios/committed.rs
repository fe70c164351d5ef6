//! The generated code of every case is committed in `compiled`, so that the compiler sees it: it is up to date.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use workers_ai_codegen::{Settings, generate_with};
use xtask::tree::{self, Files};

use crate::{cases::lines, loader::Case};

const UPDATE: &str = "UPDATE_SCENARIOS";

#[test]
fn compiled_code_is_what_the_cases_say() {
    let home = xtask::root().join("tests/scenarios/compiled");
    let files = files();
    let difference = tree::compare(&home, &files).expect("the compiled files");
    if env::var_os(UPDATE).is_some_and(|value| value == "1") {
        tree::apply(&home, &files, &difference).expect("files that can be written");
    } else {
        let lines = difference.lines("tests/scenarios/compiled").join("\n");
        assert!(
            difference.is_empty(),
            "{lines}\nto accept what comes out now, run this test with {UPDATE}=1"
        );
    }
}

/// A module for each case, and the one that holds them.
fn files() -> Files {
    let mut modules =
        String::from("//! Made by `UPDATE_SCENARIOS=1`: what comes out of every case.\n\n");
    let mut files = Files::new();
    for folder in folders() {
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .replace('-', "_");
        let case = Case::read(&folder);
        let schema = case.write();
        let generated = generate_with(
            schema.path(),
            &Settings::for_crate(&format!("crate::compiled::{name}")),
        );
        let generated = generated.unwrap_or_else(|faults| panic!("{name}:\n{}", lines(&faults)));
        modules.extend(["/// ", case.about(), "\npub mod ", &name, ";\n"]);
        files.extend(
            generated
                .files
                .into_iter()
                .map(|(path, text)| (format!("{name}/{path}"), text)),
        );
    }
    files.insert("mod.rs".to_owned(), modules);
    files
}

fn folders() -> Vec<PathBuf> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/cases");
    let entries = fs::read_dir(cases).expect("the cases");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("a case").path()).collect();
    folders.sort();
    folders
}

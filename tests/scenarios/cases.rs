//! The generated text of every case, and what it says less than its documents.

use std::{fs, path::Path};

use insta::{Settings, assert_snapshot, glob};
use workers_ai_codegen::{Fault, generate};

use crate::loader::Case;

/// Snapshots next to the cases, with nothing in them that changes by itself.
pub(crate) fn settings(name: &str, about: &str) -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_suffix(name);
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.remove_input_file();
    settings.set_description(about);
    settings
}

/// One line for each fault.
pub(crate) fn lines(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn each_construct_becomes_the_rust_it_should() {
    glob!("cases/*", |path| {
        let case = Case::read(path);
        settings(case.name(), case.about()).bind(|| assert_snapshot!("case", text(&case)));
    });
}

#[test]
fn no_snapshot_is_left_of_a_case_that_is_gone() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for entry in fs::read_dir(home.join("snapshots")).expect("the snapshots") {
        let name = entry.expect("a snapshot").file_name();
        let name = name.to_string_lossy();
        if let Some(case) = name
            .strip_prefix("case@")
            .and_then(|rest| rest.strip_suffix(".snap"))
        {
            assert!(
                home.join("cases").join(case).is_dir(),
                "there is no case {case}"
            );
        }
    }
}

/// Models and components, each under its path, then the report.
fn text(case: &Case) -> String {
    let generated = match generate(case.write().path()) {
        Ok(generated) => generated,
        Err(faults) => return format!("Faults, where there should be none:\n{}", lines(&faults)),
    };
    let shown = generated
        .files
        .iter()
        .filter(|(path, _)| !path.ends_with("mod.rs"));
    let shown: Vec<String> = shown
        .map(|(path, text)| format!("==> {path}\n{text}"))
        .collect();
    shown.join("\n")
}

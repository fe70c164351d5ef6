//! What the pages at the root of the workspace say is so.

#[expect(
    clippy::items_after_statements,
    reason = "what README.md shows begins with what it uses"
)]
mod examples;
mod families;

use std::{
    fs,
    path::{Path, PathBuf},
};

use workers_ai_models::{Task, catalogue};
use xtask::root;

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// The blocks of a page in this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(found) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if found == language {
                blocks.push(block.join("\n"));
            }
        }
    }
    blocks
}

/// The rows of all tables of a page, cell by cell, without the marks of code.
fn rows(page: &str) -> Vec<Vec<String>> {
    page.lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").map(|cell| cell.replace('`', "")).collect())
        .collect()
}

#[test]
fn readme_counts_the_models_and_names_types_that_exist() {
    let rows = rows(&page("README.md"));
    for task in Task::ALL {
        let row = rows.iter().find(|row| row[0] == task.as_str());
        let Some([_, feature, count, types]) = row.map(Vec::as_slice) else {
            panic!("no row for {task} in {rows:?}");
        };
        assert_eq!(*feature, task.as_str().to_lowercase().replace(' ', "-"));
        let names: Vec<&str> = catalogue::by_task(*task).map(|info| info.name).collect();
        assert_eq!(*count, names.len().to_string(), "{task}");
        for name in types.split(", ") {
            assert!(names.contains(&name), "{name} is not for {task}");
        }
    }
    let total = format!("all {} models", catalogue::all().len());
    assert!(page("README.md").contains(&total), "{total}");
}

#[test]
fn readme_names_types_as_the_generator_does() {
    let rows = rows(&page("README.md"));
    let named: Vec<_> = rows
        .iter()
        .filter(|row| row[0].starts_with("@cf/"))
        .collect();
    assert!(named.len() >= 3);
    for row in named {
        let info = catalogue::by_id(&row[0]);
        assert_eq!(info.map(|info| info.name), Some(row[1].as_str()));
    }
}

#[test]
fn ci_runs_the_test_command_of_the_readme() {
    let readme = page("README.md");
    let test = readme.split_once("## Test\n").expect("a section").1;
    let commands = blocks(test, "sh");
    let command = commands.first().expect("a command");
    let ci = page(".ci/run");
    assert!(
        ci.lines()
            .any(|line| line.trim() == format!("run {command}")),
        "`{command}` is not in .ci/run"
    );
}

#[test]
fn pages_lead_to_files_that_exist() {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/coverage.md",
        "docs/performance.md",
    ] {
        for link in page(name).split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            let outside = target.starts_with("https://") || target.is_empty();
            let folder = root().join(name);
            let folder = folder.parent().expect("a folder");
            assert!(outside || folder.join(target).exists(), "{name}: {target}");
        }
    }
}

/// The packages a crate depends on.
fn dependencies(manifest: &str) -> Vec<String> {
    let manifest = page(manifest);
    let section = manifest
        .split("\n[")
        .find_map(|section| section.strip_prefix("dependencies]\n"));
    let lines = section.unwrap_or_default().lines();
    lines
        .filter_map(|line| Some(line.split(['.', ' ', '=']).next()?.to_owned()))
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn models_know_nothing_about_http() {
    assert_eq!(
        dependencies("crates/workers-ai-models/Cargo.toml"),
        ["base64-simd", "bytes", "serde", "serde_json"]
    );
}

#[test]
fn what_runs_in_a_users_program_does_not_read_documents() {
    for name in ["workers-ai-models", "workers-ai", "workers-ai-local"] {
        let manifest = format!("crates/{name}/Cargo.toml");
        let found = dependencies(&manifest);
        let tools = ["workers-ai-codegen", "workers-ai-schema"];
        assert!(
            !found.iter().any(|name| tools.contains(&name.as_str())),
            "{manifest}"
        );
    }
}

/// Every file below a directory, with its text.
fn texts(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else {
            let text = fs::read_to_string(&path).expect("text");
            found.push((path, text));
        }
    }
    found
}

#[test]
fn the_client_knows_no_particular_model() {
    let named = |word: &str| catalogue::all().iter().any(|info| info.name == word);
    let mut found = Vec::new();
    for (path, text) in texts(&root().join("crates/workers-ai/src")) {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            if line.contains("@cf/") || words.any(named) {
                found.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

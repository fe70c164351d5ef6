//! `cargo xtask schema` as its callers see it: what it prints, what it writes, how it ends.

use std::process::{Command, Output};

use crate::scratch::Scratch;

const PAGE: &str = r#"{
    "name": "@cf/example/parrot",
    "description": "Says it again.",
    "task": {"name": "Text Generation"},
    "properties": [],
    "schema": {
        "input": {"type": "object", "required": ["prompt"], "properties": {"prompt": {"type": "string"}, "times": {"type": "integer", "maximum": 9}}},
        "output": {"type": "object", "properties": {"response": {"type": "string"}}}
    }
}"#;

const FILE: &str = "schema/models/cf/example/parrot.json";

/// Runs `program` in a directory and gives its status and what it printed.
fn run(scratch: &Scratch, program: &str, arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(program)
        .args(arguments)
        .current_dir(&**scratch)
        .output()
        .expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("a status"), text(stdout), text(stderr))
}

fn schema(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    let whole = [&["schema"], arguments].concat();
    run(scratch, env!("CARGO_BIN_EXE_xtask"), &whole)
}

fn import(scratch: &Scratch, file: &str) -> (i32, String, String) {
    schema(
        scratch,
        &["import", file, "--schema", "schema", "--components=none"],
    )
}

/// A directory with a page, imported.
fn workshop() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("page.json", PAGE);
    let (code, stdout, stderr) = import(&scratch, "page.json");
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    scratch
}

#[test]
fn a_page_becomes_a_document_that_checks_and_generates() {
    let scratch = Scratch::new();
    scratch.write("page.json", PAGE);
    let (code, stdout, stderr) = import(&scratch, "page.json");
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(
        stdout.ends_with("1 model added, 0 updated, 0 as before; 2 files\n"),
        "{stdout}"
    );
    assert!(stdout.contains(&format!("wrote {FILE}\n")), "{stdout}");
    let (code, stdout, stderr) = schema(&scratch, &["check", "--schema", "schema"]);
    assert_eq!(
        (code, stdout.as_str(), stderr.as_str()),
        (0, "1 model, nothing wrong\n", "")
    );
    let arguments = [
        "codegen",
        "--schema",
        "schema",
        "--out",
        "out",
        "--root",
        "crate::models",
    ];
    let (code, _, stderr) = run(&scratch, env!("CARGO_BIN_EXE_xtask"), &arguments);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(
        scratch
            .read("out/example/parrot.rs")
            .contains("use workers_ai_models::")
    );
    let (_, stdout, _) = import(&scratch, "page.json");
    assert_eq!(stdout, "0 models added, 0 updated, 1 as before; 0 files\n");
}

#[test]
fn faults_leave_everything_as_it_was() {
    let scratch = workshop();
    scratch.write(
        "pages/a.json",
        &PAGE.replace("maximum\": 9", "maximum\": 5"),
    );
    scratch.write("pages/b.json", "{");
    scratch.write("pages/c.json", "{}");
    let before = scratch.read(FILE);
    let (code, stdout, stderr) = import(&scratch, "pages");
    assert_eq!((code, stdout.as_str()), (1, ""));
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{stderr}");
    assert!(
        lines[0].starts_with("error: pages/b.json#: not JSON"),
        "{stderr}"
    );
    assert!(
        lines[1].starts_with("error: pages/c.json#: neither"),
        "{stderr}"
    );
    assert_eq!(lines[2], "error: 2 faults, nothing written");
    assert_eq!(scratch.read(FILE), before);
    let (code, _, stderr) = import(&scratch, "nothing.json");
    assert_eq!(code, 1);
    assert!(
        stderr.starts_with("error: nothing.json#: cannot be read: "),
        "{stderr}"
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let scratch = workshop();
    let before = scratch.read(FILE);
    scratch.write("page.json", &PAGE.replace("maximum\": 9", "maximum\": 5"));
    let arguments = [
        "import",
        "page.json",
        "--schema",
        "schema",
        "--components",
        "none",
        "--dry-run",
    ];
    let (code, stdout, _) = schema(&scratch, &arguments);
    assert_eq!(code, 0);
    assert!(stdout.contains("0 models added, 1 updated"), "{stdout}");
    assert_eq!(scratch.read(FILE), before);
}

#[test]
fn the_exit_status_of_a_difference_tells_what_breaks() {
    let scratch = workshop();
    let document = scratch.read(FILE);
    let diff = |format: &str| {
        schema(
            &scratch,
            &[
                "diff", "--with", "old", "--schema", "schema", "--format", format,
            ],
        )
    };
    scratch.write(
        "old/models/cf/example/parrot.json",
        &document.replace("\"maximum\": 9", "\"maximum\": 12"),
    );
    let (code, stdout, stderr) = diff("text");
    assert_eq!((code, stderr.as_str()), (3, ""));
    assert!(
        stdout.contains("breaks  input.times: maximum 12 → 9, tightened"),
        "{stdout}"
    );
    scratch.write(
        "old/models/cf/example/parrot.json",
        &document.replace("\"maximum\": 9", "\"maximum\": 5"),
    );
    let (code, stdout, _) = diff("json");
    assert_eq!(code, 0);
    assert!(
        stdout.contains("\"breaking\": false") && stdout.contains("limit-loosened"),
        "{stdout}"
    );
    scratch.write("old/models/cf/example/parrot.json", &document);
    assert_eq!(
        diff("markdown"),
        (0, "Nothing changed.\n".to_owned(), String::new())
    );
}

#[test]
fn a_revision_is_read_from_git() {
    let scratch = workshop();
    let git = |arguments: &[&str]| {
        let who = [
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "commit.gpgsign=false",
        ];
        run(&scratch, "git", &[&who, arguments].concat())
    };
    if git(&["init", "--quiet"]).0 != 0 {
        eprintln!("skipped: there is no git");
        return;
    }
    assert_eq!(git(&["add", "schema"]).0, 0);
    assert_eq!(git(&["commit", "--quiet", "--message", "one"]).0, 0);
    let (code, stdout, stderr) = schema(&scratch, &["diff", "--schema", "schema"]);
    assert_eq!(
        (code, stdout.as_str(), stderr.as_str()),
        (0, "nothing changed\n", "")
    );
    scratch.write("page.json", &PAGE.replace("maximum\": 9", "maximum\": 5"));
    assert_eq!(import(&scratch, "page.json").0, 0);
    let (code, stdout, _) = schema(&scratch, &["diff", "HEAD", "--schema", "schema"]);
    assert_eq!(code, 3);
    assert!(stdout.contains("maximum 9 → 5"), "{stdout}");
    let (code, _, stderr) = schema(&scratch, &["diff", "no-such", "--schema", "schema"]);
    assert_eq!(
        (code, stderr.as_str()),
        (1, "error: git knows no revision `no-such`\n")
    );
}

#[test]
fn wrong_arguments_say_what_is_wrong_and_end_with_2() {
    let scratch = Scratch::new();
    let cases: &[(&[&str], &str)] = &[
        (&[], "error: which schema command?\n"),
        (&["mend"], "error: unknown command `schema mend`\n"),
        (&["import"], "error: which files?\n"),
        (
            &["import", "a", "--schema"],
            "error: `--schema` needs a directory\n",
        ),
        (
            &["import", "a", "--model", "--dry-run"],
            "error: `--model` needs the id of a model\n",
        ),
        (&["check", "--strict"], "error: unknown flag `--strict`\n"),
        (&["check", "here"], "error: unexpected argument `here`\n"),
        (
            &["check", "--schema=a", "--schema=b"],
            "error: `--schema` stands twice\n",
        ),
        (&["diff", "a", "b"], "error: unexpected argument `b`\n"),
        (
            &["diff", "--format", "xml"],
            "error: unknown format `xml`; there are text, markdown and json\n",
        ),
        (
            &["diff", "HEAD", "--with", "old"],
            "error: a revision or `--with`, not both\n",
        ),
        (
            &["pull", "--jobs", "99"],
            "error: `--jobs` needs a number from 1 to 16\n",
        ),
    ];
    for (arguments, message) in cases {
        let (code, stdout, stderr) = schema(&scratch, arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(
            stderr.starts_with(message) && stderr.contains("usage: cargo xtask schema"),
            "{stderr}"
        );
    }
}

#[test]
fn help_is_printed_for_every_command() {
    let scratch = Scratch::new();
    for command in ["import", "diff", "check", "pull"] {
        let (code, stdout, stderr) = schema(&scratch, &[command, "--help"]);
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert!(
            stdout.starts_with(&format!("usage: cargo xtask schema {command}")),
            "{stdout}"
        );
        assert!(stdout.contains("Exit status:"), "{stdout}");
    }
}

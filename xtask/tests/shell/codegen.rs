//! `cargo xtask codegen`: what it writes, says and refuses.

use std::{
    fs,
    process::{Command, Output},
    time::{Duration, SystemTime},
};

use crate::scratch::Scratch;

const PARROT: &str = r#"{
  "openapi": "3.1.0",
  "info": {"title": "Parrot", "summary": "Says it again.", "version": "1"},
  "x-model": {"id": "@cf/example/parrot", "author": "example", "task": "Text Generation", "status": "live"},
  "paths": {
    "/accounts/{account_id}/ai/run/@cf/example/parrot": {
      "post": {
        "requestBody": {"content": {"application/json": {"schema": {
          "type": "object",
          "required": ["prompt"],
          "properties": {"prompt": {"type": "string", "description": "What to say."}}
        }}}},
        "responses": {"200": {"description": "Said.", "content": {"application/json": {"schema": {
          "type": "object",
          "properties": {"response": {"type": "string", "description": "What was said."}}
        }}}}}
      }
    }
  }
}
"#;

/// A directory with documents in `schema` and generated files in `out`.
struct Workshop(Scratch);

impl Workshop {
    fn new() -> Self {
        let scratch = Scratch::new();
        scratch.write("schema/models/cf/example/parrot.json", PARROT);
        Self(scratch)
    }

    /// As above, and generated once.
    fn generated() -> Self {
        let workshop = Self::new();
        let (code, stdout, stderr) = workshop.codegen(&[]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
        workshop
    }

    fn codegen(&self, flags: &[&str]) -> (i32, String, String) {
        let arguments = ["codegen", "--schema", "schema", "--out=out"];
        self.xtask(&[&arguments, flags].concat())
    }

    fn xtask(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let Output {
            status,
            stdout,
            stderr,
        } = command
            .args(arguments)
            .current_dir(&*self.0)
            .output()
            .expect("xtask runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (status.code().expect("a status"), text(stdout), text(stderr))
    }
}

#[test]
fn the_first_run_writes_and_the_next_one_has_nothing_to_do() {
    let workshop = Workshop::new();
    let (code, stdout, stderr) = workshop.codegen(&[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.contains("wrote out/mod.rs\n"), "{stdout}");
    assert!(
        stdout.ends_with("1 model, 5 files, 5 written, 0 removed\n"),
        "{stdout}"
    );

    let day_one = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
    let file = fs::File::options()
        .append(true)
        .open(workshop.0.join("out/mod.rs"))
        .expect("the root module");
    file.set_modified(day_one).expect("a time in the past");
    let before = workshop.0.all();

    let (code, stdout, stderr) = workshop.codegen(&[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(!stdout.contains("wrote"), "{stdout}");
    assert!(
        stdout.ends_with("1 model, 5 files, 0 written, 0 removed: nothing changed\n"),
        "{stdout}"
    );
    assert_eq!(workshop.0.all(), before);
    let modified = file.metadata().and_then(|facts| facts.modified());
    assert_eq!(modified.expect("a time"), day_one);

    let (code, stdout, stderr) = workshop.codegen(&["--check"]);
    assert_eq!(
        (code, stdout.as_str(), stderr.as_str()),
        (0, "1 model, 5 files, all up to date\n", "")
    );
}

#[test]
fn only_what_changed_is_written_and_what_is_left_over_goes() {
    let workshop = Workshop::generated();
    workshop.0.write("out/example/parrot.rs", "// mine now\n");
    workshop.0.write("out/gone/model.rs", "// once a model\n");
    let (code, stdout, _) = workshop.codegen(&[]);
    assert_eq!(code, 0);
    let named: Vec<&str> = stdout
        .lines()
        .filter(|line| line.contains("out/"))
        .collect();
    assert_eq!(
        named,
        ["wrote out/example/parrot.rs", "removed out/gone/model.rs"]
    );
    assert!(stdout.ends_with("1 written, 1 removed\n"), "{stdout}");
    assert!(!workshop.0.join("out/gone").exists());
}

#[test]
fn check_lists_all_that_differs_and_changes_nothing() {
    let workshop = Workshop::generated();
    workshop.0.write("out/example/parrot.rs", "// mine now\n");
    workshop.0.write("out/left.rs", "");
    fs::remove_file(workshop.0.join("out/mod.rs")).expect("removed");
    let before = workshop.0.all();
    let (code, stdout, stderr) = workshop.codegen(&["--check"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert_eq!(
        stderr,
        "stale: out/example/parrot.rs\n\
         missing: out/mod.rs\n\
         left over: out/left.rs\n\
         3 files are not what the documents say; to bring them up to date, \
         run: cargo xtask codegen --schema schema --out out\n"
    );
    assert_eq!(workshop.0.all(), before);
}

#[test]
fn every_fault_is_told_and_nothing_is_written() {
    let workshop = Workshop::generated();
    let broken = PARROT
        .replace(
            r#""type": "string", "description": "What to say.""#,
            r#""type": "text""#,
        )
        .replace(r#"["prompt"]"#, r#"["promt"]"#);
    workshop
        .0
        .write("schema/models/cf/example/parrot.json", &broken);
    let before = workshop.0.all();
    for flags in [&[][..], &["--check"]] {
        let (code, stdout, stderr) = workshop.codegen(flags);
        assert_eq!((code, stdout.as_str()), (1, ""));
        let lines: Vec<&str> = stderr.lines().collect();
        let [faults @ .., count] = lines.as_slice() else {
            panic!("faults and their count")
        };
        let file = "error: schema/models/cf/example/parrot.json#/paths/~1accounts";
        assert!(
            faults.iter().all(|fault| fault.starts_with(file)),
            "{stderr}"
        );
        for (fault, part) in faults
            .iter()
            .zip(["/properties/prompt/type: ", "/required/0: "])
        {
            assert!(fault.contains(part), "{fault}");
        }
        assert_eq!(*count, "error: 2 faults in schema, nothing written");
        assert_eq!(workshop.0.all(), before);
    }
}

#[test]
fn a_schema_directory_without_models_is_a_mistake_not_an_empty_catalogue() {
    let workshop = Workshop::generated();
    let before = workshop.0.join("out/example/parrot.rs");
    fs::remove_dir_all(workshop.0.join("schema/models")).expect("removed");
    let (code, _, stderr) = workshop.codegen(&[]);
    assert_eq!(code, 1);
    assert!(stderr.contains("no models"), "{stderr}");
    assert!(before.exists());

    fs::create_dir(workshop.0.join("schema/models")).expect("an empty directory");
    let (code, _, stderr) = workshop.codegen(&[]);
    assert_eq!(code, 1);
    assert!(stderr.contains("no models"), "{stderr}");
    assert!(before.exists());
}

#[test]
fn wrong_arguments_are_answered_with_the_usage() {
    let workshop = Workshop::new();
    for (arguments, reason) in [
        (&[][..], "which command?"),
        (&["codgen"], "unknown command `codgen`"),
        (&["codegen", "--chek"], "unknown flag `--chek`"),
        (&["codegen", "--check=yes"], "unknown flag `--check=yes`"),
        (&["codegen", "-x"], "unknown flag `-x`"),
        (&["codegen", "schema"], "unexpected argument `schema`"),
        (&["codegen", "--out"], "`--out` needs a directory"),
        (&["codegen", "--out="], "`--out` needs a directory"),
        (
            &["codegen", "--schema", "--check"],
            "`--schema` needs a directory",
        ),
        (
            &["codegen", "--out", "a", "--out", "b"],
            "`--out` stands twice",
        ),
    ] {
        let (code, stdout, stderr) = workshop.xtask(arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert_eq!(
            stderr,
            format!(
                "error: {reason}\n\
                 usage: cargo xtask codegen [--check] [--schema DIR] [--out DIR] [--root PATH]\n{}",
                // Where no command was named, all are.
                if reason.contains("command") {
                    "       cargo xtask schema import|diff|check|pull …\n       cargo xtask bench [--short] [--only WORK|--build]\n"
                } else {
                    ""
                }
            )
        );
    }
    assert!(!workshop.0.join("out").exists());
}

#[test]
fn help_is_no_mistake() {
    let workshop = Workshop::new();
    for arguments in [&["--help"][..], &["help"], &["codegen", "--help"]] {
        let (code, stdout, stderr) = workshop.xtask(arguments);
        assert_eq!((code, stderr.as_str()), (0, ""));
        for word in ["codegen", "--check", "--schema DIR", "--out DIR"] {
            assert!(stdout.contains(word), "{stdout}");
        }
    }
}

//! `cargo xtask schema pull` as its callers see it, against the stand-in and against a service that misbehaves: how it
//! ends, what it says, what it writes.
//!
//! The command is built with a client for this only: `cargo test -p xtask --features network --test shell pull`.

mod service;

use std::process::{Command, Output};

use serde_json::{Value, json};
use workers_ai_local::Server;

use crate::scratch::Scratch;
use service::{Reply, Service};

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
const DOCUMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema");

/// What a run came to.
struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ended {
    /// Asserts that it failed with these lines, each of which is an error or says what to do.
    fn failed(&self, lines: &[&str]) {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (1, ""),
            "{}",
            self.stderr
        );
        let said: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(said.len(), lines.len(), "{}", self.stderr);
        for (said, line) in said.iter().zip(lines) {
            assert!(said.starts_with(line), "{said}\n{line}");
        }
    }
}

/// `schema pull` in a directory, as a caller with `token` would run it.
fn command(scratch: &Scratch, token: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(["schema", "pull", "--schema", "schema"])
        .current_dir(&**scratch)
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .env("CLOUDFLARE_ACCOUNT_ID", ACCOUNT);
    for name in [
        "CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_API_KEY",
        "CLOUDFLARE_EMAIL",
        "CLOUDFLARE_BASE_URL",
    ] {
        command.env_remove(name);
    }
    command.envs(token.map(|token| ("CLOUDFLARE_API_TOKEN", token)));
    command
}

fn run(mut command: Command) -> Ended {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended {
        code: status.code().expect("a status"),
        stdout: text(stdout),
        stderr: text(stderr),
    }
}

fn pull(scratch: &Scratch, token: Option<&str>, url: &str, more: &[&str]) -> Ended {
    let mut command = command(scratch, token);
    command.args(["--base-url", url]).args(more);
    run(command)
}

/// The documents that are there.
fn documents(scratch: &Scratch) -> Vec<(std::path::PathBuf, Option<String>)> {
    let all = scratch.all().into_iter();
    all.filter(|(path, _)| path.starts_with(scratch.join("schema")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_the_stand_in_lists_is_written_and_a_second_run_finds_nothing_new() {
    let server = Server::builder()
        .retired(true)
        .start()
        .await
        .expect("a stand-in");
    let scratch = Scratch::new();
    let more = ["--components", DOCUMENTS, "--jobs=8", "--quiet"];
    let first = pull(&scratch, Some("local"), &server.url(), &more);
    assert_eq!(
        (first.code, first.stderr.as_str()),
        (0, ""),
        "{}",
        first.stdout
    );
    let models = count(std::path::Path::new(DOCUMENTS).join("models"));
    let last = first.stdout.lines().last().expect("a line");
    assert!(
        last.starts_with(&format!("{models} models added, 0 updated, 0 as before; ")),
        "{last}"
    );
    assert_eq!(count(scratch.join("schema/models")), models);
    let before = documents(&scratch);
    let second = pull(&scratch, Some("local"), &server.url(), &more);
    let nothing = format!("0 models added, 0 updated, {models} as before; 0 files\n");
    assert_eq!(
        (second.code, second.stdout, second.stderr),
        (0, nothing, String::new())
    );
    assert_eq!(documents(&scratch), before);
}

#[test]
fn wrong_arguments_ask_nobody() {
    let scratch = Scratch::new();
    let cases = [
        (
            ["--everything", ""],
            "error: unknown flag `--everything`\nusage: ",
        ),
        (
            ["--jobs", "17"],
            "error: `--jobs` needs a number from 1 to 16\nusage: ",
        ),
    ];
    for (more, line) in cases {
        let ended = pull(&scratch, None, "http://127.0.0.1:1", &more);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
        assert!(ended.stderr.starts_with(line), "{}", ended.stderr);
    }
}

fn count(path: std::path::PathBuf) -> usize {
    let entries = std::fs::read_dir(path).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| if path.is_dir() { count(path) } else { 1 })
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_has_to_be_known() {
    let server = Server::builder()
        .token("right")
        .start()
        .await
        .expect("a stand-in");
    let scratch = Scratch::new();
    let ended = pull(&scratch, None, &server.url(), &[]);
    ended.failed(&["error: no credentials"]);
    let ended = pull(&scratch, Some("wrong"), &server.url(), &[]);
    ended.failed(&[
        "error: models/search?page=1#: ",
        "error: 1 fault, nothing written",
    ]);
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("wrong"));
    assert!(documents(&scratch).is_empty());
}

/// An item of the catalogue.
fn item(name: &str) -> Value {
    json!({"name": format!("@cf/example/{name}"), "description": "Made up.", "task": {"name": "Translation"}, "properties": []})
}

/// A service with these items on one page and a schema for each model.
fn service(items: Vec<Value>) -> Service {
    Service::start(move |path| {
        if path.contains("/ai/models/search") {
            let first = !path.contains("page=")
                || path.contains("&page=1&")
                || path.contains("?page=1&")
                || path.ends_with("page=1");
            let items = if first { items.clone() } else { Vec::new() };
            return Reply::json(
                &json!({"success": true, "errors": [], "messages": [], "result": items}),
            );
        }
        let schema = json!({"type": "object", "properties": {"text": {"type": "string"}}});
        Reply::json(
            &json!({"success": true, "errors": [], "messages": [], "result": {"input": schema, "output": schema}}),
        )
    })
}

#[test]
fn the_environment_may_name_the_server() {
    let service = service(vec![item("a")]);
    let scratch = Scratch::new();
    let mut command = command(&scratch, Some("local"));
    command
        .arg("--dry-run")
        .env("CLOUDFLARE_BASE_URL", service.url());
    let ended = run(command);
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (0, ""),
        "{}",
        ended.stdout
    );
    assert!(documents(&scratch).is_empty());
}

#[test]
fn a_network_that_goes_away_leaves_nothing_and_a_second_run_goes_on() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let service = service(names.map(item).to_vec());
    let scratch = Scratch::new();
    // The list comes in two answers, the second of which is empty, then three schemas.
    service.hang_up_after(5);
    let cut = pull(&scratch, Some("local"), &service.url(), &["--jobs", "1"]);
    assert_eq!((cut.code, cut.stdout.as_str()), (1, ""), "{}", cut.stderr);
    let lines: Vec<&str> = cut.stderr.lines().collect();
    assert_eq!(lines.len(), 5, "{}", cut.stderr);
    for (line, name) in lines.iter().zip(["d", "e", "f"]) {
        assert!(
            line.starts_with(&format!("error: models/schema?model=@cf/example/{name}#: ")),
            "{line}"
        );
    }
    assert!(
        lines[3].starts_with("error: 3 faults, nothing written"),
        "{}",
        lines[3]
    );
    assert!(
        lines[4].starts_with("what was answered is kept: run it again to go on"),
        "{}",
        lines[4]
    );
    assert!(documents(&scratch).is_empty());
    service.answer();
    let asked = service.asked();
    let whole = pull(&scratch, Some("local"), &service.url(), &[]);
    assert_eq!(
        (whole.code, whole.stderr.as_str()),
        (0, ""),
        "{}",
        whole.stdout
    );
    assert!(
        whole
            .stdout
            .ends_with("6 models added, 0 updated, 0 as before; 7 files\n"),
        "{}",
        whole.stdout
    );
    // Only what had not come was asked for.
    assert_eq!(service.asked() - asked, 3);
}

/// A page of the catalogue or a schema, in a service that was well when the documents were written.
#[test]
fn a_bad_answer_is_one_clear_error_and_nothing_is_overwritten() {
    let well = service(["a", "b"].map(item).to_vec());
    let page = |reply: fn() -> Reply| Service::start(move |_| reply());
    let mut nameless = item("b");
    nameless.as_object_mut().expect("an item").remove("name");
    let mut other = item("a");
    other["description"] = "Another.".into();
    let cases = [
        (
            page(|| Reply::text("text/html", "<html>Sign in</html>")),
            "error: models/search?page=1#: ",
        ),
        (
            page(|| Reply::text("application/json", "{\"result\": [")),
            "error: models/search?page=1#: ",
        ),
        (
            page(|| Reply::json(&json!({"success": true, "result": {}}))),
            "error: models/search?page=1#: not a list of models",
        ),
        (
            page(|| Reply::json(&json!({"success": true, "result": []}))),
            "error: models/search#: no models are listed",
        ),
        (
            service(vec![item("a"), nameless]),
            "error: models/search#: a listed model without `name`: {",
        ),
        (
            service(vec![item("a"), item("b"), other]),
            "error: models/search#: `@cf/example/a` is listed twice, and not alike",
        ),
    ];
    for (service, line) in cases {
        let scratch = Scratch::new();
        let first = pull(&scratch, Some("local"), &well.url(), &[]);
        assert_eq!(first.code, 0, "{}", first.stderr);
        let before = documents(&scratch);
        let ended = pull(&scratch, Some("local"), &service.url(), &["--fresh"]);
        let lines = ended.stderr.lines().count();
        let all = [
            line,
            "error: 1 fault, nothing written",
            "what was answered is kept: run it again to go on",
        ];
        ended.failed(&all[..lines.min(3)]);
        assert_eq!(documents(&scratch), before, "{line}");
    }
}

//! The program: its arguments, and how it ends.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Output, Stdio},
};

use crate::wire::{LLAMA, raw, run};

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_workers-ai-local"))
        .args(arguments)
        .output()
        .expect("the program")
}

#[test]
fn it_says_where_it_is_and_serves() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_workers-ai-local"))
        .args(["--port=0", "--token", "secret", "--fault", "error=capacity"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let output = child.stdout.take().expect("its output");
    let line = BufReader::new(output)
        .lines()
        .next()
        .expect("a line")
        .expect("text");
    let url = line.split("http://").nth(1).expect("an address");
    let address = url
        .split('/')
        .next()
        .expect("a host")
        .parse()
        .expect("an address");
    let ask = run(LLAMA, r#"{"prompt":"a"}"#);
    let statuses = [
        raw(address, &ask.bytes()).status,
        raw(address, &ask.bytes()).status,
    ];
    child.kill().expect("a process that runs");
    child.wait().expect("a process that ends");
    assert_eq!(statuses, [429, 200]);
}

#[test]
fn it_helps() {
    for argument in ["--help", "-h"] {
        let output = program(&[argument]);
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains("--forward-embeddings"));
    }
    assert!(program(&["--version"]).status.success());
}

#[test]
fn what_is_wrong_is_one_line_and_status_2() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let script = std::env::temp_dir().join(format!("faults-{}.txt", std::process::id()));
    std::fs::write(&script, "empty\nnonsense\n").expect("a file");
    let script_path = script.to_str().expect("a path");
    for (arguments, says) in [
        (&["--port", port.as_str()][..], "in use"),
        (&["--port"], "--port needs a value"),
        (&["--port", "70000"], "--port `70000`"),
        (&["--seed=x"], "--seed `x`"),
        (&["--pace", "fast"], "--pace `fast`"),
        (&["--colour"], "unknown argument `--colour`"),
        (&["--retired=yes"], "unknown argument"),
        (&["extra"], "unknown argument `extra`"),
        (&["--fault", "nonsense"], "fault `nonsense`"),
        (&["--script", script_path], "line 2: fault `nonsense`"),
        (&["--script", "/no/such/file"], "/no/such/file"),
        (&["--forward", "https://example.com"], "http://"),
        (&["--forward-model", "x"], "--forward"),
    ] {
        let output = program(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(says), "{arguments:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    std::fs::remove_file(script).expect("a file that is there");
}

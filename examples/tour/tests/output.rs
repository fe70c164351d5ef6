//! What the tour prints is what README.md shows, and it says so when it cannot.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const CREDENTIALS: [&str; 5] = [
    "CLOUDFLARE_ACCOUNT_ID",
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_EMAIL",
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_BASE_URL",
];

fn tour() -> Command {
    let mut tour = Command::new(env!("CARGO_BIN_EXE_tour"));
    for name in CREDENTIALS {
        tour.env_remove(name);
    }
    tour
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn directory(name: &str) -> PathBuf {
    env::temp_dir().join(format!("workers-ai-tour-{name}-{}", std::process::id()))
}

/// The output that the page shows first.
fn shown() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let page = fs::read_to_string(page).expect("README.md");
    let block = page.split("```text\n").nth(1).expect("a block");
    block.split("```").next().expect("its end").to_owned()
}

#[test]
fn it_prints_what_the_readme_shows() {
    let directory = directory("shown");
    let output = tour().arg(&directory).output().expect("the tour");
    let (status, out, err) = said(&output);
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    let usual = Path::new("/tmp/workers-ai-tour").join("lighthouse.jpg");
    let picture = directory.join("lighthouse.jpg");
    let out = out.replace(&picture.display().to_string(), &usual.display().to_string());
    assert_eq!(out, shown());
    assert!(
        fs::read(picture)
            .expect("a picture")
            .starts_with(&[0xFF, 0xD8])
    );
    fs::remove_dir_all(directory).expect("removed");
}

#[test]
fn arguments_that_are_none_are_refused() {
    for arguments in [&["--fast"][..], &["a", "b"]] {
        let (status, out, err) = said(&tour().args(arguments).output().expect("the tour"));
        assert_eq!((status, out.as_str()), (Some(2), ""));
        assert!(
            err.starts_with("error: unexpected argument") && err.lines().count() == 1,
            "{err}"
        );
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_told_at_once() {
    let file = directory("file");
    fs::write(&file, "").expect("a file");
    let (status, out, err) = said(&tour().arg(file.join("below")).output().expect("the tour"));
    assert_eq!((status, out.as_str()), (Some(2), ""));
    assert!(
        err.starts_with("error: cannot write to ") && err.lines().count() == 1,
        "{err}"
    );
    fs::remove_file(file).expect("removed");
}

#[test]
fn half_of_the_credentials_is_an_error_and_not_a_stand_in() {
    let account = ("CLOUDFLARE_ACCOUNT_ID", "0123456789abcdef0123456789abcdef");
    let (status, out, err) = said(&tour().env(account.0, account.1).output().expect("the tour"));
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(err.contains("CLOUDFLARE_API_TOKEN"), "{err}");
}

//! Directories compared with what they should hold, and settled.

use std::{
    fs,
    path::{Path, PathBuf},
};

use xtask::tree::{Difference, Files, apply, compare};

use crate::scratch::Scratch;

fn files(list: &[(&str, &str)]) -> Files {
    list.iter()
        .map(|(path, content)| ((*path).to_owned(), (*content).to_owned()))
        .collect()
}

/// Compares, applies, and compares again.
fn settle(directory: &Path, files: &Files) -> Difference {
    let difference = compare(directory, files).expect("a comparison");
    apply(directory, files, &difference).expect("applied");
    let after = compare(directory, files).expect("a comparison");
    assert!(after.is_empty(), "{after:?}");
    difference
}

#[test]
fn a_directory_that_is_not_there_lacks_everything() {
    let scratch = Scratch::new();
    let wanted = files(&[("a.rs", "a\n"), ("b/c.rs", "c\n")]);
    let difference = settle(&scratch.join("deep/out"), &wanted);
    assert_eq!(difference.missing, ["a.rs", "b/c.rs"]);
    assert_eq!(difference.len(), 2);
    assert_eq!(scratch.read("deep/out/b/c.rs"), "c\n");
    assert_eq!(scratch.all().len(), 5, "nothing else: {:?}", scratch.all());
}

#[test]
fn stale_missing_and_left_over_files_are_told_apart() {
    let scratch = Scratch::new();
    scratch.write("same.rs", "same\n");
    scratch.write("stale.rs", "old\n");
    scratch.write("gone/left.rs", "left\n");
    fs::create_dir_all(scratch.join("empty/inside")).expect("a directory");
    let wanted = files(&[
        ("same.rs", "same\n"),
        ("stale.rs", "new\n"),
        ("new.rs", "\n"),
    ]);
    let difference = settle(&scratch, &wanted);
    assert_eq!(difference.stale, ["stale.rs"]);
    assert_eq!(difference.missing, ["new.rs"]);
    assert_eq!(difference.left_over, [PathBuf::from("gone/left.rs")]);
    assert_eq!(
        difference.lines("out"),
        [
            "stale: out/stale.rs",
            "missing: out/new.rs",
            "left over: out/gone/left.rs"
        ]
    );
    assert_eq!(scratch.read("stale.rs"), "new\n");
    assert_eq!(scratch.all().len(), 3, "no empty directory stays");
}

#[test]
fn line_endings_are_not_a_difference_and_everything_else_is() {
    let scratch = Scratch::new();
    let wanted = files(&[("a.rs", "one\ntwo\n")]);
    for (found, same) in [
        ("one\ntwo\n", true),
        ("one\r\ntwo\r\n", true),
        ("one\r\ntwo\n", true),
        ("one\r\r\ntwo\n", false),
        ("one\rtwo\n", false),
        ("one\ntwo", false),
        ("one\ntwo\n\n", false),
        ("one\ntwo\n\r", false),
        ("", false),
    ] {
        scratch.write("a.rs", found);
        let difference = compare(&scratch, &wanted).expect("a comparison");
        assert_eq!(difference.is_empty(), same, "{found:?}");
    }
}

#[test]
fn a_file_may_stand_where_a_directory_should_and_the_other_way_round() {
    let scratch = Scratch::new();
    scratch.write("kept.rs", "");
    scratch.write("a", "a file\n");
    scratch.write("b.rs/inside.rs", "in a directory\n");
    let wanted = files(&[("kept.rs", ""), ("a/x.rs", "x\n"), ("b.rs", "b\n")]);
    settle(&scratch, &wanted);
    assert_eq!(scratch.read("b.rs"), "b\n");
}

#[cfg(unix)]
#[test]
fn links_are_replaced_and_never_followed() {
    let scratch = Scratch::new();
    scratch.write("elsewhere/kept.rs", "kept\n");
    scratch.write("out/mod.rs", "");
    let link = |from: &str, to: &str| {
        std::os::unix::fs::symlink(scratch.join(from), scratch.join(to)).expect("a link");
    };
    link("elsewhere", "out/linked");
    link("elsewhere/kept.rs", "out/a.rs");
    let wanted = files(&[("mod.rs", ""), ("a.rs", "kept\n")]);
    let difference = settle(&scratch.join("out"), &wanted);
    assert_eq!(difference.stale, ["a.rs"]);
    assert_eq!(difference.left_over, [PathBuf::from("linked")]);
    assert!(!scratch.join("out/a.rs").is_symlink());
    assert_eq!(scratch.read("elsewhere/kept.rs"), "kept\n");
}

#[test]
fn a_file_that_cannot_be_written_is_named_and_nothing_else_changes() {
    let scratch = Scratch::new();
    scratch.write("out/a.rs", "old\n");
    scratch.write("out/left.rs", "left\n");
    let before = scratch.all();
    let too_long = format!("z{}.rs", "z".repeat(5000));
    let wanted = files(&[("a.rs", "new\n"), (&too_long, "\n")]);
    let out = scratch.join("out");
    let difference = compare(&out, &wanted).expect("a comparison");
    let failure = apply(&out, &wanted, &difference).expect_err("no such name");
    let message = failure.to_string();
    assert!(message.starts_with("cannot write "), "{message}");
    assert!(message.contains("out/zzz"), "{message}");
    assert_eq!(scratch.all(), before);
}

#[test]
fn a_directory_of_other_things_is_not_emptied() {
    let scratch = Scratch::new();
    scratch.write("out/thesis.txt", "years of work\n");
    let before = scratch.all();
    let wanted = files(&[("mod.rs", "\n")]);
    let out = scratch.join("out");
    let difference = compare(&out, &wanted).expect("a comparison");
    let failure = apply(&out, &wanted, &difference).expect_err("not ours");
    assert!(
        failure.to_string().contains("none that were generated"),
        "{failure}"
    );
    assert_eq!(scratch.all(), before);
}

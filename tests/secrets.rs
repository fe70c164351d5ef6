//! Nothing that looks like a credential or an account of somebody's stands in the repository.

use std::{fs, path::Path};

use xtask::root;

/// What examples and tests use for an account.
const EXAMPLES: &[&str] = &["0123456789abcdef0123456789abcdef"];

/// Folders that are made, not kept.
const SKIPPED: &[&str] = &["target", ".git"];

/// Runs of characters as long as an account id or a token, of the sort those are made of.
fn suspects(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let words = text.split(|c| !is_part(c));
    words
        .filter(|word| is_account(word) || is_token(word))
        .collect()
}

fn is_account(word: &str) -> bool {
    let is_hex = word
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let has = |of: fn(&u8) -> bool| word.as_bytes().iter().any(of);
    word.len() == 32
        && is_hex
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !EXAMPLES.contains(&word)
}

/// Tokens have 40 characters, and more of a mixture than any name.
fn is_token(word: &str) -> bool {
    let has = |of: fn(&u8) -> bool| word.as_bytes().iter().filter(|byte| of(byte)).count() > 4;
    let is_sum = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    word.len() == 40
        && !is_sum
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
}

fn walk(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                walk(&path, found);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let suspects = suspects(&text).into_iter();
            found.extend(suspects.map(|word| format!("{}: {word}", path.display())));
        }
    }
}

#[test]
fn a24_no_credentials_and_no_accounts() {
    let mut found = Vec::new();
    walk(&root(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a24_what_looks_like_one_is_found() {
    let account = format!("{}{}", "a1b2c3d4e5f60718", "293a4b5c6d7e8f90");
    let token = format!("{}{}", "Xy7_kQ2mZp9LwR4tVb8N", "c3Hd6Js1Gf5Aq0Ue-Wi2");
    let text = format!("account={account} \"Bearer {token}\"");
    assert_eq!(suspects(&text), [account.as_str(), token.as_str()]);
    assert_eq!(
        suspects("Llama31_8bInstructFp8 0123456789abcdef0123456789abcdef"),
        [""; 0]
    );
}

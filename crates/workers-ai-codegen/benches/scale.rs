//! Does the time per model stay the same when there are ten and a hundred times as many?
//!
//! Copies the documents of this workspace under new ids until there are enough, and times
//! [`generate`] on them. With `cargo bench` all sizes; without its `--bench` flag, as in a test run,
//! the smallest only.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process,
    time::Instant,
};

use serde_json::Value;
use workers_ai_codegen::generate;

/// How many times the corpus is there.
const TIMES: [usize; 3] = [1, 10, 100];

fn main() -> Result<(), Box<dyn Error>> {
    let timed = env::args().any(|argument| argument == "--bench");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let scratch = env::temp_dir().join(format!("workers-ai-scale-{}", process::id()));
    let result = measure(&schema, &scratch, timed);
    // It is in the temporary directory; one that stays is no reason to hide the result.
    let _ = fs::remove_dir_all(&scratch);
    result
}

fn measure(schema: &Path, scratch: &Path, timed: bool) -> Result<(), Box<dyn Error>> {
    let mut models = Vec::new();
    documents(&schema.join("models"), &mut models)?;
    for folder in ["components", "corrections"] {
        let mut files = Vec::new();
        documents(&schema.join(folder), &mut files)?;
        for file in files {
            let to = scratch.join(file.strip_prefix(schema)?);
            make_parent(&to)?;
            fs::copy(&file, to)?;
        }
    }
    println!(
        "{:>8} {:>10} {:>15} {:>8}",
        "models", "seconds", "ms per model", "ratio"
    );
    let mut first = None;
    let mut there = 0;
    for times in TIMES.into_iter().take(if timed { TIMES.len() } else { 1 }) {
        for copy in there..times {
            for file in &models {
                let to = scratch.join(file.strip_prefix(schema)?);
                write_copy(file, to, copy)?;
            }
        }
        there = times;
        // The fastest of a few runs: what else the machine does only ever adds to the time.
        let runs = if timed { (100 / times).min(5) } else { 1 };
        let mut seconds = f64::MAX;
        let mut count = 0;
        for _ in 0..runs {
            let start = Instant::now();
            let generated = generate(scratch).map_err(|faults| {
                let first = faults.first().map(ToString::to_string);
                format!("{} faults, {}", faults.len(), first.unwrap_or_default())
            })?;
            seconds = seconds.min(start.elapsed().as_secs_f64());
            count = generated.models;
        }
        let wanted = models.len() * times;
        if count != wanted {
            return Err(format!("{count} models came out of {wanted} documents").into());
        }
        let each = seconds / f64::from(u32::try_from(count)?);
        let ratio = each / *first.get_or_insert(each);
        println!(
            "{count:>8} {seconds:>10.2} {:>15.2} {ratio:>8.2}",
            each * 1_000.0
        );
    }
    Ok(())
}

/// The documents below a directory.
fn documents(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            documents(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

/// The document at `from` under an id, a path, a title, names and a file name of its own. The first copy
/// keeps them, and so the corrections that are meant for it.
fn write_copy(from: &Path, mut to: PathBuf, copy: usize) -> Result<(), Box<dyn Error>> {
    let mut document: Value = serde_json::from_str(&fs::read_to_string(from)?)?;
    if copy > 0 {
        let suffix = format!("-copy{copy}");
        let paths = document.get_mut("paths").and_then(Value::as_object_mut);
        let paths = paths.ok_or("a document without paths")?;
        *paths = std::mem::take(paths)
            .into_iter()
            .map(|(path, operations)| (path + &suffix, operations))
            .collect();
        for pointer in ["/x-model/id", "/info/title"] {
            if let Some(Value::String(text)) = document.pointer_mut(pointer) {
                text.push_str(&suffix);
            }
        }
        rename_types(&mut document, copy);
        let stem = to.file_stem().ok_or("a document without a name")?;
        let mut name = stem.to_owned();
        name.push(&suffix);
        name.push(".json");
        to.set_file_name(name);
    }
    make_parent(&to)?;
    fs::write(to, serde_json::to_string(&document)?)?;
    Ok(())
}

/// Gives every type whose name the document says another one.
fn rename_types(node: &mut Value, copy: usize) {
    match node {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(name) if key == "x-name" => {
                        name.push_str("Copy");
                        name.push_str(&copy.to_string());
                    }
                    _ => rename_types(value, copy),
                }
            }
        }
        Value::Array(list) => {
            for item in list {
                rename_types(item, copy);
            }
        }
        _ => {}
    }
}

fn make_parent(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

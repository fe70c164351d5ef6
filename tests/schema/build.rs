//! From the odd pages in `schema/pages` to Rust, as a user would: import, then generate. The tests compile what comes out.

use std::{env, error::Error, fs, path::PathBuf};

use workers_ai_codegen::{Fault, Settings, generate_with};
use workers_ai_schema::{Directory, Options, Source, import};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=schema/pages");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut sources = Vec::new();
    for entry in fs::read_dir("schema/pages")? {
        let path = entry?.path();
        sources.push(Source {
            name: path.display().to_string(),
            text: fs::read_to_string(&path)?,
            model: None,
        });
    }
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    let options = Options {
        prose: true,
        prune: false,
        date: "2026-01-01".to_owned(),
    };
    let none = Directory::default();
    let imported = import(&none, &none, &sources, &options).map_err(|faults| lines(&faults))?;
    let schema = out.join("schema");
    for (file, text) in &imported.files {
        write(&schema.join(file), text)?;
    }
    let settings = Settings::for_crate("crate::compiled");
    let generated = generate_with(&schema, &settings).map_err(|faults| lines(&faults))?;
    let models = out.join("compiled");
    for (file, text) in &generated.files {
        write(&models.join(file), text)?;
    }
    // What odd pages call things is not what lints want.
    let module = format!(
        "#[allow(warnings, clippy::all, clippy::pedantic)]\n#[path = \"{}\"]\npub mod compiled;\n",
        models.join("mod.rs").display()
    );
    write(&out.join("compiled.rs"), &module)?;
    Ok(())
}

fn write(path: &PathBuf, text: &str) -> Result<(), Box<dyn Error>> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(fs::write(path, text)?)
}

fn lines(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

//! Types for the documents in `schema`, written where the compiler looks for them.

use std::{env, error::Error, fs, path::PathBuf};

use workers_ai_codegen::{Settings, generate_with};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=schema");
    let out = PathBuf::from(env::var("OUT_DIR")?).join("models");
    let generated = generate_with("schema".as_ref(), &Settings::for_crate("crate::models"));
    let generated = generated.map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })?;
    for (path, text) in generated.files {
        let path = out.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&out))?;
        fs::write(path, text)?;
    }
    // A path that is only known here cannot stand in an attribute; a file with the whole line can be included.
    let module = format!(
        "/// Made from the documents in `schema`.\n#[path = r\"{}\"]\npub mod models;\n",
        out.join("mod.rs").display()
    );
    fs::write(out.with_extension("rs"), module)?;
    Ok(())
}

//! Tasks.
fn main() {
    let out = std::env::args().nth(2).unwrap_or("crates/workers-ai-models/src/generated".into()); let out = std::path::Path::new(&out);
    match workers_ai_codegen::generate(std::path::Path::new(&std::env::args().nth(1).unwrap_or("schema".into()))) {
        Ok(g) => {
            for (p, t) in &g.files { let p = out.join(p); std::fs::create_dir_all(p.parent().unwrap()).unwrap(); std::fs::write(p, t).unwrap(); }
            for l in &g.loosened { println!("{l}"); }
            println!("{} models {} files {} lines", g.models, g.files.len(), g.files.values().map(|t| t.lines().count()).sum::<usize>());
        }
        Err(f) => { for f in &f { println!("{f}"); } println!("{}", f.len()); }
    }
}

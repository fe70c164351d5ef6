//! Directories, pages and imports for the tests.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use workers_ai_schema::{Directory, Fault, Import, Options, Source, import};

/// The documents of this workspace.
pub(crate) fn corpus() -> Directory {
    Directory::read(&corpus_path()).unwrap_or_else(|faults| panic!("{}", lines(&faults)))
}

pub(crate) fn corpus_path() -> PathBuf {
    xtask::root().join("schema")
}

pub(crate) fn options() -> Options {
    Options {
        prose: true,
        prune: false,
        date: "2026-01-01".to_owned(),
    }
}

pub(crate) fn source(name: &str, text: impl Into<String>) -> Source {
    Source {
        name: name.to_owned(),
        text: text.into(),
        model: None,
    }
}

/// A page of a model called `name`, which takes `input` and gives `output`.
pub(crate) fn page(name: &str, input: &Value, output: &Value) -> Source {
    let page = json!({
        "name": format!("@cf/example/{name}"),
        "description": "A made-up model.",
        "task": {"name": "Text Generation"},
        "properties": [],
        "schema": {"input": input, "output": output},
    });
    source(&format!("{name}.json"), page.to_string())
}

/// The pages in `pages`.
pub(crate) fn pages() -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/pages");
    let mut sources: Vec<Source> = fs::read_dir(folder)
        .expect("the pages")
        .map(|entry| {
            let path = entry.expect("a page").path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            source(&name, fs::read_to_string(&path).expect("a page"))
        })
        .collect();
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    sources
}

/// An import into `directory`, which has to succeed.
pub(crate) fn imported(directory: &Directory, sources: &[Source]) -> Import {
    let done = import(directory, &Directory::default(), sources, &options());
    done.unwrap_or_else(|faults| panic!("{}", lines(&faults)))
}

/// An import into an empty directory.
pub(crate) fn fresh(sources: &[Source]) -> Import {
    imported(&Directory::default(), sources)
}

/// The faults of an import that cannot succeed.
pub(crate) fn refused(sources: &[Source]) -> String {
    let none = Directory::default();
    match import(&none, &none, sources, &options()) {
        Ok(_) => panic!("nothing was refused"),
        Err(faults) => lines(&faults),
    }
}

pub(crate) fn lines(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// The schema of the body or, with `result`, of the answer of a model.
pub(crate) fn schema<'a>(directory: &'a Directory, name: &str, answer: bool) -> &'a Value {
    let document = directory
        .get(&format!("models/cf/example/{name}.json"))
        .expect("a document");
    let path = format!("/accounts/{{account_id}}/ai/run/@cf/example/{name}").replace('/', "~1");
    let at = if answer {
        "responses/200/content/application~1json/schema/allOf/1/properties/result"
    } else {
        "requestBody/content/application~1json/schema"
    };
    document
        .pointer(&format!("/paths/{path}/post/{at}"))
        .expect("its schema")
}

/// A directory on disk with the files of `directory`. It is gone when this is dropped.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(directory: &Directory) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("workers-ai-schema-{}-{number}", process::id()));
        let texts: BTreeMap<&str, String> = directory
            .files()
            .map(|(file, value)| (file, format!("{value:#}\n")))
            .collect();
        for (file, text) in texts {
            let file = path.join(file);
            fs::create_dir_all(file.parent().expect("a parent")).expect("its directory");
            fs::write(file, text).expect("a file");
        }
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

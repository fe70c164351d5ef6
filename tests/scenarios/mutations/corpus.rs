//! A part of the real corpus that stands for itself: one model and what it needs.

use std::{collections::BTreeMap, fs, iter, path::Path};

use serde_json::{Value, json};

use super::damage::{Random, damage};
use crate::loader::Schema;

const DOCUMENTS: usize = 30;

/// One model's document and every file that it needs.
pub(super) struct Corpus {
    model: String,
    files: BTreeMap<String, Value>,
}

/// The models that are taken, evenly over the whole corpus.
pub(super) fn corpora() -> Vec<Corpus> {
    let mut all = BTreeMap::new();
    read(&xtask::root().join("schema"), "", &mut all);
    let models: Vec<&String> = all
        .keys()
        .filter(|file| file.starts_with("models/"))
        .collect();
    let step = models.len() / DOCUMENTS;
    models
        .iter()
        .step_by(step)
        .take(DOCUMENTS)
        .map(|model| Corpus::new(model, &all))
        .collect()
}

fn read(directory: &Path, name: &str, files: &mut BTreeMap<String, Value>) {
    for entry in fs::read_dir(directory).expect("the documents") {
        let path = entry.expect("an entry").path();
        let last = path.file_name().unwrap_or_default().to_string_lossy();
        let name = if name.is_empty() {
            last.into_owned()
        } else {
            format!("{name}/{last}")
        };
        if path.is_dir() {
            read(&path, &name, files);
        } else if let Ok(document) = serde_json::from_slice(&fs::read(&path).expect("a document")) {
            files.insert(name, document);
        }
    }
}

/// Which corpus each mutation takes: small ones more often, so that the large ones do not take all the time.
pub(super) fn turns(corpora: &[Corpus], count: usize) -> Vec<usize> {
    let weights: Vec<usize> = corpora
        .iter()
        .map(|corpus| 1_000_000_000_000_000_000 / corpus.size().pow(3))
        .collect();
    let total: usize = weights.iter().sum();
    let mut turns: Vec<usize> = Vec::new();
    for (index, weight) in weights.iter().enumerate() {
        turns.extend(iter::repeat_n(index, (count * weight).div_ceil(total)));
    }
    turns
}

impl Corpus {
    fn new(model: &str, all: &BTreeMap<String, Value>) -> Self {
        let ledgers = all
            .iter()
            .filter(|(file, _)| file.starts_with("corrections/"));
        let entries: Vec<&Value> = ledgers
            .flat_map(|(_, ledger)| ledger["corrections"].as_array().into_iter().flatten())
            .collect();
        let target = |entry: &Value| {
            entry["target"]
                .as_str()
                .and_then(|target| target.split('#').next())
                .map(str::to_owned)
        };
        let components: Vec<&String> = all
            .keys()
            .filter(|file| file.starts_with("components/"))
            .collect();
        let mut files = BTreeMap::new();
        let mut open = vec![model.to_owned()];
        while let Some(file) = open.pop() {
            if files.contains_key(&file) {
                continue;
            }
            let corrections = entries
                .iter()
                .filter(|entry| target(entry).as_ref() == Some(&file));
            let text = corrections.fold(all[&file].to_string(), |text, entry| {
                text + &entry.to_string()
            });
            let named =
                |component: &&&String| text.contains(component.trim_start_matches("components/"));
            open.extend(
                components
                    .iter()
                    .filter(named)
                    .map(|component| (*component).clone()),
            );
            files.insert(file.clone(), all[&file].clone());
        }
        let known = |entry: &&&Value| target(entry).is_some_and(|file| files.contains_key(&file));
        let known: Vec<Value> = entries
            .iter()
            .filter(known)
            .map(|entry| (*entry).clone())
            .collect();
        if !known.is_empty() {
            files.insert(
                "corrections/all.json".to_owned(),
                json!({"corrections": known}),
            );
        }
        Self {
            model: model.to_owned(),
            files,
        }
    }

    fn size(&self) -> usize {
        self.files
            .values()
            .map(|document| document.to_string().len())
            .sum()
    }

    /// A schema directory with one or two wounds, and what they are.
    pub(super) fn damaged(&self, random: &mut Random) -> (Schema, String) {
        let mut files = self.files.clone();
        let mut done = Vec::new();
        for _ in 0..=random.below(2) {
            let file = if random.below(4) > 0 {
                &self.model
            } else {
                random.pick(self.files.keys().collect())
            };
            let document = files.get_mut(file).expect("a file of the corpus");
            done.push(format!("{file}#{}", damage(document, random)));
        }
        let schema = Schema::new();
        for (file, document) in &files {
            schema.add(file, document);
        }
        (schema, done.join(", "))
    }
}

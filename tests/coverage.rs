//! `docs/coverage.md` is complete, and what it names is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

use syn::{Attribute, Item};
use workers_ai_models::{ModelInfo, Status, catalogue};
use xtask::root;

/// How many rows each section has, apart from the models.
const FEATURES: [(&str, usize); 4] = [("S1", 66), ("S2", 75), ("S3", 62), ("S4", 52)];

/// How many rows speak of all models of the list, and how many of one.
const GENERAL: u8 = 12;
const MODELS: usize = 52;

/// Names a list of features whose ids are compared with those of the page.
const LIST: &str = "WORKERS_AI_FEATURES";

/// A row with an id.
struct Row {
    id: String,
    /// What follows the id.
    cells: Vec<String>,
}

/// How much of a row there is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Extent {
    Whole,
    Part,
    None,
}

impl Row {
    /// What shows it, or why nothing does.
    fn shown(&self) -> &str {
        self.cells.last().map_or("", String::as_str)
    }

    fn extent(&self) -> Extent {
        if self.shown().starts_with("In part: ") {
            Extent::Part
        } else if self.shown().starts_with("None: ") {
            Extent::None
        } else {
            Extent::Whole
        }
    }

    /// Whether it is about one model.
    fn is_model(&self) -> bool {
        self.id.starts_with("S5-") && !self.id.starts_with("S5-00")
    }
}

fn page() -> String {
    fs::read_to_string(root().join("docs/coverage.md")).expect("docs/coverage.md")
}

/// The rows of all tables, cell by cell.
fn table(text: &str) -> Vec<Vec<String>> {
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.map(|row| row.split(" | ").map(str::to_owned).collect())
        .collect()
}

fn rows() -> Vec<Row> {
    let with_id = table(&page()).into_iter().filter(|cells| is_id(&cells[0]));
    let rows = with_id.map(|mut cells| Row {
        id: cells.remove(0),
        cells,
    });
    rows.collect()
}

/// Whether this looks like `S1-01` or `S5-00a`.
fn is_id(text: &str) -> bool {
    text.starts_with('S') && text.get(2..3) == Some("-")
}

fn expected_ids() -> Vec<String> {
    let features = FEATURES
        .iter()
        .flat_map(|(section, count)| (1..=*count).map(move |row| format!("{section}-{row:02}")));
    let general = (b'a'..b'a' + GENERAL).map(|letter| format!("S5-00{}", char::from(letter)));
    let models = (1..=MODELS).map(|row| format!("S5-{row:02}"));
    features.chain(general).chain(models).collect()
}

#[test]
fn every_row_is_there_once_and_in_order() {
    let ids: Vec<String> = rows().into_iter().map(|row| row.id).collect();
    assert_eq!(ids, expected_ids());
}

#[test]
fn ids_are_those_of_the_list_they_come_from() {
    let Some(path) = env::var_os(LIST) else {
        eprintln!("skipped: {LIST} names no list of features to compare with");
        return;
    };
    let list = fs::read_to_string(&path).expect(LIST);
    let listed = table(&list).into_iter();
    let listed = listed.map(|mut cells| cells.swap_remove(0));
    let listed: Vec<String> = listed.filter(|id| is_id(id)).collect();
    let own: Vec<String> = rows().into_iter().map(|row| row.id).collect();
    assert_eq!(own, listed);
}

#[test]
fn the_summary_counts_right() {
    let rows = rows();
    let count = |of: &dyn Fn(&Row) -> bool| {
        let of: Vec<&Row> = rows.iter().filter(|row| of(row)).collect();
        let has = |extent| of.iter().filter(|row| row.extent() == extent).count();
        let counts = [
            of.len(),
            has(Extent::Whole),
            has(Extent::Part),
            has(Extent::None),
        ];
        counts.map(|count| count.to_string()).join(" ")
    };
    let mut expected: Vec<String> = FEATURES
        .iter()
        .map(|(section, _)| count(&|row| row.id.starts_with(section)))
        .collect();
    expected.push(count(&|row| row.id.starts_with("S5-00")));
    expected.push(count(&Row::is_model));
    expected.push(count(&|_| true));
    let summary = table(&page()).into_iter().filter(|cells| cells.len() == 6);
    let counted: Vec<String> = summary.skip(1).map(|cells| cells[2..].join(" ")).collect();
    assert_eq!(counted, expected);
}

#[test]
fn every_row_names_what_shows_it_or_says_why_nothing_does() {
    for row in rows().iter().filter(|row| !row.is_model()) {
        let [_, shown] = row.cells.as_slice() else {
            panic!("{}: {:?}", row.id, row.cells)
        };
        let named = spans(shown).filter(|span| is_reference(span)).count();
        let said: usize = shown
            .split('`')
            .step_by(2)
            .map(|text| text.trim().len())
            .sum();
        let expected = match row.extent() {
            Extent::Whole => named > 0,
            Extent::Part => named > 0 && said > 30,
            Extent::None => named == 0 && said > 30,
        };
        assert!(expected, "{}: {shown}", row.id);
    }
}

/// What stands between the marks of code.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a piece of code names a test, a file or a section of one.
fn is_reference(span: &str) -> bool {
    span.contains(".rs::") || span.starts_with("README.md") || {
        let top = span.split('/').next().unwrap_or_default();
        ["crates", "docs", "examples", "tests"].contains(&top) && span.contains('/')
    }
}

#[test]
fn what_is_named_exists() {
    let page = page();
    let named: BTreeSet<&str> = spans(&page).filter(|span| is_reference(span)).collect();
    let mut files = BTreeMap::new();
    let mut missing = Vec::new();
    for span in &named {
        let exists = if let Some((path, test)) = span.split_once("::") {
            let tests = files.entry(path).or_insert_with(|| tests(path));
            tests.contains(test)
        } else if let Some((path, section)) = span.split_once(' ') {
            has_section(path, section.trim_matches('"'))
        } else {
            root().join(span).exists()
        };
        if !exists {
            missing.push(*span);
        }
    }
    assert_eq!(missing, Vec::<&str>::new(), "no such test, file or section");
    assert!(named.len() > 50, "only {}", named.len());
}

/// The tests of a file that are run with it; none if no other file takes it in.
fn tests(path: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let (true, Ok(text)) = (
        is_taken_in(&root().join(path)),
        fs::read_to_string(root().join(path)),
    ) {
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        gather(&file.items, &mut found);
    }
    found
}

fn gather(items: &[Item], found: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Fn(item) => {
                let is = |name| {
                    item.attrs
                        .iter()
                        .any(|attribute| is_called(attribute, name))
                };
                if is("test") && !is("ignore") {
                    found.insert(item.sig.ident.to_string());
                }
            }
            Item::Mod(item) => {
                let content = item.content.iter();
                content.for_each(|(_, items)| gather(items, found));
            }
            _ => {}
        }
    }
}

/// Whether an attribute has this name, such as `test` for `#[tokio::test]`.
fn is_called(attribute: &Attribute, name: &str) -> bool {
    let segments = &attribute.path().segments;
    segments.last().is_some_and(|segment| segment.ident == name)
}

/// Whether a file is a target of its own or a module of another file.
fn is_taken_in(path: &Path) -> bool {
    let (Some(directory), Some(stem)) = (path.parent(), path.file_stem()) else {
        return false;
    };
    let module = format!("mod {};", stem.to_string_lossy());
    let has_module = |path: &Path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().any(|line| line.trim_end().ends_with(&module))
    };
    let beside = fs::read_dir(directory).into_iter().flatten().flatten();
    directory.ends_with("tests")
        || path.ends_with("main.rs")
        || has_module(&directory.with_extension("rs"))
        || beside.into_iter().any(|entry| has_module(&entry.path()))
}

/// Whether a page, or the documentation of a file, has a section of this name.
fn has_section(path: &str, name: &str) -> bool {
    let text = fs::read_to_string(root().join(path)).unwrap_or_default();
    let mut headings = text
        .lines()
        .filter_map(|line| line.trim_start_matches("//!").trim().strip_prefix('#'));
    headings.any(|heading| heading.trim_start_matches('#').trim() == name)
}

#[test]
fn models_are_called_what_the_catalogue_calls_them() {
    for row in rows().iter().filter(|row| row.is_model()) {
        let id = row.cells[0].trim_matches('`');
        let info = catalogue::by_id(id).unwrap_or_else(|| panic!("{}: no model {id}", row.id));
        let expected = [
            format!("`{}`", info.id),
            format!("`{}`", info.name),
            status(info),
            if info.streaming {
                "called, streamed"
            } else {
                "called"
            }
            .to_owned(),
        ];
        assert_eq!(row.cells, expected, "{}", row.id);
    }
}

/// The status of a model as the page has it.
fn status(info: &ModelInfo) -> String {
    match (info.status, info.retired) {
        (Status::Deprecated, Some(day)) => format!("withdrawn {day}"),
        (Status::Deprecated, None) => "withdrawn".to_owned(),
        (status, _) => status.as_str().to_owned(),
    }
}

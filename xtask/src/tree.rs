//! A directory that is to hold exactly the files of a map: what differs, and making it so.

use std::{
    collections::BTreeMap,
    error::Error,
    ffi::OsString,
    fmt::{self, Display},
    fs, io,
    path::{self, Component, Path, PathBuf},
    process,
};

/// Files by their path below a directory, with `/` between its parts, and their content.
pub type Files = BTreeMap<String, String>;

/// How a directory differs from the files it should hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Files with another content.
    pub stale: Vec<String>,
    /// Files that are not there.
    pub missing: Vec<String>,
    /// Files that should not be there.
    pub left_over: Vec<PathBuf>,
}

impl Difference {
    /// Whether the directory is as it should be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many files differ.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stale.len() + self.missing.len() + self.left_over.len()
    }

    /// One line for each file, its path as it is below `directory`.
    #[must_use]
    pub fn lines(&self, directory: &str) -> Vec<String> {
        let stale = self.stale.iter().map(|path| ("stale", path.clone()));
        let missing = self.missing.iter().map(|path| ("missing", path.clone()));
        let left_over = self
            .left_over
            .iter()
            .map(|path| ("left over", slashed(path)));
        stale
            .chain(missing)
            .chain(left_over)
            .map(|(what, path)| format!("{what}: {directory}/{path}"))
            .collect()
    }
}

/// What could not be done, and to which file.
#[derive(Debug)]
pub struct Failure {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            doing,
            path,
            source,
        } = self;
        write!(f, "cannot {doing} {}: {source}", path.display())
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// Says what was being done to `path` when it failed.
fn doing<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Failure + 'a {
    move |source| Failure {
        doing,
        path: path.to_owned(),
        source,
    }
}

/// Compares `directory`, which need not exist, with `files`. Line endings are not compared: a
/// checkout with CRLF is as good as one with LF.
///
/// # Errors
///
/// If something in the directory cannot be read.
pub fn compare(directory: &Path, files: &Files) -> Result<Difference, Failure> {
    let mut found = BTreeMap::new();
    if directory.exists() {
        collect(directory, directory, &mut found)?;
    }
    let mut difference = Difference::default();
    for (path, wanted) in files {
        match found.remove(path) {
            None => difference.missing.push(path.clone()),
            Some(relative) => {
                let file = directory.join(relative);
                // A link is replaced by a file, wherever it leads.
                let content = if file.is_symlink() {
                    None
                } else {
                    Some(fs::read(&file).map_err(doing("read", &file))?)
                };
                if !content.is_some_and(|content| same_text(&content, wanted.as_bytes())) {
                    difference.stale.push(path.clone());
                }
            }
        }
    }
    difference.left_over.extend(found.into_values());
    Ok(difference)
}

/// Every file below `directory`, links included and not followed.
fn collect(
    root: &Path,
    directory: &Path,
    found: &mut BTreeMap<String, PathBuf>,
) -> Result<(), Failure> {
    for entry in fs::read_dir(directory).map_err(doing("read", directory))? {
        let entry = entry.map_err(doing("read", directory))?;
        let path = entry.path();
        if entry.file_type().map_err(doing("read", &path))?.is_dir() {
            collect(root, &path, found)?;
        } else {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            found.insert(slashed(relative), relative.to_owned());
        }
    }
    Ok(())
}

/// A path with `/` between its parts.
pub(crate) fn slashed(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn same_text(found: &[u8], wanted: &[u8]) -> bool {
    let mut rest = found;
    for byte in wanted {
        if *byte == b'\n' {
            rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        }
        match rest.split_first() {
            Some((first, behind)) if first == byte => rest = behind,
            _ => return false,
        }
    }
    rest.is_empty()
}

/// Makes `directory` hold `files`, given how it differs from them. Files that are the same are not
/// touched.
///
/// Everything is written beside the directory first, so that a failure to write changes nothing.
///
/// # Errors
///
/// The first thing that could not be done. Also if the directory holds files, but none of these:
/// nobody wants that one emptied.
pub fn apply(directory: &Path, files: &Files, difference: &Difference) -> Result<(), Failure> {
    if !difference.left_over.is_empty() && difference.missing.len() == files.len() {
        let reason = "it holds files, but none that were generated; choose an empty directory";
        return Err(doing("replace", directory)(io::Error::other(reason)));
    }
    let changed = || difference.stale.iter().chain(&difference.missing);
    let stage = Stage::beside(directory)?;
    for path in changed() {
        let content = files.get(path).map_or("", String::as_str);
        write(&stage.0.join(path), content).map_err(doing("write", &directory.join(path)))?;
    }
    for path in &difference.left_over {
        let path = directory.join(path);
        fs::remove_file(&path).map_err(doing("remove", &path))?;
    }
    if directory.exists() {
        remove_empty(directory)?;
    }
    for path in changed() {
        let to = directory.join(path);
        rename(&stage.0.join(path), &to).map_err(doing("write", &to))?;
    }
    Ok(())
}

fn write(path: &Path, content: &str) -> io::Result<()> {
    make_parent(path)?;
    fs::write(path, content)
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    make_parent(to)?;
    fs::rename(from, to)
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Removes directories below `directory` that hold nothing. Returns whether it holds nothing itself.
fn remove_empty(directory: &Path) -> Result<bool, Failure> {
    let mut empty = true;
    for entry in fs::read_dir(directory).map_err(doing("read", directory))? {
        let entry = entry.map_err(doing("read", directory))?;
        let path = entry.path();
        if entry.file_type().map_err(doing("read", &path))?.is_dir() && remove_empty(&path)? {
            fs::remove_dir(&path).map_err(doing("remove", &path))?;
        } else {
            empty = false;
        }
    }
    Ok(empty)
}

/// A directory for files that are not yet in their place. It is gone when this is dropped.
struct Stage(PathBuf);

impl Stage {
    /// Beside `directory`, so that files can be moved into it by renaming. Made with its first file.
    fn beside(directory: &Path) -> Result<Self, Failure> {
        let real = if directory.exists() {
            fs::canonicalize(directory)
        } else {
            path::absolute(directory)
        };
        let real = real.map_err(doing("write", directory))?;
        let (Some(parent), Some(name)) = (real.parent(), real.file_name()) else {
            let reason = io::Error::other("it has no parent directory");
            return Err(doing("write", directory)(reason));
        };
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", process::id()));
        Ok(Self(parent.join(hidden)))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Mostly it is not there; if it cannot be removed, it does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

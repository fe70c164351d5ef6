//! Flags and words of a command line, for every command alike.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

/// A flag, and what its value is if it has one.
pub type Flag = (&'static str, Option<&'static str>);

/// What stood on the command line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// Words that are no flags.
    pub words: Vec<OsString>,
    values: BTreeMap<&'static str, OsString>,
    /// Whether help was asked for.
    pub help: bool,
}

impl Arguments {
    /// Reads what stands behind a command.
    ///
    /// # Errors
    ///
    /// A flag that is unknown, stands twice, or lacks its value; more words than the command takes.
    pub fn parse(
        mut given: impl Iterator<Item = OsString>,
        flags: &[Flag],
        words: usize,
    ) -> Result<Self, String> {
        let mut out = Self::default();
        while let Some(argument) = given.next() {
            let text = argument.to_string_lossy();
            if !text.starts_with('-') || text == "-" {
                if out.words.len() == words {
                    return Err(format!("unexpected argument `{text}`"));
                }
                out.words.push(argument);
                continue;
            }
            if text == "--help" || text == "-h" {
                out.help = true;
                continue;
            }
            let (flag, value) = match text.split_once('=') {
                Some((flag, value)) => (flag, Some(OsString::from(value))),
                None => (text.as_ref(), None),
            };
            let Some((name, takes)) = flags.iter().find(|(name, _)| *name == flag) else {
                return Err(format!("unknown flag `{text}`"));
            };
            let value = match takes {
                None if value.is_some() => return Err(format!("unknown flag `{text}`")),
                None => OsString::new(),
                Some(what) => value
                    .or_else(|| given.next())
                    .filter(|value| !value.is_empty() && !value.to_string_lossy().starts_with("--"))
                    .ok_or_else(|| format!("`{flag}` needs {what}"))?,
            };
            if out.values.insert(name, value).is_some() && takes.is_some() {
                return Err(format!("`{flag}` stands twice"));
            }
        }
        Ok(out)
    }

    /// Whether `flag` stood there.
    #[must_use]
    pub fn has(&self, flag: &str) -> bool {
        self.values.contains_key(flag)
    }

    /// The value of `flag` as a path.
    #[must_use]
    pub fn path(&self, flag: &str) -> Option<PathBuf> {
        self.values.get(flag).map(PathBuf::from)
    }

    /// The value of `flag` as text.
    #[must_use]
    pub fn text(&self, flag: &str) -> Option<String> {
        self.values.get(flag).map(|value| lossy(value))
    }
}

fn lossy(value: &OsStr) -> String {
    value.to_string_lossy().into_owned()
}

//! What an answer holds that its document does not say, noted only while somebody watches.

use std::{
    cell::{Cell, RefCell},
    fmt::{self, Display},
};

/// More than this of one answer tells nothing new.
const MOST: usize = 64;

/// As much of a name or value as is kept, in characters.
const LONGEST: usize = 80;

thread_local! {
    static NOTES: RefCell<Option<Vec<Drift>>> = const { RefCell::new(None) };

    /// Whether there are notes, for those who ask often.
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// One difference between an answer and its document.
///
/// Names of members and values of enums are the service's vocabulary. They are cut short and escaped when shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Drift {
    /// An object has a member that its type does not know.
    UnknownMember {
        /// The type.
        of: &'static str,
        /// The member.
        name: String,
    },
    /// An object lacks a member that its document calls required.
    MissingMember {
        /// The type.
        of: &'static str,
        /// The member.
        name: &'static str,
    },
    /// An enum has a value that its document does not list.
    UnknownValue {
        /// The type.
        of: &'static str,
        /// The value.
        value: String,
    },
    /// A value is none of the forms that its document describes.
    UnknownForm {
        /// The type.
        of: &'static str,
    },
}

impl Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMember { of, name } => {
                write!(f, "unknown member `{}` in {of}", name.escape_debug())
            }
            Self::MissingMember { of, name } => write!(f, "no member `{name}` in {of}"),
            Self::UnknownValue { of, value } => {
                write!(f, "new value `{}` of {of}", value.escape_debug())
            }
            Self::UnknownForm { of } => write!(f, "a form of {of} that no document describes"),
        }
    }
}

/// Runs `work`, and tells what drifted in everything it read on this thread.
///
/// ```
/// use workers_ai_models::{Drift, drift};
/// # use workers_ai_models::fields;
/// # #[derive(Default)]
/// # struct Word { text: Option<String> }
/// # fields! { Word { "word" => put text, } }
///
/// let (word, drifts) = drift::watch(|| serde_json::from_str::<Word>(r#"{"word": "a", "tone": 3}"#));
/// assert_eq!(word?.text.as_deref(), Some("a"));
/// assert_eq!(drifts, [Drift::UnknownMember { of: "Word", name: "tone".to_owned() }]);
/// # Ok::<_, serde_json::Error>(())
/// ```
pub fn watch<T>(work: impl FnOnce() -> T) -> (T, Vec<Drift>) {
    /// Puts back what was there, also if `work` panics.
    struct Watch(Option<Vec<Drift>>);

    impl Drop for Watch {
        fn drop(&mut self) {
            WATCHED.set(self.0.is_some());
            NOTES.set(self.0.take());
        }
    }

    let watch = Watch(NOTES.replace(Some(Vec::new())));
    WATCHED.set(true);
    let done = work();
    let notes = NOTES.take().unwrap_or_default();
    drop(watch);
    (done, notes)
}

#[doc(hidden)]
#[must_use]
#[inline]
pub fn is_watched() -> bool {
    WATCHED.get()
}

fn note(drift: Drift) {
    NOTES.with_borrow_mut(|notes| {
        if let Some(notes) = notes {
            if notes.len() < MOST && !notes.contains(&drift) {
                notes.push(drift);
            }
        }
    });
}

/// Notes a member that no field is for.
#[doc(hidden)]
pub fn unknown_member(of: &'static str, name: &str) {
    if is_watched() {
        let name = name.chars().take(LONGEST).collect();
        note(Drift::UnknownMember { of, name });
    }
}

/// Notes a value that has no variant.
#[doc(hidden)]
pub fn unknown_value(of: &'static str, value: &str) {
    if is_watched() {
        let value = value.chars().take(LONGEST).collect();
        note(Drift::UnknownValue { of, value });
    }
}

/// Notes a value that is none of a union's forms.
#[doc(hidden)]
pub fn unknown_form(of: &'static str) {
    note(Drift::UnknownForm { of });
}

/// The members of an object that were seen, if somebody watches. Compiled once: every type is read with it.
pub(crate) struct Seen(Option<Vec<String>>);

impl Seen {
    #[inline]
    pub(crate) fn begin() -> Self {
        Self(is_watched().then(Vec::new))
    }

    #[inline]
    pub(crate) fn add(&mut self, name: &str) {
        if let Some(names) = &mut self.0 {
            add(names, name);
        }
    }

    /// Notes the members that should be there and are not.
    #[inline]
    pub(crate) fn end(&self, of: fn() -> &'static str, always: &'static [&'static str]) {
        if let Some(names) = &self.0 {
            missing_members(of(), always, names);
        }
    }
}

#[cold]
fn add(names: &mut Vec<String>, name: &str) {
    names.push(name.to_owned());
}

#[cold]
fn missing_members(path: &'static str, always: &'static [&'static str], names: &[String]) {
    let of = path.rsplit("::").next().unwrap_or(path);
    for name in always {
        if !names.iter().any(|seen| seen == name) {
            note(Drift::MissingMember { of, name });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchStatus, fields};

    #[derive(Debug, Default)]
    struct Word {
        text: Option<String>,
        state: Option<BatchStatus>,
    }

    fields! {
        Word {
            "word" => put text,
            "state" => put state,
        } always ["word"]
    }

    fn drifts(json: &str) -> Vec<String> {
        let (word, drifts) = watch(|| serde_json::from_str::<Word>(json));
        let word = word.expect("a word");
        assert!(word.text.is_some() || word.state.is_some());
        drifts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn members_and_values_that_are_new_are_told_once() {
        assert_eq!(
            drifts(r#"{"word": "a", "state": "queued"}"#),
            Vec::<String>::new()
        );
        assert_eq!(
            drifts(r#"{"word": "a", "tone\n": 1, "state": "odd"}"#),
            [
                "unknown member `tone\\n` in Word",
                "new value `odd` of BatchStatus"
            ]
        );
    }

    #[test]
    fn members_that_should_be_there_are_told_unless_they_are_null() {
        assert_eq!(
            drifts(r#"{"state": "queued"}"#),
            ["no member `word` in Word"]
        );
        assert_eq!(drifts(r#"{"state": "queued", "word": null}"#), [""; 0]);
    }

    #[test]
    fn an_unknown_member_that_is_null_says_nothing() {
        assert_eq!(drifts(r#"{"word": "a", "new": null}"#), [""; 0]);
        assert_eq!(
            drifts(r#"{"word": "a", "new": [null]}"#),
            ["unknown member `new` in Word"]
        );
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let many: Vec<String> = (0..1000).map(|n| format!(r#""{n}": 1"#)).collect();
        assert_eq!(
            drifts(&format!(r#"{{"word": "a", {}}}"#, many.join(","))).len(),
            MOST
        );
        let long = drifts(&format!(r#"{{"word": "a", "{}": 1}}"#, "x".repeat(9999)));
        assert!(long[0].len() < 200);
    }

    #[test]
    fn nothing_is_noted_unless_somebody_watches() {
        let word: Word = serde_json::from_str(r#"{"word": "a", "tone": 1}"#).expect("a word");
        drop(word);
        assert!(!is_watched());
        let ((), inner) = watch(|| {
            let (_, inner) = watch(|| serde_json::from_str::<Word>(r#"{"word": "a", "x": 1}"#));
            assert_eq!(inner.len(), 1);
            assert!(is_watched());
        });
        assert_eq!((inner, is_watched()), (Vec::new(), false));
    }
}

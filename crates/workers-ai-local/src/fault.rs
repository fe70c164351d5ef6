//! Faults on demand: what is to go wrong, for which calls, and the line of text that says so.

mod parse;
mod script;

use std::time::Duration;

pub use parse::FaultError;
pub(crate) use script::Script;

/// The request header that makes one call go wrong.
pub(crate) const HEADER: &str = "x-local-fault";

/// What goes wrong with a call, and with which calls.
///
/// ```
/// use std::time::Duration;
/// use workers_ai_local::Fault;
///
/// // The next three calls of any model are refused for want of capacity, then all is well.
/// let busy = Fault::error(3040).times(3);
///
/// // The next answer comes late and its connection is reset in the middle.
/// let broken = Fault::new().delay(Duration::from_millis(50)).reset_at(120);
///
/// // The same as text, for the header `x-local-fault`, a script or the command line.
/// assert_eq!("error=capacity times=3".parse(), Ok(busy));
/// assert_eq!("delay=50ms reset=120".parse(), Ok(broken));
/// ```
///
/// # As text
///
/// Words with blanks between them, in any order:
///
/// | Word | What happens |
/// |---|---|
/// | `error=CODE` | The service's error of that code, such as `5028`, or of that name, such as `capacity`, `rate-limit`, `quota`, `retired`, `auth`, `context` |
/// | `soft=CODE` | The same error with status 200 |
/// | `edge=STATUS` | An HTML page of the network edge, such as `504`; from 1000 on the plain text `error code: 1031` |
/// | `empty` | A success whose result is `{}`, as JSON even if a stream was asked for |
/// | `hangup` | The connection is closed without an answer |
/// | `delay=TIME` | The answer comes later: `50ms`, `2s` |
/// | `stall=BYTE` | Nothing more comes after so many bytes of the body, and the connection stays |
/// | `reset=BYTE` | The connection is reset there |
/// | `close=BYTE` | The connection is closed there, in the middle of the body |
/// | `truncate=BYTE` | The body ends there, as if it were complete |
/// | `no-end` | A stream stops before its end marker |
/// | `event-error=N` | A stream ends with an error after so many events; `N:CODE` says which |
/// | `item-error=N` | The item of this number fails in a finished batch |
/// | `form=FORM` | A text model answers in another form than its document's: `native` with `response`, `chat` with `choices`, or `both` at once |
/// | `results` | A finished batch has `results` with an `index` each, in place of `responses` with an `id` |
/// | `type=TYPE` | The answer has this content type |
/// | `retry-after=VALUE` | The answer has this header, in seconds or as a date with `_` for blanks |
/// | `model=ID` | Only calls of this model |
/// | `times=N` | So many calls, one if not said; `times=always` for all |
/// | `after=N` | So many calls pass first |
///
/// A script has one fault per line; blank lines and lines that begin with `#` are passed over.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Fault {
    pub(crate) instead: Option<Instead>,
    pub(crate) delay: Duration,
    pub(crate) cut: Option<(Cut, usize)>,
    pub(crate) no_end: bool,
    pub(crate) event_error: Option<(usize, u32)>,
    pub(crate) item_error: Option<usize>,
    pub(crate) form: Option<AnswerForm>,
    pub(crate) results: bool,
    pub(crate) content_type: Option<String>,
    pub(crate) retry_after: Option<String>,
    model: Option<String>,
    times: u32,
    after: u32,
}

/// A form of a text model's answer. Models have been seen to change it without notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerForm {
    /// `response`, `tool_calls`, `usage`.
    Native,
    /// `choices`, as in chat completions.
    Chat,
    /// Both at once, in one answer and in each event.
    Both,
}

/// What comes in place of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instead {
    Error(u32),
    Soft(u32),
    Edge(u16),
    Empty,
    Hangup,
}

/// What happens in the middle of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    Stall,
    Reset,
    Close,
    Truncate,
}

impl Default for Fault {
    fn default() -> Self {
        Self::new()
    }
}

impl Fault {
    /// Nothing goes wrong yet.
    pub fn new() -> Self {
        Fault {
            instead: None,
            delay: Duration::ZERO,
            cut: None,
            no_end: false,
            event_error: None,
            item_error: None,
            form: None,
            results: false,
            content_type: None,
            retry_after: None,
            model: None,
            times: 1,
            after: 0,
        }
    }

    /// The service's error with this code. One it does not know has status 500.
    pub fn error(code: u32) -> Self {
        Self::instead(Instead::Error(code))
    }

    /// An error inside an answer with status 200.
    pub fn soft_error(code: u32) -> Self {
        Self::instead(Instead::Soft(code))
    }

    /// A page or line of the network edge: HTML for a status, plain text from 1000 on.
    pub fn edge(status: u16) -> Self {
        Self::instead(Instead::Edge(status))
    }

    /// A success whose result is an empty object.
    pub fn empty() -> Self {
        Self::instead(Instead::Empty)
    }

    /// The connection is closed without an answer.
    pub fn hang_up() -> Self {
        Self::instead(Instead::Hangup)
    }

    fn instead(instead: Instead) -> Self {
        Fault {
            instead: Some(instead),
            ..Self::new()
        }
    }

    /// The answer comes so much later.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// After so many bytes of the body nothing more comes.
    pub fn stall_at(self, byte: usize) -> Self {
        self.cut(Cut::Stall, byte)
    }

    /// After so many bytes of the body the connection is reset.
    pub fn reset_at(self, byte: usize) -> Self {
        self.cut(Cut::Reset, byte)
    }

    /// After so many bytes of the body the connection is closed.
    pub fn close_at(self, byte: usize) -> Self {
        self.cut(Cut::Close, byte)
    }

    /// After so many bytes the body ends as if it were complete.
    pub fn truncate_at(self, byte: usize) -> Self {
        self.cut(Cut::Truncate, byte)
    }

    fn cut(mut self, cut: Cut, byte: usize) -> Self {
        self.cut = Some((cut, byte));
        self
    }

    /// A stream stops before its end marker.
    pub fn no_end(mut self) -> Self {
        self.no_end = true;
        self
    }

    /// After so many events a stream ends with this error.
    pub fn event_error(mut self, events: usize, code: u32) -> Self {
        self.event_error = Some((events, code));
        self
    }

    /// In a finished batch the item of this number fails, and the others do not.
    pub fn item_error(mut self, item: usize) -> Self {
        self.item_error = Some(item);
        self
    }

    /// A text model answers `/ai/run` in this form, whatever its document says.
    pub fn form(mut self, form: AnswerForm) -> Self {
        self.form = Some(form);
        self
    }

    /// A finished batch has `results`, numbered by `index`, in place of `responses`.
    pub fn results(mut self) -> Self {
        self.results = true;
        self
    }

    /// The answer claims to be of this content type.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// The answer has this `Retry-After`: seconds or a date.
    pub fn retry_after(mut self, value: impl Into<String>) -> Self {
        self.retry_after = Some(value.into());
        self
    }

    /// Only calls of this model.
    pub fn model(mut self, id: impl Into<String>) -> Self {
        self.model = Some(id.into());
        self
    }

    /// So many calls; one if not said.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Every call.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    /// So many calls pass first.
    pub fn after(mut self, calls: u32) -> Self {
        self.after = calls;
        self
    }
}

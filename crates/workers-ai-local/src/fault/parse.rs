//! A fault from its line of text.

use std::{error::Error, fmt, str::FromStr, time::Duration};

use super::{AnswerForm, Cut, Fault, Instead};
use crate::refusal;

/// A fault that could not be read: one line that says which word, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultError(String);

impl fmt::Display for FaultError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for FaultError {}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let mut fault = Fault::new();
        let mut words = 0;
        for word in text.split_whitespace() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word, None),
            };
            fault = match value {
                Some(value) => with_value(fault, name, value),
                None => alone(fault, name),
            }
            .map_err(|reason| FaultError(format!("fault `{}`: {reason}", shown(word))))?;
            words += 1;
        }
        match words {
            0 => Err(FaultError("a fault needs at least one word".to_owned())),
            _ => Ok(fault),
        }
    }
}

impl Fault {
    /// Reads a script: one fault per line, `#` for remarks.
    ///
    /// # Errors
    ///
    /// The first line that is no fault, with its number.
    pub fn script(text: &str) -> Result<Vec<Fault>, FaultError> {
        text.lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(number, line)| {
                line.parse()
                    .map_err(|FaultError(reason)| FaultError(format!("line {number}: {reason}")))
            })
            .collect()
    }
}

fn alone(fault: Fault, name: &str) -> Result<Fault, String> {
    match name {
        "empty" => instead(fault, Instead::Empty),
        "hangup" => instead(fault, Instead::Hangup),
        "no-end" => Ok(fault.no_end()),
        "results" => Ok(fault.results()),
        _ => Err(if is_known(name) {
            format!("say which, as `{name}=…`")
        } else {
            unknown()
        }),
    }
}

fn with_value(mut fault: Fault, name: &str, value: &str) -> Result<Fault, String> {
    match name {
        "error" => return instead(fault, Instead::Error(code(value)?)),
        "soft" => return instead(fault, Instead::Soft(code(value)?)),
        "edge" => return instead(fault, Instead::Edge(edge(value)?)),
        "delay" => fault.delay = time(value)?,
        "stall" => return cut(fault, Cut::Stall, value),
        "reset" => return cut(fault, Cut::Reset, value),
        "close" => return cut(fault, Cut::Close, value),
        "truncate" => return cut(fault, Cut::Truncate, value),
        "event-error" => {
            let (events, error) = value.split_once(':').unwrap_or((value, "internal"));
            fault.event_error = Some((number(events)?, code(error)?));
        }
        "item-error" => fault.item_error = Some(number(value)?),
        "form" => fault.form = Some(form(value)?),
        "type" => fault.content_type = Some(header(value)?),
        "retry-after" => fault.retry_after = Some(header(value)?),
        "model" if value.starts_with('@') => fault.model = Some(value.to_owned()),
        "model" => return Err("a model's id begins with `@`".to_owned()),
        "times" if value == "always" => fault.times = u32::MAX,
        "times" => fault.times = number(value)?,
        "after" => fault.after = number(value)?,
        "empty" | "hangup" | "no-end" | "results" => {
            return Err(format!("`{name}` takes no value"));
        }
        _ => return Err(unknown()),
    }
    match fault.times {
        0 => Err("must be 1 or more".to_owned()),
        _ => Ok(fault),
    }
}

const NAMES: [&str; 16] = [
    "error",
    "soft",
    "edge",
    "delay",
    "stall",
    "reset",
    "close",
    "truncate",
    "event-error",
    "item-error",
    "form",
    "type",
    "retry-after",
    "model",
    "times",
    "after",
];

fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

fn unknown() -> String {
    format!(
        "unknown; known are empty, hangup, no-end, results, {}",
        NAMES.join(", ")
    )
}

/// A word as messages show it: on one line and not too long.
fn shown(word: &str) -> String {
    let word: String = word.chars().take(60).collect();
    word.escape_debug().to_string()
}

fn instead(mut fault: Fault, instead: Instead) -> Result<Fault, String> {
    if fault.instead.is_some() {
        return Err("only one thing can come in place of the answer".to_owned());
    }
    fault.instead = Some(instead);
    Ok(fault)
}

fn cut(mut fault: Fault, cut: Cut, value: &str) -> Result<Fault, String> {
    if fault.cut.is_some() {
        return Err("a body can be cut in one place only".to_owned());
    }
    fault.cut = Some((cut, number(value)?));
    Ok(fault)
}

fn number<T: FromStr>(value: &str) -> Result<T, String> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = value.parse().ok().filter(|_| digits);
    parsed.ok_or_else(|| "needs a whole number".to_owned())
}

fn code(value: &str) -> Result<u32, String> {
    if value.starts_with(|first: char| first.is_ascii_digit()) {
        return number(value);
    }
    let known = refusal::by_name(value).map(|known| known.code);
    known.ok_or_else(|| {
        let names: Vec<&str> = refusal::KNOWN.iter().map(|known| known.name).collect();
        format!("needs a code or one of {}", names.join(", "))
    })
}

fn form(value: &str) -> Result<AnswerForm, String> {
    match value {
        "native" => Ok(AnswerForm::Native),
        "chat" => Ok(AnswerForm::Chat),
        "both" => Ok(AnswerForm::Both),
        _ => Err("needs native, chat or both".to_owned()),
    }
}

fn edge(value: &str) -> Result<u16, String> {
    let status = number(value)?;
    if (400..=599).contains(&status) || (1000..=1999).contains(&status) {
        Ok(status)
    } else {
        Err("needs a status of 400 to 599, or a code of 1000 to 1999".to_owned())
    }
}

fn header(value: &str) -> Result<String, String> {
    let value = value.replace('_', " ");
    if value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        Ok(value)
    } else {
        Err("needs plain characters".to_owned())
    }
}

fn time(value: &str) -> Result<Duration, String> {
    let (digits, unit) = match value.find(|character: char| !character.is_ascii_digit()) {
        Some(at) => value.split_at(at),
        None => (value, "ms"),
    };
    let count: u32 = number(digits).map_err(|_| TIME.to_owned())?;
    match unit {
        "ms" => Ok(Duration::from_millis(count.into())),
        "s" => Ok(Duration::from_secs(count.into())),
        _ => Err(TIME.to_owned()),
    }
}

const TIME: &str = "needs a time such as `50ms` or `2s`";

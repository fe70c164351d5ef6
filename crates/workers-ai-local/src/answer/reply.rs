//! What a text model answers, before any dialect puts it into its form.

use serde_json::{Value, json};

use super::{
    dice::{Dice, Hash},
    fit, prose,
    request::{Request, Wanted},
    tools::{self, Call},
    words,
};

/// Tokens a call costs beside its name and arguments.
const CALL: u64 = 8;

/// Words of all answers to one request, at most, whatever is asked for.
const MOST_WORDS: usize = 200_000;

/// One answer of a text model.
#[derive(Debug)]
pub(super) struct Reply<'a> {
    /// Empty if a tool is called instead.
    pub(super) text: String,
    /// The value that `text` is, in JSON mode.
    pub(super) json: Option<Value>,
    pub(super) reasoning: Option<String>,
    pub(super) call: Option<Call<'a>>,
    /// Whether the limit ended it.
    pub(super) is_cut: bool,
    pub(super) tokens: u64,
    pub(super) reasoning_tokens: u64,
    /// For ids and padding.
    pub(super) dice: Dice,
}

impl Reply<'_> {
    /// Why the answer ended, in the words of the chat dialect.
    pub(super) fn finish_reason(&self) -> &'static str {
        match self {
            Reply { call: Some(_), .. } => "tool_calls",
            Reply { is_cut: true, .. } => "length",
            _ => "stop",
        }
    }
}

/// The answer number `which` to a request.
pub(super) fn compose<'a>(
    request: &Request<'a>,
    hash: Hash,
    which: u64,
    thinks: bool,
) -> Reply<'a> {
    let mut dice = hash.text("reply").bytes(&which.to_le_bytes()).dice();
    let about = words::subjects(&request.question);
    let mut left = request.limit.unwrap_or(u64::MAX);
    let mut is_cut = false;
    let mut cut = |mut text: String, left: &mut u64| -> (String, u64) {
        let (end, tokens) = end_of(&text, *left);
        is_cut |= end < text.len();
        text.truncate(end);
        *left -= tokens;
        (text, tokens)
    };

    let thoughts = thinks.then(|| prose::thoughts(&about, &mut dice));
    let (reasoning, reasoning_tokens) = match thoughts {
        Some(thoughts) => {
            let (thoughts, tokens) = cut(thoughts, &mut left);
            (Some(thoughts), tokens)
        }
        None => (None, 0),
    };

    let call = request
        .calls_tool()
        .then(|| tools::call(request, dice.clone()))
        .flatten();
    let json = match request.wanted {
        _ if call.is_some() => None,
        Wanted::Text => None,
        Wanted::Object => Some(object(&about)),
        Wanted::Fitting(schema) => {
            let telling = words::telling(&request.question, &about);
            Some(fit::fitting(schema, &telling, dice.clone()))
        }
    };
    let (text, text_tokens) = if let Some(json) = &json {
        // Cut JSON would be of no use to anybody.
        let text = json.to_string();
        let tokens = words::count(&text);
        (text, tokens)
    } else if call.is_some() {
        (String::new(), 0)
    } else {
        let most = MOST_WORDS / usize::try_from(request.answers).unwrap_or(1).max(1);
        let length = prose::asked_length(&request.question).map(|words| words.min(most));
        cut(prose::answer(&about, length, &mut dice), &mut left)
    };
    let call_tokens = call.as_ref().map_or(0, |call| {
        CALL + words::count(call.name) + words::count(&call.arguments_text())
    });
    Reply {
        text,
        json,
        reasoning,
        call,
        is_cut,
        tokens: reasoning_tokens + text_tokens + call_tokens,
        reasoning_tokens,
        dice,
    }
}

/// An object about these words, where the caller has no schema.
fn object(about: &[&str]) -> Value {
    json!({"subject": about.first().unwrap_or(&"this"), "words": about, "count": about.len()})
}

/// Where the text ends after this many tokens, and how many it has up to there.
fn end_of(text: &str, limit: u64) -> (usize, u64) {
    let (mut end, mut count) = (0, 0);
    for token in words::tokens(text) {
        if count == limit {
            break;
        }
        end += token.len();
        count += 1;
    }
    (end, count)
}

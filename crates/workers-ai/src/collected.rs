//! The pieces of a streamed answer, put together.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use workers_ai_models::{Answer, Arguments, CalledTool, TokenUsage};

/// What a stream said as a whole: its text, its reasoning, the tools it wants called and what it
/// cost.
///
/// [`EventStream::collect`](crate::EventStream::collect) makes one of a whole stream. To show pieces
/// as they come, [`push`](Self::push) them one by one:
///
/// ```no_run
/// # async fn example(ai: workers_ai::Client) -> Result<(), workers_ai::Error> {
/// use workers_ai::{Collected, models::{ChatMessage, KimiK26}};
///
/// let mut messages = vec![ChatMessage::user("Tell me a story.")];
/// let mut events = ai.stream(KimiK26::messages(messages.clone())).await?;
/// let mut told = Collected::new();
/// while let Some(event) = events.next().await {
///     let event = event?;
///     print!("{}", event.text());
///     told.push(&event);
/// }
/// for call in told.tool_calls() {
///     println!("wants {:?} with {}", call.name, call.arguments_text());
/// }
/// messages.push(ChatMessage::assistant(told.text()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Collected {
    text: String,
    reasoning: String,
    calls: Vec<Call>,
    usage: Option<TokenUsage>,
}

/// A tool call that grows piece by piece.
#[derive(Debug, Clone, Default, PartialEq)]
struct Call {
    index: Option<u64>,
    id: Option<String>,
    name: Option<String>,
    arguments: String,
}

impl Call {
    fn whole(&self) -> CalledTool<'_> {
        let arguments = (!self.arguments.is_empty()).then(|| Arguments::from(&self.arguments));
        let (id, name) = (self.id.as_ref(), self.name.as_ref());
        CalledTool::of(self.index.as_ref(), id, name, arguments)
    }
}

impl Collected {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what a piece says.
    pub fn push(&mut self, piece: &impl Answer) {
        self.text.extend(piece.text());
        self.reasoning.extend(piece.reasoning());
        for call in piece.tool_calls() {
            self.push_call(&call);
        }
        // The last count is the total; some services repeat it as zeros.
        if let Some(usage) = piece.usage().filter(counts_something) {
            self.usage = Some(usage);
        }
    }

    /// The text; empty if there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads the text as JSON.
    ///
    /// # Errors
    ///
    /// If there is no text, or it is not JSON of this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.text)
    }

    /// What the model thought before it answered; empty if it does not say.
    #[must_use]
    pub fn reasoning(&self) -> &str {
        &self.reasoning
    }

    /// The tools the model wants called, each whole.
    #[must_use]
    pub fn tool_calls(&self) -> Vec<CalledTool<'_>> {
        self.calls.iter().map(Call::whole).collect()
    }

    /// What the answer cost in tokens.
    #[must_use]
    pub fn usage(&self) -> Option<TokenUsage> {
        self.usage
    }

    /// Whether nothing was said: no text, no reasoning, no tool to call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.reasoning.is_empty() && self.calls.is_empty()
    }

    /// A name begins a call. Everything else belongs to the call with its index, or to the last one.
    ///
    /// There are servers that give all calls the same index: there a name beside another id begins a call. Others give
    /// every piece an id of its own, but the name only once.
    fn push_call(&mut self, piece: &CalledTool<'_>) {
        let [id, name] = [piece.id, piece.name].map(|said| said.filter(|said| !said.is_empty()));
        let has_arguments = piece.arguments != Arguments::None;
        if name.is_none() && id.is_none() && !has_arguments {
            return;
        }
        let known = piece.index.and_then(|index| {
            let mut calls = self.calls.iter().enumerate().rev();
            let (at, call) = calls.find(|(_, call)| call.index == Some(index))?;
            let has_other_id = call.id.is_some() && id.is_some() && call.id.as_deref() != id;
            let is_another = has_other_id && call.name.is_some() && name.is_some();
            (!is_another).then_some(at)
        });
        let at = match known {
            Some(at) => at,
            None if name.is_some() || self.calls.is_empty() => {
                self.calls.push(Call {
                    index: piece.index,
                    ..Call::default()
                });
                self.calls.len() - 1
            }
            None => self.calls.len() - 1,
        };
        if let Some(call) = self.calls.get_mut(at) {
            call.id = call.id.take().or_else(|| id.map(str::to_owned));
            call.name = call.name.take().or_else(|| name.map(str::to_owned));
            if has_arguments {
                call.arguments.push_str(&piece.arguments_text());
            }
        }
    }
}

impl Answer for Collected {
    fn text(&self) -> Option<Cow<'_, str>> {
        (!self.text.is_empty()).then_some(Cow::Borrowed(&self.text))
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        (!self.reasoning.is_empty()).then_some(Cow::Borrowed(&self.reasoning))
    }

    fn tool_calls(&self) -> Vec<CalledTool<'_>> {
        Self::tool_calls(self)
    }

    fn usage(&self) -> Option<TokenUsage> {
        self.usage
    }
}

fn counts_something(usage: &TokenUsage) -> bool {
    let tokens = [usage.input, usage.output, usage.total];
    tokens.into_iter().flatten().any(|count| count > 0)
        || usage.neurons.is_some_and(|cost| cost > 0.0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    /// A piece made of parts.
    #[derive(Default)]
    struct Piece {
        text: Option<&'static str>,
        reasoning: Option<&'static str>,
        calls: Vec<(Option<u64>, Option<String>, Value)>,
        usage: Option<[u64; 3]>,
    }

    impl Answer for Piece {
        fn text(&self) -> Option<Cow<'_, str>> {
            self.text.map(Cow::Borrowed)
        }

        fn reasoning(&self) -> Option<Cow<'_, str>> {
            self.reasoning.map(Cow::Borrowed)
        }

        fn tool_calls(&self) -> Vec<CalledTool<'_>> {
            let calls = self.calls.iter().map(|(index, name, arguments)| {
                let arguments = match arguments {
                    Value::Null => None,
                    Value::String(text) => Some(Arguments::Text(text)),
                    value => Some(Arguments::Json(value)),
                };
                CalledTool::of(index.as_ref(), name.as_ref(), name.as_ref(), arguments)
            });
            calls.collect()
        }

        fn usage(&self) -> Option<TokenUsage> {
            let [input, output, total] = self.usage.as_ref()?;
            TokenUsage::of([Some(input), Some(output), Some(total), None, None], None)
        }
    }

    fn call(index: Option<u64>, name: Option<&str>, arguments: Value) -> Piece {
        Piece {
            calls: vec![(index, name.map(str::to_owned), arguments)],
            ..Piece::default()
        }
    }

    fn collect(pieces: impl IntoIterator<Item = Piece>) -> Collected {
        let mut collected = Collected::new();
        for piece in pieces {
            collected.push(&piece);
        }
        collected
    }

    #[test]
    fn text_and_reasoning_are_joined() {
        let said = |text| Piece {
            text: Some(text),
            ..Piece::default()
        };
        let thought = |text| Piece {
            reasoning: Some(text),
            ..Piece::default()
        };
        let collected = collect([
            thought("h"),
            thought("m"),
            said("a"),
            Piece::default(),
            said("b"),
        ]);
        assert_eq!((collected.text(), collected.reasoning()), ("ab", "hm"));
        assert_eq!(Answer::text(&collected).as_deref(), Some("ab"));
        assert!(!collected.is_empty() && Collected::new().is_empty());
    }

    #[test]
    fn text_in_pieces_is_read_as_json() {
        let said = |text| Piece {
            text: Some(text),
            ..Piece::default()
        };
        let collected = collect([said("{\"level\""), said(":3}")]);
        assert_eq!(collected.json::<Value>().unwrap(), json!({ "level": 3 }));
        assert!(Collected::new().json::<Value>().is_err());
    }

    #[test]
    fn several_calls_grow_side_by_side() {
        let collected = collect([
            call(Some(0), Some("lamp"), Value::Null),
            call(Some(1), Some("door"), json!("{\"op")),
            call(Some(0), None, json!("{\"level\"")),
            call(Some(1), None, json!("en\":true}")),
            call(Some(0), None, json!(":3}")),
            // Closed by a piece that says nothing, as was seen.
            call(Some(2), None, Value::Null),
        ]);
        let calls = collected.tool_calls();
        assert_eq!(calls.len(), 2);
        assert_eq!((calls[0].name, calls[0].id), (Some("lamp"), Some("lamp")));
        assert_eq!(
            calls[0].arguments::<Value>().unwrap(),
            json!({ "level": 3 })
        );
        assert_eq!(
            calls[1].arguments::<Value>().unwrap(),
            json!({ "open": true })
        );
    }

    #[test]
    fn native_calls_come_whole_and_without_an_index() {
        let collected = collect([
            call(None, Some("lamp"), json!({ "level": 3 })),
            call(None, Some("lamp"), json!({ "level": 4 })),
            call(None, Some("stop"), Value::Null),
        ]);
        let calls = collected.tool_calls();
        assert_eq!(calls.len(), 3);
        assert_eq!(
            calls[1].arguments::<Value>().unwrap(),
            json!({ "level": 4 })
        );
        assert_eq!(
            calls[2].arguments::<Map<String, Value>>().unwrap(),
            Map::new()
        );
    }

    /// The calls of pieces that have an index, an id, a name and arguments.
    fn called(pieces: &[(u64, &str, &str, &str)]) -> Vec<(String, String, String)> {
        struct One(u64, String, String, String);

        impl Answer for One {
            fn tool_calls(&self) -> Vec<CalledTool<'_>> {
                let Self(index, id, name, arguments) = self;
                let arguments = Some(Arguments::Text(arguments));
                vec![CalledTool::of(Some(index), Some(id), Some(name), arguments)]
            }
        }

        let mut collected = Collected::new();
        for (index, id, name, arguments) in pieces {
            let [id, name, arguments] = [id, name, arguments].map(|text| (*text).to_owned());
            collected.push(&One(*index, id, name, arguments));
        }
        let calls = collected.tool_calls();
        let said = |text: Option<&str>| text.unwrap_or("none").to_owned();
        let calls = calls.iter();
        calls
            .map(|call| (said(call.id), said(call.name), call.arguments_text().into()))
            .collect()
    }

    #[test]
    fn calls_are_told_apart_where_all_have_the_same_index() {
        let one = |id: &str, name: &str, arguments: &str| {
            (id.to_owned(), name.to_owned(), arguments.to_owned())
        };
        let pieces = [(0, "a", "f", "{"), (0, "", "", "}"), (0, "b", "f", "[]")];
        assert_eq!(called(&pieces), [one("a", "f", "{}"), one("b", "f", "[]")]);
        let grown = [(0, "b", "f", "["), (0, "c", "g", "{"), (0, "", "", "}")];
        assert_eq!(called(&grown), [one("b", "f", "["), one("c", "g", "{}")]);
        for pieces in [
            // An id for every piece, the same id again, and a name that comes late.
            [(0, "a", "f", "{"), (0, "b", "", ""), (0, "c", "", "}")],
            [(0, "a", "f", "{"), (0, "a", "f", ""), (0, "a", "f", "}")],
            [(0, "a", "", ""), (0, "", "", "{"), (0, "", "f", "}")],
        ] {
            assert_eq!(called(&pieces), [one("a", "f", "{}")], "{pieces:?}");
        }
    }

    #[test]
    fn pieces_without_a_known_index_belong_to_the_last_call() {
        let collected = collect([
            call(None, Some("lamp"), Value::Null),
            call(Some(7), None, json!("{\"level\":")),
            call(None, None, json!("3}")),
        ]);
        let calls = collected.tool_calls();
        assert_eq!(calls.len(), 1);
        assert_eq!(
            calls[0].arguments::<Value>().unwrap(),
            json!({ "level": 3 })
        );
    }

    #[test]
    fn the_last_count_that_counts_is_the_total() {
        let used = |counts| Piece {
            usage: Some(counts),
            ..Piece::default()
        };
        let collected = collect([used([5, 1, 6]), used([5, 9, 14]), used([0, 0, 0])]);
        assert_eq!(collected.usage().and_then(|usage| usage.total), Some(14));
    }
}

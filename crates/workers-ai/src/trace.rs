//! Spans with the names OpenTelemetry gives to calls of generative models. They never hold content.

use memchr::memmem;
use tracing::{Span, field::Empty};
use workers_ai_models::Task;

use crate::{
    call::Call,
    error::{Error, ErrorKind},
    picked,
    send::Facts,
};

/// The operation of a call by id, of which nothing is known.
pub(crate) const ANY_OPERATION: &str = "generate_content";

/// What a task is called.
pub(crate) fn operation(task: Task) -> &'static str {
    match task {
        Task::TextGeneration => "chat",
        Task::TextEmbeddings => "embeddings",
        _ => ANY_OPERATION,
    }
}

pub(crate) fn span(call: &Call) -> Span {
    tracing::info_span!(
        target: "workers_ai",
        "workers_ai.call",
        gen_ai.operation.name = call.operation,
        gen_ai.provider.name = "cloudflare.workers_ai",
        gen_ai.request.model = &*call.model,
        gen_ai.response.id = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        error.type = Empty,
    )
}

/// Adds how the call ended.
pub(crate) fn record(span: &Span, outcome: Result<&Facts, &Error>) {
    if span.is_disabled() {
        return;
    }
    let (status, attempts, id) = match outcome {
        Ok(facts) => (
            Some(facts.head.status),
            facts.attempts,
            facts.head.headers.request_id(),
        ),
        Err(error) => (error.status(), error.attempts(), error.request_id()),
    };
    if let Some(status) = status {
        span.record("http.response.status_code", status);
    }
    if let Some(id) = id {
        span.record("gen_ai.response.id", &*id);
    }
    span.record("http.request.resend_count", attempts.saturating_sub(1));
    if let Err(error) = outcome {
        span.record("error.type", tracing::field::debug(error.kind()));
    }
}

/// Adds that an answer which had begun well cannot be read. One bad event does not end a stream.
pub(crate) fn broken(span: &Span, error: &Error) {
    if error.kind() != ErrorKind::StreamDecode {
        span.record("error.type", tracing::field::debug(error.kind()));
    }
}

/// Adds the tokens that an answer or an event counts. In a stream the last count is the total.
#[inline]
pub(crate) fn usage<'a>(span: &Span, json: impl FnOnce() -> &'a [u8]) {
    if !span.is_disabled() {
        count(span, json());
    }
}

fn count(span: &Span, json: &[u8]) {
    if memmem::find(json, b"\"usage\"").is_none() {
        return;
    }
    let Some([input, output]) = counted(json) else {
        return;
    };
    for (name, count) in [
        ("gen_ai.usage.input_tokens", input),
        ("gen_ai.usage.output_tokens", output),
    ] {
        // Some streams repeat their count as zeros.
        if let Some(count) = count.filter(|count| *count > 0) {
            span.record(name, count);
        }
    }
}

/// The tokens that went in and came out, where the dialects count them: beside the answer, or in the `response` of an event.
fn counted(json: &[u8]) -> Option<[Option<u64>; 2]> {
    let [usage, response] = picked::members(json, ["usage", "response"]).ok()?;
    usage.and_then(tokens).or_else(|| {
        let [usage] = picked::members(response?.as_bytes(), ["usage"]).ok()?;
        tokens(usage?)
    })
}

fn tokens(usage: &str) -> Option<[Option<u64>; 2]> {
    let names = [
        "prompt_tokens",
        "input_tokens",
        "completion_tokens",
        "output_tokens",
    ];
    let found = picked::members(usage.as_bytes(), names).ok()?;
    // What is of another type is none.
    let [prompt, input, completion, output] = found.map(|count| count?.parse().ok());
    Some([prompt.or(input), completion.or(output)])
}

/// Tells that an attempt failed, by kind, status and codes.
pub(crate) fn failed(attempt: u32, error: &Error) {
    tracing::debug!(
        target: "workers_ai",
        attempt,
        kind = ?error.kind(),
        status = error.status(),
        code = error.codes().next(),
        "attempt failed"
    );
}

#[cfg(test)]
mod tests {
    use workers_ai_models::Payload;

    use super::*;

    #[test]
    fn there_is_no_span_while_nobody_listens() {
        let call = Call::new("m".into(), ANY_OPERATION, Ok(Payload::Json(Vec::new())));
        assert!(span(&call).is_disabled() && span(&call).metadata().is_none());
    }
}

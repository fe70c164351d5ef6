//! Spans with the names OpenTelemetry gives to calls of generative models. They never hold content.

use tracing::{Span, field::Empty};
use workers_ai_models::Task;

use crate::{call::Call, error::Error, send::Facts};

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

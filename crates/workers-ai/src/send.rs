//! The way of a call: attempt, and attempt again where that repeats nothing.

use std::{
    borrow::Cow,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;
use tracing::Span;

use crate::{
    again::{self, Then},
    attempt::Request,
    call::{Call, Timeouts},
    client::Inner,
    decode::Answer,
    drift::Watch,
    error::{Error, ErrorKind, Timeout},
    headers::Head,
    pace, runtime, trace,
};

/// How a client waits between attempts.
pub(crate) type Sleep =
    Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

pub(crate) fn sleep() -> Sleep {
    Arc::new(|wait| Box::pin(tokio::time::sleep(wait)))
}

/// What a call knows about itself once it was answered. The call's span ends with it.
pub(crate) struct Facts {
    pub(crate) model: Cow<'static, str>,
    pub(crate) head: Head,
    pub(crate) attempts: u32,
    pub(crate) started: Instant,
    pub(crate) deadline: Option<Instant>,
    pub(crate) timeouts: Timeouts,
    pub(crate) watch: Watch,
    pub(crate) span: Span,
    show_messages: bool,
}

impl Facts {
    /// What a call of no model would know.
    #[cfg(test)]
    pub(crate) fn of(head: Head) -> Self {
        Self {
            model: Cow::Borrowed("m"),
            head,
            attempts: 1,
            started: Instant::now(),
            deadline: None,
            timeouts: Timeouts::default(),
            watch: Watch::default(),
            span: Span::none(),
            show_messages: true,
        }
    }

    /// Completes an error that was found after the answer came.
    pub(crate) fn tell(&self, error: Error) -> Error {
        let error = if error.head().is_none() {
            error.with_head(self.head.clone())
        } else {
            error
        };
        trace::broken(&self.span, &error);
        error.with_call(
            self.model.clone(),
            self.attempts,
            self.started.elapsed(),
            self.show_messages,
        )
    }
}

/// Makes a call.
pub(crate) async fn exchange(client: &Inner, call: &mut Call) -> Result<Answer, Error> {
    let started = Instant::now();
    let span = trace::span(call);
    let outcome = {
        let mut attempts = pin!(attempts(client, call, &span, &started));
        poll_fn(|context| {
            runtime::ensure()?;
            span.in_scope(|| attempts.as_mut().poll(context))
        })
        .await
    };
    let outcome = outcome.map_err(|error| {
        let (model, elapsed) = (call.model.clone(), started.elapsed());
        error.with_call(model, call.made, elapsed, client.show_messages)
    });
    trace::record(&span, outcome.as_ref().map(|answer| &answer.facts));
    outcome
}

async fn attempts(
    client: &Inner,
    call: &mut Call,
    span: &Span,
    started: &Instant,
) -> Result<Answer, Error> {
    let total = call.timeouts.over(client.timeouts).total;
    let deadline = started.checked_add(total);
    let mut request = Request::new(client, call)?;
    let pause = client.budget.paused();
    if let (Some(pause), Some(deadline)) = (pause, deadline) {
        if pause >= deadline.saturating_duration_since(Instant::now()) {
            let why = "the service asked this client to wait, and the deadline is nearer";
            return Err(Error::new(ErrorKind::Timeout(Timeout::Total), why));
        }
    }
    if let Some(begin) = again::begin(client, call, &mut request, pause, deadline) {
        begin.await?;
    }
    let mut earlier = Vec::new();
    let mut paid = 0;
    loop {
        call.made += 1;
        let error = match request.attempt(client, call, deadline).await {
            Ok((head, body, content)) => {
                client.budget.earn(paid);
                if let Some(wait) = client.pace.as_ref().and_then(|_| pace::told(&head.headers)) {
                    if again::policy(client, call).heeds(wait) {
                        client.budget.pause(wait);
                    }
                }
                let facts = Facts {
                    model: std::mem::take(&mut call.model),
                    head,
                    attempts: call.made,
                    started: *started,
                    deadline,
                    timeouts: call.timeouts.over(client.timeouts),
                    watch: client.watch.clone(),
                    span: span.clone(),
                    show_messages: client.show_messages,
                };
                return Ok(Answer {
                    facts,
                    body,
                    content,
                });
            }
            Err(error) => error,
        };
        trace::failed(call.made, &error);
        match again::after(&error, client, call, &mut request, deadline).await {
            Then::Again { paid: cost } => {
                earlier.push(error.kind());
                paid = cost;
            }
            Then::Stop(stop) => return Err(error.with_history(earlier, stop)),
            Then::Fail(other) => {
                earlier.push(error.kind());
                return Err(other.with_history(earlier, None));
            }
        }
    }
}

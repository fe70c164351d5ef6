//! What a request waits for before it begins, and what follows one that failed.

use std::{borrow::Cow, future::Future, pin::Pin, time::Duration};

use tokio::time::Instant;

use crate::{
    attempt::Request,
    call::Call,
    client::Inner,
    error::{Error, ErrorKind, Stop, Timeout},
    gateway::Gateway,
    retry::{self, RetryPolicy},
};

/// Seldom needed, so it takes no room in the future of a call.
type Seldom<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What to wait for before a request may begin, if there is anything: a pause, a token, the client's own limit.
pub(crate) fn begin<'a>(
    client: &'a Inner,
    call: &'a Call,
    request: &'a mut Request,
    pause: Option<Duration>,
    deadline: Option<Instant>,
) -> Option<Seldom<'a, Result<(), Error>>> {
    if pause.is_none() && client.pace.is_none() && !client.credentials.are_asked_for() {
        return None;
    }
    Some(Box::pin(async move {
        if let Some(pause) = pause {
            (client.sleep)(pause).await;
        }
        request.authorize(client, call, deadline).await?;
        turn(client, deadline).await
    }))
}

/// How a call goes on after a failure.
pub(crate) enum Then {
    /// With another attempt, which the budget has paid for.
    Again { paid: u32 },
    /// Not at all, and perhaps why.
    Stop(Option<Stop>),
    /// It failed for another reason meanwhile.
    Fail(Error),
}

/// What follows the failure of the last attempt.
pub(crate) fn after<'a>(
    error: &'a Error,
    client: &'a Inner,
    call: &'a Call,
    request: &'a mut Request,
    deadline: Option<Instant>,
) -> Seldom<'a, Then> {
    Box::pin(async move {
        let policy = policy(client, call);
        if let Some(asked) = policy.heeded(error) {
            client.budget.pause(asked);
        }
        let may_go_on = call.made < policy.attempts && request.body.is_lasting();
        if error.is_auth()
            && request
                .authorize_again(client, call, deadline, may_go_on)
                .await
            && turn(client, deadline).await.is_ok()
        {
            return Then::Again { paid: 0 };
        }
        let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        let (wait, cost) = match policy.next(error, call.made, left, retry::random()) {
            Ok(_) if !request.body.is_lasting() => return Then::Stop(Some(Stop::Body)),
            Ok(again) => again,
            Err(Some(Stop::Attempts)) if leaves_retries_to_gateway(client, call) => {
                return Then::Stop(Some(Stop::Gateway));
            }
            Err(stop) => return Then::Stop(stop),
        };
        let Some(payment) = client.budget.pay(cost) else {
            return Then::Stop(Some(Stop::Budget));
        };
        let begun = match begin(client, call, request, Some(wait), deadline) {
            Some(begin) => begin.await,
            None => Ok(()),
        };
        match begun {
            Ok(()) => Then::Again {
                paid: payment.spend(),
            },
            Err(late) if late.kind() == ErrorKind::Timeout(Timeout::Total) => {
                Then::Stop(Some(Stop::Deadline))
            }
            Err(other) => Then::Fail(other),
        }
    })
}

/// Waits until a request may begin, if the client has a limit.
async fn turn(client: &Inner, deadline: Option<Instant>) -> Result<(), Error> {
    match &client.pace {
        Some(pace) => pace.turn(&client.sleep, deadline).await,
        None => Ok(()),
    }
}

/// The call's own policy, else one attempt if the gateway makes several, else the client's.
pub(crate) fn policy<'a>(client: &'a Inner, call: &'a Call) -> Cow<'a, RetryPolicy> {
    match &call.retry {
        Some(policy) => Cow::Borrowed(policy),
        None if leaves_retries_to_gateway(client, call) => Cow::Owned(RetryPolicy::never()),
        None => Cow::Borrowed(&client.retry),
    }
}

fn leaves_retries_to_gateway(client: &Inner, call: &Call) -> bool {
    let gateway = call.gateway.as_deref().or(client.gateway.as_ref());
    call.retry.is_none() && gateway.is_some_and(Gateway::retries)
}

//! One request to the service, and what kind of answer it got.

use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT},
};
use tokio::time::Instant;
use workers_ai_models::Payload;

use crate::{
    body::{self, Body},
    call::{Call, Endpoint, Mode, Timeouts},
    client::Inner,
    deadline::Deadline,
    decode::{self, Content, Sort},
    error::{Cap, Error, Timeout, Unexpected},
    headers::{Head, Headers},
    lost, receive,
    retry_after::retry_after,
    secret::Credentials,
};

/// Everything that is the same in each attempt.
pub(crate) struct Request {
    method: Method,
    url: Url,
    headers: HeaderMap,
    pub(crate) body: Body,
    mode: Mode,
}

impl Request {
    pub(crate) fn new(client: &Inner, call: &mut Call) -> Result<Self, Error> {
        if let Some(error) = call.fault.take().or_else(|| call.invalid.take()) {
            return Err(error);
        }
        let policy = call.retry.as_ref().unwrap_or(&client.retry);
        if policy.attempts == 0 {
            return Err(Error::config("the retry policy allows no attempt at all"));
        }
        let (body, mut query) = body(call)?;
        let cap = call
            .max_bytes
            .map_or(client.caps.request, |own| own.min(client.caps.request));
        let is_over = |length: u64| usize::try_from(length).map_or(true, |length| length > cap);
        if body.is_lasting() && body.len().is_some_and(is_over) {
            return Err(Error::cap(Cap::Request, cap));
        }
        query.append(&mut call.query);
        let account = call.account.as_ref().unwrap_or(&client.account);
        let (method, url) = match &call.endpoint {
            Endpoint::Run => (Method::POST, client.base.run(account, &call.model, &query)?),
            Endpoint::Get(path) => (Method::GET, client.base.below(account, path, &query)?),
            Endpoint::Post(path) => (Method::POST, client.base.below(account, path, &query)?),
        };

        let mut headers = match call.gateway.as_ref().or(client.gateway.as_ref()) {
            Some(gateway) => gateway.headers()?,
            None => HeaderMap::new(),
        };
        headers.insert(USER_AGENT, client.user_agent.clone());
        headers.extend(std::mem::take(&mut call.headers));
        headers.insert(ACCEPT, accept(call.mode));
        if method == Method::POST {
            headers.insert(CONTENT_TYPE, body.content_type.clone());
        }
        match &client.credentials {
            Credentials::Token(token) => {
                headers.insert(AUTHORIZATION, token.clone());
            }
            Credentials::Key { email, key } => {
                headers.insert("x-auth-email", email.clone());
                headers.insert("x-auth-key", key.clone());
            }
        }
        Ok(Self {
            method,
            url,
            headers,
            body,
            mode: call.mode,
        })
    }

    /// Sends it once. An answer with a good status comes back as its head, its body and what that
    /// holds.
    pub(crate) async fn attempt(
        &mut self,
        client: &Inner,
        timeouts: Timeouts,
        deadline: Option<Instant>,
    ) -> Result<(Head, Bytes, Content), Error> {
        let now = Instant::now();
        let total = Deadline::total(deadline);
        let attempt = total.or_after(now, timeouts.attempt, Timeout::Attempt);
        let begin = match self.mode {
            Mode::Live | Mode::Passed => total,
            Mode::Whole | Mode::Raw => attempt,
        };
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        request.headers_mut().clone_from(&self.headers);
        if self.method == Method::POST {
            *request.body_mut() = Some(self.body.for_attempt());
        }
        let mut response = begin
            .or_after(now, timeouts.head, Timeout::Head)
            .hold(client.http.execute(request))
            .await?
            .map_err(|error| lost::before_answer(&error))?;

        let head = Head {
            status: response.status().as_u16(),
            headers: Headers::new(std::mem::take(response.headers_mut())),
        };
        let refuse = |what| Err(decode::unexpected(what, head.clone(), Bytes::new()));
        match head.status {
            204 | 205 | 304 => return refuse(Unexpected::Empty),
            200..=299 => {}
            300..=399 => return refuse(Unexpected::Redirect),
            400..=599 => {
                return Err(receive::error(head, response, client.caps.error, attempt).await);
            }
            _ => return refuse(Unexpected::Status),
        }
        if is_encoded(&head) {
            return refuse(Unexpected::Encoding);
        }
        let is_live = match self.mode {
            Mode::Live => matches!(Sort::of(&head), Sort::Events | Sort::Text | Sort::Unsaid),
            Mode::Passed => true,
            Mode::Whole | Mode::Raw => false,
        };
        if is_live {
            return Ok((head, Bytes::new(), Content::Events(response.into())));
        }
        let body = receive::whole(&head, response, client.caps, attempt).await?;
        let content = match self.mode {
            Mode::Raw => Content::Unread,
            Mode::Whole | Mode::Live | Mode::Passed => decode::interpret(&head, &body)
                .map_err(|error| error.with_retry_after(retry_after(&head.headers)))?,
        };
        Ok((head, body, content))
    }
}

/// The body of a call, and what its model puts into the query.
fn body(call: &mut Call) -> Result<(Body, Vec<(String, String)>), Error> {
    if let Some(upload) = call.upload.take() {
        if !call.fields.is_empty() {
            return Err(Error::input(
                "an upload has no fields to add to; use `Run::query`",
            ));
        }
        return Ok((Body::upload(upload)?, Vec::new()));
    }
    let nothing = Payload::Json(Vec::new());
    match (
        std::mem::replace(&mut call.payload, Ok(nothing))?,
        call.fields.as_slice(),
    ) {
        (payload, []) => Body::new(payload),
        (payload, fields) => Ok((Body::json(body::with_fields(payload, fields)?), Vec::new())),
    }
}

fn accept(mode: Mode) -> HeaderValue {
    HeaderValue::from_static(match mode {
        Mode::Live => "text/event-stream",
        Mode::Whole | Mode::Raw | Mode::Passed => "application/json, */*;q=0.5",
    })
}

fn is_encoded(head: &Head) -> bool {
    head.headers
        .get("content-encoding")
        .is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity"))
}

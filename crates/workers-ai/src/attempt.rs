//! One request to the service, and what kind of answer it got.

use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT},
};
use tokio::time::Instant;
use workers_ai_models::Payload;

use crate::{
    body::{self, Body},
    call::{Call, Endpoint, Mode},
    client::Inner,
    content::{self, Content, Sort},
    deadline::Deadline,
    error::{Cap, Error, Timeout, Unexpected},
    events::Events,
    headers::{Head, Headers},
    lost, receive,
    retry_after::retry_after,
    secret::Credentials,
    url::with_query,
};

/// How many headers a request has, those of the transport with it.
const USUAL_HEADERS: usize = 8;

/// Everything that is the same in each attempt.
pub(crate) struct Request {
    url: Url,
    pub(crate) body: Body,
    /// The token, where it had to be asked for. On the heap, since it seldom has to.
    token: Option<Box<AskedToken>>,
}

struct AskedToken {
    value: HeaderValue,
    /// It was asked for because another one was refused.
    is_second: bool,
}

impl Request {
    pub(crate) fn new(client: &Inner, call: &mut Call) -> Result<Self, Error> {
        if let Some(error) = call.fault.take().or_else(|| call.invalid.take()) {
            return Err(error);
        }
        let policy = call.retry.as_deref().unwrap_or(&client.retry);
        if policy.attempts == 0 {
            return Err(Error::config(
                "the retry policy allows no attempt at all; `RetryPolicy::never` allows one",
            ));
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
        let url = with_query(address(client, call)?, &query);
        if let Some(gateway) = call.gateway.as_deref().or(client.gateway.as_ref()) {
            let own = std::mem::replace(&mut call.headers, gateway.headers()?);
            call.headers.extend(own);
        }
        Ok(Self {
            url,
            body,
            token: None,
        })
    }

    /// Asks for the token if it has to be asked for, and not for longer than for the beginning of an answer.
    pub(crate) async fn authorize(
        &mut self,
        client: &Inner,
        call: &Call,
        deadline: Option<Instant>,
    ) -> Result<(), Error> {
        if let Credentials::Asked(tokens) = &client.credentials {
            let limit = call.timeouts.over(client.timeouts).head;
            let asking = Deadline::total(deadline)
                .or_after(Instant::now(), limit, Timeout::Token)
                .hold(Box::pin(tokens.get()));
            let value = asking.await??;
            let is_second = self.token.as_ref().is_some_and(|token| token.is_second);
            self.token = Some(Box::new(AskedToken { value, is_second }));
        }
        Ok(())
    }

    /// Asks for another token in place of one that was refused, but only if that is `of_use` and was not done before.
    /// Whether there is another one.
    pub(crate) async fn authorize_again(
        &mut self,
        client: &Inner,
        call: &Call,
        deadline: Option<Instant>,
        of_use: bool,
    ) -> bool {
        let (Credentials::Asked(tokens), Some(token)) = (&client.credentials, &mut self.token)
        else {
            return false;
        };
        let refused = token.value.clone();
        tokens.forget(&refused);
        let is_first = !std::mem::replace(&mut token.is_second, true);
        if !of_use || !is_first || self.authorize(client, call, deadline).await.is_err() {
            return false;
        }
        self.token
            .as_ref()
            .is_some_and(|token| token.value != refused)
    }

    fn for_attempt(&mut self, client: &Inner, call: &Call) -> reqwest::Request {
        let method = match call.endpoint {
            Endpoint::Run | Endpoint::Post(_) => Method::POST,
            Endpoint::Get(_) => Method::GET,
        };
        let mut headers = HeaderMap::with_capacity(USUAL_HEADERS + call.headers.len());
        headers.insert(USER_AGENT, client.user_agent.clone());
        headers.extend(call.headers.clone());
        headers.insert(ACCEPT, accept(call.mode));
        match &client.credentials {
            Credentials::Token(token) => {
                headers.insert(AUTHORIZATION, token.clone());
            }
            Credentials::Asked(_) => {
                let token = self.token.as_ref();
                headers.extend(token.map(|token| (AUTHORIZATION, token.value.clone())));
            }
            Credentials::Key { email, key } => {
                headers.insert(HeaderName::from_static("x-auth-email"), email.clone());
                headers.insert(HeaderName::from_static("x-auth-key"), key.clone());
            }
        }
        let mut request = reqwest::Request::new(method, self.url.clone());
        if request.method() == Method::POST {
            headers.insert(CONTENT_TYPE, self.body.content_type.clone());
            *request.body_mut() = Some(self.body.for_attempt());
        }
        *request.headers_mut() = headers;
        request
    }

    /// Sends it once. An answer with a good status comes back as its head, its body and what that
    /// holds.
    pub(crate) async fn attempt(
        &mut self,
        client: &Inner,
        call: &Call,
        deadline: Option<Instant>,
    ) -> Result<(Head, Bytes, Content), Error> {
        let (begin, attempt) = deadlines(client, call, deadline);
        let mut response = begin
            .hold(client.http.execute(self.for_attempt(client, call)))
            .await?
            .map_err(|error| lost::before_answer(&error))?;
        let head = Head {
            status: response.status().as_u16(),
            headers: Headers::new(std::mem::take(response.headers_mut())),
        };
        let refuse = |what| Err(content::unexpected(what, head.clone(), Bytes::new()));
        match head.status {
            204 | 205 | 304 => return refuse(Unexpected::Empty),
            200..=299 => {}
            300..=399 => return refuse(Unexpected::Redirect),
            400..=599 => {
                let body = receive::of_error(&mut response, client.caps.error, attempt).await;
                let wait = retry_after(&head.headers);
                let error = content::reported(head.status, &body).with_retry_after(wait);
                return Err(error.with_head(head).with_body(body));
            }
            _ => return refuse(Unexpected::Status),
        }
        let is_whole = matches!(call.mode, Mode::Whole | Mode::Raw);
        let is_coded = head.headers.are_of_coded_body();
        if is_coded && !is_whole {
            return refuse(Unexpected::Encoding);
        }
        if call.mode == Mode::Passed {
            return Ok((head, Bytes::new(), Content::Passed(response.into())));
        }
        let may_be_events = matches!(Sort::of(&head), Sort::Events | Sort::Text | Sort::Unsaid);
        if call.mode == Mode::Live && may_be_events {
            let timeouts = call.timeouts.over(client.timeouts);
            let events = Events::new(response, call.end, client.caps, timeouts, deadline);
            let mut events = Box::new(events);
            if let Err(error) = events.begin().await {
                let wait = retry_after(&head.headers);
                return Err(error.with_retry_after(wait).with_head(head));
            }
            return Ok((head, Bytes::new(), Content::Events(events)));
        }
        let body = receive::whole(&head, &mut response, &client.caps, attempt).await?;
        if is_coded {
            // Nobody here can read it, but the work is done and paid for.
            return Err(content::unexpected(Unexpected::Encoding, head, body));
        }
        let content = match call.mode {
            Mode::Raw => Content::Unread,
            Mode::Whole | Mode::Live | Mode::Passed => content::interpret(&head, &body)
                .map_err(|error| error.with_retry_after(retry_after(&head.headers)))?,
        };
        Ok((head, body, content))
    }
}

/// Until when the answer has to begin, and until when it has to be there unless it is a stream.
fn deadlines(client: &Inner, call: &Call, total: Option<Instant>) -> (Deadline, Deadline) {
    let now = Instant::now();
    let timeouts = call.timeouts.over(client.timeouts);
    let total = Deadline::total(total);
    let attempt = total.or_after(now, timeouts.attempt, Timeout::Attempt);
    let begin = match call.mode {
        Mode::Live | Mode::Passed => total,
        Mode::Whole | Mode::Raw => attempt,
    };
    (begin.or_after(now, timeouts.head, Timeout::Head), attempt)
}

fn address(client: &Inner, call: &Call) -> Result<Url, Error> {
    let base = &client.base;
    let account = call.account.as_ref().unwrap_or(&client.account);
    match &call.endpoint {
        Endpoint::Run if call.account.is_none() => {
            let make = || base.run(account, &call.model);
            client.addresses.of(&call.model, make)
        }
        Endpoint::Run => base.run(account, &call.model),
        Endpoint::Get(path) | Endpoint::Post(path) => base.below(account, path),
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
        return Ok((Body::upload(*upload)?, Vec::new()));
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

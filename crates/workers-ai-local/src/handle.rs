//! One call from beginning to end: read, recorded, refused or answered, and spoilt where a fault
//! asks for it.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::{Arc, atomic::AtomicBool},
};

use bytes::{Bytes, BytesMut};
use hyper::{
    Request, Response,
    body::{Body, Incoming},
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, RETRY_AFTER, UPGRADE},
    http::request::Parts,
};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    auth, catalogue,
    delivery::{Delivery, End},
    fault::{self, Cut, Fault, Instead},
    finetunes, gateway, markdown, openai,
    record::{self, Request as Recorded},
    refusal::Refusal,
    reply::{Content, Reply},
    route::{Place, Route},
    run,
    state::{Ids, State},
};

/// So much of a body that is too large is read and thrown away, so that its sender gets to the
/// answer.
const DISCARDED: usize = 64 * 1024 * 1024;

/// A call whose request has been read.
pub(crate) struct Call {
    pub(crate) state: Arc<State>,
    pub(crate) ids: Ids,
    /// The id of the inference, as it stands in headers and messages.
    pub(crate) id: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What is to be unusual about the answer.
    pub(crate) fault: Fault,
}

impl Call {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The content type in lower case, parameters left out.
    pub(crate) fn content_type(&self) -> String {
        let whole = self.header("content-type").unwrap_or_default();
        let plain = whole.split(';').next().unwrap_or_default();
        plain.trim().to_ascii_lowercase()
    }

    /// The value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        crate::route::query(self.query.as_deref(), name)
    }

    /// The body as JSON.
    ///
    /// # Errors
    ///
    /// There is none, or it is something else.
    pub(crate) fn json(&self) -> Result<Value, Refusal> {
        if self.body.is_empty() {
            return Err(Refusal::of(3003));
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| Refusal::says(5006, format!("Bad input: not JSON: {error}")))
    }
}

/// A connection that is closed without an answer.
#[derive(Debug)]
pub(crate) struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("this call was to get no answer")
    }
}

impl Error for HungUp {}

/// Answers one request.
///
/// # Errors
///
/// It is to get no answer.
pub(crate) async fn handle(
    state: Arc<State>,
    reset: Arc<AtomicBool>,
    request: Request<Incoming>,
) -> Result<Response<Delivery>, HungUp> {
    let ids = state.next_ids();
    let (parts, body) = request.into_parts();
    let body = read(body, state.settings.max_body).await.ok_or(HungUp)?;
    let place = Place::read(&parts.method, parts.uri.path());
    let model = asked_model(place.as_ref().ok(), body.as_ref().ok());
    record(&state, &parts, model.clone(), body.as_ref().ok());

    let fault = match parts.headers.get(fault::HEADER) {
        Some(text) => text.to_str().unwrap_or("?").parse().map(Some),
        None => Ok(state.script().take(model.as_deref())),
    };
    let id = ids.uuid(0);
    let fault: Option<Fault> = match fault {
        Ok(fault) => fault,
        Err(error) => {
            let text = format!("{}: {error}", fault::HEADER);
            let reply = Refusal::says(1001, text).reply(&id);
            return Ok(finish(&state, ids, reply, None, reset));
        }
    };
    if let Some(fault) = &fault {
        if !fault.delay.is_zero() {
            sleep(fault.delay).await;
        }
    }
    let reply = match fault.as_ref().and_then(|fault| fault.instead) {
        Some(Instead::Hangup) => return Err(HungUp),
        Some(instead) => spoilt(instead, &id),
        None => {
            let call = Call {
                state: Arc::clone(&state),
                ids,
                id: id.clone(),
                query: parts.uri.query().map(str::to_owned),
                headers: parts.headers,
                body: Bytes::new(),
                fault: fault.clone().unwrap_or_default(),
            };
            let answered = answered(call, parts.uri.path(), place, body).await;
            answered.unwrap_or_else(|refusal| refusal.reply(&id))
        }
    };
    Ok(finish(&state, ids, reply, fault, reset))
}

async fn answered(
    mut call: Call,
    path: &str,
    place: Result<Place, Refusal>,
    body: Result<Bytes, Refusal>,
) -> Result<Reply, Refusal> {
    let settings = &call.state.settings;
    auth::check(settings, &call.headers)?;
    if call.headers.contains_key(UPGRADE) {
        let text = "This stand-in has no realtime sessions";
        return Err(Refusal::says(3003, text));
    }
    let place = place?;
    let only = settings.account.as_ref();
    if only.is_some_and(|only| *only != place.account) {
        return Err(Refusal::bad_account(path));
    }
    call.body = body?;
    match gateway::of(&call, &place) {
        Some(gateway) => gateway::through(&call, &gateway, route(&call, &place.route)).await,
        None => route(&call, &place.route).await,
    }
}

async fn route(call: &Call, route: &Route) -> Result<Reply, Refusal> {
    match route {
        Route::Run(model) => run::run(call, model).await,
        Route::RunAny => run::run_any(call).await,
        Route::ChatCompletions => openai::chat(call).await,
        Route::Responses => openai::responses(call).await,
        Route::Embeddings => openai::embeddings(call).await,
        Route::Messages => Err(Refusal::says(
            5007,
            "This endpoint has no models of the service's own",
        )),
        Route::Search => catalogue::search(call),
        Route::Schema => catalogue::schema(call),
        Route::Authors => Ok(catalogue::authors(call)),
        Route::Tasks => Ok(catalogue::tasks(call)),
        Route::Finetunes => Ok(finetunes::list(call)),
        Route::NewFinetune => finetunes::create(call),
        Route::PublicFinetunes => Ok(finetunes::public(call)),
        Route::FinetuneAssets(finetune) => finetunes::upload(call, finetune),
        Route::Markdown => markdown::convert(call),
        Route::MarkdownFormats => Ok(markdown::supported()),
    }
}

/// The whole body, or that it is too large; nothing if the sender went away.
async fn read(mut body: Incoming, most: usize) -> Option<Result<Bytes, Refusal>> {
    let mut whole = BytesMut::new();
    let mut first = Bytes::new();
    let mut length = 0;
    while let Some(frame) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        let Ok(data) = frame.ok()?.into_data() else {
            continue;
        };
        length += data.len();
        if length > most.saturating_add(DISCARDED) {
            break;
        }
        if length > most {
            whole.clear();
        } else if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            if !first.is_empty() {
                whole.extend_from_slice(&std::mem::take(&mut first));
            }
            whole.extend_from_slice(&data);
        }
    }
    if length > most {
        return Some(Err(Refusal::of(3006)));
    }
    Some(Ok(if whole.is_empty() {
        first
    } else {
        whole.freeze()
    }))
}

/// The model of a call, for the record and for faults that are meant for one.
fn asked_model(place: Option<&Place>, body: Option<&Bytes>) -> Option<String> {
    match &place?.route {
        Route::Run(model) => Some(model.clone()),
        Route::RunAny | Route::ChatCompletions | Route::Responses | Route::Embeddings => {
            let body: Value = serde_json::from_slice(body?).ok()?;
            let model = body.get("model")?.as_str()?;
            Some(openai::model_id(model).to_owned())
        }
        _ => None,
    }
}

fn record(state: &State, parts: &Parts, model: Option<String>, body: Option<&Bytes>) {
    if state.settings.keep == 0 {
        return;
    }
    let request = Recorded {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        model,
        headers: record::headers(&parts.headers),
        body: body.cloned().unwrap_or_default(),
    };
    state.record().add(request);
}

/// What comes in place of the answer.
fn spoilt(instead: Instead, id: &str) -> Reply {
    match instead {
        Instead::Error(code) => unknown_is_500(code).reply(id),
        Instead::Soft(code) => unknown_is_500(code).with_status(200).reply(id),
        Instead::Empty | Instead::Hangup => Reply::result(&json!({})).header("cf-ai-req-id", id),
        Instead::Edge(code @ 1000..) => {
            let text = Bytes::from(format!("error code: {code}"));
            Reply::new(503, "text/plain; charset=UTF-8", Content::Whole(text))
        }
        Instead::Edge(status) => {
            let page = format!(
                "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\n<body><h1>Error {status}</h1></body></html>\n"
            );
            Reply::new(
                status,
                "text/html; charset=UTF-8",
                Content::Whole(Bytes::from(page)),
            )
        }
    }
}

fn unknown_is_500(code: u32) -> Refusal {
    let refusal = Refusal::of(code);
    match crate::refusal::by_code(code) {
        Some(_) => refusal,
        None => refusal.with_status(500),
    }
}

/// Adds what every answer has and what the fault takes away.
fn finish(
    state: &State,
    ids: Ids,
    reply: Reply,
    fault: Option<Fault>,
    reset: Arc<AtomicBool>,
) -> Response<Delivery> {
    let settings = &state.settings;
    let mut reply = reply.header("cf-ray", &ids.ray());
    let Some(fault) = fault else {
        return reply.response(settings.pace, settings.chunk, End::Good);
    };
    for (name, value) in [
        (CONTENT_TYPE, &fault.content_type),
        (RETRY_AFTER, &fault.retry_after),
    ] {
        if let Some(value) = value.as_ref().and_then(|value| value.parse().ok()) {
            reply.headers.insert(name, value);
        }
    }
    if let Content::Events(events) = &mut reply.content {
        spoil_events(events, &fault, ids);
    }
    let Some((cut, byte)) = fault.cut else {
        return reply.response(settings.pace, settings.chunk, End::Good);
    };
    let end = match cut {
        Cut::Stall => End::Stall,
        Cut::Reset => End::Reset(reset),
        Cut::Close => End::Close,
        Cut::Truncate => End::Good,
    };
    if let (Content::Whole(body), false) = (&reply.content, cut == Cut::Truncate) {
        // The head promises all of it.
        reply.headers.insert(CONTENT_LENGTH, body.len().into());
    }
    let response = reply.response(settings.pace, settings.chunk, end);
    response.map(|body| body.limit(byte))
}

fn spoil_events(events: &mut Vec<Bytes>, fault: &Fault, ids: Ids) {
    if fault.no_end {
        events.pop();
    }
    if let Some((after, code)) = fault.event_error {
        events.truncate(after);
        let body = unknown_is_500(code).body(&ids.uuid(0));
        events.push(Bytes::from(format!("data: {body}\n\n")));
    }
}

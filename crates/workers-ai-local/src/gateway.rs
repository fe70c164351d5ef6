//! AI Gateway as far as an answer shows it: its headers, and a cache for those who ask for one.

use std::{
    collections::HashMap,
    future::Future,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};

use crate::{
    handle::Call,
    refusal::Refusal,
    reply::{Content, Reply},
    route::{Place, Route},
    state::hash,
};

/// How long an answer with a key of its own is kept if nobody says.
const KEPT: Duration = Duration::from_secs(300);

/// Answers that are kept, at most.
const MOST: usize = 1_000;

/// Answers that are kept, all together, at most.
const BYTES: usize = 64 * 1024 * 1024;

/// The shortest and the longest a gateway keeps something, in seconds.
const TTL: std::ops::RangeInclusive<u64> = 60..=2_678_400;

/// The gateway of a call.
pub(crate) struct Gateway {
    cache: Option<(u64, Duration)>,
    model: Option<String>,
}

/// An answer that is kept.
#[derive(Debug)]
pub(crate) struct Cached {
    content_type: Option<HeaderValue>,
    body: Bytes,
    until: Instant,
}

/// The gateway a call goes through, if any.
pub(crate) fn of(call: &Call, place: &Place) -> Option<Gateway> {
    let id = place
        .gateway
        .as_deref()
        .or(call.header("cf-aig-gateway-id"))?;
    let number = |name: &str| call.header(name)?.parse::<u64>().ok();
    let key = call.header("cf-aig-cache-key");
    let ttl = number("cf-aig-cache-ttl").or_else(|| number("cf-cache-ttl"));
    let skips = ["cf-aig-skip-cache", "cf-skip-cache"]
        .iter()
        .any(|name| call.header(name) == Some("true"));
    let kept = match (ttl, key) {
        (Some(ttl), _) if TTL.contains(&ttl) => Some(Duration::from_secs(ttl)),
        (None, Some(_)) => Some(KEPT),
        _ => None,
    };
    let owner = (&place.account, id);
    let identity = if let Some(key) = key {
        hash(format!("{owner:?} key {key}").as_bytes())
    } else {
        let asked = format!("{owner:?} {:?} {:?}", place.route, call.query);
        hash(asked.as_bytes()) ^ hash(&call.body).rotate_left(1)
    };
    Some(Gateway {
        cache: kept.filter(|_| !skips).map(|kept| (identity, kept)),
        model: match &place.route {
            Route::Run(model) => Some(model.clone()),
            _ => None,
        },
    })
}

/// Lets the gateway answer from its cache, or asks and adds the gateway's headers.
///
/// # Errors
///
/// The answer is a refusal.
pub(crate) async fn through(
    call: &Call,
    gateway: &Gateway,
    answer: impl Future<Output = Result<Reply, Refusal>>,
) -> Result<Reply, Refusal> {
    let kept = gateway
        .cache
        .and_then(|(identity, _)| cached(call, identity));
    let status = if kept.is_some() { "HIT" } else { "MISS" };
    let reply = match kept {
        Some(kept) => kept,
        None => answer.await?,
    };
    if let (Some((identity, kept)), "MISS") = (gateway.cache, status) {
        keep(call, identity, kept, &reply);
    }
    let event = call.header("cf-aig-event-id").map(str::to_owned);
    let mut reply = reply
        .header("cf-aig-cache-status", status)
        .header(
            "cf-aig-event-id",
            &event.unwrap_or_else(|| call.ids.uuid(3)),
        )
        .header("cf-aig-request-id", &call.ids.uuid(2))
        .header("cf-aig-step", "0")
        .header("cf-aig-provider", "workers-ai");
    if call.header("cf-aig-collect-log") != Some("false") {
        reply = reply.header("cf-aig-log-id", &call.ids.uuid(1));
    }
    Ok(match &gateway.model {
        Some(model) => reply.header("cf-aig-model", model),
        None => reply,
    })
}

fn cached(call: &Call, identity: u64) -> Option<Reply> {
    let mut cache = call.state.cache();
    if cache.get(&identity)?.until <= Instant::now() {
        cache.remove(&identity);
        return None;
    }
    let kept = cache.get(&identity)?;
    let mut reply = Reply::new(200, "", Content::Whole(kept.body.clone()));
    reply.headers.clear();
    if let Some(content_type) = &kept.content_type {
        reply.headers.insert(CONTENT_TYPE, content_type.clone());
    }
    Some(reply)
}

fn keep(call: &Call, identity: u64, time: Duration, reply: &Reply) {
    let Content::Whole(body) = &reply.content else {
        return;
    };
    let now = Instant::now();
    let Some(until) = now.checked_add(time) else {
        return;
    };
    let mut cache = call.state.cache();
    let has_room = |cache: &HashMap<u64, Cached>| {
        let bytes: usize = cache.values().map(|kept| kept.body.len()).sum();
        cache.len() < MOST && bytes + body.len() <= BYTES
    };
    if !has_room(&cache) {
        cache.retain(|_, kept| kept.until > now);
    }
    if reply.status == 200 && has_room(&cache) {
        let kept = Cached {
            content_type: reply.headers.get(CONTENT_TYPE).cloned(),
            body: body.clone(),
            until,
        };
        cache.insert(identity, kept);
    }
}

//! Batches: put into the queue, asked for until they are done.

use std::{
    collections::{HashMap, VecDeque},
    fmt::Write as _,
};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::{
    check::{Faults, check},
    documents::Model,
    handle::Call,
    refusal::Refusal,
    reply::Reply,
    run,
};

/// The largest body of a batch.
const BYTES: usize = 10_000_000;

/// Batches that are kept, at most.
const KEPT: usize = 1_000;

/// Bodies of the batches that are kept, all together, at most.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

/// Answers of a batch as text, at most. What is asked beyond that fails.
const ANSWERED: usize = 64 * 1024 * 1024;

/// Batches by the id their receipt has.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    by_id: HashMap<String, Batch>,
    order: VecDeque<String>,
    bytes: usize,
}

#[derive(Debug)]
struct Batch {
    model: &'static str,
    /// As it came: read, it takes up many times the memory.
    body: Bytes,
    polls: u32,
}

impl Batches {
    /// Adds one, and forgets the oldest where there are too many.
    fn add(&mut self, id: String, batch: Batch) {
        self.bytes += batch.body.len();
        self.order.push_back(id.clone());
        self.by_id.insert(id, batch);
        while self.order.len() > KEPT || (self.bytes > KEPT_BYTES && self.order.len() > 1) {
            let oldest = self.order.pop_front();
            let Some(oldest) = oldest.and_then(|id| self.by_id.remove(&id)) else {
                break;
            };
            self.bytes -= oldest.body.len();
        }
    }
}

/// The id of a batch, if the body asks for one.
pub(crate) fn polled(body: &Value) -> Option<&str> {
    let members = body.as_object().filter(|members| members.len() == 1)?;
    members.get("request_id")?.as_str()
}

/// Puts the requests of a body into the queue.
///
/// # Errors
///
/// The model takes no batches, or not these.
pub(crate) fn submit(call: &Call, model: &Model, body: Value) -> Result<Reply, Refusal> {
    if call.body.len() > BYTES {
        return Err(Refusal::of(3006));
    }
    check_requests(model, requests(body)?)?;
    let id = call.ids.uuid(4);
    let receipt = receipt("queued", &id, model.id);
    let batch = Batch {
        model: model.id,
        body: call.body.clone(),
        polls: 0,
    };
    call.state.batches().add(id, batch);
    Ok(run::costs(Reply::result(&receipt), call, 0.0))
}

fn bad(text: &str) -> Refusal {
    Refusal::says(5006, format!("Bad input: Error: {text}"))
}

/// The requests of a body, which are some.
fn requests(mut body: Value) -> Result<Vec<Value>, Refusal> {
    match body.get_mut("requests").map(Value::take) {
        Some(Value::Array(list)) if !list.is_empty() => Ok(list),
        Some(_) => Err(bad("'/requests' must be a list with something in it")),
        None => Err(run::missing("requests")),
    }
}

/// Takes your own reference away, which may stand beside any input.
fn take_reference(request: &mut Value) -> Option<Value> {
    request.as_object_mut()?.shift_remove("external_reference")
}

fn check_requests(model: &Model, mut requests: Vec<Value>) -> Result<(), Refusal> {
    for request in &mut requests {
        if !request.is_object() {
            return Err(bad("each of '/requests' must be an object"));
        }
        let reference = take_reference(request);
        if reference.is_some_and(|reference| !reference.is_string() && !reference.is_null()) {
            return Err(bad("'external_reference' must be text"));
        }
    }
    let schema = model.input("application/json");
    let schema = schema.ok_or_else(|| bad("this model takes no batches"))?;
    let refusal = |faults: Faults| faults.refusal();
    if schema
        .alternatives()
        .any(|branch| branch.property("requests").is_some())
    {
        let body = Map::from_iter([("requests".to_owned(), requests.into())]);
        return check(schema, &Value::Object(body)).map_err(refusal);
    }
    if !model.is_able("async_queue") {
        return Err(bad("this model takes no batches"));
    }
    requests
        .iter()
        .try_for_each(|request| check(schema, request).map_err(refusal))
}

/// Asks for a batch: queued at first, then running, then done.
///
/// # Errors
///
/// There is no such batch of this model.
pub(crate) async fn poll(call: &Call, model: &'static Model, id: &str) -> Result<Reply, Refusal> {
    let body = {
        let mut batches = call.state.batches();
        let batch = batches
            .by_id
            .get_mut(id)
            .filter(|batch| batch.model == model.id)
            .ok_or_else(|| Refusal::says(5006, "Bad input: no such request_id of this model"))?;
        batch.polls = batch.polls.saturating_add(1);
        match batch.polls {
            1 => return Ok(Reply::result(&receipt("queued", id, model.id))),
            2 => return Ok(Reply::result(&receipt("running", id, model.id))),
            _ => batch.body.clone(),
        }
    };
    let (seed, fails) = (call.state.settings.seed, call.fault.item_error);
    let answers = Answers::new(call.fault.results.then_some(id));
    let work = move || {
        // It was read once before.
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Ok(answers.to(model, requests(body)?, seed, fails, ANSWERED))
    };
    // Many answers take so long that other calls should not wait for them.
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|_| Refusal::of(8005))??;
    Ok(run::costs(Reply::result(&done), call, 0.0))
}

/// A finished batch as text, and the tokens of its answers so far.
struct Answers {
    text: String,
    number: &'static str,
    usage: Map<String, Value>,
}

impl Answers {
    /// Numbered by `id` under `responses`, or by `index` under `results` of this batch.
    fn new(results_of: Option<&str>) -> Self {
        let (text, number) = match results_of {
            Some(id) => (
                format!("{{\"status\":\"completed\",\"request_id\":\"{id}\",\"results\":["),
                "index",
            ),
            None => ("{\"responses\":[".to_owned(), "id"),
        };
        Answers {
            text,
            number,
            usage: Map::new(),
        }
    }

    /// Answers all requests but the one that is to fail, and those that come when there are `most`
    /// bytes of answers already.
    fn to(
        mut self,
        model: &Model,
        requests: Vec<Value>,
        seed: u64,
        fails: Option<usize>,
        most: usize,
    ) -> String {
        for (index, mut request) in requests.into_iter().enumerate() {
            let reference = take_reference(&mut request);
            let is_answered = fails != Some(index) && self.text.len() < most;
            let result = is_answered.then(|| run::result(model, &request, seed));
            self.add(index, result, reference);
        }
        // Writing to text cannot fail.
        let _ = write!(self.text, "],\"usage\":{}}}", Value::Object(self.usage));
        self.text
    }

    fn add(&mut self, index: usize, result: Option<Value>, reference: Option<Value>) {
        let success = result.is_some();
        let result = result.unwrap_or(Value::Null);
        count(&mut self.usage, result.get("usage"));
        let comma = if index == 0 { "" } else { "," };
        let (number, reference) = (self.number, reference.unwrap_or_default());
        // Writing to text cannot fail.
        let _ = write!(
            self.text,
            "{comma}{{\"{number}\":{index},\"result\":{result},\"success\":{success},\"external_reference\":{reference}}}",
        );
    }
}

fn receipt(status: &str, id: &str, model: &str) -> Value {
    json!({"status": status, "request_id": id, "model": model})
}

/// Adds up tokens.
fn count(sum: &mut Map<String, Value>, usage: Option<&Value>) {
    for (name, count) in usage.and_then(Value::as_object).into_iter().flatten() {
        if let Some(count) = count.as_u64() {
            let before = sum.get(name).and_then(Value::as_u64).unwrap_or(0);
            sum.insert(name.clone(), before.saturating_add(count).into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Documents;

    #[test]
    fn what_is_asked_beyond_all_measure_fails_item_by_item() {
        let model = Documents::embedded().model("@cf/baai/bge-m3");
        let requests = vec![json!({"text": "a"}); 4];
        let done = Answers::new(None).to(model.expect("a model"), requests, 0, Some(0), 1_000);
        let done: Value = serde_json::from_str(&done).expect("JSON");
        let items = done["responses"].as_array().expect("a list");
        let answered: Vec<&Value> = items.iter().map(|item| &item["success"]).collect();
        assert_eq!(answered, [false, true, false, false]);
        assert_eq!(items[3]["result"], Value::Null);
    }

    #[test]
    fn the_oldest_batches_make_room() {
        let mut batches = Batches::default();
        for (number, bytes) in [(0, 10), (1, KEPT_BYTES), (2, 5), (3, KEPT_BYTES - 5)] {
            let batch = Batch {
                model: "",
                body: vec![0; bytes].into(),
                polls: 0,
            };
            batches.add(number.to_string(), batch);
        }
        let mut kept: Vec<&str> = batches.by_id.keys().map(String::as_str).collect();
        kept.sort_unstable();
        assert_eq!((kept, batches.bytes), (vec!["2", "3"], KEPT_BYTES));
    }
}

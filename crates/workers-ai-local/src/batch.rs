//! Batches: put into the queue, asked for until they are done.

use std::collections::{HashMap, VecDeque};

use serde_json::{Map, Value, json};

use crate::{check::check, documents::Model, handle::Call, refusal::Refusal, reply::Reply, run};

/// The largest body of a batch.
const BYTES: usize = 10_000_000;

/// Batches that are kept, at most.
const KEPT: usize = 1_000;

/// Batches by the id their receipt has.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    batches: HashMap<String, Batch>,
    order: VecDeque<String>,
}

#[derive(Debug)]
struct Batch {
    model: &'static str,
    requests: Value,
    polls: u32,
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
pub(crate) fn submit(call: &Call, model: &Model, body: &Value) -> Result<Reply, Refusal> {
    if call.body.len() > BYTES {
        return Err(Refusal::of(3006));
    }
    let requests = body
        .get("requests")
        .ok_or_else(|| run::missing("requests"))?;
    check_requests(model, requests)?;
    let id = call.ids.uuid(4);
    let receipt = receipt("queued", &id, model.id);
    let mut batches = call.state.batches();
    if batches.order.len() >= KEPT {
        if let Some(oldest) = batches.order.pop_front() {
            batches.batches.remove(&oldest);
        }
    }
    let batch = Batch {
        model: model.id,
        requests: requests.clone(),
        polls: 0,
    };
    batches.order.push_back(id.clone());
    batches.batches.insert(id, batch);
    drop(batches);
    Ok(run::costs(Reply::result(&receipt), call, 0.0))
}

fn check_requests(model: &Model, requests: &Value) -> Result<(), Refusal> {
    let bad = |text: &str| Refusal::says(5006, format!("Bad input: Error: {text}"));
    let list = requests.as_array().filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| bad("'/requests' must be a list with something in it"))?;
    // Your own reference stands beside any input.
    let mut bare = Vec::with_capacity(list.len());
    for request in list {
        let Some(members) = request.as_object() else {
            return Err(bad("each of '/requests' must be an object"));
        };
        let mut members = members.clone();
        let reference = members.shift_remove("external_reference");
        if reference.is_some_and(|reference| !reference.is_string() && !reference.is_null()) {
            return Err(bad("'external_reference' must be text"));
        }
        bare.push(Value::Object(members));
    }
    let schema = model.input("application/json");
    let schema = schema.ok_or_else(|| bad("this model takes no batches"))?;
    if schema
        .alternatives()
        .any(|branch| branch.property("requests").is_some())
    {
        return check(schema, &json!({"requests": bare})).map_err(|faults| faults.refusal());
    }
    if !model.is_able("async_queue") {
        return Err(bad("this model takes no batches"));
    }
    for request in &bare {
        check(schema, request).map_err(|faults| faults.refusal())?;
    }
    Ok(())
}

/// Asks for a batch: queued at first, then running, then done.
///
/// # Errors
///
/// There is no such batch of this model.
pub(crate) fn poll(call: &Call, model: &'static Model, id: &str) -> Result<Reply, Refusal> {
    let requests = {
        let mut batches = call.state.batches();
        let batch = batches
            .batches
            .get_mut(id)
            .filter(|batch| batch.model == model.id)
            .ok_or_else(|| Refusal::says(5006, "Bad input: no such request_id of this model"))?;
        batch.polls = batch.polls.saturating_add(1);
        match batch.polls {
            1 => return Ok(Reply::result(&receipt("queued", id, model.id))),
            2 => return Ok(Reply::result(&receipt("running", id, model.id))),
            _ => batch.requests.clone(),
        }
    };
    let mut usage = Map::new();
    let responses: Vec<Value> = requests
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(index, request)| {
            let result = run::result(call, model, request);
            add(&mut usage, result.get("usage"));
            json!({
                "id": index,
                "result": result,
                "success": true,
                "external_reference": request.get("external_reference"),
            })
        })
        .collect();
    let done = json!({"responses": responses, "usage": usage});
    Ok(run::costs(Reply::result(&done), call, 0.0))
}

fn receipt(status: &str, id: &str, model: &str) -> Value {
    json!({"status": status, "request_id": id, "model": model})
}

/// Adds up tokens.
fn add(sum: &mut Map<String, Value>, usage: Option<&Value>) {
    for (name, count) in usage.and_then(Value::as_object).into_iter().flatten() {
        if let Some(count) = count.as_u64() {
            let before = sum.get(name).and_then(Value::as_u64).unwrap_or(0);
            sum.insert(name.clone(), before.saturating_add(count).into());
        }
    }
}

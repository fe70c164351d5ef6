//! Documents to Markdown.
use crate::{handle::Call, refusal::Refusal, reply::Reply};
pub(crate) fn convert(_call: &Call) -> Result<Reply, Refusal> { Err(Refusal::of(8005)) }
pub(crate) fn supported() -> Reply { Reply::result(serde_json::Value::Null) }

//! Passing text generation and embeddings on to a server that speaks `OpenAI`'s dialect.

mod ask;
mod http;
mod stream;
mod tell;

use serde_json::{Value, json};

use crate::{
    answer::{Answer, Answered, Asked, Dialect, Input, answer},
    documents::Model,
    handle::Call,
    object::put,
    refusal::Refusal,
    reply::{Content, Reply},
    run,
};

/// A server that speaks `OpenAI`'s dialect, such as Ollama, llama.cpp or vLLM.
///
/// ```
/// use workers_ai_local::{Forward, Server};
///
/// let ollama = Forward::from("http://127.0.0.1:11434/v1")
///     .model("llama3.2")
///     .embedding_model("nomic-embed-text");
/// let server = Server::builder().forward(ollama);
/// # let _ = server;
/// ```
///
/// It is asked in plain HTTP. Without names of its models it is asked for the last part of the id,
/// such as `llama-3.1-8b-instruct-fp8`.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Forward {
    url: String,
    model: Option<String>,
    embedding_model: Option<String>,
    token: Option<String>,
}

impl From<&str> for Forward {
    fn from(url: &str) -> Self {
        Forward {
            url: url.to_owned(),
            model: None,
            embedding_model: None,
            token: None,
        }
    }
}

impl From<String> for Forward {
    fn from(url: String) -> Self {
        Self::from(url.as_str())
    }
}

impl std::fmt::Debug for Forward {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Forward")
            .field("url", &self.url)
            .field("model", &self.model)
            .field("embedding_model", &self.embedding_model)
            .finish_non_exhaustive()
    }
}

impl Forward {
    /// Its model for text generation, whatever the caller asks for.
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.model = Some(name.into());
        self
    }

    /// Its model for embeddings, whatever the caller asks for.
    pub fn embedding_model(mut self, name: impl Into<String>) -> Self {
        self.embedding_model = Some(name.into());
        self
    }

    /// The token it wants.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Whether the address can be one.
    pub(crate) fn check(&self) -> Result<(), String> {
        http::Target::read(&self.url).map(|_| ())
    }

    fn name(&self, model: &Model) -> String {
        let own = match model.fact("task") {
            Some("Text Embeddings") => &self.embedding_model,
            _ => &self.model,
        };
        let last = || model.id.rsplit('/').next().unwrap_or(model.id).to_owned();
        own.clone().unwrap_or_else(last)
    }
}

/// Whether calls of this model are passed on.
pub(crate) fn takes(model: &Model) -> bool {
    let task = model.fact("task");
    task.is_some_and(|task| matches!(task, "Text Generation" | "Text Embeddings"))
}

/// Passes on a call of `/ai/run`, and answers in the forms of the model's document.
///
/// # Errors
///
/// The other server cannot be reached, or refuses.
pub(crate) async fn run(
    call: &Call,
    forward: &Forward,
    model: &'static Model,
    input: &Value,
    stream: bool,
) -> Result<Reply, Refusal> {
    if let Some(texts) = input.get("text") {
        let answered = embeddings(forward, model, texts).await?;
        return Ok(run::reply(call, answered));
    }
    // What the stand-in itself would say has the form that is wanted.
    let sample = answer(&Asked::new(
        model,
        Input::Json(input),
        call.state.settings.seed,
    ));
    let dialect = match &sample.answer {
        Answer::Result(value) if value.get("choices").is_some() => Dialect::Chat,
        Answer::Result(value) if value.get("output").is_some() => Dialect::Responses,
        Answer::Result(value) if value.get("response").is_some_and(|it| !it.is_array()) => {
            Dialect::Native
        }
        _ => return Ok(run::reply(call, sample)),
    };
    let told = told(call, forward, model, input, dialect, stream).await?;
    Ok(match told {
        Told::Whole(value) => run::costs(Reply::result(&value), call, 0.0),
        Told::Live(reply) => reply,
    })
}

/// Passes on a call of `/ai/v1`.
///
/// # Errors
///
/// The other server cannot be reached, or refuses.
pub(crate) async fn conversation(
    call: &Call,
    forward: &Forward,
    model: &'static Model,
    body: &Value,
    dialect: Dialect,
    stream: bool,
) -> Result<Reply, Refusal> {
    let told = told(call, forward, model, body, dialect, stream).await?;
    Ok(match told {
        Told::Whole(value) => run::costs(Reply::json(200, &value), call, 0.0),
        Told::Live(reply) => reply,
    })
}

enum Told {
    Whole(Value),
    Live(Reply),
}

async fn told(
    call: &Call,
    forward: &Forward,
    model: &'static Model,
    input: &Value,
    dialect: Dialect,
    stream: bool,
) -> Result<Told, Refusal> {
    let request = ask::request(&forward.name(model), input, stream);
    let answer = http::post(forward, "/chat/completions", &request).await?;
    if stream && answer.is_stream() {
        let writer = stream::Writer::new(dialect, model.id, &call.id, model.end_marker());
        let events = stream::translated(answer, writer);
        let reply = Reply::new(200, "text/event-stream", Content::Live(events));
        return Ok(Told::Live(run::costs(reply, call, 0.0)));
    }
    let completion = answer.json().await?;
    let wants_json = input.get("response_format").is_some() || input.get("guided_json").is_some();
    let value = tell::whole(dialect, model.id, completion, wants_json);
    Ok(Told::Whole(value))
}

/// Asks for vectors, and gives them in the service's own form.
///
/// # Errors
///
/// The other server cannot be reached, refuses, or gives something else.
pub(crate) async fn embeddings(
    forward: &Forward,
    model: &Model,
    texts: &Value,
) -> Result<Answered, Refusal> {
    let request = json!({"model": forward.name(model), "input": texts});
    let answer = http::post(forward, "/embeddings", &request).await?;
    let mut list = answer.json().await?;
    let rows: Option<Vec<Value>> = list
        .get_mut("data")
        .and_then(Value::as_array_mut)
        .map(|rows| {
            rows.iter_mut()
                .filter_map(|row| row.get_mut("embedding").map(Value::take))
                .collect()
        });
    let rows = rows.ok_or_else(|| http::strange("it gave no vectors"))?;
    let width = rows.first().and_then(Value::as_array).map_or(0, Vec::len);
    let mut result = json!({"shape": [rows.len(), width], "data": rows});
    if let Some(usage) = list.get("usage") {
        put(&mut result, "usage", usage.clone());
    }
    Ok(Answered {
        neurons: 0.0,
        answer: Answer::Result(result),
    })
}

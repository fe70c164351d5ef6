//! Every model, called through the client against the stand-in server.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use workers_ai::{ApiErrorKind, Client, ErrorKind};
use workers_ai_local::{AnswerForm, Fault, Server};
use workers_ai_models::{Llama33_70bInstructFp8Fast, Message, Tool, object};

use crate::{
    Faults,
    documents::DOCUMENTS,
    models::{ALL, Limits, STREAMING},
    requests::{bodies, limits::beyond_each_limit},
    samples::{Fill, Sample, rounds},
};

/// As many forms of one body as are sent.
const MOST_ROUNDS: usize = 6;

/// A server that answers for withdrawn models too, and a client that wants answers to be just what the documents say.
async fn start() -> (Server, Client) {
    let server = Server::builder().retired(true).start().await;
    let server = server.expect("a server");
    let client = Client::builder()
        .base_url(server.url())
        .allow_loopback(true)
        .account_id("0123456789abcdef0123456789abcdef")
        .api_token("any-token")
        .strict(true)
        .build()
        .expect("a client");
    (server, client)
}

/// The smallest and the fullest bodies of each model, in the forms its document allows.
fn samples(fill: Fill<'static>) -> impl Iterator<Item = (&'static str, Value)> {
    let bodies = bodies().flat_map(move |(document, entry, schema)| {
        // A file that is the whole body has to be there, whatever the document says.
        let fill = if document.takes_a_file() {
            Fill::All
        } else {
            fill
        };
        let rounds = 0..rounds(schema).min(MOST_ROUNDS);
        rounds.map(move |round| (entry.id, Sample::new(schema, fill, round).value))
    });
    // A file, and options in the query.
    let files = DOCUMENTS
        .iter()
        .filter(|document| document.requests().is_empty());
    let files = files.map(move |document| {
        let mut body = json!({ "audio": "aGVsbG8=" });
        for (name, schema) in document.query().filter(|_| fill == Fill::All) {
            body[name] = Sample::new(schema, fill, 0).value;
        }
        (document.id.as_str(), body)
    });
    bodies.chain(files)
}

/// How many calls were made, and of which models all of them went well.
#[derive(Default)]
struct Tally {
    calls: usize,
    models: BTreeSet<&'static str>,
    faults: Faults,
}

impl Tally {
    fn add(&mut self, id: &'static str, body: &Value, outcome: Result<(), String>) {
        self.calls += 1;
        match outcome {
            Ok(()) => {
                self.models.insert(id);
            }
            Err(why) => {
                let body: String = body.to_string().chars().take(200).collect();
                self.faults.add(format!("{id}: {why}, for {body}"));
            }
        }
    }

    fn settle(self, what: &str, expected: usize) {
        println!(
            "{what:<28} {:>3} of {expected} models, {:>4} calls",
            self.models.len(),
            self.calls
        );
        self.faults.settle();
        let missing = ALL.iter().filter(|entry| !self.models.contains(entry.id));
        let missing: Vec<&str> = missing.map(|entry| entry.id).collect();
        assert_eq!(missing.len(), ALL.len() - expected, "{what}: {missing:?}");
    }
}

async fn called(client: &Client, fill: Fill<'static>) -> Tally {
    let mut tally = Tally::default();
    for (id, body) in samples(fill) {
        let entry = ALL.iter().find(|entry| entry.id == id).expect("an entry");
        let outcome = (entry.call)(client, &body, Limits::Watched).await;
        let outcome = outcome.map_err(|error| error.to_string());
        tally.add(id, &body, outcome.map(drop));
    }
    tally
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_model_answers_the_smallest_and_the_fullest_input() {
    let (_server, client) = start().await;
    let smallest = called(&client, Fill::Required).await;
    let fullest = called(&client, Fill::All).await;
    smallest.settle("smallest input", 112);
    fullest.settle("fullest input", 112);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_model_that_streams_does() {
    let (_server, client) = start().await;
    for (what, fill) in [
        ("streamed, smallest", Fill::Required),
        ("streamed, fullest", Fill::All),
    ] {
        let mut tally = Tally::default();
        for (id, body) in samples(fill) {
            let Some(model) = STREAMING.iter().find(|model| model.id == id) else {
                continue;
            };
            let outcome = match (model.stream)(&client, &body).await {
                Ok(0) => Err("no event came".to_owned()),
                Ok(_) => Ok(()),
                Err(error) => Err(error.to_string()),
            };
            tally.add(id, &body, outcome);
        }
        tally.settle(what, STREAMING.len());
    }
}

#[tokio::test]
async fn an_answer_says_the_same_in_every_form() {
    let (server, client) = start().await;
    let prompt = "Write 60 words about 7 boats and 12 lamps.";
    let tool = Tool::function("dim_lamp", "Dims a lamp.", object!({"type": "object"}));
    let mut said = BTreeSet::new();
    let mut called = BTreeSet::new();
    for form in [AnswerForm::Native, AnswerForm::Chat, AnswerForm::Both] {
        server.script(Fault::new().form(form).times(3));
        let whole = client.run(Llama33_70bInstructFp8Fast::prompt(prompt));
        let whole = whole.await.expect("an answer");
        said.insert(whole.text().into_owned());
        let streamed = client.stream(Llama33_70bInstructFp8Fast::prompt(prompt));
        let mut events = streamed.await.expect("a stream");
        let mut text = String::new();
        while let Some(event) = events.next().await {
            text.push_str(&event.expect("an event").text());
        }
        said.insert(text);
        let ask = [Message::user("Dim the lamp.")];
        let ask = Llama33_70bInstructFp8Fast::messages(ask).tools([tool.clone()]);
        let answer = client.run(ask).await.expect("a call");
        let calls = answer.tool_calls();
        called.insert((calls.len(), calls[0].name.map(str::to_owned)));
        assert_eq!(server.requests().len() % 3, 0, "one call each");
    }
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(called, BTreeSet::from([(1, Some("dim_lamp".to_owned()))]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_beyond_a_limit_is_refused_here_and_there() {
    let (server, client) = start().await;
    let mut faults = Faults::default();
    let bodies = beyond_each_limit();
    for (entry, place, body) in &bodies {
        let here = (entry.call)(&client, body, Limits::Watched).await;
        let here = here.map_err(|error| error.kind());
        faults.unless(here == Err(ErrorKind::InvalidInput), || {
            format!("{place}: here {here:?}")
        });
        faults.unless(server.requests().is_empty(), || {
            format!("{place}: sent all the same")
        });
        let there = (entry.call)(&client, body, Limits::Unwatched).await;
        let there = there.map_err(|error| error.kind());
        faults.unless(
            there == Err(ErrorKind::Api(ApiErrorKind::BadRequest)),
            || format!("{place}: there {there:?}"),
        );
        server.clear();
    }
    println!(
        "{:<28} {:>17} limits",
        "refused here and there",
        bodies.len()
    );
    faults.settle();
    assert!(bodies.len() > 400, "only {} limits", bodies.len());
}

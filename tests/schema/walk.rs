//! The whole way: from a page to a typed call, and from the stand-in's catalogue back to this workspace's types.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::runtime::{Handle, Runtime};
use workers_ai::{Client, Error, ModelSearch};
use workers_ai_codegen::{Settings, generate_with};
use workers_ai_local::Server;
use workers_ai_schema::{Catalogue, Directory, Failure, FailureKind, Options, Pulled, pull};

use crate::{
    compiled::BgeSmallEnV15,
    support::{Scratch, corpus, corpus_path, lines, options},
};

fn client(server: &Server) -> Client {
    let builder = Client::builder()
        .account_id("0123456789abcdef0123456789abcdef")
        .api_token("local")
        .base_url(server.url())
        .allow_loopback(true);
    builder.build().expect("a client")
}

/// `pages/embedder.json` was imported and generated before this was compiled.
#[tokio::test]
async fn a_page_leads_to_a_typed_call() {
    let server = Server::start().await.expect("a stand-in");
    let answer = client(&server)
        .run(BgeSmallEnV15::text([
            "When does the harbour open?",
            "At six.",
        ]))
        .await
        .expect("an answer");
    let rows = answer.data.expect("vectors");
    assert_eq!(rows.rows().count(), 2);
}

/// The stand-in, asked through the client.
struct Service {
    handle: Handle,
    client: Client,
}

fn failure(error: &Error) -> Failure {
    Failure {
        message: error.to_string(),
        kind: FailureKind::Once,
    }
}

impl Catalogue for Service {
    fn search(&self, page: u32, per_page: u32) -> Result<Value, Failure> {
        let search = ModelSearch::new()
            .include_deprecated(true)
            .page(page)
            .per_page(per_page);
        let body = self
            .handle
            .block_on(async { self.client.search_models(&search).raw().await });
        let body = body.map_err(|error| failure(&error))?;
        Ok(serde_json::from_slice(&body).expect("JSON"))
    }

    fn schema(&self, model: &str) -> Result<Value, Failure> {
        let body = self
            .handle
            .block_on(async { self.client.model_schema(model).raw().await });
        let body = body.map_err(|error| failure(&error))?;
        Ok(serde_json::from_slice(&body).expect("JSON"))
    }
}

/// What the stand-in lists, laid over `directory`.
fn pulled(directory: &Directory, options: &Options) -> Pulled {
    let runtime = Runtime::new().expect("a runtime");
    let server = runtime
        .block_on(Server::builder().retired(true).start())
        .expect("a stand-in");
    let service = Service {
        handle: runtime.handle().clone(),
        client: client(&server),
    };
    let pulled = pull(directory, &corpus(), &service, options, 4, &|_| {});
    pulled.unwrap_or_else(|faults| panic!("{}", lines(&faults)))
}

#[test]
fn what_the_stand_in_lists_changes_nothing_in_this_workspace() {
    let options = Options {
        prose: false,
        prune: true,
        ..options()
    };
    let pulled = pulled(&corpus(), &options);
    let import = pulled.import;
    assert!(import.files.is_empty(), "{:?}", import.files.keys());
    assert!(import.differences.is_empty(), "{:?}", import.differences);
    assert!(pulled.vanished.is_empty(), "{:?}", pulled.vanished);
}

#[test]
fn what_the_stand_in_lists_makes_the_types_of_this_workspace() {
    let pulled = pulled(&Directory::default(), &options());
    assert_eq!(pulled.import.added.len(), corpus().models().count());
    let scratch = Scratch::new(&pulled.import.directory);
    let ours = generated(&corpus_path());
    let theirs = generated(&scratch.0);
    let differ = ours
        .iter()
        .filter(|(file, text)| theirs.get(*file) != Some(text));
    let more = theirs.keys().filter(|file| !ours.contains_key(*file));
    let differ: Vec<&String> = differ.map(|(file, _)| file).chain(more).collect();
    assert!(differ.is_empty(), "{differ:?}");
}

fn generated(schema: &std::path::Path) -> BTreeMap<String, String> {
    let generated = generate_with(schema, &Settings::default());
    generated
        .unwrap_or_else(|faults| panic!("{}", lines(&faults)))
        .files
}

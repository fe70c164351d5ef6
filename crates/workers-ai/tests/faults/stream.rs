//! Event streams: what they give, how they end, and how long they are waited for.

mod ends;
mod events;
mod waits;

use workers_ai::{Error, ErrorKind, EventStream};

use crate::{
    server::{Act, Server},
    support::{Piece, client, phrase, printed},
};

/// Everything a stream gives: texts, and the errors among them.
async fn collect(mut stream: EventStream<Piece>) -> Vec<Result<String, Error>> {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        if let Err(error) = &item {
            printed(error);
        }
        items.push(item.map(|piece| piece.response.unwrap_or_default()));
    }
    for _ in 0..1_000 {
        assert!(
            stream.next().await.is_none(),
            "s33: an ended stream stays ended"
        );
    }
    items
}

/// Everything a stream gives that is answered so.
pub(crate) async fn stream(answer: Vec<u8>) -> Vec<Result<String, Error>> {
    let server = Server::each([Act::Write(answer), Act::Close]).await;
    let items = collect(client(&server).stream(phrase()).await.unwrap()).await;
    assert_eq!(
        server.requests(),
        1,
        "r17: a stream that began is never asked for again"
    );
    items
}

fn texts(items: &[Result<String, Error>]) -> Vec<&str> {
    items
        .iter()
        .filter_map(|item| item.as_deref().ok())
        .collect()
}

fn kinds(items: &[Result<String, Error>]) -> Vec<Option<ErrorKind>> {
    items
        .iter()
        .map(|item| item.as_ref().err().map(Error::kind))
        .collect()
}

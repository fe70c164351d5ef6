//! What other clients and the service's reference name, shown one by one: `docs/coverage.md` leads here.

mod answered;
mod described;
mod sent;

use workers_ai::Client;
use workers_ai_local::Server;

/// The smallest files that say what they are.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";

/// A server that answers for withdrawn models too, and a client that calls it.
async fn start() -> (Server, Client) {
    let server = Server::builder().retired(true).start().await;
    let server = server.expect("a server");
    let client = Client::builder()
        .base_url(server.url())
        .allow_loopback(true)
        .account_id("0123456789abcdef0123456789abcdef")
        .api_token("any-token")
        .build()
        .expect("a client");
    (server, client)
}

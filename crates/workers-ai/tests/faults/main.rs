//! What the transport does when things go wrong, and when they go right. Names begin with the row of
//! the fault catalogue that a test stages.

mod answers;
mod batch;
mod bodies;
mod catalogue;
mod credentials;
mod dialects;
mod download;
mod drift;
mod http2;
mod http2_connections;
mod http2_load;
mod input;
mod json;
mod json_grammar;
mod listen;
mod media;
mod options;
mod overload;
mod pace;
mod proxy;
mod runtime;
mod secrets;
mod server;
mod sources;
mod stalls;
mod statuses;
mod stream;
mod support;
mod tls;
mod tokens;
mod transport;
mod values;
mod waits;

//! What the transport does when things go wrong, and when they go right. Names begin with the row of
//! the fault catalogue that a test stages.

mod batch;
mod catalogue;
mod download;
mod drift;
mod http;
mod http2;
mod input;
mod json;
mod media;
mod overload;
mod secrets;
mod server;
mod sse;
mod support;
mod tls;
mod transport;

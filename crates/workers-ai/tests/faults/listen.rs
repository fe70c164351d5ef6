//! A place where connections are taken, whatever is then done with them.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::net::{TcpListener, TcpStream};

/// Where connections are taken, and how many there have been.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Place {
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// With the name that certificates are made for.
    pub(crate) fn tls_url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Does this with every connection, all at the same time; they are counted from zero.
pub(crate) async fn listen<F: Future<Output = ()> + Send + 'static>(
    mut serve: impl FnMut(usize, TcpStream) -> F + Send + 'static,
) -> Place {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = Place {
        address: listener.local_addr().unwrap(),
        connections: Arc::default(),
    };
    let connections = place.connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let number = connections.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(number, stream));
        }
    });
    place
}

/// Where nobody takes a connection.
pub(crate) fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

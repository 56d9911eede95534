//! The socket: accepts connections on the loopback interface and serves each by hand, so that a connection can be
//! reset from within.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::exchange::exchange;
use crate::state::Shared;

/// One connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) number: u64,
    /// The places of the teams that were seen on it.
    teams: Mutex<HashSet<usize>>,
    reset: Notify,
}

impl Connection {
    /// Whether a team is seen on this connection for the first time.
    pub(crate) fn is_first_of(&self, place: usize) -> bool {
        self.teams.lock().unwrap_or_else(PoisonError::into_inner).insert(place)
    }

    /// Has the connection torn down without a further byte.
    pub(crate) fn reset(&self) {
        self.reset.notify_one();
    }
}

/// Serves until it is dropped.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut number = 0;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                number += 1;
                tokio::spawn(serve_connection(Arc::clone(&shared), stream, number));
            }
            // Out of file handles, most likely: give the others time to end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn serve_connection(shared: Arc<Shared>, stream: TcpStream, number: u64) {
    // Best effort: without it small answers are only slower.
    let _ = stream.set_nodelay(true);
    let connection = Arc::new(Connection { number, teams: Mutex::new(HashSet::new()), reset: Notify::new() });
    let served = Arc::clone(&connection);
    let service = service_fn(move |request| exchange(Arc::clone(&shared), Arc::clone(&served), request));
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let reset = tokio::select! {
        // Errors are broken connections, which are the client's business.
        _ = &mut http => false,
        () = connection.reset.notified() => true,
    };
    if reset {
        let stream = http.into_parts().io.into_inner();
        // Dropping it now sends RST instead of an orderly end.
        let _ = stream.set_zero_linger();
    }
}

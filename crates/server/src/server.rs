//! Listening, accepting, stopping.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use funclet::Funclet;
use funclet_rest_json::RestJson;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::{debug, warn};

use crate::config::Config;
use crate::control::Faults;
use crate::{connection, settle, snapshot};

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) rest: RestJson,
    pub(crate) faults: Faults,
    /// How many connections are open, those that just ended perhaps included.
    open: AtomicUsize,
}

impl Shared {
    /// Tells whether so many connections are open that each must soon make room for others.
    pub(crate) fn is_crowded(&self) -> bool {
        let max = self.config.connections_max;
        self.open.load(Ordering::Relaxed) > max - max.div_ceil(4)
    }

    /// How long a connection that comes now may be idle, or take to send the head of a request.
    pub(crate) fn head_timeout(&self) -> Duration {
        let timeout = self.config.head_timeout;
        if self.is_crowded() { timeout.min(CROWDED_HEAD_TIMEOUT) } else { timeout }
    }
}

/// Why a server does not listen.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// The system's error.
    pub source: io::Error,
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// How many connections were cut because they took longer than [`Config::shutdown_grace`].
    pub connections_cut: usize,
}

/// How long the server waits after the system refused a connection, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection that comes when few places are left may be idle.
const CROWDED_HEAD_TIMEOUT: Duration = Duration::from_secs(1);

impl Server {
    /// Begins to listen. Connections are answered once [`Server::serve`] runs.
    ///
    /// # Errors
    /// [`BindError`], for example if the port is taken.
    pub async fn bind(config: Config, funclet: Funclet) -> Result<Self, BindError> {
        let refused = |source| BindError { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let mut options = config.rest.clone();
        options.listen_url.get_or_insert_with(|| url(address));
        let rest = RestJson::new(funclet, options);
        let shared = Shared { config, rest, faults: Faults::default(), open: AtomicUsize::new(0) };
        Ok(Self { listener, address, shared: Arc::new(shared) })
    }

    /// Returns the address, with the port that the system chose.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL for clients on this machine, without a slash at its end.
    #[must_use]
    pub fn endpoint(&self) -> String {
        url(self.address)
    }

    /// Answers requests until `shutdown` is ready, then finishes those in flight.
    ///
    /// Meanwhile it settles the engine once a second, and reads its snapshot once, to log if that is damaged. It does not close the engine.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> Ended {
        let Self { listener, shared, .. } = self;
        let (stop, stopping) = watch::channel(());
        let settling = tokio::spawn(settle::every_second(shared.rest.funclet().clone(), stopping.clone()));
        let funclet = shared.rest.funclet().clone();
        // Nothing waits for it, and the close of the engine ends it.
        drop(tokio::task::spawn_blocking(move || snapshot::verify(&funclet)));
        let mut connections = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            let has_room = connections.len() < shared.config.connections_max;
            tokio::select! {
                () = &mut shutdown => break,
                accepted = listener.accept(), if has_room => match accepted {
                    Ok((stream, peer)) => {
                        prepare(&stream, peer);
                        // Before the connection is told how long it may be idle.
                        shared.open.store(connections.len() + 1, Ordering::Relaxed);
                        connections.spawn(connection::serve(Arc::clone(&shared), stream, stopping.clone()));
                    }
                    Err(error) => {
                        warn!(%error, "a connection was not accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {
                    shared.open.store(connections.len(), Ordering::Relaxed);
                }
            }
        }
        drop((listener, stop));
        let finished =
            timeout(shared.config.shutdown_grace, async { while connections.join_next().await.is_some() {} });
        let connections_cut = if finished.await.is_ok() { 0 } else { connections.len() };
        connections.shutdown().await;
        // A settling that panicked was logged; there is nothing more to do about it here.
        let _ = settling.await;
        Ended { connections_cut }
    }
}

/// The URL of an address for clients on this machine.
fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        // Listening everywhere includes loopback, and everywhere is no address to call.
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

/// Answers are written whole, so there is nothing to wait for before they are sent.
fn prepare(stream: &TcpStream, peer: SocketAddr) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, %peer, "the connection keeps its delay");
    }
}

//! What a server is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use funclet::ShiftedClock;
use funclet_rest_json::Options;

/// Where a server listens, what it allows, and what it bounds.
///
/// ```
/// use funclet_server::Config;
///
/// let config = Config { listen: ([127, 0, 0, 1], 0).into(), allow_reset: true, ..Config::default() };
/// assert_eq!(config.shutdown_grace.as_secs(), 10);
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to listen on. Port 0 lets the system choose one. Default: 127.0.0.1:9001.
    pub listen: SocketAddr,
    /// How requests are answered. Without a [`Options::listen_url`] it gets the address that the server listens on.
    pub rest: Options,
    /// Whether `POST /_funclet/reset` deletes what is stored. Default: it does not.
    pub allow_reset: bool,
    /// Whether `POST /_funclet/backup` writes a copy of the store to any directory of this machine. Default: it does not.
    pub allow_backup: bool,
    /// Whether `POST /_funclet/transitions` completes or fails what is pending of a function. Default: it does not.
    pub allow_transitions: bool,
    /// The clock that `POST /_funclet/clock` puts forward: the engine's own. Default: none, so that it cannot be moved.
    pub clock: Option<Arc<ShiftedClock>>,
    /// Whether `POST /_funclet/faults` lets requests fail, wait or get no answer. Default: it does not.
    pub allow_faults: bool,
    /// How many connections are served at once; more wait until one ends. Default: 512.
    ///
    /// Once more than three quarters of them are in use the server is crowded: what it answers then ends the connection
    /// (`connection: close`), and connections that come then must send the head of their request within a second. So the
    /// last quarter is always soon free again, whatever idle clients hold.
    pub connections_max: usize,
    /// How long a connection may be idle, or take to send the head of a request. Default: 60 seconds.
    pub head_timeout: Duration,
    /// How long the next piece of a body may take. Default: 30 seconds.
    pub body_timeout: Duration,
    /// How many bytes of a body are read before the connection is closed, in bytes. What a request may have is less;
    /// reading on lets a client see the error instead of a broken connection. Default: 300,000,000.
    pub body_bytes_max: u64,
    /// How long requests in flight may take to finish after the server was told to stop. Default: 10 seconds.
    pub shutdown_grace: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9001)),
            rest: Options::default(),
            allow_reset: false,
            allow_backup: false,
            allow_transitions: false,
            clock: None,
            allow_faults: false,
            connections_max: 512,
            head_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(30),
            body_bytes_max: 300_000_000,
            shutdown_grace: Duration::from_secs(10),
        }
    }
}

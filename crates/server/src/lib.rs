//! Serves a [`funclet`] engine over HTTP/1.1: sockets, limits, shutdown. What is said over them is
//! [`funclet_rest_json`]'s.
//!
//! A request waits for the disk without a thread; the thread that writes the log wakes it. Large bodies are read as they
//! arrive by one blocking thread each. Beside AWS's paths it answers `GET /_funclet/health`, downloads of packages, and, each if it
//! is allowed, `POST /_funclet/` with `reset`, `backup`, `transitions`, `clock` and `faults`.
//!
//! It speaks no TLS and checks no signature: it is made for the machine it runs on.
//!
//! ```
//! use funclet::Funclet;
//! use funclet_server::{Config, Server};
//! use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let config = Config { listen: ([127, 0, 0, 1], 0).into(), ..Config::default() };
//! let server = Server::bind(config, Funclet::in_memory()).await?;
//! let address = server.local_addr();
//! let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
//! let serving = tokio::spawn(server.serve(async { drop(stopped.await) }));
//!
//! let mut stream = tokio::net::TcpStream::connect(address).await?;
//! stream.write_all(b"GET /_funclet/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await?;
//! let mut response = String::new();
//! stream.read_to_string(&mut response).await?;
//! assert!(response.starts_with("HTTP/1.1 200 OK"));
//! assert!(response.contains(r#""status":"ok""#));
//!
//! drop(stop);
//! assert_eq!(serving.await?.connections_cut, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! Connections, the time that a client may take, and the bytes that are read of a body that is too large: see [`Config`].
//! Each connection may use one thread of the runtime's blocking pool, so that should be no smaller than
//! [`Config::connections_max`].

mod access_log;
mod body;
mod config;
mod connection;
mod control;
mod download;
mod panics;
mod receive;
mod server;
mod settle;
mod snapshot;

pub use config::Config;
pub use server::{BindError, Ended, Server};

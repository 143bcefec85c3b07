//! What tests of a control plane need, and what is as useful to those who build an emulator on it.
//!
//! - [`SimVfs`], a file system in memory for [`funclet_storage::LocalBackend`]: it counts, fails on demand, fills up, and
//!   tells what a power cut leaves.
//! - [`explore`], which runs a check on every disk that a power cut may leave, at every moment of a [`Recording`].
//! - [`RemoteLike`], a backend with the moods of a remote database: bodies that run again, conflicts, unknown outcomes.
//! - [`SeededEntropy`], random bytes that are the same in every run.
//! - Deployment packages of any content and size ([`zip_of`] and its relatives).
//! - [`linearizability`]: whether the answers that several threads got can be explained by one order of their calls.
//! - With the feature `engine`: `ManualClock`, a clock that a test moves, `MemorySources`, buckets and a registry in
//!   memory, `MemoryNetworks`, subnets and security groups, and the `model`, which knows what every operation has to answer.
//! - With the feature `conformance`: cases recorded from live AWS and what plays them, against an engine or an endpoint.
//!
//! Everything is deterministic: the same seed and the same calls give the same answers. Nothing here is for production,
//! and only [`explore`] starts threads, if it is told to. Nothing touches a disk or a network but `conformance`, which reads
//! cases from files and may ask an endpoint.
//!
//! A store that loses its power after a commit has the commit when it is opened again:
//!
//! ```
//! use std::sync::Arc;
//!
//! use funclet_storage::{Backend, LocalBackend, LocalOptions, Scope, TxnId, codec};
//! use funclet_testkit::{Keep, SeededEntropy, SimVfs};
//!
//! let open = |vfs: &SimVfs| {
//!     LocalBackend::open(&LocalOptions::new("store", Arc::new(SeededEntropy::new(1))).vfs(Arc::new(vfs.clone())))
//! };
//! let (vfs, scope) = (SimVfs::new(), Scope::new("000000000000/us-east-1").unwrap());
//! let store = open(&vfs).unwrap();
//! store
//!     .transact(&scope, TxnId::new(0, [1; 16]), &mut |tx| {
//!         tx.get(b"greeting")?;
//!         tx.put(b"greeting", codec::encode(16, &"hello").unwrap())
//!     })
//!     .unwrap();
//!
//! let after_the_cut = open(&vfs.crash(Keep::Nothing)).unwrap();
//! let mut found = None;
//! after_the_cut.read(&scope, &mut |view| Ok(found = view.get(b"greeting")?)).unwrap();
//! assert_eq!(codec::decode::<String>(16, &found.unwrap()).unwrap(), "hello");
//! ```

mod bodies;
#[cfg(feature = "engine")]
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod entropy;
pub mod linearizability;
#[cfg(feature = "engine")]
pub mod model;
#[cfg(feature = "engine")]
mod networks;
pub mod packages;
mod remote_like;
mod sim_vfs;
#[cfg(feature = "engine")]
mod sources;

pub use bodies::{base64, create_function_body, update_function_code_body};
#[cfg(feature = "engine")]
pub use clock::ManualClock;
pub use entropy::SeededEntropy;
#[cfg(feature = "engine")]
pub use networks::MemoryNetworks;
pub use packages::{
    HANDLER_FILE, ZIPPED_BYTES_MIN, arbitrary_package, zip_of, zip_of_zipped_size, zip_with_content,
};
pub use remote_like::{Mishaps, RemoteLike};
pub use sim_vfs::{
    Counts, CrashCheck, CrashFailure, CrashImage, Exploration, Explored, HeldSyncs, Images, Keep, Moment,
    Moments, Operation, Recording, SimVfs, explore,
};
#[cfg(feature = "engine")]
pub use sources::MemorySources;

//! The locks of the engine.
//!
//! Only this file names parking_lot, and the log takes its atomics and threads from here, so that a twin whose schedule
//! is controlled can take its place in tests (`tests/schedules/sync.rs`).

pub(crate) use std::sync::atomic::AtomicU64;
pub(crate) use std::thread;

pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard, RwLock};

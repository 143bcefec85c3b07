//! The locks of the engine.
//!
//! Only this file names parking_lot, so that a scheduler-controlled twin can take its place in tests.

pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard, RwLock};

//! How large one transaction may get.
//!
//! No transaction grows with the data, so that every backend, the remote ones included, can run every transaction. The
//! local engine enforces the bounds too: a test then finds the operation that breaks them.

/// The most keys that one transaction reads (a page of a scan counts as one).
pub const KEYS_READ_MAX: usize = 64;
/// The most keys that one transaction writes.
pub const KEYS_WRITTEN_MAX: usize = 64;
/// The longest key within a scope, in bytes.
pub const KEY_BYTES_MAX: usize = 512;
/// The longest encoded value, in bytes.
pub const VALUE_BYTES_MAX: usize = 64 << 10;
/// The longest sum of keys, values and events of one transaction, in bytes. What the record needs beside them counts, too:
/// 4 bytes for each event, 36 for each inlined blob, 49 for each reference taken or given back.
pub const TRANSACTION_BYTES_MAX: usize = 256 << 10;
/// The longest sum of inlined blobs of one transaction, in bytes.
pub const INLINED_BYTES_MAX: usize = 512 << 10;
/// The longest page of a scan, in bytes of keys and values.
pub const PAGE_BYTES_MAX: usize = 1 << 20;

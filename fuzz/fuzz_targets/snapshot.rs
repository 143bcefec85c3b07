//! Reads arbitrary bytes as a snapshot: it must not panic, hang, or ask for memory that the bytes do not have. Checksums stop
//! most of them early, so the same bytes are also read as what blocks are made of.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    funclet_storage::read_any_snapshot(bytes);
    funclet_storage::read_mended_snapshot(bytes);
});

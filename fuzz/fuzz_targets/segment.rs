//! Reads arbitrary bytes as a segment of the log: it must not panic, hang, or ask for memory that the bytes do not have.
//! Checksums stop most of them early, so the same bytes are also read as what frames are made of.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    funclet_storage::scan_any_bytes(bytes);
    funclet_storage::scan_mended_bytes(bytes);
});

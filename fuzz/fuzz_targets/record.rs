//! Reads arbitrary bytes as a record: it must not panic or ask for memory that the bytes do not have, and what is a record is
//! written just like that.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    funclet_storage::decode_any_record(bytes);
});

//! Inspects arbitrary bytes as a package at the level `heads`: the first bytes of all members, and the archives in the archive.

#![no_main]

use funclet_package_inspection::Level;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| funclet_fuzz::package(Level::Heads, bytes));

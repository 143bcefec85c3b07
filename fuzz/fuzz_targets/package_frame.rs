//! Inspects arbitrary bytes as a package at the level `frame`: the end records, the directory, and the local headers of all members.

#![no_main]

use funclet_package_inspection::Level;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| funclet_fuzz::package(Level::Frame, bytes));

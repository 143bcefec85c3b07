//! Inspects arbitrary bytes as a package at the level `verify`: the whole content of all members, and ELF images as the loader reads them.

#![no_main]

use funclet_package_inspection::Level;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| funclet_fuzz::package(Level::Verify, bytes));

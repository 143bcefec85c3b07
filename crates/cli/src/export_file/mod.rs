//! The file that `funclet export` writes and `funclet import` reads: one JSON object a line, for people and other engines.
//!
//! ```text
//! file    = header package* entry* end
//! header  = {"funclet_export":1,"time_ms":<engine time, milliseconds since 1970>}
//! package = {"package":{"sha256":"<64 hexadecimal digits>","size":<bytes>,"base64":"<content>"}}
//! entry   = {"scope":"<account>/<region>","kind":"function","key":"<name>","value":{...}}
//!         | {"scope":...,"kind":"version","key":{"function":"<name>","incarnation":"<hex>","number":<n>},"value":{...}}
//!         | {"scope":...,"kind":"resource","key":"<key>","value":{"resource":"<kind of resource>",...}}
//!         | {"scope":...,"kind":"gone","key":"<incarnation, hex>","value":{"name":"<name>"}}
//!         | {"scope":...,"kind":"raw","key":"<base64>","value":{"kind":<n>,"codec":<n>,"payload":"<base64>"}}
//! end     = {"end":{"packages":<n>,"entries":<n>}}
//! ```
//!
//! A package comes before the entries that hold it, a function before its versions and all that belongs to it. The members of a
//! package may come in any order. A file without its end is not whole. Some entries add others up or say where they are found;
//! a file in which they do not agree is refused.

mod reader;
mod text;
mod writer;

pub(crate) use reader::read;
pub(crate) use writer::write;

use std::fmt;

use serde::{Deserialize, Serialize};

/// The version of the file's form.
const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    funclet_export: u32,
    #[serde(default)]
    time_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    end: Counts,
}

/// How much there is in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) packages: u64,
    pub(crate) entries: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { packages, entries } = self;
        let entry = if *entries == 1 { "entry" } else { "entries" };
        let package = if *packages == 1 { "package" } else { "packages" };
        write!(f, "{entries} {entry} and {packages} {package}")
    }
}

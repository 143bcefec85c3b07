//! Options that are on or off, as the environment gives them.

use std::ffi::OsStr;

use clap::builder::{BoolishValueParser, TypedValueParser};
use clap::{Arg, Command, Error};

/// Reads `1`, `true`, `yes`, `on` and their opposites. An empty variable counts as one that is not set.
#[derive(Clone)]
pub(crate) struct Switch;

impl TypedValueParser for Switch {
    type Value = bool;

    fn parse_ref(&self, command: &Command, option: Option<&Arg>, value: &OsStr) -> Result<bool, Error> {
        if value.is_empty() {
            return Ok(false);
        }
        BoolishValueParser::new().parse_ref(command, option, value)
    }
}

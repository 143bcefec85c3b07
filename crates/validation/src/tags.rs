//! Tags of functions.

use crate::rejection::Rejection;
use crate::string_map::StringMap;

/// How many tags a function can have (recorded from AWS).
pub const TAGS_MAX: usize = 50;

/// Refuses more tags than a function can have.
///
/// # Errors
/// The text is recorded from AWS.
pub(crate) fn check_tags(tags: &StringMap) -> Result<(), Rejection> {
    if tags.len() > TAGS_MAX {
        return Err(Rejection::invalid("Number of tags exceeds resource tag limit."));
    }
    Ok(())
}

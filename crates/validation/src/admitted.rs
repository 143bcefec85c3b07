//! Conversions of values that a request's table has already admitted.

use std::fmt::Debug;
use std::str::FromStr;

/// Converts a text that a table has admitted.
///
/// # Panics
/// If the table admits what the type does not accept: a mistake in the table, never in the request.
pub(crate) fn admitted<T>(text: &str) -> T
where
    T: FromStr,
    T::Err: Debug,
{
    text.parse().expect("the table admits only what the type accepts")
}

/// Converts an optional text that a table has admitted.
pub(crate) fn admitted_option<T>(text: Option<String>) -> Option<T>
where
    T: FromStr,
    T::Err: Debug,
{
    text.as_deref().map(admitted)
}

/// Converts a number that a table has admitted; every range of the model fits.
///
/// # Panics
/// As [`admitted`].
pub(crate) fn admitted_number(number: i64) -> u32 {
    u32::try_from(number).expect("the table admits only what the type accepts")
}

/// Converts a number that a table has admitted with a least value and no greatest one.
///
/// # Panics
/// As [`admitted`].
pub(crate) fn admitted_count(number: i64) -> u64 {
    u64::try_from(number).expect("the table admits only what the type accepts")
}

/// Takes a member that a table requires.
///
/// # Panics
/// If the table does not require the member.
pub(crate) fn required<T>(member: Option<T>) -> T {
    member.expect("the table requires the member")
}

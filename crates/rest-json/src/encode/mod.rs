//! Answers to JSON, a file for each resource.
//!
//! The structs are the wire's own. A member that the service sends as an explicit null is a plain `Option`; one that it
//! leaves out says so.

mod account_settings;
mod aliases;
mod as_sent;
mod code_signing;
mod concurrency;
mod event_invoke;
mod event_source_mappings;
mod function_scaling;
mod functions;
mod invoke;
mod layers;
mod policies;
mod provisioned_concurrency;
mod recursion;
mod runtime_management;
mod tags;
mod urls;
mod versions;

use http::{Response, StatusCode};
use serde::ser::Serialize;

use crate::packages::Links;
use crate::response::{self, Body};

/// An answer, whatever its body is.
pub(crate) trait Respond {
    /// Makes the response. `success` is the status of the operation's success.
    fn respond(self, success: StatusCode, links: &Links<'_>) -> Response<Body>;
}

impl<A: Answer> Respond for A {
    fn respond(self, success: StatusCode, links: &Links<'_>) -> Response<Body> {
        response::json(success, self.to_json(links))
    }
}

/// An answer whose body is JSON.
pub(crate) trait Answer {
    /// Writes the body. `links` makes links to packages.
    fn to_json(&self, links: &Links<'_>) -> Vec<u8>;
}

impl Answer for () {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        Vec::new()
    }
}

/// Writes compact JSON, as the service does. Texts, numbers and maps with text keys always serialize.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

//! The format of a case.
//!
//! Members that are not known are refused: an expectation that nobody checks would pass.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A list of calls and what live AWS answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name, unique in a suite.
    pub id: String,
    /// What it is about.
    pub topic: String,
    /// `recorded` (complete answers) or `asserted` (single facts).
    pub kind: String,
    /// Where it comes from; for readers.
    pub source: Value,
    /// What it needs besides Lambda, for example `s3`.
    #[serde(default)]
    pub requires: Vec<String>,
    /// How many of the steps have a recorded answer; for readers.
    #[serde(default)]
    pub recorded_expectations: u32,
    /// A remark for readers.
    #[serde(default)]
    pub note: Option<String>,
    /// The calls, in their order.
    pub steps: Vec<Step>,
}

/// A call, and what is expected of its answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The number by which later steps refer to the answer.
    pub n: u32,
    /// An operation of Lambda's, `Wait`, `Check`, or `service:Operation` of a neighbour.
    pub op: String,
    /// The members of the request.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// A name for readers.
    #[serde(default)]
    pub label: Option<String>,
    /// What is known of the answer; nothing if absent.
    #[serde(default)]
    pub expect: Option<Expect>,
    /// What a `Wait` waits for.
    #[serde(default)]
    pub waiter: Option<String>,
    /// What a `Check` computes.
    #[serde(default)]
    pub expr: Option<String>,
    /// What a `Check` has to find.
    #[serde(default)]
    pub equals: Option<Value>,
    /// Whether the call was made in the recording but is not under test.
    #[serde(default)]
    pub optional: bool,
    /// The region that is asked, if another one.
    #[serde(default)]
    pub region: Option<String>,
    /// Whether all pages are asked for and compared as one list.
    #[serde(default)]
    pub paginate: bool,
    /// The lists whose order is open.
    #[serde(default)]
    pub unordered: Vec<String>,
    /// The lists of which only entries count that the case created; the values are for readers.
    #[serde(default)]
    pub only: BTreeMap<String, String>,
}

/// What is known of an answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The type of the error.
    pub error_code: Option<String>,
    /// The text of the error; null if AWS sent none.
    #[serde(default, deserialize_with = "present")]
    pub error_message: Option<Value>,
    /// How the text of the error begins.
    pub error_message_prefix: Option<String>,
    /// The whole body; null if it is empty.
    #[serde(default, deserialize_with = "present")]
    pub body: Option<Value>,
    /// The complaints of a `ValidationException`; their order is open.
    pub validation_errors: Option<Vec<String>>,
    /// How many complaints it announces.
    pub validation_error_count: Option<usize>,
    /// The names of the members of these objects.
    #[serde(default)]
    pub body_keys: BTreeMap<String, Vec<String>>,
    /// Parts of the body.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// What the body has at least.
    pub partial: Option<Value>,
    /// Whether only success was recorded.
    #[serde(default)]
    pub ok: bool,
    /// Whether only failure was recorded.
    #[serde(default)]
    pub error: bool,
}

/// A part of a body.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Where it is, as in `Versions[0].RevisionId`.
    pub at: String,
    /// What is there.
    pub value: Value,
}

/// Tells a null from a member that is not there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

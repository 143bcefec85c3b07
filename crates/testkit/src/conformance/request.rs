//! Making an HTTP request of an operation and its members.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::conformance::values::{BYTES, form};
use crate::conformance::{Request, Setting};

/// The characters that RFC 3986 calls unreserved stay; everything else is encoded, as AWS's clients do.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How an operation becomes HTTP.
#[derive(Debug, Clone, Deserialize)]
pub struct Operation {
    /// The method.
    pub method: String,
    /// The path, with members in braces, and perhaps a query.
    pub uri: String,
    /// The status of a success.
    pub success_status: u16,
    /// Members in the path: member and name in the template.
    #[serde(default)]
    pub uri_params: BTreeMap<String, String>,
    /// Members in the query: member and name there.
    #[serde(default)]
    pub query_params: BTreeMap<String, String>,
    /// Members in headers: member and name of the header.
    #[serde(default)]
    pub header_params: BTreeMap<String, String>,
    /// Members in the body, under their own names.
    #[serde(default)]
    pub body_params: Vec<String>,
    /// Members whose bytes are sent in base64, as paths.
    #[serde(default)]
    pub blob_params: Vec<String>,
    /// The member that is the whole body.
    #[serde(default)]
    pub payload: Option<String>,
}

impl Operation {
    /// Makes the request; `params` are resolved.
    ///
    /// # Errors
    /// A sentence about a member that has no place, or a place that has no member.
    pub(crate) fn request(
        &self,
        params: &Map<String, Value>,
        setting: &Setting,
        region: &str,
    ) -> Result<Request, String> {
        let mut path = self.uri.clone();
        let mut query = Vec::new();
        let mut headers = signed_for(setting, region);
        let mut members = Map::new();
        let mut payload = None;
        for (name, value) in params {
            if let Some(label) = self.uri_params.get(name) {
                path = path.replace(&format!("{{{label}}}"), &encoded(&plain(value)?));
            } else if let Some(key) = self.query_params.get(name) {
                for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                    query.push(format!("{}={}", encoded(key), encoded(&plain(value)?)));
                }
            } else if let Some(header) = self.header_params.get(name) {
                headers.push((header.clone(), plain(value)?));
            } else if self.payload.as_ref() == Some(name) {
                payload = Some(bytes(value)?);
            } else if self.body_params.contains(name) {
                members.insert(name.clone(), in_json(value.clone()));
            } else {
                return Err(format!("the operation has no member {name}"));
            }
        }
        if path.contains('{') {
            return Err(format!("a member of {path} is missing"));
        }
        for blob in &self.blob_params {
            encode_text(&mut members, blob, params);
        }
        let body = match payload {
            Some(payload) => payload,
            None if self.body_params.is_empty() => Vec::new(),
            None => Value::Object(members).to_string().into_bytes(),
        };
        Ok(Request { method: self.method.clone(), target: with_query(path, &query), headers, body })
    }
}

/// A credential scope is how a service that checks no signatures knows account and region.
fn signed_for(setting: &Setting, region: &str) -> Vec<(String, String)> {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/20260101/{region}/lambda/aws4_request, SignedHeaders=host;x-amz-date, \
         Signature={}",
        setting.account,
        "0".repeat(64)
    );
    [
        ("content-type", "application/json"),
        ("x-amz-date", "20260101T000000Z"),
        ("authorization", authorization.as_str()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn with_query(path: String, query: &[String]) -> String {
    let separator = if query.is_empty() {
        ""
    } else if path.contains('?') {
        "&"
    } else {
        "?"
    };
    path + separator + &query.join("&")
}

/// The text of a member outside of the body.
fn plain(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(format!("{value} has no form outside of a body")),
    }
}

/// The bytes of a member that is a whole body.
pub(crate) fn bytes(value: &Value) -> Result<Vec<u8>, String> {
    match value {
        Value::String(text) => Ok(text.clone().into_bytes()),
        Value::Object(members) => match form(members) {
            Some((BYTES, Value::String(base64))) => {
                base64_simd::STANDARD.decode_to_vec(base64).map_err(|_| format!("{base64:?} is not base64"))
            }
            _ => Err(format!("{value} are no bytes")),
        },
        _ => Err(format!("{value} are no bytes")),
    }
}

/// Bytes inside of JSON are text in base64, which they are already.
fn in_json(value: Value) -> Value {
    match value {
        Value::Object(members) => match form(&members) {
            Some((BYTES, base64)) => base64.clone(),
            _ => Value::Object(members.into_iter().map(|(name, value)| (name, in_json(value))).collect()),
        },
        Value::Array(list) => list.into_iter().map(in_json).collect(),
        other => other,
    }
}

/// A blob that the case writes as a text is a text of bytes: it has to be encoded here.
fn encode_text(members: &mut Map<String, Value>, blob: &str, params: &Map<String, Value>) {
    let mut path = blob.split('.');
    let Some(first) = path.next() else { return };
    let (Some(mut target), Some(mut given)) = (members.get_mut(first), params.get(first)) else { return };
    for name in path {
        let (Some(inner), Some(inner_given)) = (target.get_mut(name), given.get(name)) else { return };
        (target, given) = (inner, inner_given);
    }
    if let Value::String(text) = given {
        *target = Value::String(crate::base64(text.as_bytes()));
    }
}

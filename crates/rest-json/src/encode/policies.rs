//! Policies of functions. Statements and policies are texts on the wire.

use funclet::{AddedPermission, ResourcePolicy};

use super::{Answer, json};
use crate::packages::Links;

impl Answer for AddedPermission {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Added { statement: &self.statement })
    }
}

impl Answer for ResourcePolicy {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Policy { policy: &self.policy, revision_id: self.revision_id.to_string() })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Added<'a> {
    statement: &'a str,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy<'a> {
    policy: &'a str,
    revision_id: String,
}

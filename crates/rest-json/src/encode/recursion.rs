//! How recursive loops are treated.

use funclet::FunctionRecursion;

use super::{Answer, json};
use crate::packages::Links;

impl Answer for FunctionRecursion {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Recursion { recursive_loop: self.recursive_loop.as_str() })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recursion {
    recursive_loop: &'static str,
}

//! Tags.

use funclet::ResourceTags;

use super::{Answer, json};
use crate::configuration::Texts;
use crate::packages::Links;

impl Answer for ResourceTags {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Tags { tags: Texts(&self.tags) })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tags<'a> {
    tags: Texts<'a>,
}

//! Versions of functions.

use funclet::VersionPage;

use super::{Answer, json};
use crate::configuration::Configuration;
use crate::packages::Links;

impl Answer for VersionPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let versions = self.versions.iter().map(Configuration::of).collect();
        json(&Versions { versions, next_marker: self.next_marker.as_deref() })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Versions<'a> {
    next_marker: Option<&'a str>,
    versions: Vec<Configuration<'a>>,
}

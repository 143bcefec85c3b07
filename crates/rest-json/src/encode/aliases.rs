//! Aliases.

use funclet::{AliasConfiguration, AliasPage, AliasRoute};
use serde::ser::{Serialize, Serializer};

use super::{Answer, json};
use crate::packages::Links;

impl Answer for AliasConfiguration {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Alias::of(self))
    }
}

impl Answer for AliasPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let aliases = self.aliases.iter().map(Alias::of).collect();
        json(&Aliases { next_marker: self.next_marker.as_deref(), aliases })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Alias<'a> {
    alias_arn: String,
    name: &'a str,
    function_version: String,
    description: &'a str,
    /// Not there without weights (recorded from AWS).
    routing_config: Option<RoutingConfig<'a>>,
    revision_id: String,
}

impl<'a> Alias<'a> {
    fn of(alias: &'a AliasConfiguration) -> Self {
        let weights = Weights(&alias.routing);
        Self {
            alias_arn: alias.alias_arn.to_string(),
            name: alias.name.as_str(),
            function_version: alias.function_version.to_string(),
            description: &alias.description,
            routing_config: (!alias.routing.is_empty())
                .then_some(RoutingConfig { additional_version_weights: weights }),
            revision_id: alias.revision_id.to_string(),
        }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct RoutingConfig<'a> {
    additional_version_weights: Weights<'a>,
}

struct Weights<'a>(&'a [AliasRoute]);

impl Serialize for Weights<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|route| (route.version.to_string(), route.weight)))
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Aliases<'a> {
    next_marker: Option<&'a str>,
    aliases: Vec<Alias<'a>>,
}

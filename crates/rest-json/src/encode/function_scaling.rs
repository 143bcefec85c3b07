//! How many environments versions have.

use funclet::{FunctionScaling, FunctionScalingAccepted, FunctionScalingAnswer};

use super::{Answer, json};
use crate::packages::Links;

impl Answer for FunctionScalingAnswer {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let scaling = self.scaling.as_ref().map(Scaling::of);
        json(&Scalings {
            function_arn: self.function_arn.to_string(),
            applied_function_scaling_config: scaling,
            requested_function_scaling_config: scaling,
        })
    }
}

impl Answer for FunctionScalingAccepted {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Accepted { function_state: self.function_state.as_str() })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Scalings {
    function_arn: String,
    applied_function_scaling_config: Option<Scaling>,
    requested_function_scaling_config: Option<Scaling>,
}

#[derive(Clone, Copy, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Scaling {
    min_execution_environments: Option<u32>,
    max_execution_environments: Option<u32>,
}

impl Scaling {
    fn of(scaling: &FunctionScaling) -> Self {
        Self {
            min_execution_environments: scaling.min_execution_environments,
            max_execution_environments: scaling.max_execution_environments,
        }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Accepted<'a> {
    function_state: &'a str,
}

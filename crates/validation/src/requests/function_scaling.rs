//! GetFunctionScalingConfig, PutFunctionScalingConfig: how many environments a version has on instances of its own.

use crate::admitted::{admitted_number, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Bounds, Shape, TextRules};
use crate::function_name::UNQUALIFIED_FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::pattern::Pattern;
use crate::rejection::Rejection;
use crate::structure::structure;

static PUBLISHED: Pattern = Pattern::regex(r"(\$LATEST\.PUBLISHED|[0-9]+)");

const PUBLISHED_SHAPE: Shape = Shape::String(TextRules::ANY.length(1, 128).pattern(&PUBLISHED));
const ENVIRONMENTS_SHAPE: Shape = Shape::Integer(Bounds::within(0, 15_000));

structure! {
    /// The member `FunctionScalingConfig` of a PutFunctionScalingConfig request.
    pub struct FunctionScalingConfig {
        /// The least number of environments, 0 to 15000.
        optional min_execution_environments: i64 = "MinExecutionEnvironments", ENVIRONMENTS_SHAPE;
        /// The greatest number of environments, 0 to 15000.
        optional max_execution_environments: i64 = "MaxExecutionEnvironments", ENVIRONMENTS_SHAPE;
    }
}

/// How many environments a version has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FunctionScaling {
    /// The least number, 0 to 15000.
    pub min_execution_environments: Option<u32>,
    /// The greatest number, 0 to 15000, and not below the least.
    pub max_execution_environments: Option<u32>,
}

structure! {
    /// A GetFunctionScalingConfig request as it was received.
    pub struct GetFunctionScalingConfigRequest {
        /// The function: a name, a partial ARN or an ARN, without a qualifier.
        required function_name: String = "FunctionName", UNQUALIFIED_FUNCTION_NAME_SHAPE;
        /// A published version, or `$LATEST.PUBLISHED`.
        required qualifier: String = "Qualifier", PUBLISHED_SHAPE;
    }
}

/// A valid GetFunctionScalingConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetFunctionScalingConfig {
    /// The function, and which of its versions; no alias.
    pub function: FunctionReference,
}

impl GetFunctionScalingConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetFunctionScalingConfig, Rejection> {
        check(&self)?;
        let (name, qualifier) = (required(self.function_name), required(self.qualifier));
        let function = FunctionReference::resolve(caller, &name, Some(&qualifier))?;
        Ok(GetFunctionScalingConfig { function })
    }
}

structure! {
    /// A PutFunctionScalingConfig request as it was received.
    pub struct PutFunctionScalingConfigRequest {
        /// The function: a name, a partial ARN or an ARN, without a qualifier.
        required function_name: String = "FunctionName", UNQUALIFIED_FUNCTION_NAME_SHAPE;
        /// A published version, or `$LATEST.PUBLISHED`.
        required qualifier: String = "Qualifier", PUBLISHED_SHAPE;
        /// How many environments it has.
        optional function_scaling_config: FunctionScalingConfig = "FunctionScalingConfig",
            Shape::Structure(FunctionScalingConfig::MEMBERS);
    }
}

/// A valid PutFunctionScalingConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutFunctionScalingConfig {
    /// The function, and which of its versions; no alias.
    pub function: FunctionReference,
    /// How many environments it has, if that is given.
    pub scaling: Option<FunctionScaling>,
}

impl PutFunctionScalingConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for a least number above the greatest \[chosen\].
    pub fn validate(self, caller: &Caller) -> Result<PutFunctionScalingConfig, Rejection> {
        check(&self)?;
        let (name, qualifier) = (required(self.function_name), required(self.qualifier));
        let function = FunctionReference::resolve(caller, &name, Some(&qualifier))?;
        let scaling = self.function_scaling_config.map(|config| FunctionScaling {
            min_execution_environments: config.min_execution_environments.map(admitted_number),
            max_execution_environments: config.max_execution_environments.map(admitted_number),
        });
        if let Some(FunctionScaling {
            min_execution_environments: Some(min),
            max_execution_environments: Some(max),
        }) = scaling
            && min > max
        {
            return Err(Rejection::invalid(
                "MinExecutionEnvironments must be less than or equal to MaxExecutionEnvironments.",
            ));
        }
        Ok(PutFunctionScalingConfig { function, scaling })
    }
}

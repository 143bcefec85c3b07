//! PutProvisionedConcurrencyConfig, GetProvisionedConcurrencyConfig, DeleteProvisionedConcurrencyConfig,
//! ListProvisionedConcurrencyConfigs.

use crate::admitted::{admitted_count, admitted_number, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Bounds, Shape, TextRules};
use crate::function_name::{FUNCTION_NAME_SHAPE, FunctionName};
use crate::function_reference::FunctionReference;
use crate::pattern::Pattern;
use crate::qualifier::Qualifier;
use crate::rejection::Rejection;
use crate::structure::structure;

static QUALIFIER: Pattern = Pattern::regex("(|[a-zA-Z0-9$_-]+)");

const QUALIFIER_SHAPE: Shape = Shape::String(TextRules::ANY.length(1, 128).pattern(&QUALIFIER));

/// Refuses `$LATEST`, whose executions are provisioned to nobody.
fn published(
    caller: &Caller,
    name: &str,
    qualifier: &str,
    refusal: &str,
) -> Result<FunctionReference, Rejection> {
    let function = FunctionReference::resolve(caller, name, Some(qualifier))?;
    if function.qualifier == Some(Qualifier::Latest) {
        return Err(Rejection::invalid(refusal));
    }
    Ok(function)
}

const UNPUBLISHED: &str =
    "Provisioned Concurrency Configs cannot be applied to unpublished function versions.";
const NEITHER: &str = "The function resource provided must be an alias or a published version.";

structure! {
    /// A PutProvisionedConcurrencyConfig request as it was received.
    pub struct PutProvisionedConcurrencyConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// A version or an alias.
        required qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// How many executions at a time are provisioned, from 1.
        required provisioned_concurrent_executions: i64 = "ProvisionedConcurrentExecutions",
            Shape::Integer(Bounds::at_least(1));
    }
}

/// A valid PutProvisionedConcurrencyConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutProvisionedConcurrencyConfig {
    /// The function, with a qualifier, which is not `$LATEST`.
    pub function: FunctionReference,
    /// How many executions at a time are provisioned, from 1.
    pub provisioned_concurrent_executions: u64,
}

impl PutProvisionedConcurrencyConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for `$LATEST` (quoted in public reports; the same holds for an alias that
    /// points to it). The order is chosen.
    pub fn validate(self, caller: &Caller) -> Result<PutProvisionedConcurrencyConfig, Rejection> {
        check(&self)?;
        let (name, qualifier) = (required(self.function_name), required(self.qualifier));
        let executions = required(self.provisioned_concurrent_executions);
        Ok(PutProvisionedConcurrencyConfig {
            function: published(caller, &name, &qualifier, UNPUBLISHED)?,
            provisioned_concurrent_executions: admitted_count(executions),
        })
    }
}

structure! {
    /// A GetProvisionedConcurrencyConfig request as it was received.
    pub struct GetProvisionedConcurrencyConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// A version or an alias.
        required qualifier: String = "Qualifier", QUALIFIER_SHAPE;
    }
}

/// A valid GetProvisionedConcurrencyConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetProvisionedConcurrencyConfig {
    /// The function, with a qualifier, which is not `$LATEST`.
    pub function: FunctionReference,
}

impl GetProvisionedConcurrencyConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for `$LATEST` (quoted in public code). The order is chosen.
    pub fn validate(self, caller: &Caller) -> Result<GetProvisionedConcurrencyConfig, Rejection> {
        check(&self)?;
        let (name, qualifier) = (required(self.function_name), required(self.qualifier));
        Ok(GetProvisionedConcurrencyConfig { function: published(caller, &name, &qualifier, NEITHER)? })
    }
}

structure! {
    /// A DeleteProvisionedConcurrencyConfig request as it was received.
    pub struct DeleteProvisionedConcurrencyConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// A version or an alias.
        required qualifier: String = "Qualifier", QUALIFIER_SHAPE;
    }
}

/// A valid DeleteProvisionedConcurrencyConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteProvisionedConcurrencyConfig {
    /// The function, with a qualifier, which is not `$LATEST`.
    pub function: FunctionReference,
}

impl DeleteProvisionedConcurrencyConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for `$LATEST`, as in GetProvisionedConcurrencyConfig \[chosen\].
    pub fn validate(self, caller: &Caller) -> Result<DeleteProvisionedConcurrencyConfig, Rejection> {
        check(&self)?;
        let (name, qualifier) = (required(self.function_name), required(self.qualifier));
        Ok(DeleteProvisionedConcurrencyConfig { function: published(caller, &name, &qualifier, NEITHER)? })
    }
}

structure! {
    /// A ListProvisionedConcurrencyConfigs request as it was received.
    pub struct ListProvisionedConcurrencyConfigsRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 50.
        optional max_items: i64 = "MaxItems", Shape::Integer(Bounds::within(1, 50));
    }
}

/// A valid ListProvisionedConcurrencyConfigs request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListProvisionedConcurrencyConfigs {
    /// The function. A qualifier in the request is dropped \[chosen\].
    pub function_name: FunctionName,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for, 1 to 50.
    pub max_items: Option<u32>,
}

impl ListProvisionedConcurrencyConfigsRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<ListProvisionedConcurrencyConfigs, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(ListProvisionedConcurrencyConfigs {
            function_name: function.name,
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

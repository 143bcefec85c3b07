//! DeleteFunction.

use crate::admitted::required;
use crate::caller::Caller;
use crate::check::check;
use crate::function_name::{FunctionName, NAMESPACED_FUNCTION_NAME_SHAPE};
use crate::function_reference::FunctionReference;
use crate::qualifier::{QUALIFIER_SHAPE, Qualifier};
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A DeleteFunction request as it was received.
    pub struct DeleteFunctionRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// The version to delete; the whole function if not given.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
    }
}

/// A valid DeleteFunction request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteFunction {
    /// The function.
    pub function_name: FunctionName,
    /// What of it is deleted.
    pub target: DeletionTarget,
}

/// What a DeleteFunction request deletes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeletionTarget {
    /// The function with all its versions and aliases.
    Function,
    /// One published version.
    Version(u64),
    /// Something that no function has: a number that is no version's, or a text with `$`. The service looks for the
    /// function and, if it is there, deletes nothing (recorded from AWS for unknown versions).
    Nothing,
}

impl DeleteFunctionRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for `$LATEST` and for the name of an alias, both of which the service
    /// refuses before it looks for the function (recorded from AWS).
    pub fn validate(self, caller: &Caller) -> Result<DeleteFunction, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(DeleteFunction { function_name: function.name, target: target(function.qualifier)? })
    }
}

fn target(qualifier: Option<Qualifier>) -> Result<DeletionTarget, Rejection> {
    match qualifier {
        None => Ok(DeletionTarget::Function),
        Some(Qualifier::Version(number)) => Ok(DeletionTarget::Version(number)),
        Some(Qualifier::Latest) => {
            Err(Rejection::invalid("$LATEST version cannot be deleted without deleting the function."))
        }
        // No alias has a name of digits alone, or with a `$`: recorded for `$latest`, which is looked for.
        Some(Qualifier::Other(text)) if text.is_numeric() || text.as_str().contains('$') => {
            Ok(DeletionTarget::Nothing)
        }
        Some(Qualifier::Other(_)) => {
            Err(Rejection::invalid("Deletion of aliases is not currently supported."))
        }
    }
}

//! GetFunctionRecursionConfig, PutFunctionRecursionConfig.

use crate::admitted::{admitted, required};
use crate::caller::Caller;
use crate::check::check;
use crate::function_name::{FunctionName, UNQUALIFIED_FUNCTION_NAME_SHAPE};
use crate::function_reference::FunctionReference;
use crate::recursion::{RECURSIVE_LOOP_SHAPE, RecursiveLoop};
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A GetFunctionRecursionConfig request as it was received.
    pub struct GetFunctionRecursionConfigRequest {
        /// The function: a name, a partial ARN or an ARN, without a qualifier.
        required function_name: String = "FunctionName", UNQUALIFIED_FUNCTION_NAME_SHAPE;
    }
}

/// A valid GetFunctionRecursionConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetFunctionRecursionConfig {
    /// The function.
    pub function_name: FunctionName,
}

impl GetFunctionRecursionConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], also for a qualifier, then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetFunctionRecursionConfig, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(GetFunctionRecursionConfig { function_name: function.name })
    }
}

structure! {
    /// A PutFunctionRecursionConfig request as it was received.
    pub struct PutFunctionRecursionConfigRequest {
        /// The function: a name, a partial ARN or an ARN, without a qualifier.
        required function_name: String = "FunctionName", UNQUALIFIED_FUNCTION_NAME_SHAPE;
        /// One of [`RecursiveLoop::VALUES`].
        required recursive_loop: String = "RecursiveLoop", RECURSIVE_LOOP_SHAPE;
    }
}

/// A valid PutFunctionRecursionConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutFunctionRecursionConfig {
    /// The function.
    pub function_name: FunctionName,
    /// What happens to it if it calls itself without end.
    pub recursive_loop: RecursiveLoop,
}

impl PutFunctionRecursionConfigRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, PutFunctionRecursionConfigRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = PutFunctionRecursionConfigRequest {
    ///     function_name: Some("hello".into()),
    ///     recursive_loop: Some("Never".into()),
    /// };
    /// assert_eq!(
    ///     request.validate(&caller).unwrap_err().to_string(),
    ///     "1 validation error detected: Value 'Never' at 'recursiveLoop' failed to satisfy constraint: \
    ///      Member must satisfy enum value set: [Terminate, Allow]",
    /// );
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], also for a qualifier, then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<PutFunctionRecursionConfig, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        let recursive_loop = admitted(&required(self.recursive_loop));
        Ok(PutFunctionRecursionConfig { function_name: function.name, recursive_loop })
    }
}

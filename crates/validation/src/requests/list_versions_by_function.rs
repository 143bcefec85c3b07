//! ListVersionsByFunction.

use crate::admitted::{admitted_number, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::Shape;
use crate::function_name::{FunctionName, NAMESPACED_FUNCTION_NAME_SHAPE};
use crate::function_reference::FunctionReference;
use crate::paging::MAX_ITEMS_SHAPE;
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A ListVersionsByFunction request as it was received.
    pub struct ListVersionsByFunctionRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 10000.
        optional max_items: i64 = "MaxItems", MAX_ITEMS_SHAPE;
    }
}

/// A valid ListVersionsByFunction request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListVersionsByFunction {
    /// The function. A qualifier in the request is dropped: what the service does with one is not recorded.
    pub function_name: FunctionName,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for.
    pub max_items: Option<u32>,
}

impl ListVersionsByFunctionRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<ListVersionsByFunction, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(ListVersionsByFunction {
            function_name: function.name,
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

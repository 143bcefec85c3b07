//! ListFunctions.

use crate::admitted::admitted_number;
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Shape, TextRules};
use crate::paging::MAX_ITEMS_SHAPE;
use crate::pattern::Pattern;
use crate::rejection::Rejection;
use crate::structure::structure;

static MASTER_REGION: Pattern = Pattern::regex(r"ALL|(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}");

structure! {
    /// A ListFunctions request as it was received.
    pub struct ListFunctionsRequest {
        /// The region that replicas of functions come from.
        optional master_region: String = "MasterRegion", Shape::String(TextRules::ANY.length(1, 50).pattern(&MASTER_REGION));
        /// `ALL` for published versions too.
        optional function_version: String = "FunctionVersion", Shape::String(TextRules::one_of(&["ALL"]));
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 10000.
        optional max_items: i64 = "MaxItems", MAX_ITEMS_SHAPE;
    }
}

/// A valid ListFunctions request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFunctions {
    /// The region that replicas of functions come from, or `ALL`.
    pub master_region: Option<String>,
    /// Whether published versions are listed too.
    pub function_version_all: bool,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for.
    pub max_items: Option<u32>,
}

impl ListFunctionsRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, _caller: &Caller) -> Result<ListFunctions, Rejection> {
        check(&self)?;
        Ok(ListFunctions {
            master_region: self.master_region,
            function_version_all: self.function_version.is_some(),
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

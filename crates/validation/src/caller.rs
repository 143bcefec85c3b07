//! The account and region that a call is made in.

use crate::account::AccountId;
use crate::arn::FunctionArn;
use crate::function_name::FunctionName;
use crate::region::Region;

/// The account and region that a call is made in. Names in its request are relative to them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caller {
    /// The account that signed the call.
    pub account: AccountId,
    /// The region whose endpoint was called.
    pub region: Region,
}

impl Caller {
    /// Returns the unqualified ARN of a function of this account and region.
    ///
    /// ```
    /// use funclet_validation::Caller;
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "eu-central-1".parse()? };
    /// let arn = caller.function_arn(&"hello".parse()?);
    /// assert_eq!(arn.to_string(), "arn:aws:lambda:eu-central-1:111122223333:function:hello");
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    #[must_use]
    pub fn function_arn(&self, name: &FunctionName) -> FunctionArn {
        FunctionArn::new(self, name)
    }
}

//! How recursive loops are treated: GetFunctionRecursionConfig, PutFunctionRecursionConfig.

use funclet_validation::{GetFunctionRecursionConfig, PutFunctionRecursionConfig, RecursiveLoop};

use crate::answer::FunctionRecursion;
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::{Holder, Setting};
use crate::decide::{Changes, Context, Decision, Stop};
use crate::event::ResourceKind;
use crate::keys;
use crate::stored::StoredRecursionConfig;

impl Setting for StoredRecursionConfig {
    const KIND_OF_KEY: &'static str = keys::RECURSION;
    const RESOURCE: ResourceKind = ResourceKind::FunctionRecursionConfig;
}

impl Query for GetFunctionRecursionConfig {
    type Answer = FunctionRecursion;

    /// A function for which nothing was said is stopped (recorded from AWS).
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionRecursion, Stop> {
        let holder = Holder::of_function(context, &self.function_name)?;
        let recursive_loop = match holder.setting::<StoredRecursionConfig>(context)? {
            Some(stored) => stored.typed()?,
            None => RecursiveLoop::default(),
        };
        Ok(FunctionRecursion { recursive_loop })
    }
}

impl Command for PutFunctionRecursionConfig {
    type Answer = FunctionRecursion;

    /// Possible while an update is in progress. The RevisionId of the function stays \[both chosen\].
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<FunctionRecursion>, Stop> {
        let holder = Holder::of_function(context, &self.function_name)?;
        let old = holder.setting::<StoredRecursionConfig>(context)?;
        let new = StoredRecursionConfig { recursive_loop: self.recursive_loop.to_string() };
        let mut changes = Changes::default();
        holder.exchange(context, old.as_ref(), Some(&new), &mut changes)?;
        Ok(Decision { changes, answer: FunctionRecursion { recursive_loop: self.recursive_loop } })
    }
}

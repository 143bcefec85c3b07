//! Reads of configurations that nothing here can set: what the service answers where there are none.

use std::convert::Infallible;

use funclet_validation::{GetFunctionEventInvokeConfig, Qualifier};

use crate::decide::sealed::Query;
use crate::decide::{Context, Stop};
use crate::error::ServiceError;

impl Query for GetFunctionEventInvokeConfig {
    type Answer = Infallible;

    /// The text is the same for a version that does not exist (recorded from AWS), and so for a function \[chosen\]. Without
    /// a qualifier it names `$LATEST` \[chosen, as in Invoke\].
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<Infallible, Stop> {
        let qualifier = self.function.qualifier.clone().unwrap_or(Qualifier::Latest);
        let arn = context.caller.function_arn(&self.function.name).qualified(qualifier);
        Err(ServiceError::NoEventInvokeConfig { arn }.into())
    }
}

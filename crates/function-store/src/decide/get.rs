//! What is read of one function: GetFunction and GetFunctionConfiguration.

use funclet_validation::{GetFunction, GetFunctionConfiguration};

use crate::answer::{FunctionConfiguration, FunctionDetail};
use crate::decide::context::code_location;
use crate::decide::sealed::Query;
use crate::decide::{Context, Stop};

impl Query for GetFunction {
    type Answer = FunctionDetail;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionDetail, Stop> {
        let (function, stored, version) = context.resolve(&self.function)?;
        Ok(FunctionDetail {
            configuration: context.configuration(&stored, self.function.arn(context.caller), version)?,
            code: code_location(&stored)?,
            tags: function.tags.into_iter().collect(),
            reserved_concurrent_executions: function.reserved_concurrent_executions,
        })
    }
}

impl Query for GetFunctionConfiguration {
    type Answer = FunctionConfiguration;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionConfiguration, Stop> {
        let (_, stored, version) = context.resolve(&self.function)?;
        context.configuration(&stored, self.function.arn(context.caller), version)
    }
}

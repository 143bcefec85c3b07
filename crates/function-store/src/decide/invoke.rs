//! Invoke: everything but the invocation.

use funclet_validation::{FunctionReference, InvocationType, Invoke, Qualifier};

use crate::decide::sealed::Query;
use crate::decide::{Context, Stop};
use crate::error::ServiceError;

impl Query for Invoke {
    type Answer = ();

    /// A dry run asks whether the function is there, and that can be told. Without a qualifier it is `$LATEST` that is
    /// missing (recorded from AWS).
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<(), Stop> {
        let qualifier = self.function.qualifier.clone().unwrap_or(Qualifier::Latest);
        let invoked = FunctionReference { name: self.function.name.clone(), qualifier: Some(qualifier) };
        context.resolve(&invoked)?;
        match self.invocation_type {
            InvocationType::DryRun => Ok(()),
            InvocationType::Event | InvocationType::RequestResponse => Err(ServiceError::RunsNoCode.into()),
        }
    }
}

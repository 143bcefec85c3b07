//! Invocations: which version runs, and whether it can.

use funclet_storage::BlobDigest;
use funclet_validation::{FunctionReference, Qualifier, Version};

use crate::answer::{Invocable, InvocableLayer, State};
use crate::decide::context::code_location;
use crate::decide::sealed::Query;
use crate::decide::{Context, Stop};
use crate::error::{ServiceError, ThrottleReason};
use crate::stored::{StoredAlias, StoredLayer, StoredVersion};

/// A number of at least 0 and less than 1, which says which of the versions of an alias an invocation gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance(f64);

impl Chance {
    /// Makes it of random bytes, of which it takes as many as the number can hold.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        const DIGITS: u32 = f64::MANTISSA_DIGITS;
        let [first, ..] = bytes.as_chunks::<8>().0 else { return Self(0.0) };
        let drawn = u64::from_le_bytes(*first) >> (u64::BITS - DIGITS);
        Self(drawn as f64 / (1_u64 << DIGITS) as f64)
    }
}

impl StoredAlias {
    /// The version that an invocation gets: each of the others by its weight, what the alias points to by what is left.
    fn draw(&self, Chance(chance): Chance) -> Result<Version, Stop> {
        let mut below = 0.0;
        for (number, weight) in &self.routing {
            below += weight;
            if chance < below {
                return Ok(Version::Number(*number));
            }
        }
        Ok(self.version()?)
    }
}

/// Finds what an invocation would run.
///
/// Without a qualifier it is `$LATEST` that is looked for, and missing (recorded from AWS).
#[derive(Debug, Clone, PartialEq)]
pub struct FindInvocable {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
    /// Which of the versions of an alias.
    pub chance: Chance,
}

impl FindInvocable {
    fn find(&self, context: &Context<'_>) -> Result<Invocable, Stop> {
        let qualifier = self.function.qualifier.clone().unwrap_or(Qualifier::Latest);
        let invoked = FunctionReference { name: self.function.name.clone(), qualifier: Some(qualifier) };
        let draw = |alias: &StoredAlias| alias.draw(self.chance);
        let (function, stored, version) = context.resolve_with(&invoked, &draw)?;
        Ok(Invocable {
            configuration: context.configuration(&stored, self.function.arn(context.caller), version)?,
            code: code_location(&stored)?,
            layers: layers(&stored),
            reserved_concurrent_executions: function.reserved_concurrent_executions,
        })
    }
}

fn layers(stored: &StoredVersion) -> Vec<InvocableLayer> {
    let layer = |layer: &StoredLayer| InvocableLayer {
        arn: layer.arn.clone(),
        digest: BlobDigest::from_bytes(layer.code_sha256),
        size: layer.code_size,
    };
    stored.settings.layers.iter().map(layer).collect()
}

impl Query for FindInvocable {
    type Answer = Invocable;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<Invocable, Stop> {
        self.find(context)
    }
}

/// As [`FindInvocable`], for an invocation that is about to happen: what cannot run now is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckInvocation {
    /// What is invoked.
    pub invoked: FindInvocable,
    /// Whether the caller names a tenant.
    pub has_tenant: bool,
    /// Whether the caller waits; an event is taken in however many run.
    pub waits: bool,
}

impl Query for CheckInvocation {
    type Answer = Invocable;

    /// Refusals in this order \[chosen\]: existence, state, tenant, concurrency.
    ///
    /// The text about the state is documented for `Pending`; that `Failed` is told likewise is chosen. The text about the
    /// missing tenant is quoted from the service; one that no function asks for is passed on \[chosen\]. A function for which no
    /// concurrency is reserved, 0, does not run (documented).
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<Invocable, Stop> {
        let found = self.invoked.find(context)?;
        match found.configuration.status.as_ref().map(|status| status.state) {
            Some(state @ (State::Pending | State::Failed)) => {
                return Err(ServiceError::NotInvocable { state }.into());
            }
            // One that rests is woken by its invocation.
            Some(State::Active | State::Inactive) | None => {}
        }
        if found.configuration.tenancy_config.is_some() && !self.has_tenant {
            return Err(ServiceError::InvalidParameterValue(NO_TENANT.into()).into());
        }
        if self.waits && found.reserved_concurrent_executions == Some(0) {
            let reason = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
            return Err(ServiceError::Throttled { reason }.into());
        }
        Ok(found)
    }
}

const NO_TENANT: &str = "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.";

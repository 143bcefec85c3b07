//! PutFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfig, DeleteFunctionEventInvokeConfig,
//! ListFunctionEventInvokeConfigs: how asynchronous invocations are treated.

use crate::admitted::{admitted_number, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Bounds, Shape};
use crate::destination::{DestinationConfig, Destinations};
use crate::function_name::{FunctionName, NAMESPACED_FUNCTION_NAME_SHAPE};
use crate::function_reference::FunctionReference;
use crate::qualifier::QUALIFIER_SHAPE;
use crate::rejection::Rejection;
use crate::structure::structure;

const RETRIES_SHAPE: Shape = Shape::Integer(Bounds::within(0, 2));
const AGE_SHAPE: Shape = Shape::Integer(Bounds::within(60, 21_600));
const NOTHING: &str = "You must specify at least one of error handling or destination setting.";

structure! {
    /// A PutFunctionEventInvokeConfig request as it was received.
    pub struct PutFunctionEventInvokeConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// A version or an alias.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// How often a failed invocation is tried again, 0 to 2.
        optional maximum_retry_attempts: i64 = "MaximumRetryAttempts", RETRIES_SHAPE;
        /// After how many seconds an event is given up, 60 to 21600.
        optional maximum_event_age_in_seconds: i64 = "MaximumEventAgeInSeconds", AGE_SHAPE;
        /// Where records of invocations go.
        optional destination_config: DestinationConfig = "DestinationConfig",
            Shape::Structure(DestinationConfig::MEMBERS);
    }
}

/// A valid PutFunctionEventInvokeConfig request. It replaces the whole configuration, and at least one member is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutFunctionEventInvokeConfig {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
    /// How often a failed invocation is tried again, 0 to 2.
    pub maximum_retry_attempts: Option<u32>,
    /// After how many seconds an event is given up, 60 to 21600.
    pub maximum_event_age_in_seconds: Option<u32>,
    /// Where records of invocations go.
    pub destinations: Option<Destinations>,
}

impl PutFunctionEventInvokeConfigRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, PutFunctionEventInvokeConfigRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = |maximum_retry_attempts| PutFunctionEventInvokeConfigRequest {
    ///     function_name: Some("hello".into()),
    ///     maximum_retry_attempts,
    ///     ..Default::default()
    /// };
    /// assert_eq!(request(Some(0)).validate(&caller).unwrap().maximum_retry_attempts, Some(0));
    /// assert_eq!(
    ///     request(None).validate(&caller).unwrap_err().to_string(),
    ///     "You must specify at least one of error handling or destination setting.",
    /// );
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] if nothing is configured (quoted in public code). The order is chosen.
    pub fn validate(self, caller: &Caller) -> Result<PutFunctionEventInvokeConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        let retries = self.maximum_retry_attempts.map(admitted_number);
        let age = self.maximum_event_age_in_seconds.map(admitted_number);
        let destinations = self.destination_config.map(Destinations::from_member);
        if retries.is_none() && age.is_none() && destinations.is_none() {
            return Err(Rejection::invalid(NOTHING));
        }
        Ok(PutFunctionEventInvokeConfig {
            function,
            maximum_retry_attempts: retries,
            maximum_event_age_in_seconds: age,
            destinations,
        })
    }
}

structure! {
    /// An UpdateFunctionEventInvokeConfig request as it was received.
    pub struct UpdateFunctionEventInvokeConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// A version or an alias.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// How often a failed invocation is tried again, 0 to 2.
        optional maximum_retry_attempts: i64 = "MaximumRetryAttempts", RETRIES_SHAPE;
        /// After how many seconds an event is given up, 60 to 21600.
        optional maximum_event_age_in_seconds: i64 = "MaximumEventAgeInSeconds", AGE_SHAPE;
        /// Where records of invocations go.
        optional destination_config: DestinationConfig = "DestinationConfig",
            Shape::Structure(DestinationConfig::MEMBERS);
    }
}

/// A valid UpdateFunctionEventInvokeConfig request. What is not given stays as it was, and at least one member is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateFunctionEventInvokeConfig {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
    /// How often a failed invocation is tried again, 0 to 2.
    pub maximum_retry_attempts: Option<u32>,
    /// After how many seconds an event is given up, 60 to 21600.
    pub maximum_event_age_in_seconds: Option<u32>,
    /// Where records of invocations go, as a whole.
    pub destinations: Option<Destinations>,
}

impl UpdateFunctionEventInvokeConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// Those of [`PutFunctionEventInvokeConfigRequest::validate`].
    pub fn validate(self, caller: &Caller) -> Result<UpdateFunctionEventInvokeConfig, Rejection> {
        let put = PutFunctionEventInvokeConfigRequest {
            function_name: self.function_name,
            qualifier: self.qualifier,
            maximum_retry_attempts: self.maximum_retry_attempts,
            maximum_event_age_in_seconds: self.maximum_event_age_in_seconds,
            destination_config: self.destination_config,
        };
        let put = put.validate(caller)?;
        Ok(UpdateFunctionEventInvokeConfig {
            function: put.function,
            maximum_retry_attempts: put.maximum_retry_attempts,
            maximum_event_age_in_seconds: put.maximum_event_age_in_seconds,
            destinations: put.destinations,
        })
    }
}

structure! {
    /// A DeleteFunctionEventInvokeConfig request as it was received.
    pub struct DeleteFunctionEventInvokeConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// A version or an alias.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
    }
}

/// A valid DeleteFunctionEventInvokeConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteFunctionEventInvokeConfig {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
}

impl DeleteFunctionEventInvokeConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<DeleteFunctionEventInvokeConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(DeleteFunctionEventInvokeConfig { function })
    }
}

structure! {
    /// A ListFunctionEventInvokeConfigs request as it was received.
    pub struct ListFunctionEventInvokeConfigsRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 50.
        optional max_items: i64 = "MaxItems", Shape::Integer(Bounds::within(1, 50));
    }
}

/// A valid ListFunctionEventInvokeConfigs request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFunctionEventInvokeConfigs {
    /// The function. A qualifier in the request is dropped \[chosen\].
    pub function_name: FunctionName,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for, 1 to 50.
    pub max_items: Option<u32>,
}

impl ListFunctionEventInvokeConfigsRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<ListFunctionEventInvokeConfigs, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(ListFunctionEventInvokeConfigs {
            function_name: function.name,
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

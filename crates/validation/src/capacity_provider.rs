//! Capacity providers: instances that functions run on.

use crate::admitted::{admitted_number, required};
use crate::constraint::{Bounds, Shape, TextRules};
use crate::pattern::Pattern;
use crate::structure::structure;

static CAPACITY_PROVIDER_ARN: Pattern = Pattern::regex(
    r"arn:aws[a-zA-Z-]*:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:capacity-provider:[a-zA-Z0-9-_]+",
);

structure! {
    /// The member `LambdaManagedInstancesCapacityProviderConfig` of a [`CapacityProviderConfig`].
    pub struct LambdaManagedInstancesCapacityProviderConfig {
        /// The ARN of the capacity provider.
        required capacity_provider_arn: String = "CapacityProviderArn",
            Shape::String(TextRules::ANY.length(1, 140).pattern(&CAPACITY_PROVIDER_ARN));
        /// How many requests one environment may run at once, 1 to 1600.
        optional per_execution_environment_max_concurrency: i64 = "PerExecutionEnvironmentMaxConcurrency",
            Shape::Integer(Bounds::within(1, 1600));
        /// Gibibytes of memory for each virtual CPU, 2 to 8.
        optional execution_environment_memory_gib_per_vcpu: f64 = "ExecutionEnvironmentMemoryGiBPerVCpu",
            Shape::Double(Bounds::within(2.0, 8.0));
    }
}

structure! {
    /// The member `CapacityProviderConfig` of a request.
    pub struct CapacityProviderConfig {
        /// The instances, managed by the service.
        required lambda_managed_instances_capacity_provider_config: LambdaManagedInstancesCapacityProviderConfig
            = "LambdaManagedInstancesCapacityProviderConfig",
            Shape::Structure(LambdaManagedInstancesCapacityProviderConfig::MEMBERS);
    }
}

/// The instances that a function runs on.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityProviderSettings {
    /// The ARN of the capacity provider.
    pub capacity_provider_arn: String,
    /// How many requests one environment may run at once.
    pub per_execution_environment_max_concurrency: Option<u32>,
    /// Gibibytes of memory for each virtual CPU.
    pub execution_environment_memory_gib_per_vcpu: Option<f64>,
}

impl From<CapacityProviderConfig> for CapacityProviderSettings {
    /// Takes an admitted member.
    fn from(config: CapacityProviderConfig) -> Self {
        let config = required(config.lambda_managed_instances_capacity_provider_config);
        Self {
            capacity_provider_arn: required(config.capacity_provider_arn),
            per_execution_environment_max_concurrency: config
                .per_execution_environment_max_concurrency
                .map(admitted_number),
            execution_environment_memory_gib_per_vcpu: config.execution_environment_memory_gib_per_vcpu,
        }
    }
}

//! Durable functions, which keep their progress between invocations.

use crate::admitted::admitted_number;
use crate::constraint::{Bounds, Shape};
use crate::kms::KMS_KEY_ARN_SHAPE;
use crate::structure::structure;

structure! {
    /// The member `DurableConfig` of a request.
    pub struct DurableConfig {
        /// The key that the progress is encrypted with. It is checked and has no effect.
        optional kms_key_arn: String = "KMSKeyArn", KMS_KEY_ARN_SHAPE;
        /// Days that finished executions are kept, 1 to 90.
        optional retention_period_in_days: i64 = "RetentionPeriodInDays", Shape::Integer(Bounds::within(1, 90));
        /// Seconds that an execution may take, up to 366 days.
        optional execution_timeout: i64 = "ExecutionTimeout", Shape::Integer(Bounds::within(1, 31_622_400));
    }
}

/// How a durable function keeps its progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurableSettings {
    /// Days that finished executions are kept.
    pub retention_period_in_days: Option<u32>,
    /// Seconds that an execution may take.
    pub execution_timeout: Option<u32>,
}

impl From<DurableConfig> for DurableSettings {
    /// Takes an admitted member.
    fn from(config: DurableConfig) -> Self {
        Self {
            retention_period_in_days: config.retention_period_in_days.map(admitted_number),
            execution_timeout: config.execution_timeout.map(admitted_number),
        }
    }
}

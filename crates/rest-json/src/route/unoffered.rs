//! Operations of the service that are not offered yet, so that whoever calls one is told its name.
//!
//! Source: method and path of botocore's service model, with which a test compares it.

use super::address::Address;

/// Their names, and where the service has them.
pub(super) const UNOFFERED: &[(&str, Address)] = &[
    (
        "CheckpointDurableExecution",
        Address::new("POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint"),
    ),
    ("CreateCapacityProvider", Address::new("POST", "/2025-11-30/capacity-providers")),
    (
        "DeleteCapacityProvider",
        Address::new("DELETE", "/2025-11-30/capacity-providers/{CapacityProviderName}"),
    ),
    (
        "DeleteDurableExecution",
        Address::new("DELETE", "/2025-12-01/durable-executions/{DurableExecutionArn}"),
    ),
    ("DeleteResourcePolicy", Address::new("DELETE", "/2026-07-09/resource-policy/{ResourceArn}")),
    ("GetCapacityProvider", Address::new("GET", "/2025-11-30/capacity-providers/{CapacityProviderName}")),
    ("GetDurableExecution", Address::new("GET", "/2025-12-01/durable-executions/{DurableExecutionArn}")),
    (
        "GetDurableExecutionHistory",
        Address::new("GET", "/2025-12-01/durable-executions/{DurableExecutionArn}/history"),
    ),
    (
        "GetDurableExecutionState",
        Address::new("GET", "/2025-12-01/durable-executions/{DurableExecutionArn}/state"),
    ),
    ("GetResourcePolicy", Address::new("GET", "/2026-07-09/resource-policy/{ResourceArn}")),
    ("ListCapacityProviders", Address::new("GET", "/2025-11-30/capacity-providers")),
    (
        "ListDurableExecutionsByFunction",
        Address::new("GET", "/2025-12-01/functions/{FunctionName}/durable-executions"),
    ),
    (
        "ListFunctionVersionsByCapacityProvider",
        Address::new("GET", "/2025-11-30/capacity-providers/{CapacityProviderName}/function-versions"),
    ),
    (
        "PauseDurableExecution",
        Address::new("POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/pause"),
    ),
    ("PutResourcePolicy", Address::new("PUT", "/2026-07-09/resource-policy/{ResourceArn}")),
    (
        "ResumeDurableExecution",
        Address::new("POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/resume"),
    ),
    (
        "SendDurableExecutionCallbackFailure",
        Address::new("POST", "/2025-12-01/durable-execution-callbacks/{CallbackId}/fail"),
    ),
    (
        "SendDurableExecutionCallbackHeartbeat",
        Address::new("POST", "/2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat"),
    ),
    (
        "SendDurableExecutionCallbackSuccess",
        Address::new("POST", "/2025-12-01/durable-execution-callbacks/{CallbackId}/succeed"),
    ),
    (
        "StopDurableExecution",
        Address::new("POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/stop"),
    ),
    ("UpdateCapacityProvider", Address::new("PUT", "/2025-11-30/capacity-providers/{CapacityProviderName}")),
];

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
    ("CreateEventSourceMapping", Address::new("POST", "/2015-03-31/event-source-mappings")),
    ("CreateCodeSigningConfig", Address::new("POST", "/2020-04-22/code-signing-configs")),
    ("CreateFunctionUrlConfig", Address::new("POST", "/2021-10-31/functions/{FunctionName}/url")),
    (
        "DeleteCapacityProvider",
        Address::new("DELETE", "/2025-11-30/capacity-providers/{CapacityProviderName}"),
    ),
    (
        "DeleteDurableExecution",
        Address::new("DELETE", "/2025-12-01/durable-executions/{DurableExecutionArn}"),
    ),
    ("DeleteEventSourceMapping", Address::new("DELETE", "/2015-03-31/event-source-mappings/{UUID}")),
    (
        "DeleteFunctionCodeSigningConfig",
        Address::new("DELETE", "/2020-06-30/functions/{FunctionName}/code-signing-config"),
    ),
    ("DeleteFunctionConcurrency", Address::new("DELETE", "/2017-10-31/functions/{FunctionName}/concurrency")),
    (
        "DeleteFunctionEventInvokeConfig",
        Address::new("DELETE", "/2019-09-25/functions/{FunctionName}/event-invoke-config"),
    ),
    ("DeleteFunctionUrlConfig", Address::new("DELETE", "/2021-10-31/functions/{FunctionName}/url")),
    (
        "DeleteProvisionedConcurrencyConfig",
        Address::new("DELETE", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"),
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
    ("GetEventSourceMapping", Address::new("GET", "/2015-03-31/event-source-mappings/{UUID}")),
    (
        "GetFunctionRecursionConfig",
        Address::new("GET", "/2024-08-31/functions/{FunctionName}/recursion-config"),
    ),
    (
        "GetFunctionScalingConfig",
        Address::new("GET", "/2025-11-30/functions/{FunctionName}/function-scaling-config"),
    ),
    (
        "GetLayerVersionPolicy",
        Address::new("GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy"),
    ),
    ("GetPolicy", Address::new("GET", "/2015-03-31/functions/{FunctionName}/policy")),
    (
        "GetProvisionedConcurrencyConfig",
        Address::new("GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"),
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
    ("UpdateEventSourceMapping", Address::new("PUT", "/2015-03-31/event-source-mappings/{UUID}")),
    (
        "UpdateCodeSigningConfig",
        Address::new("PUT", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}"),
    ),
    (
        "UpdateFunctionEventInvokeConfig",
        Address::new("POST", "/2019-09-25/functions/{FunctionName}/event-invoke-config"),
    ),
    ("UpdateFunctionUrlConfig", Address::new("PUT", "/2021-10-31/functions/{FunctionName}/url")),
];

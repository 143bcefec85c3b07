//! Requests about what is configured beside a function: concurrency, code signing, destinations, URLs, runtimes, scaling.

use funclet_validation::{
    AllowedPublishers, CreateCodeSigningConfigRequest, DeleteProvisionedConcurrencyConfigRequest,
    DestinationConfig, FunctionScalingConfig, GetFunctionRecursionConfigRequest,
    GetProvisionedConcurrencyConfigRequest, OnFailure, OnSuccess, PutFunctionConcurrencyRequest,
    PutFunctionEventInvokeConfigRequest, PutFunctionScalingConfigRequest,
    PutProvisionedConcurrencyConfigRequest, PutRuntimeManagementConfigRequest, Rejection,
    UpdateFunctionUrlConfigRequest,
};

use crate::caller;

fn text<T: std::fmt::Debug>(outcome: Result<T, Rejection>) -> String {
    outcome.unwrap_err().to_string()
}

fn name() -> Option<String> {
    Some("hello".into())
}

#[test]
fn reserved_concurrency() {
    let put = |function_name: &str, reserved_concurrent_executions| {
        let function_name = Some(function_name.into());
        PutFunctionConcurrencyRequest { function_name, reserved_concurrent_executions }.validate(&caller())
    };
    assert_eq!(put("hello", Some(i64::MAX)).unwrap().reserved_concurrent_executions, i64::MAX as u64);
    // Recorded from AWS.
    let functions_only = "This operation is permitted on Lambda functions only. Aliases and versions do not support this \
                          operation. Please specify either a function name or an unqualified function ARN.";
    for qualified in ["hello:1", "arn:aws:lambda:us-east-1:111111111111:function:hello:$LATEST"] {
        assert_eq!(text(put(qualified, Some(0))), functions_only);
    }
    assert_eq!(
        text(put("hello", Some(-1))),
        "1 validation error detected: Value '-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must \
         have value greater than or equal to 0"
    );
}

/// Quoted in public reports and code.
#[test]
fn provisioned_concurrency() {
    let put = |qualifier: &str, provisioned| {
        let request = PutProvisionedConcurrencyConfigRequest {
            function_name: name(),
            qualifier: Some(qualifier.into()),
            provisioned_concurrent_executions: Some(provisioned),
        };
        request.validate(&caller())
    };
    assert_eq!(put("live", 1).unwrap().provisioned_concurrent_executions, 1);
    assert_eq!(
        text(put("live", 0)),
        "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member \
         must have value greater than or equal to 1"
    );
    assert_eq!(
        text(put("$LATEST", 1)),
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    );
    let neither = "The function resource provided must be an alias or a published version.";
    let (function_name, qualifier) = (name(), Some("$LATEST".to_owned()));
    let get = GetProvisionedConcurrencyConfigRequest { function_name, qualifier };
    assert_eq!(text(get.validate(&caller())), neither);
    let (function_name, qualifier) = (name(), Some("$LATEST".to_owned()));
    let delete = DeleteProvisionedConcurrencyConfigRequest { function_name, qualifier };
    assert_eq!(text(delete.validate(&caller())), neither);
}

#[test]
fn recursion() {
    let get = |name: &str| {
        let function_name = Some(name.into());
        GetFunctionRecursionConfigRequest { function_name }.validate(&caller())
    };
    assert_eq!(get("111111111111:function:hello").unwrap().function_name.as_str(), "hello");
    assert!(matches!(get("hello:1"), Err(Rejection::Validation(_))));
}

#[test]
fn publishers() {
    let create = |count: usize| {
        let arns = vec!["arn:aws:signer:us-east-1:111111111111:/signing-profiles/test".to_owned(); count];
        let request = CreateCodeSigningConfigRequest {
            allowed_publishers: Some(AllowedPublishers { signing_profile_version_arns: Some(arns) }),
            ..Default::default()
        };
        request.validate(&caller()).map(|config| config.allowed_publishers.len())
    };
    assert_eq!((create(1), create(20)), (Ok(1), Ok(20)));
    for count in [0, 21] {
        assert!(matches!(create(count), Err(Rejection::Validation(_))), "{count}");
    }
}

#[test]
fn destinations() {
    let put = |success: &str, failure: &str| {
        let request = PutFunctionEventInvokeConfigRequest {
            function_name: name(),
            destination_config: Some(DestinationConfig {
                on_success: Some(OnSuccess { destination: Some(success.into()) }),
                on_failure: Some(OnFailure { destination: Some(failure.into()) }),
            }),
            ..Default::default()
        };
        request.validate(&caller()).map(|valid| valid.destinations.unwrap())
    };
    let queue = "arn:aws:sqs:us-east-1:111111111111:failed";
    let destinations = put("", queue).unwrap();
    assert_eq!(destinations.on_success, None);
    assert_eq!(destinations.on_failure.unwrap().as_str(), queue);
    // One character of any kind, and not one byte.
    assert!(put("kafka://étopic", queue).is_ok());
    for bad in ["queue", "kafka://.topic", " ", "kafka://"] {
        assert!(matches!(put(bad, queue), Err(Rejection::Validation(_))), "{bad}");
    }
}

#[test]
fn urls() {
    let update = |qualifier: &str| {
        let qualifier = Some(qualifier.to_owned());
        let request =
            UpdateFunctionUrlConfigRequest { function_name: name(), qualifier, ..Default::default() };
        request.validate(&caller())
    };
    let valid = update("live").unwrap();
    assert_eq!((valid.auth_type, valid.cors, valid.invoke_mode), (None, None, None));
    // Quoted in hashicorp/terraform-provider-aws#31459.
    assert_eq!(
        text(update("$LATEST")),
        r"1 validation error detected: Value '$LATEST' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)"
    );
}

#[test]
fn runtimes() {
    let put = |when: &str, version: Option<&str>| {
        let request = PutRuntimeManagementConfigRequest {
            function_name: name(),
            update_runtime_on: Some(when.into()),
            runtime_version_arn: version.map(str::to_owned),
            ..Default::default()
        };
        request.validate(&caller())
    };
    let version = Some("arn:aws:lambda:us-east-1::runtime:0cdcfbdefbc5e7d3343f73c2e2dd3cba");
    assert!(put("Auto", None).is_ok() && put("FunctionUpdate", None).is_ok());
    assert!(put("Manual", version).unwrap().runtime_version_arn.is_some());
    for (when, version) in [("Manual", None), ("Auto", version), ("FunctionUpdate", version)] {
        assert!(matches!(put(when, version), Err(Rejection::InvalidParameterValue(_))), "{when}");
    }
}

#[test]
fn scaling() {
    let put = |min, max| {
        let request = PutFunctionScalingConfigRequest {
            function_name: name(),
            qualifier: Some("$LATEST.PUBLISHED".into()),
            function_scaling_config: Some(FunctionScalingConfig {
                min_execution_environments: min,
                max_execution_environments: max,
            }),
        };
        request.validate(&caller()).map(|valid| valid.scaling.unwrap())
    };
    assert_eq!(put(Some(1), Some(1)).unwrap().max_execution_environments, Some(1));
    assert!(put(Some(2), None).is_ok() && put(None, Some(0)).is_ok());
    assert!(matches!(put(Some(2), Some(1)), Err(Rejection::InvalidParameterValue(_))));
}

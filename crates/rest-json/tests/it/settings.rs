//! What functions, versions and aliases have beside their configuration, as clients send and see it.

use serde_json::{Value, json};

use crate::client::{Client, zip};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:hello";

fn body(value: &Value) -> String {
    value.to_string()
}

#[test]
fn urls() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let path = "/2021-10-31/functions/hello/url";
    let cors = json!({ "AllowOrigins": ["*"], "AllowCredentials": false, "MaxAge": 60 });
    let created = client.post(path, body(&json!({ "AuthType": "NONE", "Cors": cors }))).json(201);
    let time = "2024-03-28T12:56:56.583000Z";
    let url = created["FunctionUrl"].clone();
    let mut expected = json!({
        "FunctionUrl": url, "FunctionArn": ARN, "AuthType": "NONE", "Cors": cors, "CreationTime": time,
        "InvokeMode": "BUFFERED",
    });
    assert_eq!(created, expected);
    assert!(url.as_str().unwrap().ends_with(".lambda-url.us-east-1.on.aws/"), "{url}");
    expected["LastModifiedTime"] = json!(time);
    assert_eq!(client.get(path).json(200), expected);
    let listed = client.get("/2021-10-31/functions/hello/urls").json(200);
    assert_eq!(listed, json!({ "NextMarker": null, "FunctionUrlConfigs": [expected] }));
    let conflict = client.post(path, body(&json!({ "AuthType": "NONE" })));
    assert_eq!(conflict.header("x-amzn-errortype"), "ResourceConflictException");
    assert_eq!(conflict.status, 409);
    let updated = client.put(path, r#"{"Cors":{},"AuthType":"AWS_IAM"}"#).json(200);
    assert_eq!((&updated["Cors"], &updated["AuthType"]), (&Value::Null, &json!("AWS_IAM")));
    assert_eq!((client.delete(path).status, client.delete(path).status), (204, 404));
    let version = client.post(&format!("{path}?Qualifier=1"), r#"{"AuthType":"NONE"}"#);
    assert_eq!(version.header("x-amzn-errortype"), "ValidationException");
}

#[test]
fn event_invoke_configs() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let path = "/2019-09-25/functions/hello/event-invoke-config";
    let text = client.put(path, r#"{"MaximumRetryAttempts":0}"#);
    assert_eq!(
        text.text(),
        format!(r#"{{"LastModified":1711630616.583,"FunctionArn":"{ARN}:$LATEST","MaximumRetryAttempts":0,"#)
            + r#""MaximumEventAgeInSeconds":null,"DestinationConfig":{"OnSuccess":{},"OnFailure":{}}}"#
    );
    let queue = "arn:aws:sqs:us-east-1:000000000000:q";
    let destinations = json!({ "OnFailure": { "Destination": queue }, "OnSuccess": {} });
    let request = json!({ "MaximumEventAgeInSeconds": 60, "DestinationConfig": { "OnFailure": { "Destination": queue } } });
    let updated = client.post(path, body(&request)).json(200);
    assert_eq!((&updated["DestinationConfig"], &updated["MaximumRetryAttempts"]), (&destinations, &json!(0)));
    assert_eq!(client.get(&format!("{path}?Qualifier=%24LATEST")).json(200), updated);
    let listed = client.get(&format!("{path}/list?MaxItems=5")).json(200);
    assert_eq!(listed, json!({ "NextMarker": null, "FunctionEventInvokeConfigs": [updated] }));
    assert_eq!((client.delete(path).status, client.delete(path).status), (204, 404));
    let missing =
        client.put("/2019-09-25/functions/absent/event-invoke-config", r#"{"MaximumRetryAttempts":0}"#);
    assert_eq!(missing.json(404), json!({ "Message": "The function doesn't exist.", "Type": "User" }));
}

#[test]
fn runtime_management() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let path = "/2021-07-20/functions/hello/runtime-management-config";
    let automatic = json!({ "UpdateRuntimeOn": "Auto", "FunctionArn": ARN, "RuntimeVersionArn": null });
    assert_eq!(client.get(path).json(200), automatic);
    let runtime = "arn:aws:lambda:us-east-1::runtime:0a1b";
    let manual = json!({ "UpdateRuntimeOn": "Manual", "RuntimeVersionArn": runtime });
    let expected = json!({ "UpdateRuntimeOn": "Manual", "FunctionArn": ARN, "RuntimeVersionArn": runtime });
    assert_eq!(client.put(path, body(&manual)).json(200), expected);
    assert_eq!(client.get(path).json(200), expected);
}

#[test]
fn function_scaling() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let path = "/2025-11-30/functions/hello/function-scaling-config?Qualifier=%24LATEST.PUBLISHED";
    let arn = format!("{ARN}:$LATEST.PUBLISHED");
    let scalings = |config: Value| json!({ "FunctionArn": arn, "AppliedFunctionScalingConfig": config, "RequestedFunctionScalingConfig": config });
    assert_eq!(client.get(path).json(200), scalings(Value::Null));
    let config = json!({ "MinExecutionEnvironments": 1, "MaxExecutionEnvironments": 2 });
    let accepted = client.put(path, body(&json!({ "FunctionScalingConfig": config }))).json(202);
    assert_eq!(accepted, json!({ "FunctionState": "Active" }));
    assert_eq!(client.get(path).json(200), scalings(config));
}

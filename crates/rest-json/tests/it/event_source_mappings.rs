//! Event source mappings on the wire.

use funclet::Transitions;
use serde_json::{Value, json};

use crate::client::{Client, zip};

const MAPPINGS: &str = "/2015-03-31/event-source-mappings";
const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:jobs";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:hello";

/// Takes out what is different each time.
fn uuid(answer: &mut Value) -> String {
    let uuid = answer.as_object_mut().unwrap().remove("UUID").unwrap().as_str().unwrap().to_owned();
    let arn = answer.as_object_mut().unwrap().remove("EventSourceMappingArn").unwrap();
    assert_eq!(arn, format!("arn:aws:lambda:us-east-1:000000000000:event-source-mapping:{uuid}"));
    uuid
}

#[test]
fn the_life_of_one_of_a_queue() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let body = json!({ "FunctionName": "hello", "EventSourceArn": QUEUE, "Tags": { "a": "1" } }).to_string();
    let mut created = client.post(MAPPINGS, body.clone()).json(202);
    let uuid = uuid(&mut created);
    let path = format!("{MAPPINGS}/{uuid}");
    let shown = |state: &str, batch_size: u32| {
        json!({
            "BatchSize": batch_size,
            "MaximumBatchingWindowInSeconds": 0,
            "EventSourceArn": QUEUE,
            "FunctionArn": FUNCTION,
            "LastModified": 1_711_630_616.583,
            "State": state,
            "StateTransitionReason": "USER_INITIATED",
            "FunctionResponseTypes": [],
        })
    };
    assert_eq!(created, shown("Creating", 10));
    let without_id = |mut answer: Value| {
        assert_eq!(self::uuid(&mut answer), uuid);
        answer
    };
    assert_eq!(without_id(client.get(&path).json(200)), shown("Enabled", 10));
    let updated = client.put(&path, json!({ "BatchSize": 5 }).to_string()).json(202);
    assert_eq!(without_id(updated), shown("Updating", 5));
    for query in
        ["", "?FunctionName=hello", "?EventSourceArn=arn%3Aaws%3Asqs%3Aus-east-1%3A000000000000%3Ajobs"]
    {
        let mut listed = client.get(&format!("{MAPPINGS}{query}")).json(200);
        assert_eq!(listed["NextMarker"], Value::Null);
        assert_eq!(without_id(listed["EventSourceMappings"][0].take()), shown("Enabled", 5));
    }
    let tags = format!(
        "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Aevent-source-mapping%3A{uuid}"
    );
    assert_eq!(client.get(&tags).json(200), json!({ "Tags": { "a": "1" } }));
    let conflict = client.post(MAPPINGS, body);
    assert_eq!(conflict.header("x-amzn-errortype"), "ResourceConflictException");
    assert_eq!(
        conflict.json(409),
        json!({
            "Type": "User",
            "message": format!(
                "An event source mapping with SQS arn (\" {QUEUE} \") and function (\" hello \") already exists. Please update \
                 or delete the existing mapping with UUID {uuid}"
            ),
        })
    );
    assert_eq!(without_id(client.delete(&path).json(202)), shown("Deleting", 5));
    let gone = client.get(&path);
    assert_eq!(gone.header("x-amzn-errortype"), "ResourceNotFoundException");
    assert_eq!(
        gone.json(404),
        json!({ "Message": "The resource you requested does not exist.", "Type": "User" })
    );
}

/// Recorded from AWS.
#[test]
fn what_a_stream_shows() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let stream = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    let body = json!({
        "FunctionName": "hello:$LATEST",
        "EventSourceArn": stream,
        "StartingPosition": "AT_TIMESTAMP",
        "StartingPositionTimestamp": 1_700_000_000.5,
        "FilterCriteria": { "Filters": [{ "Pattern": "{}" }] },
    });
    let mut created = client.post(MAPPINGS, body.to_string()).json(202);
    uuid(&mut created);
    assert_eq!(
        created,
        json!({
            "StartingPosition": "AT_TIMESTAMP",
            "StartingPositionTimestamp": 1_700_000_000.5,
            "BatchSize": 100,
            "MaximumBatchingWindowInSeconds": 0,
            "ParallelizationFactor": 1,
            "EventSourceArn": stream,
            "FilterCriteria": { "Filters": [{ "Pattern": "{}" }] },
            "FunctionArn": format!("{FUNCTION}:$LATEST"),
            "LastModified": 1_711_630_616.583,
            "LastProcessingResult": "No records processed",
            "State": "Creating",
            "StateTransitionReason": "User action",
            "DestinationConfig": { "OnFailure": {} },
            "MaximumRecordAgeInSeconds": -1,
            "BisectBatchOnFunctionError": false,
            "MaximumRetryAttempts": -1,
            "TumblingWindowInSeconds": 0,
            "FunctionResponseTypes": [],
        })
    );
}

#[test]
fn what_is_in_progress_is_in_use() {
    let client = Client::with(|builder| builder.transitions(Transitions::Manual));
    client.create("hello", &zip("1"));
    let body = json!({ "FunctionName": "hello", "EventSourceArn": QUEUE }).to_string();
    let uuid = uuid(&mut client.post(MAPPINGS, body).json(202));
    for (answer, attempt) in [
        (client.put(&format!("{MAPPINGS}/{uuid}"), "{}"), "update"),
        (client.delete(&format!("{MAPPINGS}/{uuid}")), "delete"),
    ] {
        assert_eq!(answer.header("x-amzn-errortype"), "ResourceInUseException");
        let message = format!("Cannot {attempt} the event source mapping because it is in use.");
        assert_eq!(answer.json(400), json!({ "Message": message, "Type": "User" }));
    }
}

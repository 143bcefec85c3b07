//! Requests about event source mappings: what goes with which source, and maps of lists.

use funclet_validation::{
    CreateEventSourceMapping, CreateEventSourceMappingRequest, DestinationConfig, EventSource, Filter,
    FilterCriteria, GetEventSourceMappingRequest, OnFailure, OnSuccess, Rejection, SelfManagedEventSource,
    UpdateEventSourceMappingRequest,
};

use crate::caller;

fn create(
    service: &str,
    change: impl FnOnce(&mut CreateEventSourceMappingRequest),
) -> Result<CreateEventSourceMapping, Rejection> {
    let mut request = CreateEventSourceMappingRequest {
        function_name: Some("hello:live".into()),
        event_source_arn: Some(format!("arn:aws:{service}:us-east-1:111111111111:source")),
        ..CreateEventSourceMappingRequest::default()
    };
    change(&mut request);
    request.validate(&caller())
}

fn refused(service: &str, change: impl FnOnce(&mut CreateEventSourceMappingRequest), expected: &str) {
    assert_eq!(create(service, change).unwrap_err().to_string(), expected, "{service}");
}

/// Quoted in public reports and code.
#[test]
fn positions_and_sources() {
    refused("sqs", |request| request.event_source_arn = None, "Unrecognized event source.");
    let absent = "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must \
                  not be null.";
    for service in ["kinesis", "dynamodb", "kafka"] {
        refused(service, |_| {}, absent);
        assert!(create(service, |request| request.starting_position = Some("LATEST".into())).is_ok());
    }
    refused(
        "kinesis",
        |request| request.starting_position = Some("invalid".into()),
        "1 validation error detected: Value 'invalid' at 'startingPosition' failed to satisfy constraint: Member must satisfy \
         enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
    );
    let at_timestamp = |request: &mut CreateEventSourceMappingRequest| {
        request.starting_position = Some("AT_TIMESTAMP".into())
    };
    refused("kinesis", at_timestamp, "Need to specify a timestamp");
    refused(
        "dynamodb",
        at_timestamp,
        "Unsupported starting position for arn type: arn:aws:dynamodb:us-east-1:111111111111:source",
    );
    refused("sqs", at_timestamp, "StartingPosition is not valid for SQS event sources.");
    refused(
        "sqs",
        |request| request.batch_size = Some(11),
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    );
    let with_time = |position: &'static str, time: f64| {
        move |request: &mut CreateEventSourceMappingRequest| {
            request.starting_position = Some(position.into());
            request.starting_position_timestamp = Some(time);
        }
    };
    for service in ["kinesis", "dynamodb"] {
        refused(service, with_time("LATEST", 1.0), "Timestamp only valid with StartingPosition AT_TIMESTAMP");
    }
    refused(
        "kinesis",
        with_time("AT_TIMESTAMP", -1.0),
        "Received Exception while reading from provided stream. class java.lang.Long can not be converted to a Timestamp",
    );
    assert!(create("kinesis", with_time("AT_TIMESTAMP", 1.0)).is_ok());
    let gathered = create("sqs", |request| {
        request.batch_size = Some(11);
        request.maximum_batching_window_in_seconds = Some(1);
    });
    assert_eq!(gathered.unwrap().settings.batch_size, Some(11));
}

#[test]
fn destinations_and_filters() {
    let to = "arn:aws:sqs:us-east-1:111111111111:failed";
    let on_failure = |request: &mut CreateEventSourceMappingRequest| {
        let on_failure = Some(OnFailure { destination: Some(to.into()) });
        request.destination_config = Some(DestinationConfig { on_failure, on_success: None });
        request.starting_position = Some("LATEST".into()).filter(|_| !is_queue(request));
    };
    let on_success = |request: &mut CreateEventSourceMappingRequest| {
        let on_success = Some(OnSuccess { destination: Some(to.into()) });
        request.destination_config = Some(DestinationConfig { on_success, on_failure: None });
        request.starting_position = Some("LATEST".into());
    };
    let unsupported = "Unsupported DestinationConfig parameter for given event source mapping type.";
    refused("sqs", on_failure, unsupported);
    refused("kinesis", on_success, unsupported);
    assert!(create("kinesis", on_failure).is_ok());
    let filter = |pattern: Option<&'static str>| {
        move |request: &mut CreateEventSourceMappingRequest| {
            let filters = vec![Filter { pattern: pattern.map(Into::into) }];
            request.filter_criteria = Some(FilterCriteria { filters: Some(filters) });
        }
    };
    for pattern in [None, Some("")] {
        refused("sqs", filter(pattern), "Invalid filter pattern definition.");
    }
    assert!(create("sqs", filter(Some("{}"))).is_ok());
}

fn is_queue(request: &CreateEventSourceMappingRequest) -> bool {
    request.event_source_arn.as_deref().is_some_and(|arn| arn.contains(":sqs:"))
}

#[test]
fn clusters_of_ones_own() {
    let cluster = |endpoints: &[&str]| {
        let endpoints = endpoints.iter().map(|endpoint| (*endpoint).to_owned()).collect();
        let endpoints = [("KAFKA_BOOTSTRAP_SERVERS", endpoints)].into_iter().collect();
        SelfManagedEventSource { endpoints: Some(endpoints) }
    };
    let made = |cluster: SelfManagedEventSource| {
        create("sqs", |request| {
            request.event_source_arn = None;
            request.self_managed_event_source = Some(cluster);
        })
    };
    let valid = made(cluster(&["a.example.com:9092", "b:1"])).unwrap();
    assert!(matches!(valid.source, EventSource::SelfManaged(_)) && valid.enabled);
    assert_eq!(
        made(cluster(&["a.example.com"])).unwrap_err().to_string(),
        r"1 validation error detected: Value '{KAFKA_BOOTSTRAP_SERVERS=[a.example.com]}' at 'selfManagedEventSource.endpoints' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 10, Member must have length greater than or equal to 1, Member must satisfy constraint: [Member must have length less than or equal to 300, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: (([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]*[A-Za-z0-9]):[0-9]{1,5}, Member must not be null], Member must not be null]"
    );
}

#[test]
fn by_their_id() {
    let uuid = "01234567-89ab-cdef-0123-456789abcdef";
    let get = |uuid: &str| GetEventSourceMappingRequest { uuid: Some(uuid.into()) }.validate(&caller());
    assert_eq!(get(uuid).unwrap().uuid, uuid);
    assert!(get("short").is_err());
    let request = UpdateEventSourceMappingRequest { uuid: Some(uuid.into()), ..Default::default() };
    let update = request.validate(&caller()).unwrap();
    assert_eq!((update.function, update.enabled), (None, None));
}

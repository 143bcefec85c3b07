//! Invocations: what their payloads may be.

use funclet_validation::{
    InvocationType, InvokeAsyncRequest, InvokeRequest, InvokeWithResponseStreamRequest, LogType,
};

use crate::caller;

#[test]
fn a_payload_has_a_limit_for_each_type() {
    for (invocation_type, limit) in
        [("RequestResponse", 6_291_456), ("Event", 1_048_576), ("DryRun", 6_291_456)]
    {
        let request = |length: usize| InvokeRequest {
            function_name: Some("f".into()),
            invocation_type: Some(invocation_type.into()),
            payload: Some(vec![b'1'; length].into()),
            ..Default::default()
        };
        assert_eq!(request(limit).validate(&caller()).unwrap().payload.len(), limit);
        assert_eq!(
            request(limit + 1).validate(&caller()).unwrap_err().to_string(),
            format!(
                "{} byte payload is too large for the {invocation_type} invocation type (limit {limit} bytes)",
                limit + 1
            )
        );
    }
}

#[test]
fn the_other_operations_have_the_limits_of_their_types() {
    let stream = |length: usize| InvokeWithResponseStreamRequest {
        function_name: Some("f".into()),
        payload: Some(vec![b'1'; length].into()),
        ..Default::default()
    };
    let later = |length: usize| InvokeAsyncRequest {
        function_name: Some("f".into()),
        invoke_args: Some(vec![b'1'; length].into()),
    };
    let valid = stream(6_291_456).validate(&caller()).unwrap();
    assert_eq!((valid.invocation_type, valid.log_type), (InvocationType::RequestResponse, LogType::None));
    assert!(stream(6_291_457).validate(&caller()).is_err());
    assert_eq!(later(1_048_576).validate(&caller()).unwrap().invocation_type, InvocationType::Event);
    assert!(later(1_048_577).validate(&caller()).is_err());
}

#[test]
fn a_payload_shows_its_length_alone() {
    let request = InvokeRequest { payload: Some("a secret".into()), ..Default::default() };
    let shown = format!("{request:?}");
    assert!(shown.contains("Payload(8 bytes)") && !shown.contains("secret"), "{shown}");
}

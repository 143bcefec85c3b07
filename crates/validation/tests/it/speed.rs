//! A valid UpdateFunctionCode request must not notice its validation.

use std::time::Instant;

use funclet_validation::UpdateFunctionCodeRequest;

use crate::caller;

/// Goal: below 5 microseconds in a release build. Method: the mean of many runs; unoptimised builds, where the number
/// means little, get fifty times that.
#[test]
fn update_function_code() {
    let caller = caller();
    let request = UpdateFunctionCodeRequest {
        function_name: Some("arn:aws:lambda:us-east-1:111111111111:function:hello".into()),
        zip_file: Some(()),
        architectures: Some(vec!["arm64".into()]),
        revision_id: Some("30313233-3435-3637-3839-616263646566".into()),
        ..UpdateFunctionCodeRequest::default()
    };
    let requests = vec![request; 20_000];
    let start = Instant::now();
    for request in requests {
        request.validate(&caller).unwrap();
    }
    let nanoseconds = start.elapsed().as_nanos() / 20_000;
    let limit = if cfg!(debug_assertions) { 250_000 } else { 5_000 };
    assert!(nanoseconds < limit, "{nanoseconds} ns");
}

//! Invocations.

use funclet::{InvocationType, InvokeAsyncRequest, InvokeRequest, InvokeWithResponseStreamRequest};
use http::StatusCode;

use super::{Placed, QUALIFIER, RequestBody, Route, route};

pub(super) const ROUTES: &[Route] = &[
    // An event and a dry run have other statuses, which their answers say.
    route::<InvokeRequest>("POST", "/2015-03-31/functions/{FunctionName}/invocations", StatusCode::OK)
        .query(QUALIFIER)
        .headers(INVOCATION)
        .body(PAYLOAD),
    route::<InvokeWithResponseStreamRequest>(
        "POST",
        "/2021-11-15/functions/{FunctionName}/response-streaming-invocations",
        StatusCode::OK,
    )
    .query(QUALIFIER)
    .headers(STREAMING_INVOCATION)
    .body(PAYLOAD),
    route::<InvokeAsyncRequest>(
        "POST",
        "/2014-11-13/functions/{FunctionName}/invoke-async",
        StatusCode::ACCEPTED,
    )
    .body(RequestBody::Payload { member: "InvokeArgs", invocation_type: InvocationType::Event }),
];

const PAYLOAD: RequestBody =
    RequestBody::Payload { member: "Payload", invocation_type: InvocationType::RequestResponse };

const INVOCATION: &[Placed] = &[
    ("InvocationType", "x-amz-invocation-type"),
    ("LogType", "x-amz-log-type"),
    ("ClientContext", "x-amz-client-context"),
    ("DurableExecutionName", "x-amz-durable-execution-name"),
    ("TenantId", "x-amz-tenant-id"),
];

const STREAMING_INVOCATION: &[Placed] = &[
    ("LogType", "x-amz-log-type"),
    ("ClientContext", "x-amz-client-context"),
    ("TenantId", "x-amz-tenant-id"),
    ("InvocationType", "x-amz-invocation-type"),
];

//! Invocations.

use funclet::InvokeRequest;
use http::StatusCode;

use super::{Placed, QUALIFIER, Route, route};

pub(super) const ROUTES: &[Route] = &[
    // The status of a dry run, which is the only success.
    route::<InvokeRequest>(
        "POST",
        "/2015-03-31/functions/{FunctionName}/invocations",
        StatusCode::NO_CONTENT,
    )
    .query(QUALIFIER)
    .headers(INVOCATION),
];

const INVOCATION: &[Placed] = &[
    ("InvocationType", "x-amz-invocation-type"),
    ("LogType", "x-amz-log-type"),
    ("ClientContext", "x-amz-client-context"),
    ("DurableExecutionName", "x-amz-durable-execution-name"),
    ("TenantId", "x-amz-tenant-id"),
];

//! Versions of functions.

use funclet::{ListVersionsByFunctionRequest, PublishVersionRequest};
use http::StatusCode;

use super::{PAGE, RequestBody, Route, route};

pub(super) const ROUTES: &[Route] = &[
    route::<PublishVersionRequest>(
        "POST",
        "/2015-03-31/functions/{FunctionName}/versions",
        StatusCode::CREATED,
    )
    .body(RequestBody::Members),
    route::<ListVersionsByFunctionRequest>(
        "GET",
        "/2015-03-31/functions/{FunctionName}/versions",
        StatusCode::OK,
    )
    .query(PAGE),
];

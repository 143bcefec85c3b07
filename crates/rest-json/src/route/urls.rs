//! Function URLs.

use funclet::{
    CreateFunctionUrlConfigRequest, DeleteFunctionUrlConfigRequest, GetFunctionUrlConfigRequest,
    ListFunctionUrlConfigsRequest, UpdateFunctionUrlConfigRequest,
};
use http::StatusCode;

use super::{PAGE, QUALIFIER, RequestBody, Route, route};

const URL: &str = "/2021-10-31/functions/{FunctionName}/url";
const URLS: &str = "/2021-10-31/functions/{FunctionName}/urls";

pub(super) const ROUTES: &[Route] = &[
    route::<CreateFunctionUrlConfigRequest>("POST", URL, StatusCode::CREATED)
        .query(QUALIFIER)
        .body(RequestBody::Members),
    route::<GetFunctionUrlConfigRequest>("GET", URL, StatusCode::OK).query(QUALIFIER),
    route::<UpdateFunctionUrlConfigRequest>("PUT", URL, StatusCode::OK)
        .query(QUALIFIER)
        .body(RequestBody::Members),
    route::<DeleteFunctionUrlConfigRequest>("DELETE", URL, StatusCode::NO_CONTENT).query(QUALIFIER),
    route::<ListFunctionUrlConfigsRequest>("GET", URLS, StatusCode::OK).query(PAGE),
];

//! Configs of asynchronous invocations.

use funclet::{
    DeleteFunctionEventInvokeConfigRequest, GetFunctionEventInvokeConfigRequest,
    ListFunctionEventInvokeConfigsRequest, PutFunctionEventInvokeConfigRequest,
    UpdateFunctionEventInvokeConfigRequest,
};
use http::StatusCode;

use super::{PAGE, QUALIFIER, RequestBody, Route, route};

const CONFIG: &str = "/2019-09-25/functions/{FunctionName}/event-invoke-config";
const CONFIGS: &str = "/2019-09-25/functions/{FunctionName}/event-invoke-config/list";

pub(super) const ROUTES: &[Route] = &[
    route::<PutFunctionEventInvokeConfigRequest>("PUT", CONFIG, StatusCode::OK)
        .query(QUALIFIER)
        .body(RequestBody::Members),
    route::<UpdateFunctionEventInvokeConfigRequest>("POST", CONFIG, StatusCode::OK)
        .query(QUALIFIER)
        .body(RequestBody::Members),
    route::<GetFunctionEventInvokeConfigRequest>("GET", CONFIG, StatusCode::OK).query(QUALIFIER),
    route::<DeleteFunctionEventInvokeConfigRequest>("DELETE", CONFIG, StatusCode::NO_CONTENT)
        .query(QUALIFIER),
    route::<ListFunctionEventInvokeConfigsRequest>("GET", CONFIGS, StatusCode::OK).query(PAGE),
];

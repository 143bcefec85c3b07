//! Configs of asynchronous invocations.

use funclet::GetFunctionEventInvokeConfigRequest;
use http::StatusCode;

use super::{QUALIFIER, Route, route};

pub(super) const ROUTES: &[Route] = &[route::<GetFunctionEventInvokeConfigRequest>(
    "GET",
    "/2019-09-25/functions/{FunctionName}/event-invoke-config",
    StatusCode::OK,
)
.query(QUALIFIER)];

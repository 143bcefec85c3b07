//! How many invocations of a function may run at once.

use funclet::GetFunctionConcurrencyRequest;
use http::StatusCode;

use super::{Route, route};

pub(super) const ROUTES: &[Route] = &[route::<GetFunctionConcurrencyRequest>(
    "GET",
    "/2019-09-30/functions/{FunctionName}/concurrency",
    StatusCode::OK,
)];

//! How many invocations of a function may run at once.

use funclet::{
    DeleteFunctionConcurrencyRequest, GetFunctionConcurrencyRequest, PutFunctionConcurrencyRequest,
};
use http::StatusCode;

use super::{RequestBody, Route, route};

/// Reading came later than the rest, with a date of its own.
const CONCURRENCY: &str = "/2017-10-31/functions/{FunctionName}/concurrency";
const READ_CONCURRENCY: &str = "/2019-09-30/functions/{FunctionName}/concurrency";

pub(super) const ROUTES: &[Route] = &[
    route::<PutFunctionConcurrencyRequest>("PUT", CONCURRENCY, StatusCode::OK).body(RequestBody::Members),
    route::<GetFunctionConcurrencyRequest>("GET", READ_CONCURRENCY, StatusCode::OK),
    route::<DeleteFunctionConcurrencyRequest>("DELETE", CONCURRENCY, StatusCode::NO_CONTENT),
];

//! How recursive loops are treated.

use funclet::{GetFunctionRecursionConfigRequest, PutFunctionRecursionConfigRequest};
use http::StatusCode;

use super::{RequestBody, Route, route};

const RECURSION: &str = "/2024-08-31/functions/{FunctionName}/recursion-config";

pub(super) const ROUTES: &[Route] = &[
    route::<GetFunctionRecursionConfigRequest>("GET", RECURSION, StatusCode::OK),
    route::<PutFunctionRecursionConfigRequest>("PUT", RECURSION, StatusCode::OK).body(RequestBody::Members),
];

//! How many environments versions have.

use funclet::{GetFunctionScalingConfigRequest, PutFunctionScalingConfigRequest};
use http::StatusCode;

use super::{QUALIFIER, RequestBody, Route, route};

const CONFIG: &str = "/2025-11-30/functions/{FunctionName}/function-scaling-config";

pub(super) const ROUTES: &[Route] = &[
    route::<GetFunctionScalingConfigRequest>("GET", CONFIG, StatusCode::OK).query(QUALIFIER),
    route::<PutFunctionScalingConfigRequest>("PUT", CONFIG, StatusCode::ACCEPTED)
        .query(QUALIFIER)
        .body(RequestBody::Members),
];

//! When versions get newer versions of their runtimes.

use funclet::{GetRuntimeManagementConfigRequest, PutRuntimeManagementConfigRequest};
use http::StatusCode;

use super::{QUALIFIER, RequestBody, Route, route};

const CONFIG: &str = "/2021-07-20/functions/{FunctionName}/runtime-management-config";

pub(super) const ROUTES: &[Route] = &[
    route::<GetRuntimeManagementConfigRequest>("GET", CONFIG, StatusCode::OK).query(QUALIFIER),
    route::<PutRuntimeManagementConfigRequest>("PUT", CONFIG, StatusCode::OK)
        .query(QUALIFIER)
        .body(RequestBody::Members),
];

//! Function URLs.

use funclet::GetFunctionUrlConfigRequest;
use http::StatusCode;

use super::{QUALIFIER, Route, route};

pub(super) const ROUTES: &[Route] = &[route::<GetFunctionUrlConfigRequest>(
    "GET",
    "/2021-10-31/functions/{FunctionName}/url",
    StatusCode::OK,
)
.query(QUALIFIER)];

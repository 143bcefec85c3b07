//! Code signing configs.

use funclet::GetFunctionCodeSigningConfigRequest;
use http::StatusCode;

use super::{Route, route};

pub(super) const ROUTES: &[Route] = &[route::<GetFunctionCodeSigningConfigRequest>(
    "GET",
    "/2020-06-30/functions/{FunctionName}/code-signing-config",
    StatusCode::OK,
)];

//! Functions: their code and their configuration.

use funclet::{
    CreateFunctionRequest, DeleteFunctionRequest, GetFunctionConfigurationRequest, GetFunctionRequest,
    ListFunctionsRequest, UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
};
use http::StatusCode;

use super::{Placed, QUALIFIER, RequestBody, Route, route};

pub(super) const ROUTES: &[Route] = &[
    route::<CreateFunctionRequest>("POST", "/2015-03-31/functions", StatusCode::CREATED)
        .body(RequestBody::Package(&["Code", "ZipFile"])),
    route::<ListFunctionsRequest>("GET", "/2015-03-31/functions", StatusCode::OK).query(LIST),
    // Some SDKs send the path of older models.
    route::<ListFunctionsRequest>("GET", "/2015-03-31/functions/", StatusCode::OK).query(LIST),
    route::<GetFunctionRequest>("GET", "/2015-03-31/functions/{FunctionName}", StatusCode::OK)
        .query(QUALIFIER),
    route::<DeleteFunctionRequest>("DELETE", "/2015-03-31/functions/{FunctionName}", StatusCode::NO_CONTENT)
        .query(QUALIFIER),
    route::<GetFunctionConfigurationRequest>(
        "GET",
        "/2015-03-31/functions/{FunctionName}/configuration",
        StatusCode::OK,
    )
    .query(QUALIFIER),
    route::<UpdateFunctionCodeRequest>("PUT", "/2015-03-31/functions/{FunctionName}/code", StatusCode::OK)
        .body(RequestBody::Package(&["ZipFile"])),
    route::<UpdateFunctionConfigurationRequest>(
        "PUT",
        "/2015-03-31/functions/{FunctionName}/configuration",
        StatusCode::OK,
    )
    .body(RequestBody::Members),
];

const LIST: &[Placed] = &[
    ("MasterRegion", "MasterRegion"),
    ("FunctionVersion", "FunctionVersion"),
    ("Marker", "Marker"),
    ("MaxItems", "MaxItems"),
];

//! Code signing configs.

use funclet::{
    CreateCodeSigningConfigRequest, DeleteCodeSigningConfigRequest, DeleteFunctionCodeSigningConfigRequest,
    GetCodeSigningConfigRequest, GetFunctionCodeSigningConfigRequest, ListCodeSigningConfigsRequest,
    ListFunctionsByCodeSigningConfigRequest, PutFunctionCodeSigningConfigRequest,
    UpdateCodeSigningConfigRequest,
};
use http::StatusCode;

use super::{PAGE, RequestBody, Route, route};

const CONFIGS: &str = "/2020-04-22/code-signing-configs";
const CONFIG: &str = "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}";
const FUNCTIONS: &str = "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions";
const OF_FUNCTION: &str = "/2020-06-30/functions/{FunctionName}/code-signing-config";

pub(super) const ROUTES: &[Route] = &[
    route::<CreateCodeSigningConfigRequest>("POST", CONFIGS, StatusCode::CREATED).body(RequestBody::Members),
    route::<ListCodeSigningConfigsRequest>("GET", CONFIGS, StatusCode::OK).query(PAGE),
    route::<GetCodeSigningConfigRequest>("GET", CONFIG, StatusCode::OK),
    route::<UpdateCodeSigningConfigRequest>("PUT", CONFIG, StatusCode::OK).body(RequestBody::Members),
    route::<DeleteCodeSigningConfigRequest>("DELETE", CONFIG, StatusCode::NO_CONTENT),
    route::<ListFunctionsByCodeSigningConfigRequest>("GET", FUNCTIONS, StatusCode::OK).query(PAGE),
    route::<PutFunctionCodeSigningConfigRequest>("PUT", OF_FUNCTION, StatusCode::OK)
        .body(RequestBody::Members),
    route::<GetFunctionCodeSigningConfigRequest>("GET", OF_FUNCTION, StatusCode::OK),
    route::<DeleteFunctionCodeSigningConfigRequest>("DELETE", OF_FUNCTION, StatusCode::NO_CONTENT),
];

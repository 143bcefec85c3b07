//! Provisioned concurrency.

use funclet::{
    DeleteProvisionedConcurrencyConfigRequest, GetProvisionedConcurrencyConfigRequest,
    ListProvisionedConcurrencyConfigsRequest, PutProvisionedConcurrencyConfigRequest,
};
use http::StatusCode;

use super::{PAGE, QUALIFIER, RequestBody, Route, route};

const PROVISIONED: &str = "/2019-09-30/functions/{FunctionName}/provisioned-concurrency";
const LIST: &str = "/2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL";

pub(super) const ROUTES: &[Route] = &[
    route::<PutProvisionedConcurrencyConfigRequest>("PUT", PROVISIONED, StatusCode::ACCEPTED)
        .query(QUALIFIER)
        .body(RequestBody::Members),
    route::<GetProvisionedConcurrencyConfigRequest>("GET", PROVISIONED, StatusCode::OK).query(QUALIFIER),
    route::<DeleteProvisionedConcurrencyConfigRequest>("DELETE", PROVISIONED, StatusCode::NO_CONTENT)
        .query(QUALIFIER),
    route::<ListProvisionedConcurrencyConfigsRequest>("GET", LIST, StatusCode::OK).query(PAGE),
];

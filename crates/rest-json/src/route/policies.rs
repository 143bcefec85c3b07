//! Policies of functions.

use funclet::{AddPermissionRequest, GetPolicyRequest, RemovePermissionRequest};
use http::StatusCode;

use super::{Placed, QUALIFIER, RequestBody, Route, route};

const POLICY: &str = "/2015-03-31/functions/{FunctionName}/policy";
const STATEMENT: &str = "/2015-03-31/functions/{FunctionName}/policy/{StatementId}";
const REMOVAL: &[Placed] = &[("Qualifier", "Qualifier"), ("RevisionId", "RevisionId")];

pub(super) const ROUTES: &[Route] = &[
    route::<AddPermissionRequest>("POST", POLICY, StatusCode::CREATED)
        .query(QUALIFIER)
        .body(RequestBody::Members),
    route::<GetPolicyRequest>("GET", POLICY, StatusCode::OK).query(QUALIFIER),
    route::<RemovePermissionRequest>("DELETE", STATEMENT, StatusCode::NO_CONTENT).query(REMOVAL),
];

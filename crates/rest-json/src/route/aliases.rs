//! Aliases.

use funclet::{
    CreateAliasRequest, DeleteAliasRequest, GetAliasRequest, ListAliasesRequest, UpdateAliasRequest,
};
use http::StatusCode;

use super::{Placed, RequestBody, Route, route};

const ALIASES: &str = "/2015-03-31/functions/{FunctionName}/aliases";
const ALIAS: &str = "/2015-03-31/functions/{FunctionName}/aliases/{Name}";
const LIST: &[Placed] =
    &[("FunctionVersion", "FunctionVersion"), ("Marker", "Marker"), ("MaxItems", "MaxItems")];

pub(super) const ROUTES: &[Route] = &[
    route::<CreateAliasRequest>("POST", ALIASES, StatusCode::CREATED).body(RequestBody::Members),
    route::<ListAliasesRequest>("GET", ALIASES, StatusCode::OK).query(LIST),
    route::<GetAliasRequest>("GET", ALIAS, StatusCode::OK),
    route::<UpdateAliasRequest>("PUT", ALIAS, StatusCode::OK).body(RequestBody::Members),
    route::<DeleteAliasRequest>("DELETE", ALIAS, StatusCode::NO_CONTENT),
];

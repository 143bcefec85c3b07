//! The one table of operations: where each is found, what it takes, how it answers.

mod account_settings;
mod address;
mod aliases;
mod code_signing;
mod concurrency;
mod event_invoke;
mod event_source_mappings;
mod function_scaling;
mod functions;
mod invoke;
mod layers;
mod policies;
mod provisioned_concurrency;
mod recursion;
mod runtime_management;
mod tags;
mod unoffered;
mod urls;
mod versions;

use funclet::{InvocationType, Operation, Package};
use funclet_validation::{Document, FromDocument, Member, Structure, WrongType};
use http::{Method, StatusCode};

use address::{Address, choose};
use unoffered::UNOFFERED;

use crate::call::{Context, Work};
use crate::encode::Respond;
use crate::error::WireError;
use crate::path::Labels;
use crate::query::Query;

/// A row of the table.
pub(crate) struct Route {
    /// The operation's name, as AWS spells it.
    pub(crate) name: &'static str,
    address: Address,
    /// The status of a success.
    pub(crate) status: StatusCode,
    /// The members that stand in the query, and their names there.
    pub(crate) query: &'static [Placed],
    /// The members that stand in headers, and the names of those.
    pub(crate) headers: &'static [Placed],
    pub(crate) body: RequestBody,
    /// The table of the request.
    pub(crate) members: &'static [Member],
    /// Makes the typed request, ready to be submitted.
    pub(crate) prepare: fn(Document<Package>, Context) -> Result<Work, WrongType>,
}

/// A member that stands outside of the body: its name in the table, and its name there.
pub(crate) type Placed = (&'static str, &'static str);

/// What an operation takes in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestBody {
    /// Nothing; what is sent all the same is ignored.
    None,
    /// Members.
    Members,
    /// Members, with a package at this path.
    Package(&'static [&'static str]),
    /// The payload of an invocation, which is this member.
    Payload {
        member: &'static str,
        /// How the function is invoked, if no member says.
        invocation_type: InvocationType,
    },
}

/// The operations that are offered, by resource. Methods, paths and members are those of botocore's service model; the
/// statuses are recorded from AWS.
static GROUPS: &[&[Route]] = &[
    functions::ROUTES,
    versions::ROUTES,
    aliases::ROUTES,
    layers::ROUTES,
    event_source_mappings::ROUTES,
    policies::ROUTES,
    tags::ROUTES,
    concurrency::ROUTES,
    code_signing::ROUTES,
    event_invoke::ROUTES,
    urls::ROUTES,
    runtime_management::ROUTES,
    function_scaling::ROUTES,
    invoke::ROUTES,
    account_settings::ROUTES,
    recursion::ROUTES,
    provisioned_concurrency::ROUTES,
];

fn routes() -> impl Iterator<Item = &'static Route> + Clone {
    GROUPS.iter().copied().flatten()
}

const QUALIFIER: &[Placed] = &[("Qualifier", "Qualifier")];
const PAGE: &[Placed] = &[("Marker", "Marker"), ("MaxItems", "MaxItems")];

const fn route<R>(method: &'static str, path: &'static str, status: StatusCode) -> Route
where
    R: Operation + Structure + FromDocument<Package>,
    R::Answer: Respond,
{
    Route {
        name: R::NAME,
        address: Address::new(method, path),
        status,
        query: &[],
        headers: &[],
        body: RequestBody::None,
        members: R::MEMBERS,
        prepare: Work::prepare::<R>,
    }
}

impl Route {
    const fn query(self, query: &'static [Placed]) -> Self {
        Self { query, ..self }
    }

    const fn headers(self, headers: &'static [Placed]) -> Self {
        Self { headers, ..self }
    }

    const fn body(self, body: RequestBody) -> Self {
        Self { body, ..self }
    }
}

/// Tells whether an operation of this name, as AWS spells it, is offered.
#[must_use]
pub fn is_operation(name: &str) -> bool {
    routes().any(|route| route.name == name)
}

/// Finds the operation of a request, and the members in its path.
///
/// # Errors
/// What the service answers in front of itself to paths and methods that it does not have (quoted in public reports,
/// ysugimoto/cloudflare-worker-lambda-gateway#1 and aws/serverless-application-model#430); a text of our own for
/// operations that it has and that are not offered here.
pub(crate) fn find(
    method: &Method,
    path: &str,
    query: &Query,
) -> Result<(&'static Route, Labels), WireError> {
    let offered = routes().map(|route| (&route.address, Ok(route)));
    let unoffered = UNOFFERED.iter().map(|(name, address)| (address, Err(*name)));
    match choose(offered.chain(unoffered), method, path, query) {
        Some((Ok(route), labels)) => Ok((route, labels)),
        Some((Err(name), _)) => {
            Err(WireError::unknown_operation(format!("Funclet does not offer the operation {name} yet.")))
        }
        None => Err(WireError::access_denied("Unable to determine service/operation name to be authorized")),
    }
}

#[cfg(test)]
mod tests;

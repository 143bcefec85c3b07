//! The one table of operations: where each is found, what it takes, how it answers.

use funclet::{
    CreateFunctionRequest, DeleteFunctionRequest, GetFunctionCodeSigningConfigRequest,
    GetFunctionConcurrencyRequest, GetFunctionConfigurationRequest, GetFunctionEventInvokeConfigRequest,
    GetFunctionRequest, GetFunctionUrlConfigRequest, InvokeRequest, ListFunctionsRequest, ListTagsRequest,
    ListVersionsByFunctionRequest, Operation, Package, PublishVersionRequest, TagResourceRequest,
    UntagResourceRequest, UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
};
use funclet_validation::{Document, FromDocument, Member, Structure, WrongType};
use http::{Method, StatusCode};

use crate::call::{Context, Work};
use crate::encode::Answer;
use crate::error::WireError;
use crate::path::{Labels, labels};
use crate::unoffered::UNOFFERED;

/// A row of the table.
pub(crate) struct Route {
    /// The operation's name, as AWS spells it.
    pub(crate) name: &'static str,
    method: &'static str,
    path: &'static str,
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
}

/// The operations that are offered. Methods, paths and members are those of botocore's service model; the statuses are
/// recorded from AWS.
static ROUTES: [Route; 18] = [
    route::<CreateFunctionRequest>("POST", "/2015-03-31/functions", StatusCode::CREATED)
        .body(RequestBody::Package(&["Code", "ZipFile"])),
    route::<ListFunctionsRequest>("GET", "/2015-03-31/functions", StatusCode::OK).query(LIST_FUNCTIONS),
    // Some SDKs send the path of older models.
    route::<ListFunctionsRequest>("GET", "/2015-03-31/functions/", StatusCode::OK).query(LIST_FUNCTIONS),
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
    route::<PublishVersionRequest>(
        "POST",
        "/2015-03-31/functions/{FunctionName}/versions",
        StatusCode::CREATED,
    )
    .body(RequestBody::Members),
    route::<ListVersionsByFunctionRequest>(
        "GET",
        "/2015-03-31/functions/{FunctionName}/versions",
        StatusCode::OK,
    )
    .query(PAGE),
    route::<GetFunctionCodeSigningConfigRequest>(
        "GET",
        "/2020-06-30/functions/{FunctionName}/code-signing-config",
        StatusCode::OK,
    ),
    route::<GetFunctionConcurrencyRequest>(
        "GET",
        "/2019-09-30/functions/{FunctionName}/concurrency",
        StatusCode::OK,
    ),
    route::<GetFunctionEventInvokeConfigRequest>(
        "GET",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        StatusCode::OK,
    )
    .query(QUALIFIER),
    route::<GetFunctionUrlConfigRequest>("GET", "/2021-10-31/functions/{FunctionName}/url", StatusCode::OK)
        .query(QUALIFIER),
    // The status of a dry run, which is the only success.
    route::<InvokeRequest>(
        "POST",
        "/2015-03-31/functions/{FunctionName}/invocations",
        StatusCode::NO_CONTENT,
    )
    .query(QUALIFIER)
    .headers(INVOCATION),
    route::<ListTagsRequest>("GET", "/2017-03-31/tags/{Resource}", StatusCode::OK),
    route::<TagResourceRequest>("POST", "/2017-03-31/tags/{Resource}", StatusCode::NO_CONTENT)
        .body(RequestBody::Members),
    route::<UntagResourceRequest>("DELETE", "/2017-03-31/tags/{Resource}", StatusCode::NO_CONTENT)
        .query(&[("TagKeys", "tagKeys")]),
];

const QUALIFIER: &[Placed] = &[("Qualifier", "Qualifier")];
const PAGE: &[Placed] = &[("Marker", "Marker"), ("MaxItems", "MaxItems")];
const LIST_FUNCTIONS: &[Placed] = &[
    ("MasterRegion", "MasterRegion"),
    ("FunctionVersion", "FunctionVersion"),
    ("Marker", "Marker"),
    ("MaxItems", "MaxItems"),
];
const INVOCATION: &[Placed] = &[
    ("InvocationType", "x-amz-invocation-type"),
    ("LogType", "x-amz-log-type"),
    ("ClientContext", "x-amz-client-context"),
    ("DurableExecutionName", "x-amz-durable-execution-name"),
    ("TenantId", "x-amz-tenant-id"),
];

const fn route<R>(method: &'static str, path: &'static str, status: StatusCode) -> Route
where
    R: Operation + Structure + FromDocument<Package>,
    R::Answer: Answer,
{
    Route {
        name: R::NAME,
        method,
        path,
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
    ROUTES.iter().any(|route| route.name == name)
}

/// Finds the operation of a request, and the members in its path.
///
/// # Errors
/// What the service answers in front of itself to paths and methods that it does not have (quoted in public reports,
/// ysugimoto/cloudflare-worker-lambda-gateway#1 and aws/serverless-application-model#430); a text of our own for
/// operations that it has and that are not offered here.
pub(crate) fn find(method: &Method, path: &str) -> Result<(&'static Route, Labels), WireError> {
    let routes = ROUTES.iter().filter(|route| route.method == method.as_str());
    for route in routes {
        if let Some(labels) = labels(route.path, path) {
            return Ok((route, labels));
        }
    }
    let mut unoffered = UNOFFERED.iter().filter(|(known, ..)| *known == method.as_str());
    match unoffered.find(|(_, template, _)| labels(template, path).is_some()) {
        Some((_, _, name)) => {
            Err(WireError::unknown_operation(format!("Funclet does not offer the operation {name} yet.")))
        }
        None => Err(WireError::access_denied("Unable to determine service/operation name to be authorized")),
    }
}

#[cfg(test)]
mod tests {
    use funclet_validation::Shape;
    use http::Method;

    use super::{ROUTES, RequestBody, find};

    fn check(method: &str, path: &str, expected: Result<(&str, &[&str]), &str>) {
        let found = find(&Method::from_bytes(method.as_bytes()).unwrap(), path);
        let found = found.map(|(route, labels)| {
            (route.name, labels.into_iter().map(|(_, value)| value).collect::<Vec<_>>())
        });
        let expected =
            expected.map(|(name, labels)| (name, labels.iter().map(|l| (*l).to_owned()).collect()));
        assert_eq!(found.map_err(|error| error.code()), expected, "{method} {path}");
    }

    #[test]
    fn operations() {
        check("POST", "/2015-03-31/functions", Ok(("CreateFunction", &[])));
        check("GET", "/2015-03-31/functions", Ok(("ListFunctions", &[])));
        check("GET", "/2015-03-31/functions/", Ok(("ListFunctions", &[])));
        check("GET", "/2015-03-31/functions/f", Ok(("GetFunction", &["f"])));
        check("DELETE", "/2015-03-31/functions/f%3A1", Ok(("DeleteFunction", &["f:1"])));
        check("PUT", "/2015-03-31/functions/f/code", Ok(("UpdateFunctionCode", &["f"])));
        check("GET", "/2015-03-31/functions/f/configuration", Ok(("GetFunctionConfiguration", &["f"])));
        check("PUT", "/2015-03-31/functions/f/configuration", Ok(("UpdateFunctionConfiguration", &["f"])));
        check("GET", "/2015-03-31/functions/f/versions", Ok(("ListVersionsByFunction", &["f"])));
        check("POST", "/2015-03-31/functions/f/versions", Ok(("PublishVersion", &["f"])));
        check("POST", "/2015-03-31/functions/f/invocations", Ok(("Invoke", &["f"])));
        check("POST", "/2017-03-31/tags/arn%3Aaws", Ok(("TagResource", &["arn:aws"])));
    }

    #[test]
    fn what_is_not_offered() {
        check("GET", "/2015-03-31/functions/f/aliases/live", Err("UnknownOperationException"));
        for path in
            ["/", "//2015-03-31/functions/f", "/2015-03-31/functions/f/", "/2015-03-31/functions//code"]
        {
            check("GET", path, Err("AccessDeniedException"));
        }
        check("PATCH", "/2015-03-31/functions/f", Err("AccessDeniedException"));
    }

    /// The path to a package is written down once more than necessary; the request's table has the last word.
    #[test]
    fn packages_are_where_the_tables_have_them() {
        for route in &ROUTES {
            let mut path = Vec::new();
            for member in route.members {
                match member.shape {
                    Shape::Blob => path = vec![member.name],
                    Shape::Structure(inner) => {
                        let blob = inner.iter().find(|member| member.shape == Shape::Blob);
                        if let Some(blob) = blob {
                            path = vec![member.name, blob.name];
                        }
                    }
                    _ => {}
                }
            }
            let stated = if let RequestBody::Package(path) = route.body { path } else { &[] };
            assert_eq!(path, stated, "{}", route.name);
        }
    }

    #[test]
    fn members_outside_of_the_body_are_in_the_tables() {
        for route in &ROUTES {
            let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
            let placed = route.query.iter().chain(route.headers).map(|(member, _)| *member);
            for name in in_path.chain(placed) {
                assert!(route.members.iter().any(|member| member.name == name), "{} {name}", route.name);
            }
        }
    }
}

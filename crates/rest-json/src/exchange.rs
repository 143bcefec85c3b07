//! The way of one request: its head, its body piece by piece, its reply.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use funclet::{Document, Funclet, Lambda};
use http::header::{CONTENT_LENGTH, HOST};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Method, Request, Response, Uri};

use crate::call::{Call, Context, Work};
use crate::error::WireError;
use crate::intake::{Intake, invocation_type};
use crate::path::Labels;
use crate::query::Query;
use crate::response::{Body, identified};
use crate::route::{self, RequestBody, Route};
use crate::{decode, inspection, packages, sigv4};

/// How requests are answered.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The URL under which clients reach the server, for links that they follow. None: what each request has in its
    /// `Host` header, over HTTP.
    pub base_url: Option<String>,
    /// The URL for requests whose `Host` is missing or is no host and port, if there is no [`Options::base_url`]. None:
    /// `http://localhost`.
    pub listen_url: Option<String>,
}

/// AWS REST-JSON in front of an engine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RestJson {
    funclet: Funclet,
    options: Arc<Options>,
}

/// Bodies up to this length are taken in without files, and packages in them ride in the log.
const SMALL_BODY_BYTES_MAX: u64 = 64 << 10;

impl RestJson {
    /// Makes the front of an engine.
    #[must_use]
    pub fn new(funclet: Funclet, options: Options) -> Self {
        Self { funclet, options: Arc::new(options) }
    }

    /// Returns the engine.
    #[must_use]
    pub fn funclet(&self) -> &Funclet {
        &self.funclet
    }

    /// Begins to answer a request.
    pub fn begin(&self, parts: &Parts) -> Exchange {
        let request_id = self.funclet.new_request_id();
        let declared = header(&parts.headers, CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
        let target = self.target(&parts.method, &parts.uri, &parts.headers, &request_id);
        Exchange { request_id, declared: declared.unwrap_or(0), target }
    }

    fn target(&self, method: &Method, uri: &Uri, headers: &HeaderMap, request_id: &str) -> Target {
        let query = Query::parse(uri.query());
        if let Some(package) = inspection::reported(uri.path())
            && method == Method::GET
        {
            let caller = sigv4::caller(headers, &query, self.funclet.default_caller());
            return Target::Report { lambda: self.funclet.lambda_in(caller), package: package.to_owned() };
        }
        if let Some(name) = uri.path().strip_prefix(packages::PATH)
            && method == Method::GET
        {
            return Target::Package { funclet: self.funclet.clone(), name: name.to_owned(), query };
        }
        let (route, mut labels) = match route::find(method, uri.path(), &query) {
            Ok(found) => found,
            Err(error) => return Target::Refused(error),
        };
        let in_headers = route.headers.iter();
        labels.extend(
            in_headers.filter_map(|(member, name)| Some((*member, header(headers, name)?.to_owned()))),
        );
        let caller = sigv4::caller(headers, &query, self.funclet.default_caller());
        let lambda = self.funclet.lambda_in(caller).with_request_id(request_id.to_owned());
        let wanted = match inspection::wanted(headers, lambda.inspection()) {
            Ok(wanted) => wanted,
            Err(error) => return Target::Refused(error),
        };
        let context = Context {
            funclet: self.funclet.clone(),
            lambda: lambda.with_inspection(wanted),
            request_id: request_id.to_owned(),
            endpoint: self.endpoint(uri, headers),
            status: route.status,
        };
        let intake = Intake::new(self.funclet.clone(), route, invocation_type(route, &labels));
        Target::Operation(Box::new(Addressed { route, labels, query, context, intake }))
    }

    fn endpoint(&self, uri: &Uri, headers: &HeaderMap) -> String {
        if let Some(url) = &self.options.base_url {
            return url.trim_end_matches('/').to_owned();
        }
        let host =
            header(headers, HOST.as_str()).or_else(|| uri.authority().map(|authority| authority.as_str()));
        match host.filter(|host| is_host_and_port(host)) {
            Some(host) => format!("http://{host}"),
            None => self.options.listen_url.as_deref().unwrap_or("http://localhost").to_owned(),
        }
    }

    /// Answers a whole request; blocks until its outcome is durable.
    #[must_use]
    pub fn handle(&self, request: Request<Bytes>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let mut exchange = self.begin(&parts);
        exchange.push(&body);
        let request_id = exchange.request_id().to_owned();
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        exchange.finish().submit(move |reply| {
            // Nobody is gone: this thread waits right below.
            let _ = tell.send(reply);
        });
        match told.recv() {
            Ok(reply) => reply.into_response(),
            Err(_) => WireError::internal().into_response(&request_id),
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Tells whether a link may begin with a text that a client chose: a path, a query or credentials in it would lead elsewhere.
fn is_host_and_port(text: &str) -> bool {
    !text.contains('@') && text.parse::<Authority>().is_ok_and(|authority| !authority.host().is_empty())
}

/// A request whose body is arriving.
///
/// Memory is bounded whatever arrives: what is too large is counted and forgotten, so a server may push all of it and let
/// the client read the error, or stop early.
#[must_use]
pub struct Exchange {
    request_id: String,
    /// The length of the body, if the request tells it.
    declared: u64,
    target: Target,
}

/// What a request is about.
enum Target {
    Refused(WireError),
    Package { funclet: Funclet, name: String, query: Query },
    Report { lambda: Lambda, package: String },
    Operation(Box<Addressed>),
}

/// An operation, addressed by the head of a request.
struct Addressed {
    route: &'static Route,
    /// The members in path and headers.
    labels: Labels,
    query: Query,
    context: Context,
    intake: Intake,
}

impl Exchange {
    /// Returns the id of the request, which its response carries.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Returns the name of the operation, if the request asks for one.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        match &self.target {
            Target::Operation(addressed) => Some(addressed.route.name),
            Target::Refused(_) | Target::Package { .. } | Target::Report { .. } => None,
        }
    }

    /// Tells whether the body may grow so large, or already has, that [`Exchange::push`] writes files. A server goes on
    /// in a thread that may block then.
    #[must_use]
    pub fn is_large(&self) -> bool {
        match &self.target {
            Target::Operation(addressed) => {
                let length = self.declared.max(addressed.intake.received());
                matches!(addressed.route.body, RequestBody::Package(_)) && length > SMALL_BODY_BYTES_MAX
            }
            Target::Refused(_) | Target::Package { .. } | Target::Report { .. } => false,
        }
    }

    /// Takes the next bytes of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        if let Target::Operation(addressed) = &mut self.target {
            addressed.intake.push(bytes);
        }
    }

    /// Ends the body.
    pub fn finish(self) -> Call {
        let request_id = self.request_id;
        match self.target {
            Target::Refused(error) => Call::answered(error.into_response(&request_id)),
            Target::Package { funclet, name, query } => {
                let response = packages::download(&funclet, &name, &query, &request_id);
                Call::answered(identified(response, &request_id))
            }
            Target::Report { lambda, package } => {
                let report = move || inspection::report(&lambda, &package, &request_id);
                Call::ready(Work::blocking(report))
            }
            Target::Operation(addressed) => {
                addressed.prepare().unwrap_or_else(|error| Call::answered(error.into_response(&request_id)))
            }
        }
    }
}

impl Addressed {
    /// Brings the members of body, path, headers and query together. Those outside of the body win over the body's.
    fn prepare(self) -> Result<Call, WireError> {
        let Self { route, labels, query, context, intake } = self;
        let received = intake.finish()?;
        let mut members = match (route.body, received.payload) {
            (RequestBody::Payload { member, .. }, Some(payload)) => {
                vec![(member.to_owned(), Document::Payload(payload))]
            }
            _ => match decode::members(&received.members, route.members, received.package)? {
                Document::Map(members) => members,
                _ => Vec::new(),
            },
        };
        let outside = labels.into_iter().map(|(name, value)| (name, vec![value]));
        let in_query = route
            .query
            .iter()
            .map(|(name, parameter)| (*name, query.all(parameter).map(str::to_owned).collect::<Vec<_>>()));
        for (name, values) in outside.chain(in_query) {
            let shape = route.members.iter().find(|member| member.name == name).map(|member| &member.shape);
            let values = values.iter().map(String::as_str);
            if let Some(value) = shape.and_then(|shape| decode::from_texts(values, shape)) {
                members.push((name.to_owned(), value));
            }
        }
        let work = (route.prepare)(Document::Map(members), context);
        work.map(Call::ready).map_err(|wrong| decode::wrong_type(&wrong))
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut exchange = f.debug_struct("Exchange");
        exchange.field("request_id", &self.request_id).field("operation", &self.operation());
        exchange.finish_non_exhaustive()
    }
}

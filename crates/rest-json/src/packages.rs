//! Downloads of packages: the link in GetFunction's answer, and what answers it.

use bytes::Bytes;
use funclet::{BlobDigest, Funclet, LinkError, PackageLink, Timestamp};
use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};

use crate::error::WireError;
use crate::query::Query;
use crate::response::Body;

/// Where packages lie below the endpoint.
pub(crate) const PATH: &str = "/_funclet/packages/";

/// How long a link is valid, as the service documents it for `Code.Location`.
const VALID_MS: u64 = 10 * 60 * 1000;

/// Makes links to packages.
pub(crate) struct Links<'a> {
    pub(crate) funclet: &'a Funclet,
    /// The URL of this server as the client knows it, without a slash at its end.
    pub(crate) endpoint: &'a str,
}

impl Links<'_> {
    /// Returns a URL that gives the bytes of a package for ten minutes to whoever has it.
    pub(crate) fn url(&self, digest: &BlobDigest) -> String {
        let expires = Timestamp(self.funclet.now().0.saturating_add(VALID_MS));
        let PackageLink { digest, expires, signature } = self.funclet.sign_package_link(digest, expires);
        format!("{}{PATH}{digest}?expires={}&signature={signature}", self.endpoint, expires.0)
    }
}

/// Answers a request for the package `name`.
pub(crate) fn download(funclet: &Funclet, name: &str, query: &Query, request_id: &str) -> Response<Body> {
    let Some(link) = parse(name, query) else { return refuse(&Refusal::FORGED, request_id) };
    match funclet.open_package_link(&link) {
        Ok(reader) => {
            let length = reader.len();
            let mut response = Response::new(Body::Package(reader));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            headers.insert(ACCEPT_RANGES, HeaderValue::from_static("none"));
            response
        }
        Err(LinkError::Forged) => refuse(&Refusal::FORGED, request_id),
        Err(LinkError::Expired) => refuse(&Refusal::EXPIRED, request_id),
        Err(LinkError::Gone) => refuse(&Refusal::GONE, request_id),
        Err(LinkError::Failed(error)) => {
            let mut response = refuse(&Refusal::FAILED, request_id);
            if let Some(cause) = WireError::from(error).into_cause() {
                response.extensions_mut().insert(cause);
            }
            response
        }
    }
}

fn parse(name: &str, query: &Query) -> Option<PackageLink> {
    let expires = query.get("expires")?.parse().ok()?;
    let signature = query.get("signature")?.to_owned();
    Some(PackageLink { digest: BlobDigest::from_hex(name)?, expires: Timestamp(expires), signature })
}

/// An answer without the package. AWS's links lead to S3, so the answers are those of S3, in XML.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
}

impl Refusal {
    const FORGED: Self = Self {
        status: StatusCode::FORBIDDEN,
        code: "SignatureDoesNotMatch",
        message: "The signature of the link does not match its other parts.",
    };
    const EXPIRED: Self =
        Self { status: StatusCode::FORBIDDEN, code: "AccessDenied", message: "Request has expired" };
    const GONE: Self = Self {
        status: StatusCode::NOT_FOUND,
        code: "NoSuchKey",
        message: "The specified key does not exist.",
    };
    const FAILED: Self = Self {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "InternalError",
        message: "We encountered an internal error. Please try again.",
    };
}

fn refuse(refusal: &Refusal, request_id: &str) -> Response<Body> {
    let Refusal { status, code, message } = refusal;
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
         <RequestId>{request_id}</RequestId></Error>"
    );
    let mut response = Response::new(Body::Bytes(Bytes::from(body)));
    *response.status_mut() = *status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

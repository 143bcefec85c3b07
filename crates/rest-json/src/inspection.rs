//! What is ours about packages on the wire: how a request wants its package inspected, and reports of packages.

use bytes::Bytes;
use funclet::{BlobDigest, Inspection, Lambda, parse_framing};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response};

use crate::error::WireError;
use crate::packages;
use crate::response::{Body, identified};

/// How one request wants its package inspected, if other than the server has it.
const ARCH_POLICY: &str = "x-funclet-arch-policy";
const FRAMING: &str = "x-funclet-framing";

/// Reads how a request wants its package inspected; `usual` is what it does not say.
pub(crate) fn wanted(headers: &HeaderMap, usual: Inspection) -> Result<Inspection, WireError> {
    let mut wanted = usual;
    if let Some(word) = headers.get(ARCH_POLICY) {
        wanted.arch_policy =
            word.to_str().unwrap_or_default().parse().map_err(|error| refused(ARCH_POLICY, error))?;
    }
    if let Some(word) = headers.get(FRAMING) {
        wanted.framing =
            parse_framing(word.to_str().unwrap_or_default()).map_err(|error| refused(FRAMING, error))?;
    }
    Ok(wanted)
}

fn refused(header: &str, error: funclet::NoPolicy) -> WireError {
    WireError::invalid_parameter_value(format!("The header {header}: {error}."))
}

/// Finds the package of which a path asks for the report.
pub(crate) fn reported(path: &str) -> Option<&str> {
    path.strip_prefix(packages::PATH)?.strip_suffix("/report")
}

/// Answers with the report of a package, which is for whoever holds the package; may read all of it.
pub(crate) fn report(lambda: &Lambda, package: &str, request_id: &str) -> Response<Body> {
    match find(lambda, package) {
        Ok(document) => {
            let mut response = Response::new(Body::Bytes(document));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            identified(response, request_id)
        }
        Err(error) => error.into_response(request_id),
    }
}

fn find(lambda: &Lambda, package: &str) -> Result<Bytes, WireError> {
    let missing = || WireError::resource_not_found(format!("The account holds no package {package}."));
    let digest = BlobDigest::from_hex(package).ok_or_else(missing)?;
    lambda.package_report(&digest)?.ok_or_else(missing)
}

//! What the server answers beside AWS's operations.

use bytes::Bytes;
use funclet::AccountId;
use funclet_rest_json::WireError;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use tokio::task::spawn_blocking;

use crate::backup;
use crate::server::Shared;

/// A command below `/_funclet/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Health,
    Reset,
    Backup,
    Unknown,
}

/// Finds the command of a path. Downloads of packages are none: they belong to the protocol.
pub(crate) fn find(path: &str) -> Option<Command> {
    let name = path.strip_prefix("/_funclet/")?;
    match name {
        "health" => Some(Command::Health),
        "reset" => Some(Command::Reset),
        "backup" => Some(Command::Backup),
        _ if name.starts_with("packages/") => None,
        _ => Some(Command::Unknown),
    }
}

/// Runs a command.
pub(crate) async fn run(shared: &Shared, command: Command, parts: &Parts, body: Incoming) -> Response<Bytes> {
    let outcome = match (command, &parts.method) {
        (Command::Health, &Method::GET | &Method::HEAD) => Ok(json(StatusCode::OK, health())),
        (Command::Reset, &Method::POST) => reset(shared, parts).await,
        (Command::Backup, &Method::POST) => back_up(shared, parts, body).await,
        _ => {
            let request = format!("There is no {} {} here.", parts.method, parts.uri.path());
            Err(WireError::unknown_operation(request))
        }
    };
    outcome.unwrap_or_else(|error| refused(shared, error))
}

fn health() -> String {
    format!(r#"{{"status":"ok","version":"{}"}}"#, env!("CARGO_PKG_VERSION"))
}

/// Deletes everything of one account (`?account=`), or of all.
async fn reset(shared: &Shared, parts: &Parts) -> Result<Response<Bytes>, WireError> {
    if !shared.config.allow_reset {
        return Err(WireError::access_denied(
            "Reset is not allowed: the server was not started with --allow-reset.",
        ));
    }
    refuse_web_pages("Reset", parts)?;
    let account = account(parts.uri.query())?;
    let funclet = shared.rest.funclet().clone();
    match spawn_blocking(move || funclet.reset(account.as_ref())).await {
        Ok(Ok(())) => Ok(json(StatusCode::OK, "{}".to_owned())),
        Ok(Err(error)) => Err(error.into()),
        // The panic itself is in the log.
        Err(_) => Err(WireError::internal()),
    }
}

/// Copies the store to a directory.
async fn back_up(shared: &Shared, parts: &Parts, body: Incoming) -> Result<Response<Bytes>, WireError> {
    if !shared.config.allow_backup {
        return Err(WireError::access_denied(
            "Backup is not allowed: the server was not started with --allow-backup.",
        ));
    }
    refuse_web_pages("Backup", parts)?;
    backup::run(shared, body).await.map(|answer| json(StatusCode::OK, answer))
}

/// A browser says where a request comes from, and lets any page send one to the loopback interface.
fn refuse_web_pages(what: &str, parts: &Parts) -> Result<(), WireError> {
    if parts.headers.contains_key(header::ORIGIN) {
        let text = format!("{what} is not for web pages: the request has an Origin.");
        return Err(WireError::access_denied(text));
    }
    Ok(())
}

/// Reads the account; any other parameter is a mistake that must not delete everything.
fn account(query: Option<&str>) -> Result<Option<AccountId>, WireError> {
    let Some(query) = query.filter(|query| !query.is_empty()) else { return Ok(None) };
    let value = query.strip_prefix("account=").map(|value| percent_decode_str(value).decode_utf8_lossy());
    match value.as_deref().map(str::parse) {
        Some(Ok(account)) => Ok(Some(account)),
        _ => Err(WireError::invalid_parameter_value(
            "The query of a reset is empty, or account= and the twelve digits of an account.",
        )),
    }
}

fn json(status: StatusCode, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn refused(shared: &Shared, error: WireError) -> Response<Bytes> {
    let response = error.into_response(&shared.rest.funclet().new_request_id());
    response.map(|body| match body {
        funclet_rest_json::Body::Bytes(bytes) => bytes,
        // Errors have their bodies at hand.
        funclet_rest_json::Body::Package(_) => Bytes::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Command, account, find};

    #[test]
    fn paths() {
        assert_eq!(find("/_funclet/health"), Some(Command::Health));
        assert_eq!(find("/_funclet/reset"), Some(Command::Reset));
        assert_eq!(find("/_funclet/backup"), Some(Command::Backup));
        assert_eq!(find("/_funclet/"), Some(Command::Unknown));
        assert_eq!(find("/_funclet/health/"), Some(Command::Unknown));
        assert_eq!(find("/_funclet/packages/abc"), None);
        assert_eq!(find("/2015-03-31/functions"), None);
    }

    #[test]
    fn accounts() {
        assert_eq!(account(None).unwrap(), None);
        assert_eq!(account(Some("")).unwrap(), None);
        assert_eq!(account(Some("account=111122223333")).unwrap().unwrap().as_str(), "111122223333");
        for query in ["account=", "account=1", "acount=111122223333", "account=111122223333&x=1"] {
            assert!(account(Some(query)).is_err(), "{query}");
        }
    }
}

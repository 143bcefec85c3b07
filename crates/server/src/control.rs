//! What the server answers beside AWS's operations.

mod answer;
mod backup;
mod clock;
mod faults;
mod request;
mod transitions;

pub(crate) use faults::{Fault, Faults};

use answer::Answer;
use bytes::Bytes;
use funclet::AccountId;
use funclet_rest_json::WireError;
use http::request::Parts;
use http::{Method, Response, header};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use crate::server::Shared;

/// A command below `/_funclet/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Health,
    Reset,
    Backup,
    Transitions,
    Clock,
    Faults,
    Unknown,
}

/// Finds the command of a path. Downloads of packages are none: they belong to the protocol.
pub(crate) fn find(path: &str) -> Option<Command> {
    let name = path.strip_prefix("/_funclet/")?;
    match name {
        "health" => Some(Command::Health),
        "reset" => Some(Command::Reset),
        "backup" => Some(Command::Backup),
        "transitions" => Some(Command::Transitions),
        "clock" => Some(Command::Clock),
        "faults" => Some(Command::Faults),
        _ if name.starts_with("packages/") => None,
        _ => Some(Command::Unknown),
    }
}

/// Runs a command.
pub(crate) async fn run(shared: &Shared, command: Command, parts: &Parts, body: Incoming) -> Response<Bytes> {
    carry_out(shared, command, parts, body).await.unwrap_or_else(|error| refused(shared, error))
}

async fn carry_out(
    shared: &Shared,
    command: Command,
    parts: &Parts,
    body: Incoming,
) -> Result<Answer, WireError> {
    let config = &shared.config;
    match (command, &parts.method) {
        (Command::Health, &Method::GET | &Method::HEAD) => health(),
        (Command::Reset, &Method::POST) => {
            gate("Reset", config.allow_reset.then_some(()), "--allow-reset", parts)?;
            reset(shared, parts).await
        }
        (Command::Backup, &Method::POST) => {
            gate("Backup", config.allow_backup.then_some(()), "--allow-backup", parts)?;
            backup::run(shared, body).await
        }
        (Command::Transitions, &Method::POST) => {
            let allowed = config.allow_transitions.then_some(());
            gate("Ending transitions", allowed, "--allow-transitions", parts)?;
            transitions::run(shared, body).await
        }
        (Command::Clock, &Method::POST) => {
            let clock = gate("Moving the clock", config.clock.as_ref(), "--allow-clock", parts)?;
            clock::run(shared, clock, body).await
        }
        (Command::Faults, method @ (&Method::POST | &Method::GET | &Method::DELETE)) => {
            gate("Asking for faults", config.allow_faults.then_some(()), "--allow-faults", parts)?;
            match *method {
                Method::POST => faults::add(shared, body).await,
                Method::DELETE => faults::clear(shared),
                _ => faults::list(shared),
            }
        }
        _ => {
            let request = format!("There is no {} {} here.", parts.method, parts.uri.path());
            Err(WireError::unknown_operation(request))
        }
    }
}

/// Refuses what the server was not started for, and what a web page asks for: a browser says where a request comes from, and
/// lets any page send one to the loopback interface.
fn gate<T>(what: &str, allowed: Option<T>, flag: &str, parts: &Parts) -> Result<T, WireError> {
    let Some(allowed) = allowed else {
        let text = format!("{what} is not allowed: the server was not started with {flag}.");
        return Err(WireError::access_denied(text));
    };
    if parts.headers.contains_key(header::ORIGIN) {
        let text = format!("{what} is not for web pages: the request has an Origin.");
        return Err(WireError::access_denied(text));
    }
    Ok(allowed)
}

fn health() -> Result<Answer, WireError> {
    answer::json(&serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// Deletes everything of one account (`?account=`), or of all.
async fn reset(shared: &Shared, parts: &Parts) -> Result<Answer, WireError> {
    let account = account(parts.uri.query())?;
    let funclet = shared.rest.funclet().clone();
    answer::blocking(move || funclet.reset(account.as_ref()).map_err(WireError::from)).await?;
    answer::empty()
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

fn refused(shared: &Shared, error: WireError) -> Response<Bytes> {
    let response = error.into_response(&shared.rest.funclet().new_request_id());
    response.map(|body| match body {
        funclet_rest_json::Body::Bytes(bytes) => bytes,
        // Errors have their bodies at hand.
        funclet_rest_json::Body::Package(_) | funclet_rest_json::Body::Arriving(_) => Bytes::new(),
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
        assert_eq!(find("/_funclet/transitions"), Some(Command::Transitions));
        assert_eq!(find("/_funclet/clock"), Some(Command::Clock));
        assert_eq!(find("/_funclet/faults"), Some(Command::Faults));
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

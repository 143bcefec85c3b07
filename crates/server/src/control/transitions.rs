//! `POST /_funclet/transitions`: what is pending of a function is completed or fails, as by hand.

use funclet::{AccountId, Caller, FunctionName, Reason, Region};
use funclet_rest_json::WireError;
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};

use crate::control::answer::{self, Answer};
use crate::control::request::{self, Request, parsed, parsed_option};
use crate::server::Shared;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Transitions {
    /// The bare name of the function.
    #[serde(deserialize_with = "parsed")]
    function_name: FunctionName,
    /// Default: the account of requests that name none.
    #[serde(default, deserialize_with = "parsed_option")]
    account: Option<AccountId>,
    /// Default: the region of requests that name none.
    #[serde(default, deserialize_with = "parsed_option")]
    region: Option<Region>,
    /// Why they fail. Default: they do not.
    failure: Option<Failure>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Failure {
    /// What `StateReasonCode` or `LastUpdateStatusReasonCode` becomes, for example `InvalidSubnet`.
    code: String,
    /// The sentence beside it.
    #[serde(default)]
    reason: String,
}

/// No code of the service is longer.
const CODE_BYTES_MAX: usize = 128;
const REASON_BYTES_MAX: usize = 1024;

impl Request for Transitions {
    const FOR: &'static str = "transitions";

    fn check(&self) -> Result<(), &'static str> {
        let Some(Failure { code, reason }) = &self.failure else { return Ok(()) };
        let is_word = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_word || code.len() > CODE_BYTES_MAX {
            return Err("Code is not a word of at most 128 letters and digits");
        }
        if reason.len() > REASON_BYTES_MAX {
            return Err("Reason is longer than 1024 bytes");
        }
        Ok(())
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Ended {
    /// How many transitions ended: those of `$LATEST`, of versions and of event source mappings.
    transitions: usize,
}

/// Ends what is pending.
pub(super) async fn run(shared: &Shared, body: Incoming) -> Result<Answer, WireError> {
    let Transitions { function_name, account, region, failure } = request::read(shared, body).await?;
    let funclet = shared.rest.funclet().clone();
    let default = funclet.default_caller();
    let caller = Caller {
        account: account.unwrap_or_else(|| default.account.clone()),
        region: region.unwrap_or_else(|| default.region.clone()),
    };
    let failure = failure.map(|Failure { code, reason }| Reason { code, text: reason });
    let transitions = answer::blocking(move || {
        funclet.lambda_in(caller).complete_transitions(&function_name, failure).map_err(WireError::from)
    })
    .await?;
    answer::json(&Ended { transitions })
}

#[cfg(test)]
mod tests {
    use super::Transitions;
    use crate::control::request::parse;

    #[test]
    fn requests() {
        let is_valid = |text: &'static str| parse::<Transitions>(&text.into()).is_ok();
        assert!(is_valid(r#"{"FunctionName":"f"}"#));
        assert!(is_valid(
            r#"{"FunctionName":"f","Account":"111122223333","Region":"eu-west-1","Failure":{"Code":"InvalidSubnet","Reason":"No."}}"#
        ));
        for text in [
            "{}",
            r#"{"FunctionName":"f:1"}"#,
            r#"{"FunctionName":"f","Account":"1"}"#,
            r#"{"FunctionName":"f","Region":"here"}"#,
            r#"{"FunctionName":"f","Failure":{}}"#,
            r#"{"FunctionName":"f","Failure":{"Code":""}}"#,
            r#"{"FunctionName":"f","Failure":{"Code":"Not one word"}}"#,
            r#"{"FunctionName":"f","Outcome":"Failed"}"#,
        ] {
            assert!(!is_valid(text), "{text}");
        }
    }
}

//! `POST /_funclet/clock`: engine time is put forward.

use std::sync::Arc;

use funclet::ShiftedClock;
use funclet_rest_json::WireError;
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};

use crate::control::answer::{self, Answer};
use crate::control::request::{self, Request};
use crate::server::Shared;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Advance {
    /// By how many milliseconds.
    advance_ms: u64,
}

impl Request for Advance {
    const FOR: &'static str = "the clock";
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Now {
    /// Engine time, in milliseconds since 1970.
    now_ms: u64,
}

/// Puts the clock forward, and stores the transitions that are due then.
pub(super) async fn run(
    shared: &Shared,
    clock: &Arc<ShiftedClock>,
    body: Incoming,
) -> Result<Answer, WireError> {
    let Advance { advance_ms } = request::read(shared, body).await?;
    clock.advance_ms(advance_ms).map_err(|error| {
        WireError::invalid_parameter_value(format!("The request for the clock is not valid: {error}."))
    })?;
    let funclet = shared.rest.funclet().clone();
    let now_ms = answer::blocking(move || {
        funclet.settle()?;
        Ok(funclet.now().0)
    })
    .await?;
    answer::json(&Now { now_ms })
}

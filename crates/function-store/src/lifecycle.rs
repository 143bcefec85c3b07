//! Transitions: what begins now and is finished later.
//!
//! A due transition counts as finished, whether or not anybody has stored that: every read and every decision first
//! projects an entity to engine time. What was stored decides, not the mode that the store is opened with.

use std::time::Duration;

use crate::answer::{LastUpdateStatus, Reason, State};
use crate::stored::{
    StoredFunction, StoredReason, StoredStatus, StoredTransition, StoredVersion, TransitionKind,
};

/// When creations and updates are finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transitions {
    /// At once: the answer shows them in progress, the next read shows them finished.
    #[default]
    Immediate,
    /// After this long.
    After(Duration),
    /// When somebody completes or fails them.
    Manual,
}

impl Transitions {
    pub(crate) fn completes_at(self, now_ms: u64) -> Option<u64> {
        match self {
            // Due at any time, also for a reader who drew its time before the writer drew this one.
            Self::Immediate => Some(0),
            Self::After(delay) => {
                Some(now_ms.saturating_add(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)))
            }
            Self::Manual => None,
        }
    }
}

/// The reason that the service gives for creations and, recorded from AWS, for updates as well.
fn creating() -> StoredReason {
    StoredReason { code: "Creating".into(), text: "The function is being created.".into() }
}

impl StoredStatus {
    /// A function or version that is being created.
    pub(crate) fn creating() -> Self {
        Self {
            state: State::Pending,
            state_reason: Some(creating()),
            last_update: None,
            last_update_reason: None,
        }
    }

    /// One that is ready.
    pub(crate) fn active() -> Self {
        Self {
            state: State::Active,
            state_reason: None,
            last_update: Some(LastUpdateStatus::Successful),
            last_update_reason: None,
        }
    }

    /// The same one while an update is in progress.
    pub(crate) fn updating(&self) -> Self {
        Self {
            last_update: Some(LastUpdateStatus::InProgress),
            last_update_reason: Some(creating()),
            ..self.clone()
        }
    }

    /// Why the last creation or update failed, if it did and nothing has begun since.
    pub(crate) fn failure(&self) -> Option<&StoredReason> {
        match self.last_update {
            Some(LastUpdateStatus::Failed) => self.last_update_reason.as_ref(),
            _ if self.state == State::Failed => self.state_reason.as_ref(),
            _ => None,
        }
    }

    /// The same if the code itself is to blame: whatever begins with that code will fail, too.
    pub(crate) fn code_failure(&self) -> Option<&StoredReason> {
        self.failure().filter(|reason| reason.code == Reason::INVALID_ZIP_FILE)
    }
}

impl StoredVersion {
    /// Finishes the transition if it is due. Tells whether it was.
    pub(crate) fn project(&mut self, now_ms: u64) -> bool {
        let due = |transition: &StoredTransition| transition.completes_at_ms.is_some_and(|at| at <= now_ms);
        match self.transition.take_if(|transition| due(transition)) {
            Some(transition) => {
                self.finish(transition);
                true
            }
            None => false,
        }
    }

    /// Finishes the transition now. What was bound to fail does so for its own reason, else `failure` may let it fail.
    pub(crate) fn complete(&mut self, failure: Option<StoredReason>) -> bool {
        match self.transition.take() {
            Some(transition) => {
                let failure = transition.failure.or(failure);
                self.finish(StoredTransition { failure, ..transition });
                true
            }
            None => false,
        }
    }

    fn finish(&mut self, transition: StoredTransition) {
        self.revision_id = transition.revision_id;
        self.status = match (transition.kind, transition.failure) {
            // Also of a function whose creation had failed.
            (TransitionKind::Create | TransitionKind::Update, None) => StoredStatus::active(),
            (TransitionKind::Create, Some(reason)) => StoredStatus {
                state: State::Failed,
                state_reason: Some(reason),
                last_update: None,
                last_update_reason: None,
            },
            (TransitionKind::Update, Some(reason)) => StoredStatus {
                last_update: Some(LastUpdateStatus::Failed),
                last_update_reason: Some(reason),
                ..self.status.clone()
            },
        };
    }
}

impl StoredFunction {
    /// Whether `$LATEST` is being created or updated.
    pub(crate) fn is_busy(&self) -> bool {
        self.latest.transition.is_some()
    }
}

//! Storing that transitions are finished.

use funclet_storage::Page;
use funclet_validation::FunctionName;

use crate::answer::Reason;
use crate::decide::context::Projected;
use crate::decide::sealed::{Command, Query};
use crate::decide::{Changes, Context, Decision, Stop, provisioned_concurrency};
use crate::keys;
use crate::stored::{Stored as _, StoredFunction, StoredReason, StoredVersion};

/// How many versions of a function are looked at in one transaction.
const VERSIONS_PER_SETTLEMENT: usize = 24;
/// How many bytes of versions are written in one transaction. Two of the longest values fit beside it.
const BYTES_PER_SETTLEMENT: usize = 128 << 10;

/// What has to be done later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Due {
    /// Transitions of a function are due at this engine time.
    Transition { name: FunctionName, at_ms: u64 },
    /// What is in progress with an event source mapping is due at this engine time.
    Mapping { uuid: [u8; 16], at_ms: u64 },
    /// Provisioned concurrency of a function is due at this engine time.
    Provisioned { name: FunctionName, at_ms: u64 },
    /// A deleted function has versions to be swept away.
    Gone { incarnation: [u8; 16] },
}

impl Due {
    /// When the transitions that begin now are due; `None` if somebody completes them.
    pub(crate) fn of(name: &FunctionName, context: &Context<'_>) -> Option<Self> {
        let at_ms = context.drawn.transitions.completes_at(context.drawn.now_ms)?;
        Some(Self::Transition { name: name.clone(), at_ms })
    }
}

/// What one transaction has settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    /// How many transitions.
    pub(crate) finished: usize,
    /// The version after which to go on, if not all were looked at.
    pub(crate) next: Option<u64>,
    /// Whether there is provisioned concurrency to be completed, which is done apart.
    pub(crate) is_provisioned: bool,
}

/// Completes the transitions of a function and its versions that are pending, now, due or not.
#[derive(Debug, Clone)]
pub(crate) struct CompleteTransitions {
    pub(crate) function_name: FunctionName,
    /// Fails them with this reason instead.
    pub(crate) failure: Option<Reason>,
    /// Goes on after this version; `$LATEST` was completed before.
    pub(crate) after: Option<u64>,
}

impl Command for CompleteTransitions {
    type Answer = Settled;

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<Settled>, Stop> {
        let failure = self.failure.as_ref();
        let failure =
            failure.map(|reason| StoredReason { code: reason.code.clone(), text: reason.text.clone() });
        let name = &self.function_name;
        let found = context.require(name, context.caller.function_arn(name))?;
        let is_provisioned = provisioned_concurrency::total(context, name, &found.value)? > 0;
        let complete = |entity: &mut StoredVersion| entity.complete(failure.clone());
        let Decision { changes, answer } =
            Settlement::new(context, name, &complete).run(found, self.after)?;
        Ok(Decision { changes, answer: Settled { is_provisioned, ..answer } })
    }
}

/// Stores the end of transitions that are due.
#[derive(Debug, Clone)]
pub(crate) struct SettleFunction {
    pub(crate) function_name: FunctionName,
    /// Goes on after this version.
    pub(crate) after: Option<u64>,
}

impl Command for SettleFunction {
    type Answer = Settled;

    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<Settled>, Stop> {
        match context.find(self.function_name.as_str())? {
            Some(found) => Settlement::new(context, &self.function_name, &|_| false).run(found, self.after),
            None => {
                let answer = Settled { finished: 0, next: None, is_provisioned: false };
                Ok(Decision { changes: Changes::default(), answer })
            }
        }
    }
}

/// One transaction that stores `$LATEST` and versions which were due, or which `complete` finishes.
struct Settlement<'a> {
    context: &'a Context<'a>,
    name: &'a FunctionName,
    complete: &'a dyn Fn(&mut StoredVersion) -> bool,
    changes: Changes,
    finished: usize,
    /// When the first of those that stay pending is due.
    next_due_ms: Option<u64>,
}

/// What became of a page of versions.
struct Progress {
    /// The first version that stays pending.
    first_pending: Option<u64>,
    /// The last version that was looked at, if there may be more behind it.
    next: Option<u64>,
}

impl<'a> Settlement<'a> {
    fn new(
        context: &'a Context<'a>,
        name: &'a FunctionName,
        complete: &'a dyn Fn(&mut StoredVersion) -> bool,
    ) -> Self {
        Self { context, name, complete, changes: Changes::default(), finished: 0, next_due_ms: None }
    }

    fn run(
        mut self,
        found: Projected<StoredFunction>,
        after: Option<u64>,
    ) -> Result<Decision<Settled>, Stop> {
        let Projected { value: mut function, superseded } = found;
        // In later rounds `$LATEST` was completed before; what it began since then goes on.
        let latest = (&mut function.latest, superseded);
        let mut changed = self.finish(latest, None, after.is_none())?;
        let unsettled_from = function.unsettled_from;
        let after = after.unwrap_or(0).max(unsettled_from.saturating_sub(1));
        let progress = self.finish_versions(&function, after)?;
        if after + 1 == unsettled_from {
            let looked_at = progress.next.map_or(function.next_version, |last| last + 1);
            function.unsettled_from = progress.first_pending.unwrap_or(looked_at);
            changed |= function.unsettled_from != unsettled_from;
        }
        if changed {
            self.changes.put(keys::function(self.name.as_str()), &function)?;
        }
        let due = |at_ms| Due::Transition { name: self.name.clone(), at_ms };
        self.changes.due = self.next_due_ms.map(due);
        let answer = Settled { finished: self.finished, next: progress.next, is_provisioned: false };
        Ok(Decision { changes: self.changes, answer })
    }

    /// Looks at versions after `after`, as many as one transaction may write.
    fn finish_versions(&mut self, function: &StoredFunction, after: u64) -> Result<Progress, Stop> {
        let prefix = keys::versions(self.name.as_str(), &function.incarnation);
        let after_key = keys::version(self.name.as_str(), &function.incarnation, after);
        let Page { entries, more } =
            self.context.view.scan(&prefix, Some(&after_key), VERSIONS_PER_SETTLEMENT)?;
        let (mut progress, mut last, mut bytes) = (Progress { first_pending: None, next: None }, after, 0);
        for (key, value) in entries {
            let Some(number) = keys::number_of(&key) else { continue };
            bytes += value.payload().len();
            if bytes > BYTES_PER_SETTLEMENT && last > after {
                return Ok(Progress { next: Some(last), ..progress });
            }
            last = number;
            let mut version = StoredVersion::decode(&value)?;
            let superseded = self.context.project(&mut version);
            if self.finish((&mut version, superseded), Some(number), true)? {
                self.changes.put(key, &version)?;
            } else if version.transition.is_some() {
                progress.first_pending.get_or_insert(number);
            }
        }
        progress.next = more.then_some(last);
        Ok(progress)
    }

    /// Finishes an entity that was due, or that can be completed if it `may_complete`. Tells whether it changed.
    fn finish(
        &mut self,
        (entity, superseded): (&mut StoredVersion, Option<[u8; 16]>),
        version: Option<u64>,
        may_complete: bool,
    ) -> Result<bool, Stop> {
        let before = superseded.unwrap_or(entity.revision_id);
        if superseded.is_none() && !(may_complete && (self.complete)(entity)) {
            let due = entity.transition.as_ref().and_then(|transition| transition.completes_at_ms);
            self.next_due_ms = self.next_due_ms.into_iter().chain(due).min();
            return Ok(false);
        }
        self.finished += 1;
        let done = Projected { value: (), superseded: Some(before) };
        self.context.note_completion(&mut self.changes, (self.name, version), &done, entity.revision_id)?;
        Ok(true)
    }
}

/// Finds what has to be settled of functions, one page of them after `after`, and where to go on.
pub(crate) fn unsettled_functions(after: Option<Vec<u8>>) -> impl Query<Answer = Unsettled> {
    UnsettledFunctions { after }
}

type Unsettled = (Vec<Due>, Option<Vec<u8>>);

struct UnsettledFunctions {
    after: Option<Vec<u8>>,
}

impl Query for UnsettledFunctions {
    type Answer = Unsettled;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<Unsettled, Stop> {
        let page = context.view.scan(keys::FUNCTIONS, self.after.as_deref(), 256)?;
        let next = page.more.then(|| page.entries.last().map(|(key, _)| key.clone())).flatten();
        let mut found = Vec::new();
        for (key, value) in page.entries {
            let function = StoredFunction::decode(&value)?;
            let Some(name) = keys::name_of(&key) else { continue };
            // When that is due stands with each version and alias, so settling looks at once.
            if provisioned_concurrency::total(context, &name, &function)? > 0 {
                found.push(Due::Provisioned { name: name.clone(), at_ms: 0 });
            }
            found.extend(function.settle_at_ms().map(|at_ms| Due::Transition { name, at_ms }));
        }
        Ok((found, next))
    }
}

impl StoredFunction {
    /// When to settle it, if somebody does not complete it before.
    fn settle_at_ms(&self) -> Option<u64> {
        // When its versions are due stands in the versions, so settling looks at once.
        let versions = (self.unsettled_from < self.next_version).then_some(0);
        let latest = self.latest.transition.as_ref().and_then(|transition| transition.completes_at_ms);
        versions.into_iter().chain(latest).min()
    }
}

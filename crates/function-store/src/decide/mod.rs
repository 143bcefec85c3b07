//! Decisions: stored state and a valid request in, changes and an answer out. Pure: the same inputs give the same end,
//! because ids and time are drawn before the first run.

mod account_settings;
mod agreement;
mod alias;
mod belongings;
mod code_signing;
mod concurrency;
mod context;
mod create;
mod delete;
mod event_invoke;
mod event_source_mapping;
mod event_source_mapping_claims;
mod event_source_mapping_settings;
mod function_code_signing;
mod function_scaling;
mod function_url;
mod get;
mod invoke;
mod layer;
mod layer_lists;
mod layer_policy;
mod layers;
mod list;
mod marker;
mod package_report;
mod policy;
mod provisionable;
mod provisioned_concurrency;
mod publish;
mod recursion;
mod runtime_management;
mod setting;
mod settle;
mod settle_mappings;
mod settle_provisioned;
mod sweep;
mod tags;
mod update;
mod update_code;
mod update_configuration;

pub(crate) use agreement::{Disagreement, check_agreement};
pub(crate) use concurrency::UNRESERVED_MIN;
pub(crate) use context::{Context, Stop, code_location};
pub use create::{CheckCreate, CreateFunctionWith};
pub use invoke::{Chance, CheckInvocation, FindInvocable};
pub(crate) use layer::LAYER_NAME_LENGTH_MAX;
pub use layer::{FindLayerVersion, GetLayer, LayerPackage, PublishLayer};
pub use layers::ForeignLayer;
pub use package_report::{CodeInspection, CodeReport, FindPackageReport, FoundPackageReport};
pub(crate) use settle::{CompleteTransitions, Due, SettleFunction, Settled, unsettled_functions};
pub(crate) use settle_mappings::{SettleMapping, pending_mappings, unsettled_mappings};
pub(crate) use settle_provisioned::{Ending, SettleProvisioned, SettledProvisioned};
pub(crate) use sweep::{SweepGone, gone_functions};
pub use update_code::{CheckUpdate, CodeUser, UpdateCode};
pub use update_configuration::{CheckConfiguration, UpdateConfiguration};

use bytes::Bytes;
use funclet_storage::{Abort, BlobDigest, Encoded, Tx};

use crate::error::ServiceError;
use crate::event::Event;
use crate::keys;
use crate::lifecycle::Transitions;
use crate::stored::{Stored, StoredLayer};

/// What was drawn for one operation before it ran.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    /// Engine time in milliseconds since 1970.
    pub(crate) now_ms: u64,
    /// The incarnation of a function, if one is created.
    pub(crate) incarnation: [u8; 16],
    /// Revisions, in the order in which a decision needs them.
    pub(crate) revisions: [[u8; 16]; 4],
    pub(crate) transitions: Transitions,
    pub(crate) code_bytes_max: u64,
    pub(crate) concurrent_executions_max: u32,
}

impl Drawn {
    /// For whoever only reads, and asks for no time.
    pub(crate) const NOTHING: Self = Self {
        now_ms: 0,
        incarnation: [0; 16],
        revisions: [[0; 16]; 4],
        transitions: Transitions::Immediate,
        code_bytes_max: 0,
        concurrent_executions_max: 0,
    };
}

/// An operation that may change something.
///
/// Implemented by the valid requests; [`FunctionStore::submit`](crate::FunctionStore::submit) runs it.
pub trait Command: sealed::Command + Send + 'static {}

/// An operation that only reads.
///
/// Implemented by the valid requests; [`FunctionStore::submit_query`](crate::FunctionStore::submit_query) runs it.
pub trait Query: sealed::Query + Send + 'static {}

pub(crate) mod sealed {
    use super::{Context, Decision, Stop};

    pub trait Command {
        type Answer: Send + 'static;
        #[allow(private_interfaces)]
        fn decide(&self, context: &Context<'_>) -> Result<Decision<Self::Answer>, Stop>;
    }

    pub trait Query {
        type Answer: Send + 'static;
        #[allow(private_interfaces)]
        fn look(&self, context: &Context<'_>) -> Result<Self::Answer, Stop>;
    }
}

impl<C: sealed::Command + Send + 'static> Command for C {}
impl<Q: sealed::Query + Send + 'static> Query for Q {}

/// New code, fetched and inspected before the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewCode {
    /// An archive.
    Zip {
        /// The digest of its bytes.
        digest: BlobDigest,
        /// Its length in bytes.
        size: u64,
        /// The sum of what is in it, in bytes.
        unzipped_size: u64,
        /// How many entries it has.
        entry_count: u64,
        /// Its bytes if they ride in the record; otherwise the blob is stored and pinned already.
        inline: Option<Bytes>,
        /// What was found in it.
        inspection: CodeInspection,
    },
    /// An image.
    Image {
        /// The digest of its manifest.
        digest: [u8; 32],
        /// The URI as it was given.
        image_uri: String,
        /// The URI with the digest.
        resolved_image_uri: String,
    },
}

/// What became of fetching and inspecting the code; a refusal is told in its turn.
pub type Fetched = Result<NewCode, ServiceError>;

/// What a decision changes, and what it answers.
#[derive(Debug)]
pub(crate) struct Decision<A> {
    pub(crate) changes: Changes,
    pub(crate) answer: A,
}

/// A write set, to be played into a transaction.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    puts: Vec<(Vec<u8>, Encoded)>,
    deletes: Vec<Vec<u8>>,
    code_bytes_added: i64,
    /// Executions that are reserved from now on.
    concurrency_added: i64,
    inline: Vec<(BlobDigest, Bytes)>,
    /// What the service says if the account has not as many; its text for reservations if not given.
    pub(crate) without_concurrency: Option<ServiceError>,
    holds: Vec<(BlobDigest, u64)>,
    releases: Vec<BlobDigest>,
    /// Encoded.
    events: Vec<Vec<u8>>,
    /// What has to be settled later, and when.
    pub(crate) due: Option<Due>,
}

impl Changes {
    pub(crate) fn put(&mut self, key: Vec<u8>, value: &impl Stored) -> Result<(), Stop> {
        self.puts.push((key, value.encode()?));
        Ok(())
    }

    pub(crate) fn delete(&mut self, key: Vec<u8>) {
        self.deletes.push(key);
    }

    /// Counts `code` as used once more.
    pub(crate) fn use_code(&mut self, code: &NewCode, times: u64) {
        let NewCode::Zip { digest, size, inline, .. } = code else { return };
        self.inline.extend(inline.clone().map(|content| (*digest, content)));
        for _ in 0..times {
            self.hold(*digest, *size);
        }
    }

    /// Counts one reference more, and its bytes against the quota.
    pub(crate) fn hold(&mut self, digest: BlobDigest, size: u64) {
        self.keep((digest, size));
        self.add_code_bytes(i64::try_from(size).unwrap_or(i64::MAX));
    }

    /// Counts one reference more, of something that counts against the quota elsewhere.
    pub(crate) fn keep(&mut self, (digest, size): (BlobDigest, u64)) {
        self.holds.push((digest, size));
    }

    /// Counts one reference more to each layer, riding along those that come from elsewhere.
    pub(crate) fn keep_layers(&mut self, layers: &[StoredLayer], foreign: &[ForeignLayer]) {
        for layer in layers {
            let blob = layer.blob();
            let content = foreign.iter().filter_map(|layer| layer.found.as_ref().ok());
            let inline =
                content.filter_map(|content| content.inline.clone().filter(|_| content.digest == blob.0));
            self.inline.extend(inline.take(1).map(|inline| (blob.0, inline)));
            self.keep(blob);
        }
    }

    /// Counts one reference less. The quota is given back separately, because a sweep comes after it.
    pub(crate) fn release(&mut self, digest: BlobDigest) {
        self.releases.push(digest);
    }

    pub(crate) fn add_code_bytes(&mut self, bytes: i64) {
        self.code_bytes_added = self.code_bytes_added.saturating_add(bytes);
    }

    pub(crate) fn free_code_bytes(&mut self, bytes: u64) {
        self.add_code_bytes(i64::try_from(bytes).unwrap_or(i64::MAX).saturating_neg());
    }

    /// Reserves so many executions of the account's more than `before`, or gives some back.
    pub(crate) fn reserve_concurrency(&mut self, before: u32, after: u32) {
        self.concurrency_added += i64::from(after) - i64::from(before);
    }

    pub(crate) fn event(&mut self, event: impl Into<Event>) -> Result<(), Stop> {
        self.events.push(event.into().encode()?);
        Ok(())
    }

    /// Plays the write set into a transaction. May run several times.
    pub(crate) fn play(&self, tx: &mut dyn Tx, drawn: &Drawn) -> Result<(), Abort> {
        for (digest, content) in &self.inline {
            tx.inline_blob(*digest, content.clone())?;
        }
        // Taken before given back, so that a blob that stays is never unreferenced in between.
        for (digest, size) in &self.holds {
            tx.hold(*digest, *size)?;
        }
        for digest in &self.releases {
            tx.release(*digest)?;
        }
        self.forget_reports(tx)?;
        if self.code_bytes_added != 0 {
            tx.bounded_add(keys::CODE_BYTES, self.code_bytes_added, drawn.code_bytes_max)?;
        }
        if self.concurrency_added != 0 {
            let max = concurrency::reservable(drawn.concurrent_executions_max);
            tx.bounded_add(keys::RESERVED_CONCURRENCY, self.concurrency_added, max.into())?;
        }
        for (key, value) in &self.puts {
            tx.put(key, value.clone())?;
        }
        for key in &self.deletes {
            tx.delete(key)?;
        }
        for event in &self.events {
            tx.event(event.clone())?;
        }
        Ok(())
    }
}

//! What no second event source mapping may have: the same function, source, and what of the source is read.

use funclet_validation::EventSource;

use crate::decide::event_source_mapping::{Mapping, Projected};
use crate::decide::{Context, Stop};
use crate::error::ServiceError;
use crate::keys;
use crate::stored::{Stored as _, StoredEventSource, StoredMappingEntry};

/// Looks for another mapping that has what `new` claims, or is being deleted and had it, and refuses `new` if it is there. One
/// that is gone but not removed yet is returned.
pub(crate) fn predecessor(context: &Context<'_>, new: &Mapping) -> Result<Option<Mapping>, Stop> {
    let other = match context.read::<StoredMappingEntry>(&new.claim())? {
        Some(entry) if entry.uuid == new.uuid => None,
        Some(entry) => context.stored_mapping(entry.uuid)?,
        None => being_deleted(context, new)?,
    };
    let Some(mut other) = other else { return Ok(None) };
    match other.stored.finish(context.drawn.now_ms, false) {
        Projected::Gone => Ok(Some(other)),
        Projected::Unchanged | Projected::Finished => Err(exists(context, &other)?.into()),
    }
}

/// How many mappings beside a new one are asked whether they are being deleted; each is a read.
const ASKED_MAX: usize = 24;

/// Looks for a mapping that is being deleted and had what `new` claims. Where very many lie beside it, it may be passed over:
/// then it goes while the new one is there, and takes nothing of it along.
fn being_deleted(context: &Context<'_>, new: &Mapping) -> Result<Option<Mapping>, Stop> {
    let function = (new.stored.function_name.as_str(), new.stored.qualifier.as_deref());
    let beside = match &new.stored.event_source {
        StoredEventSource::Arn(arn) => keys::mappings_by_source(arn, Some(function)),
        StoredEventSource::SelfManaged(_) => keys::mappings_by_function(function),
    };
    for (_, value) in context.view.scan(&beside, None, ASKED_MAX)?.entries {
        let other = context.stored_mapping(StoredMappingEntry::decode(&value)?.uuid)?;
        let had_it = |other: &Mapping| other.is_being_deleted() && other.claim() == new.claim();
        if let Some(other) = other.filter(had_it) {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// The texts of queues and streams are quoted in many public reports; that of one's own Kafka clusters in public code. The
/// others get that of streams \[chosen\].
fn exists(context: &Context<'_>, other: &Mapping) -> Result<ServiceError, Stop> {
    let (function, uuid) = (other.stored.function_name.clone(), other.uuid_text());
    Ok(match other.stored.event_source.told()? {
        EventSource::Arn(arn) if arn.service() == "sqs" => {
            ServiceError::QueueMappingExists { queue: arn.to_string(), function, uuid }
        }
        EventSource::Arn(arn) => {
            ServiceError::MappingExists { event_source: arn.to_string(), function, uuid }
        }
        EventSource::SelfManaged(cluster) => {
            let endpoints = cluster.endpoints.unwrap_or_default();
            let servers: Vec<_> = endpoints.iter().flat_map(|(_, servers)| servers).cloned().collect();
            ServiceError::ClusterMappingExists {
                servers: servers.join(","),
                function: other.function_arn(context)?.to_string(),
                topics: other.stored.topics.clone().unwrap_or_default().join(","),
                uuid,
            }
        }
    })
}

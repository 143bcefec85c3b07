//! What the feed of committed events says.

use funclet_storage::codec::{self, DecodeError};
use serde::{Deserialize, Serialize};

/// The kind of an event's bytes, their first byte: of functions, and of everything else.
const FUNCTION_EVENT: u8 = 32;
const RESOURCE_EVENT: u8 = 33;

/// One thing that happened to a function. Committed together with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionEvent {
    /// What happened.
    pub kind: FunctionEventKind,
    /// The bare name of the function.
    pub function_name: String,
    /// The version; `None` for `$LATEST` and for the function as a whole.
    pub version: Option<u64>,
    /// The RevisionId before, if there was one.
    pub old_revision: Option<[u8; 16]>,
    /// The RevisionId afterwards, if there is one.
    pub new_revision: Option<[u8; 16]>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FunctionEventKind {
    /// A function was created.
    FunctionCreated,
    /// `$LATEST` has new code.
    CodeUpdated,
    /// A version was published.
    VersionPublished,
    /// A creation or update was finished, and that was stored.
    TransitionCompleted,
    /// A version was deleted.
    VersionDeleted,
    /// A function was deleted with everything it had.
    FunctionDeleted,
    /// `$LATEST` has another RevisionId and is otherwise as it was, because it was published.
    RevisionRenewed,
    /// `$LATEST` has another configuration.
    ConfigurationUpdated,
    /// The function has other tags; `$LATEST` has another RevisionId and is otherwise as it was.
    TagsUpdated,
}

/// One thing that happened to something else than a function. Committed together with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceEvent {
    /// What it happened to.
    pub resource: ResourceKind,
    /// What happened.
    pub change: ResourceChange,
    /// The ARN: of the function with its qualifier, if it is something that a function has.
    pub arn: String,
    /// The RevisionId before, if there was one.
    pub old_revision: Option<[u8; 16]>,
    /// The RevisionId afterwards, if there is one.
    pub new_revision: Option<[u8; 16]>,
}

/// What something can happen to, beside functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ResourceKind {
    /// An alias.
    Alias,
    /// The resource policy of a function, version or alias.
    Policy,
    /// A version of a layer.
    LayerVersion,
    /// The resource policy of a version of a layer.
    LayerVersionPolicy,
    /// A code signing config.
    CodeSigningConfig,
    /// The code signing config of a function.
    FunctionCodeSigningConfig,
    /// The reserved concurrency of a function.
    FunctionConcurrency,
    /// The provisioned concurrency of a version or alias.
    ProvisionedConcurrencyConfig,
    /// What is configured about asynchronous invocations.
    FunctionEventInvokeConfig,
    /// The URL of a function.
    FunctionUrlConfig,
    /// How runtimes are updated.
    RuntimeManagementConfig,
    /// How recursive loops are treated.
    FunctionRecursionConfig,
    /// How a version scales.
    FunctionScalingConfig,
    /// A mapping of an event source.
    EventSourceMapping,
    /// The report of a function's package, which is kept because of what it tells. The ARN is that of the function whose
    /// code has brought it. The same report of the same package is told once as long as the account holds the package.
    PackageReport,
}

/// What happened to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResourceChange {
    /// It is new.
    Created,
    /// It is another one.
    Updated,
    /// It is gone. What belongs to a function, version or alias goes with it, and no event says so.
    Deleted,
}

/// One event of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Of a function or one of its versions.
    Function(FunctionEvent),
    /// Of something else.
    Resource(ResourceEvent),
}

impl Event {
    /// Encodes the event: the kind, then the codec's bytes.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, DecodeError> {
        let (kind, payload) = match self {
            Self::Function(event) => (FUNCTION_EVENT, codec::encode_payload(FUNCTION_EVENT, event)?),
            Self::Resource(event) => (RESOURCE_EVENT, codec::encode_payload(RESOURCE_EVENT, event)?),
        };
        Ok([vec![kind], payload].concat())
    }

    /// Decodes an event of the feed. `None` for a kind of event that this version does not know.
    ///
    /// # Errors
    /// [`DecodeError`] if the event is of a known kind and damaged.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, DecodeError> {
        match bytes.split_first() {
            Some((&FUNCTION_EVENT, payload)) => {
                codec::decode_payload(FUNCTION_EVENT, payload).map(Self::Function).map(Some)
            }
            Some((&RESOURCE_EVENT, payload)) => {
                codec::decode_payload(RESOURCE_EVENT, payload).map(Self::Resource).map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl From<FunctionEvent> for Event {
    fn from(event: FunctionEvent) -> Self {
        Self::Function(event)
    }
}

impl From<ResourceEvent> for Event {
    fn from(event: ResourceEvent) -> Self {
        Self::Resource(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_read_back_and_unknown_kinds_are_passed_over() {
        let of_function = FunctionEvent {
            kind: FunctionEventKind::CodeUpdated,
            function_name: "f".into(),
            version: Some(1),
            old_revision: None,
            new_revision: Some([7; 16]),
        };
        let of_resource = ResourceEvent {
            resource: ResourceKind::Policy,
            change: ResourceChange::Updated,
            arn: "arn".into(),
            old_revision: Some([8; 16]),
            new_revision: None,
        };
        for event in [Event::from(of_function), Event::from(of_resource)] {
            assert_eq!(Event::decode(&event.encode().unwrap()).unwrap(), Some(event));
        }
        assert_eq!(Event::decode(&[99, 1, 2]).unwrap(), None);
        assert_eq!(Event::decode(&[]).unwrap(), None);
        assert!(Event::decode(&[FUNCTION_EVENT, 1]).is_err() && Event::decode(&[RESOURCE_EVENT, 1]).is_err());
    }

    #[test]
    fn the_numbers_of_resources_and_changes_never_change() {
        use ResourceKind as Kind;
        let kinds = [
            Kind::Alias,
            Kind::Policy,
            Kind::LayerVersion,
            Kind::LayerVersionPolicy,
            Kind::CodeSigningConfig,
            Kind::FunctionCodeSigningConfig,
            Kind::FunctionConcurrency,
            Kind::ProvisionedConcurrencyConfig,
            Kind::FunctionEventInvokeConfig,
            Kind::FunctionUrlConfig,
            Kind::RuntimeManagementConfig,
            Kind::FunctionRecursionConfig,
            Kind::FunctionScalingConfig,
            Kind::EventSourceMapping,
        ];
        let changes = [ResourceChange::Created, ResourceChange::Updated, ResourceChange::Deleted];
        for (number, resource) in kinds.into_iter().enumerate() {
            let (change, place) = (changes[number % 3], (number % 3) as u8);
            let event =
                ResourceEvent { resource, change, arn: "a".into(), old_revision: None, new_revision: None };
            let expected = [
                &[RESOURCE_EVENT, number as u8, 0, 0, 0, place, 0, 0, 0][..],
                &[1, 0, 0, 0],
                &[0, 0, 0, 0, b'a', 0, 0],
            ];
            assert_eq!(Event::from(event).encode().unwrap(), expected.concat());
        }
    }

    /// The number of a kind stands in every stored event.
    #[test]
    fn the_numbers_of_kinds_never_change() {
        use FunctionEventKind as Kind;
        let kinds = [
            Kind::FunctionCreated,
            Kind::CodeUpdated,
            Kind::VersionPublished,
            Kind::TransitionCompleted,
            Kind::VersionDeleted,
            Kind::FunctionDeleted,
            Kind::RevisionRenewed,
            Kind::ConfigurationUpdated,
            Kind::TagsUpdated,
        ];
        for (number, kind) in kinds.into_iter().enumerate() {
            let (old_revision, new_revision) = (None, None);
            let event =
                FunctionEvent { kind, function_name: "f".into(), version: None, old_revision, new_revision };
            let bytes = Event::from(event).encode().unwrap();
            let expected =
                [&[FUNCTION_EVENT, number as u8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, b'f', 0, 0, 0][..]]
                    .concat();
            assert_eq!(bytes, expected);
        }
    }
}

//! What the feed of committed events says.

use funclet_storage::codec::{self, DecodeError};
use serde::{Deserialize, Serialize};

/// The kind of an event's bytes, their first byte.
const EVENT_KIND: u8 = 32;

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

impl FunctionEvent {
    /// Encodes the event: the kind, then the codec's bytes.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, DecodeError> {
        let mut bytes = vec![EVENT_KIND];
        bytes.extend(codec::encode_payload(EVENT_KIND, self)?);
        Ok(bytes)
    }

    /// Decodes an event of the feed. `None` for a kind of event that this version does not know.
    ///
    /// # Errors
    /// [`DecodeError`] if the event is of the known kind and damaged.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, DecodeError> {
        match bytes.split_first() {
            Some((&EVENT_KIND, payload)) => codec::decode_payload(EVENT_KIND, payload).map(Some),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_back_and_unknown_kinds_are_passed_over() {
        let event = FunctionEvent {
            kind: FunctionEventKind::CodeUpdated,
            function_name: "f".into(),
            version: Some(1),
            old_revision: None,
            new_revision: Some([7; 16]),
        };
        assert_eq!(FunctionEvent::decode(&event.encode().unwrap()).unwrap(), Some(event));
        assert_eq!(FunctionEvent::decode(&[99, 1, 2]).unwrap(), None);
        assert_eq!(FunctionEvent::decode(&[]).unwrap(), None);
        assert!(FunctionEvent::decode(&[EVENT_KIND, 1]).is_err());
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
            let bytes = event.encode().unwrap();
            let expected =
                [&[EVENT_KIND, number as u8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, b'f', 0, 0, 0][..]].concat();
            assert_eq!(bytes, expected);
        }
    }
}

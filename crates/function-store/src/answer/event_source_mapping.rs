//! Event source mappings.

use funclet_validation::{EventSource, EventSourceMappingSettings, EventSourcePosition, FunctionArn};

use crate::answer::Timestamp;

/// An event source mapping (`EventSourceMappingConfiguration`).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EventSourceMappingConfiguration {
    /// The id: a UUID.
    pub uuid: String,
    /// The ARN of the mapping.
    pub event_source_mapping_arn: String,
    /// The ARN of the function, qualified if the request was.
    pub function_arn: FunctionArn,
    /// What the events come from.
    pub event_source: EventSource,
    /// Where in the stream it began.
    pub starting_position: Option<EventSourcePosition>,
    /// The time at which it began, in seconds since 1970.
    pub starting_position_timestamp: Option<f64>,
    /// The Kafka topic.
    pub topics: Option<Vec<String>>,
    /// The queue of an Amazon MQ broker.
    pub queues: Option<Vec<String>>,
    /// When the mapping was created, updated or deleted last.
    pub last_modified: Timestamp,
    /// Where it stands in its life.
    pub state: EventSourceMappingState,
    /// Who brought it there, in the words of the service, which depend on the kind of source.
    pub state_transition_reason: &'static str,
    /// What became of records, where the service says that: nothing is polled.
    pub last_processing_result: Option<&'static str>,
    /// What can be updated, with the defaults of the kind of source.
    pub settings: EventSourceMappingSettings,
}

/// The state of an event source mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventSourceMappingState {
    /// Being created.
    Creating,
    /// Being updated.
    Updating,
    /// Being enabled by an update.
    Enabling,
    /// It would invoke its function.
    Enabled,
    /// Being disabled by an update.
    Disabling,
    /// It would not invoke its function.
    Disabled,
    /// Being deleted.
    Deleting,
}

impl EventSourceMappingState {
    /// Returns the text on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "Creating",
            Self::Updating => "Updating",
            Self::Enabling => "Enabling",
            Self::Enabled => "Enabled",
            Self::Disabling => "Disabling",
            Self::Disabled => "Disabled",
            Self::Deleting => "Deleting",
        }
    }
}

/// One page of ListEventSourceMappings.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSourceMappingPage {
    /// The mappings, in the order of what they are found by: their ids, if neither function nor source is given.
    pub event_source_mappings: Vec<EventSourceMappingConfiguration>,
    /// Where to go on, if there is more.
    pub next_marker: Option<String>,
}

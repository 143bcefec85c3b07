//! Event source mappings.

use funclet_function_store::{EventSourceMappingConfiguration, EventSourceMappingPage};
use funclet_validation::{
    CreateEventSourceMapping, CreateEventSourceMappingRequest, DeleteEventSourceMapping,
    DeleteEventSourceMappingRequest, GetEventSourceMapping, GetEventSourceMappingRequest,
    ListEventSourceMappings, ListEventSourceMappingsRequest, UpdateEventSourceMapping,
    UpdateEventSourceMappingRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Maps a queue or stream to a function. Nothing is polled.
    ///
    /// # Errors
    /// [`Error`].
    CreateEventSourceMappingRequest, "CreateEventSourceMapping", create_event_source_mapping,
        Change<CreateEventSourceMapping> -> EventSourceMappingConfiguration;

    /// Returns an event source mapping.
    ///
    /// # Errors
    /// [`Error`].
    GetEventSourceMappingRequest, "GetEventSourceMapping", get_event_source_mapping,
        Look<GetEventSourceMapping> -> EventSourceMappingConfiguration;

    /// Changes an event source mapping with which nothing is in progress.
    ///
    /// # Errors
    /// [`Error`].
    UpdateEventSourceMappingRequest, "UpdateEventSourceMapping", update_event_source_mapping,
        Change<UpdateEventSourceMapping> -> EventSourceMappingConfiguration;

    /// Deletes an event source mapping with which nothing is in progress.
    ///
    /// # Errors
    /// [`Error`].
    DeleteEventSourceMappingRequest, "DeleteEventSourceMapping", delete_event_source_mapping,
        Change<DeleteEventSourceMapping> -> EventSourceMappingConfiguration;

    /// Lists event source mappings, or those of a function, of a source, or of both, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListEventSourceMappingsRequest, "ListEventSourceMappings", list_event_source_mappings,
        Look<ListEventSourceMappings> -> EventSourceMappingPage;
}

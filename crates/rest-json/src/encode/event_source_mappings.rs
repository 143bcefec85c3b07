//! Event source mappings.

use funclet::{
    Destination, Destinations, EventSource, EventSourceMappingConfiguration, EventSourceMappingPage,
    ResourceArn, Structure, Timestamp,
};
use serde::ser::{Serialize, Serializer};

use super::as_sent::AsSent;
use super::{Answer, json};
use crate::packages::Links;

impl Answer for EventSourceMappingConfiguration {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        json(&Mapping::of(self))
    }
}

impl Answer for EventSourceMappingPage {
    fn to_json(&self, _: &Links<'_>) -> Vec<u8> {
        let event_source_mappings = self.event_source_mappings.iter().map(Mapping::of).collect();
        json(&Mappings { next_marker: self.next_marker.as_deref(), event_source_mappings })
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Mappings<'a> {
    next_marker: Option<&'a str>,
    event_source_mappings: Vec<Mapping<'a>>,
}

/// What a mapping does not have is left out: it was recorded through clients that do not tell that from null.
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Mapping<'a> {
    #[serde(rename = "UUID")]
    uuid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_position: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_position_timestamp: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_batching_window_in_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallelization_factor: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_source_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_criteria: Option<AsSent<'a>>,
    #[serde(rename = "KMSKeyArn")]
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics_config: Option<AsSent<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logging_config: Option<AsSent<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scaling_config: Option<AsSent<'a>>,
    function_arn: String,
    last_modified: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_processing_result: Option<&'static str>,
    state: &'static str,
    state_transition_reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_config: Option<DestinationConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topics: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queues: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_access_configurations: Option<Vec<AsSent<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_managed_event_source: Option<AsSent<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_record_age_in_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bisect_batch_on_function_error: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_retry_attempts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tumbling_window_in_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_response_types: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amazon_managed_kafka_event_source_config: Option<AsSent<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_managed_kafka_event_source_config: Option<AsSent<'a>>,
    #[serde(rename = "DocumentDBEventSourceConfig")]
    #[serde(skip_serializing_if = "Option::is_none")]
    document_db_event_source_config: Option<AsSent<'a>>,
    event_source_mapping_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioned_poller_config: Option<AsSent<'a>>,
}

impl<'a> Mapping<'a> {
    fn of(mapping: &'a EventSourceMappingConfiguration) -> Self {
        let settings = &mapping.settings;
        let cluster = match &mapping.event_source {
            EventSource::Arn(_) => None,
            EventSource::SelfManaged(cluster) => Some(cluster),
        };
        Self {
            uuid: &mapping.uuid,
            starting_position: mapping.starting_position.map(|position| position.as_str()),
            starting_position_timestamp: mapping.starting_position_timestamp,
            batch_size: settings.batch_size,
            maximum_batching_window_in_seconds: settings.maximum_batching_window_in_seconds,
            parallelization_factor: settings.parallelization_factor,
            event_source_arn: mapping.event_source.arn().map(ResourceArn::as_str),
            filter_criteria: sent(&settings.filter_criteria),
            kms_key_arn: settings.kms_key_arn.as_deref(),
            metrics_config: sent(&settings.metrics_config),
            logging_config: sent(&settings.logging_config),
            scaling_config: sent(&settings.scaling_config),
            function_arn: mapping.function_arn.to_string(),
            last_modified: Seconds(mapping.last_modified),
            last_processing_result: mapping.last_processing_result,
            state: mapping.state.as_str(),
            state_transition_reason: mapping.state_transition_reason,
            destination_config: settings.destinations.as_ref().map(DestinationConfig::of),
            topics: mapping.topics.as_deref(),
            queues: mapping.queues.as_deref(),
            source_access_configurations: settings
                .source_access_configurations
                .as_ref()
                .map(|list| list.iter().map(AsSent::of).collect()),
            self_managed_event_source: cluster.map(AsSent::of),
            maximum_record_age_in_seconds: settings.maximum_record_age_in_seconds,
            bisect_batch_on_function_error: settings.bisect_batch_on_function_error,
            maximum_retry_attempts: settings.maximum_retry_attempts,
            tumbling_window_in_seconds: settings.tumbling_window_in_seconds,
            function_response_types: settings.function_response_types.as_deref(),
            amazon_managed_kafka_event_source_config: sent(
                &settings.amazon_managed_kafka_event_source_config,
            ),
            self_managed_kafka_event_source_config: sent(&settings.self_managed_kafka_event_source_config),
            document_db_event_source_config: sent(&settings.document_db_event_source_config),
            event_source_mapping_arn: &mapping.event_source_mapping_arn,
            provisioned_poller_config: sent(&settings.provisioned_poller_config),
        }
    }
}

fn sent<S: Structure>(structure: &Option<S>) -> Option<AsSent<'_>> {
    structure.as_ref().map(AsSent::of)
}

/// What failed goes somewhere or nowhere; what succeeded goes nowhere.
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationConfig<'a> {
    on_failure: OnFailure<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct OnFailure<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<&'a str>,
}

impl<'a> DestinationConfig<'a> {
    fn of(destinations: &'a Destinations) -> Self {
        let destination = destinations.on_failure.as_ref().map(Destination::as_str);
        Self { on_failure: OnFailure { destination } }
    }
}

/// Seconds since 1970 as a number with a fraction (documented by examples).
struct Seconds(Timestamp);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_precision_loss, reason = "exact for as long as years have four digits")]
        serializer.serialize_f64(self.0.0 as f64 / 1000.0)
    }
}

//! What an event source mapping is set to: the defaults of its kind of source, and what an update leaves.

use funclet_validation::{
    AmazonManagedKafkaEventSourceConfig, Destinations, EventSource, EventSourceMappingSettings,
    SelfManagedKafkaEventSourceConfig,
};

/// Adds what the service shows of a mapping that does not set it.
///
/// Queues and Kinesis streams are recorded from AWS, tables follow them (quoted in public reports). Of the others the size of
/// batches is documented, and that of Kafka a consumer group is made up; that its name is the id of the mapping is chosen.
pub(crate) fn with_defaults(
    mut settings: EventSourceMappingSettings,
    source: &EventSource,
    uuid: &str,
) -> EventSourceMappingSettings {
    let service = source.service();
    settings.batch_size.get_or_insert(if service == "sqs" { 10 } else { 100 });
    if matches!(service, "sqs" | "kinesis" | "dynamodb") {
        settings.maximum_batching_window_in_seconds.get_or_insert(0);
        settings.function_response_types.get_or_insert_default();
    }
    match source {
        EventSource::Arn(_) if matches!(service, "kinesis" | "dynamodb") => {
            settings.parallelization_factor.get_or_insert(1);
            settings.maximum_record_age_in_seconds.get_or_insert(-1);
            settings.maximum_retry_attempts.get_or_insert(-1);
            settings.bisect_batch_on_function_error.get_or_insert(false);
            settings.tumbling_window_in_seconds.get_or_insert(0);
            settings.destinations.get_or_insert_default();
        }
        EventSource::Arn(_) if service == "kafka" => {
            let config = &mut settings.amazon_managed_kafka_event_source_config;
            let config = config.get_or_insert_with(AmazonManagedKafkaEventSourceConfig::default);
            config.consumer_group_id.get_or_insert_with(|| uuid.to_owned());
        }
        EventSource::Arn(_) => {}
        EventSource::SelfManaged(_) => {
            let config = &mut settings.self_managed_kafka_event_source_config;
            let config = config.get_or_insert_with(SelfManagedKafkaEventSourceConfig::default);
            config.consumer_group_id.get_or_insert_with(|| uuid.to_owned());
        }
    }
    settings
}

/// Puts what an update gives in the place of what was; structures and lists as a whole. Nothing is not the same as an empty
/// structure, which takes filters, metrics, logging, scaling and pollers away, as an empty text does the key
/// \[chosen; deployment tools rely on it\].
pub(crate) fn updated(
    old: EventSourceMappingSettings,
    new: EventSourceMappingSettings,
) -> EventSourceMappingSettings {
    without_empty(EventSourceMappingSettings {
        batch_size: new.batch_size.or(old.batch_size),
        filter_criteria: new.filter_criteria.or(old.filter_criteria),
        kms_key_arn: new.kms_key_arn.or(old.kms_key_arn),
        metrics_config: new.metrics_config.or(old.metrics_config),
        logging_config: new.logging_config.or(old.logging_config),
        scaling_config: new.scaling_config.or(old.scaling_config),
        maximum_batching_window_in_seconds: new
            .maximum_batching_window_in_seconds
            .or(old.maximum_batching_window_in_seconds),
        parallelization_factor: new.parallelization_factor.or(old.parallelization_factor),
        destinations: new.destinations.or(old.destinations),
        maximum_record_age_in_seconds: new
            .maximum_record_age_in_seconds
            .or(old.maximum_record_age_in_seconds),
        bisect_batch_on_function_error: new
            .bisect_batch_on_function_error
            .or(old.bisect_batch_on_function_error),
        maximum_retry_attempts: new.maximum_retry_attempts.or(old.maximum_retry_attempts),
        tumbling_window_in_seconds: new.tumbling_window_in_seconds.or(old.tumbling_window_in_seconds),
        source_access_configurations: new.source_access_configurations.or(old.source_access_configurations),
        function_response_types: new.function_response_types.or(old.function_response_types),
        amazon_managed_kafka_event_source_config: new
            .amazon_managed_kafka_event_source_config
            .or(old.amazon_managed_kafka_event_source_config),
        self_managed_kafka_event_source_config: new
            .self_managed_kafka_event_source_config
            .or(old.self_managed_kafka_event_source_config),
        document_db_event_source_config: new
            .document_db_event_source_config
            .or(old.document_db_event_source_config),
        provisioned_poller_config: new.provisioned_poller_config.or(old.provisioned_poller_config),
    })
}

fn without_empty(settings: EventSourceMappingSettings) -> EventSourceMappingSettings {
    EventSourceMappingSettings {
        filter_criteria: settings.filter_criteria.filter(|criteria| has_entries(criteria.filters.as_ref())),
        kms_key_arn: settings.kms_key_arn.filter(|arn| !arn.is_empty()),
        metrics_config: settings.metrics_config.filter(|config| has_entries(config.metrics.as_ref())),
        logging_config: settings.logging_config.filter(|config| config.system_log_level.is_some()),
        scaling_config: settings.scaling_config.filter(|config| config.maximum_concurrency.is_some()),
        destinations: settings.destinations.filter(|to| *to != Destinations::default()),
        provisioned_poller_config: settings.provisioned_poller_config.filter(|config| {
            config.minimum_pollers.is_some()
                || config.maximum_pollers.is_some()
                || config.poller_group_name.is_some()
        }),
        ..settings
    }
}

fn has_entries<T>(list: Option<&Vec<T>>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}

//! Event source mappings, and how they are found.

use funclet_validation::{
    AmazonManagedKafkaEventSourceConfig, Destination, Destinations, DocumentDbEventSourceConfig, EventSource,
    EventSourceMappingLoggingConfig, EventSourceMappingMetricsConfig, EventSourceMappingSettings,
    EventSourcePosition, Filter, FilterCriteria, FunctionName, KafkaSchemaRegistryAccessConfig,
    KafkaSchemaRegistryConfig, KafkaSchemaValidationConfig, ProvisionedPollerConfig, Qualifier, RevisionId,
    ScalingConfig, SelfManagedEventSource, SelfManagedKafkaEventSourceConfig, SourceAccessConfiguration,
};
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::Resource;
use crate::stored::text_form::from_hex;
use crate::stored::{BadStored, Stored, parse, parse_option, text_form};

/// An event source mapping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredEventSourceMapping {
    /// The bare name of the function, which need not exist any more.
    pub(crate) function_name: String,
    /// Its version or alias, if one was asked for.
    pub(crate) qualifier: Option<String>,
    pub(crate) event_source: StoredEventSource,
    pub(crate) topics: Option<Vec<String>>,
    pub(crate) queues: Option<Vec<String>>,
    pub(crate) starting_position: Option<String>,
    /// Seconds since 1970.
    pub(crate) starting_position_timestamp: Option<f64>,
    /// Whether it invokes its function once nothing is in progress.
    pub(crate) enabled: bool,
    pub(crate) transition: Option<StoredMappingTransition>,
    /// Milliseconds since 1970.
    pub(crate) last_modified_ms: u64,
    /// With the defaults of its kind of source.
    pub(crate) settings: StoredMappingSettings,
    pub(crate) tags: Vec<(String, String)>,
}

impl Stored for StoredEventSourceMapping {
    const KIND: u8 = 38;
}

impl Resource for StoredEventSourceMapping {
    fn fits(&self, key: &str) -> bool {
        keys::mapping_id(key).is_some()
    }

    fn check(&self) -> Result<(), BadStored> {
        self.typed().map(drop)
    }
}

/// An event source mapping with the texts that were taken over.
pub(crate) struct TypedMapping {
    pub(crate) function: (FunctionName, Option<Qualifier>),
    pub(crate) event_source: EventSource,
    pub(crate) starting_position: Option<EventSourcePosition>,
    pub(crate) settings: EventSourceMappingSettings,
}

impl StoredEventSourceMapping {
    /// Reads what was taken over.
    pub(crate) fn typed(&self) -> Result<TypedMapping, BadStored> {
        Ok(TypedMapping {
            function: self.function()?,
            event_source: self.event_source.told()?,
            starting_position: parse_option(self.starting_position.as_ref())?,
            settings: self.settings.clone().told()?,
        })
    }

    /// The function that it invokes, and which of its versions or aliases.
    pub(crate) fn function(&self) -> Result<(FunctionName, Option<Qualifier>), BadStored> {
        Ok((parse(&self.function_name)?, parse_option(self.qualifier.as_ref())?))
    }
}

/// Says where a mapping is: by its function, by its source, or by what no second mapping may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredMappingEntry {
    #[serde(with = "text_form::revision")]
    pub(crate) uuid: [u8; 16],
}

impl Stored for StoredMappingEntry {
    const KIND: u8 = 39;
}

impl Resource for StoredMappingEntry {
    fn fits(&self, key: &str) -> bool {
        let Some(rest) = key.strip_prefix(keys::MAPPINGS_BY) else { return false };
        let is_digest = |text: &str| from_hex::<32>(text).is_some();
        let is_invoked = |name: &str, qualifier: &str, uuid: &str| {
            name.parse::<FunctionName>().is_ok()
                && (qualifier.is_empty() || qualifier.parse::<Qualifier>().is_ok())
                && uuid == RevisionId::from_bytes(self.uuid).to_string()
        };
        match rest.split('/').collect::<Vec<_>>()[..] {
            ["function", name, qualifier, uuid] => is_invoked(name, qualifier, uuid),
            ["source", digest, name, qualifier, uuid] => {
                is_digest(digest) && is_invoked(name, qualifier, uuid)
            }
            ["claim", digest] => is_digest(digest),
            _ => false,
        }
    }
}

/// What the events come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StoredEventSource {
    /// The ARN of a queue, stream, broker or cluster of AWS.
    Arn(String),
    /// The endpoints of a Kafka cluster of one's own.
    SelfManaged(Vec<(String, Vec<String>)>),
}

impl StoredEventSource {
    pub(crate) fn of(source: &EventSource) -> Self {
        match source {
            EventSource::Arn(arn) => Self::Arn(arn.to_string()),
            EventSource::SelfManaged(cluster) => {
                let endpoints = cluster.endpoints.iter().flat_map(|endpoints| endpoints.iter());
                Self::SelfManaged(endpoints.map(|(kind, list)| (kind.to_owned(), list.clone())).collect())
            }
        }
    }

    pub(crate) fn told(&self) -> Result<EventSource, BadStored> {
        Ok(match self {
            Self::Arn(arn) => EventSource::Arn(parse(arn)?),
            Self::SelfManaged(endpoints) => {
                let endpoints = endpoints.iter().cloned().collect();
                EventSource::SelfManaged(SelfManagedEventSource { endpoints: Some(endpoints) })
            }
        })
    }
}

/// What is in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredMappingTransition {
    pub(crate) kind: MappingTransition,
    /// When it ends, in milliseconds since 1970; `None` if somebody ends it.
    pub(crate) completes_at_ms: Option<u64>,
}

/// What can be in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MappingTransition {
    Creating,
    Updating,
    Enabling,
    Disabling,
    Deleting,
}

/// A member of requests as it is stored.
pub(crate) trait Twin: Sized {
    type Of;
    fn of(value: Self::Of) -> Self;
    fn told(self) -> Result<Self::Of, BadStored>;
}

macro_rules! plain {
    ($($type:ty),+) => {$(
        impl Twin for $type {
            type Of = $type;

            fn of(value: $type) -> Self {
                value
            }

            fn told(self) -> Result<$type, BadStored> {
                Ok(self)
            }
        }
    )+};
}

plain!(String, bool, i64, u32);

impl<T: Twin> Twin for Vec<T> {
    type Of = Vec<T::Of>;

    fn of(values: Vec<T::Of>) -> Self {
        values.into_iter().map(T::of).collect()
    }

    fn told(self) -> Result<Vec<T::Of>, BadStored> {
        self.into_iter().map(T::told).collect()
    }
}

/// States the stored forms of structures: the same members, in the order in which they are stored.
macro_rules! twins {
    ($( $(#[$attr:meta])* $stored:ident = $of:ident { $( $field:ident: $type:ty, )+ } )+) => {$(
        $(#[$attr])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub(crate) struct $stored {
            $( pub(crate) $field: Option<$type>, )+
        }

        impl Twin for $stored {
            type Of = $of;

            fn of(value: $of) -> Self {
                Self { $( $field: value.$field.map(<$type as Twin>::of), )+ }
            }

            fn told(self) -> Result<$of, BadStored> {
                Ok($of { $( $field: self.$field.map(<$type as Twin>::told).transpose()?, )+ })
            }
        }
    )+};
}

twins! {
    /// What a mapping is created with and can be updated.
    StoredMappingSettings = EventSourceMappingSettings {
        batch_size: u32,
        filter_criteria: StoredFilterCriteria,
        kms_key_arn: String,
        metrics_config: StoredMappingMetrics,
        logging_config: StoredMappingLogging,
        scaling_config: StoredMappingScaling,
        maximum_batching_window_in_seconds: u32,
        parallelization_factor: u32,
        destinations: StoredDestinations,
        maximum_record_age_in_seconds: i64,
        bisect_batch_on_function_error: bool,
        maximum_retry_attempts: i64,
        tumbling_window_in_seconds: u32,
        source_access_configurations: Vec<StoredSourceAccess>,
        function_response_types: Vec<String>,
        amazon_managed_kafka_event_source_config: StoredManagedKafka,
        self_managed_kafka_event_source_config: StoredSelfManagedKafka,
        document_db_event_source_config: StoredDocumentDb,
        provisioned_poller_config: StoredPollers,
    }
    StoredFilterCriteria = FilterCriteria { filters: Vec<StoredFilter>, }
    StoredFilter = Filter { pattern: String, }
    StoredMappingMetrics = EventSourceMappingMetricsConfig { metrics: Vec<String>, }
    StoredMappingLogging = EventSourceMappingLoggingConfig { system_log_level: String, }
    StoredMappingScaling = ScalingConfig { maximum_concurrency: i64, }
    StoredSourceAccess = SourceAccessConfiguration { kind: String, uri: String, }
    StoredManagedKafka = AmazonManagedKafkaEventSourceConfig {
        consumer_group_id: String,
        schema_registry_config: StoredSchemaRegistry,
    }
    StoredSelfManagedKafka = SelfManagedKafkaEventSourceConfig {
        consumer_group_id: String,
        schema_registry_config: StoredSchemaRegistry,
        consumption_mode: String,
    }
    StoredSchemaRegistry = KafkaSchemaRegistryConfig {
        schema_registry_uri: String,
        event_record_format: String,
        access_configs: Vec<StoredSchemaAccess>,
        schema_validation_configs: Vec<StoredSchemaValidation>,
    }
    StoredSchemaAccess = KafkaSchemaRegistryAccessConfig { kind: String, uri: String, }
    StoredSchemaValidation = KafkaSchemaValidationConfig { attribute: String, }
    StoredDocumentDb = DocumentDbEventSourceConfig {
        database_name: String,
        collection_name: String,
        full_document: String,
    }
    StoredPollers = ProvisionedPollerConfig {
        minimum_pollers: i64,
        maximum_pollers: i64,
        poller_group_name: String,
    }
    StoredDestinations = Destinations { on_success: StoredDestination, on_failure: StoredDestination, }
}

/// Where records go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct StoredDestination(String);

impl Twin for StoredDestination {
    type Of = Destination;

    fn of(destination: Destination) -> Self {
        Self(destination.to_string())
    }

    fn told(self) -> Result<Destination, BadStored> {
        parse(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use funclet_storage::{BlobDigest, codec};

    use super::*;

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn settings() -> StoredMappingSettings {
        let registry = || StoredSchemaRegistry {
            schema_registry_uri: text("https://r"),
            event_record_format: text("JSON"),
            access_configs: Some(vec![StoredSchemaAccess { kind: text("BASIC_AUTH"), uri: text("arn") }]),
            schema_validation_configs: Some(vec![StoredSchemaValidation { attribute: text("KEY") }]),
        };
        StoredMappingSettings {
            batch_size: Some(1),
            filter_criteria: Some(StoredFilterCriteria {
                filters: Some(vec![StoredFilter { pattern: text("{}") }]),
            }),
            kms_key_arn: text("key"),
            metrics_config: Some(StoredMappingMetrics { metrics: Some(vec!["EventCount".into()]) }),
            logging_config: Some(StoredMappingLogging { system_log_level: text("INFO") }),
            scaling_config: Some(StoredMappingScaling { maximum_concurrency: Some(2) }),
            maximum_batching_window_in_seconds: Some(3),
            parallelization_factor: Some(4),
            destinations: Some(StoredDestinations {
                on_success: None,
                on_failure: Some(StoredDestination("arn:aws:sqs:us-east-1:111122223333:q".into())),
            }),
            maximum_record_age_in_seconds: Some(-1),
            bisect_batch_on_function_error: Some(true),
            maximum_retry_attempts: Some(5),
            tumbling_window_in_seconds: Some(6),
            source_access_configurations: Some(vec![StoredSourceAccess {
                kind: text("VPC_SUBNET"),
                uri: text("u"),
            }]),
            function_response_types: Some(vec!["ReportBatchItemFailures".into()]),
            amazon_managed_kafka_event_source_config: Some(StoredManagedKafka {
                consumer_group_id: text("g"),
                schema_registry_config: Some(registry()),
            }),
            self_managed_kafka_event_source_config: Some(StoredSelfManagedKafka {
                consumer_group_id: text("g"),
                schema_registry_config: Some(registry()),
                consumption_mode: text("Queue"),
            }),
            document_db_event_source_config: Some(StoredDocumentDb {
                database_name: text("d"),
                collection_name: text("c"),
                full_document: text("Default"),
            }),
            provisioned_poller_config: Some(StoredPollers {
                minimum_pollers: Some(7),
                maximum_pollers: Some(8),
                poller_group_name: text("p"),
            }),
        }
    }

    fn mapping() -> StoredEventSourceMapping {
        let kind = MappingTransition::Disabling;
        StoredEventSourceMapping {
            function_name: "f".into(),
            qualifier: text("live"),
            event_source: StoredEventSource::SelfManaged(vec![("K".into(), vec!["a:1".into()])]),
            topics: Some(vec!["t".into()]),
            queues: Some(vec!["q".into()]),
            starting_position: text("AT_TIMESTAMP"),
            starting_position_timestamp: Some(1.5),
            enabled: true,
            transition: Some(StoredMappingTransition { kind, completes_at_ms: Some(9) }),
            last_modified_ms: 10,
            settings: settings(),
            tags: vec![("team".into(), "blue".into())],
        }
    }

    fn digest<T: Stored>(stored: &T) -> String {
        BlobDigest::of(&codec::encode_payload(T::KIND, stored).unwrap()).to_string()
    }

    /// As of functions: whoever has to change a digest has changed what stores contain.
    #[test]
    fn the_shapes_never_change() {
        let by_arn = StoredEventSourceMapping {
            event_source: StoredEventSource::Arn("arn".into()),
            transition: None,
            ..mapping()
        };
        assert_eq!(
            [digest(&mapping()), digest(&by_arn), digest(&StoredMappingEntry { uuid: [1; 16] })],
            [
                "831676e5d38e6ba766f95d9f5d717c8ef12ecac0d032e8869d24f7dd00ed79b7",
                "a1551c476253dccd093658f0ac21d245acf518ec1ae10d4bd64440827a5ec970",
                "cc8cd41cef907c4d216069122c4b89936211361f9050a717a1e37ad1862e952f",
            ]
        );
        assert_eq!([StoredEventSourceMapping::KIND, StoredMappingEntry::KIND], [38, 39]);
    }

    #[test]
    fn settings_read_back() {
        let told = settings().told().unwrap();
        assert_eq!(StoredMappingSettings::of(told), settings());
        let bad = StoredDestinations { on_success: None, on_failure: Some(StoredDestination("x".into())) };
        assert!(bad.told().is_err());
    }
}

//! Event source mappings: what invokes a function from a queue or a stream, and how.

use crate::constraint::{Bounds, ItemWords, ListRules, MapRules, Shape, TextRules};
use crate::enumeration::{enumeration, in_printed_order};
use crate::pattern::Pattern;
use crate::resource_arn::RESOURCE_ARN_SHAPE;
use crate::structure::{Structure, structure};
use crate::text_map::TextMap;

static ANYTHING: Pattern = Pattern::regex(r"[\s\S]*");
static TOPIC: Pattern = Pattern::unicode_regex(r"[^.]([a-zA-Z0-9\-_.]+)");
static URI: Pattern = Pattern::regex(r"[ a-zA-Z0-9-\/*:_+=.@-]*");
static SCHEMA_REGISTRY_URI: Pattern = Pattern::regex(r"[a-zA-Z0-9-\/*:_+=.@-]*");
static ENDPOINT: Pattern = Pattern::regex(
    r"(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]*[A-Za-z0-9]):[0-9]{1,5}",
);
static DATABASE_NAME: Pattern = Pattern::regex(r"[^ /\.$\x22]*");
static COLLECTION_NAME: Pattern =
    Pattern::function(r"(^(?!(system\x2e)))(^[_a-zA-Z0-9])([^$]*)", is_collection);
static POLLER_GROUP_NAME: Pattern = Pattern::regex("[a-zA-Z0-9-_]*");

/// Decides the pattern, whose look-ahead asks that the name does not begin with `system.`.
fn is_collection(name: &str) -> bool {
    let plain = |first: char| first.is_ascii_alphanumeric() || first == '_';
    !name.starts_with("system.") && name.starts_with(plain) && !name.contains('$')
}

/// A list of texts. That complaints end with "Member must not be null" is chosen.
const fn texts(item: &'static Shape, min: usize, max: usize) -> Shape {
    Shape::List(ListRules { item, words: ItemWords::NestedNotNull, length: Bounds::within(min, max) })
}

/// A list of structures, whose members are complained about one by one.
const fn structures(item: &'static Shape, length: Bounds<usize>) -> Shape {
    Shape::List(ListRules { item, words: ItemWords::Nested, length })
}

/// `UUID`.
pub(crate) const UUID_SHAPE: Shape = Shape::String(TextRules::ANY.length(36, 36));
/// `BatchSize`.
pub(crate) const BATCH_SIZE_SHAPE: Shape = Shape::Integer(Bounds::within(1, 10_000));
/// `MaximumBatchingWindowInSeconds`.
pub(crate) const BATCHING_WINDOW_SHAPE: Shape = Shape::Integer(Bounds::within(0, 300));
/// `ParallelizationFactor`.
pub(crate) const PARALLELIZATION_FACTOR_SHAPE: Shape = Shape::Integer(Bounds::within(1, 10));
/// `StartingPosition`.
pub(crate) const STARTING_POSITION_SHAPE: Shape =
    Shape::String(TextRules::one_of(EventSourcePosition::VALUES));
/// `StartingPositionTimestamp`: seconds since 1970.
pub(crate) const TIMESTAMP_SHAPE: Shape = Shape::Double(Bounds::NONE);
/// `MaximumRecordAgeInSeconds`; -1 for any age.
pub(crate) const RECORD_AGE_SHAPE: Shape = Shape::Integer(Bounds::within(-1, 604_800));
/// `MaximumRetryAttempts`; -1 for no end.
pub(crate) const RETRY_ATTEMPTS_SHAPE: Shape = Shape::Integer(Bounds::within(-1, 10_000));
/// `TumblingWindowInSeconds`.
pub(crate) const TUMBLING_WINDOW_SHAPE: Shape = Shape::Integer(Bounds::within(0, 900));

const TOPIC_SHAPE: Shape = Shape::String(TextRules::ANY.length(1, 249).pattern(&TOPIC));
/// `Topics`.
pub(crate) const TOPICS_SHAPE: Shape = texts(&TOPIC_SHAPE, 1, 1);

const QUEUE_SHAPE: Shape = Shape::String(TextRules::ANY.length(1, 1000).pattern(&ANYTHING));
/// `Queues`.
pub(crate) const QUEUES_SHAPE: Shape = texts(&QUEUE_SHAPE, 1, 1);

const RESPONSE_TYPE_SHAPE: Shape = Shape::String(TextRules::one_of(&["ReportBatchItemFailures"]));
/// `FunctionResponseTypes`.
pub(crate) const FUNCTION_RESPONSE_TYPES_SHAPE: Shape = texts(&RESPONSE_TYPE_SHAPE, 0, 1);

/// `SourceAccessConfigurations`.
pub(crate) const SOURCE_ACCESS_CONFIGURATIONS_SHAPE: Shape =
    structures(&Shape::Structure(SourceAccessConfiguration::MEMBERS), Bounds::within(0, 23));

enumeration! {
    /// Where in a stream a mapping begins.
    pub enum EventSourcePosition {
        /// At its oldest record.
        TrimHorizon = "TRIM_HORIZON",
        /// After its newest record.
        Latest = "LATEST",
        /// At a time.
        AtTimestamp = "AT_TIMESTAMP",
    }
}

structure! {
    /// A filter of [`FilterCriteria`].
    pub struct Filter {
        /// A pattern of JSON, at most 4096 characters.
        optional pattern: String = "Pattern", Shape::String(TextRules::ANY.length(0, 4096).pattern(&ANYTHING));
    }
}

structure! {
    /// The member `FilterCriteria`: which events are let through.
    pub struct FilterCriteria {
        /// Filters, of which one has to fit.
        optional filters: Vec<Filter> = "Filters", structures(&Shape::Structure(Filter::MEMBERS), Bounds::NONE);
    }
}

const METRICS: [&str; 3] = in_printed_order(["EventCount", "ErrorCount", "KafkaMetrics"]);
const METRIC_SHAPE: Shape = Shape::String(TextRules::one_of(&METRICS));

structure! {
    /// The member `MetricsConfig` of an event source mapping.
    pub struct EventSourceMappingMetricsConfig {
        /// Which metrics are made.
        optional metrics: Vec<String> = "Metrics", texts(&METRIC_SHAPE, 0, 3);
    }
}

const LOG_LEVELS: [&str; 3] = in_printed_order(["DEBUG", "INFO", "WARN"]);

structure! {
    /// The member `LoggingConfig` of an event source mapping.
    pub struct EventSourceMappingLoggingConfig {
        /// From which level on the mapping is logged.
        optional system_log_level: String = "SystemLogLevel", Shape::String(TextRules::one_of(&LOG_LEVELS));
    }
}

structure! {
    /// The member `ScalingConfig` of an event source mapping.
    pub struct ScalingConfig {
        /// How many instances a queue invokes at a time, 2 to 1000.
        optional maximum_concurrency: i64 = "MaximumConcurrency", Shape::Integer(Bounds::within(2, 1000));
    }
}

const SOURCE_ACCESS_TYPES: [&str; 15] = in_printed_order([
    "BASIC_AUTH",
    "VPC_SUBNET",
    "VPC_SECURITY_GROUP",
    "SASL_SCRAM_512_AUTH",
    "SASL_SCRAM_256_AUTH",
    "VIRTUAL_HOST",
    "CLIENT_CERTIFICATE_TLS_AUTH",
    "SERVER_ROOT_CA_CERTIFICATE",
    "OAUTHBEARER_AUTH",
    "OAUTHBEARER_SCOPE",
    "OAUTHBEARER_AUDIENCE",
    "OAUTHBEARER_LOGICAL_CLUSTER",
    "OAUTHBEARER_IDENTITY_POOL",
    "IAM_AUTH",
    "IAM_OAUTHBEARER_AUTH",
]);

structure! {
    /// One of `SourceAccessConfigurations`: how the source is reached.
    pub struct SourceAccessConfiguration {
        /// What the URI is for.
        optional kind: String = "Type", Shape::String(TextRules::one_of(&SOURCE_ACCESS_TYPES));
        /// A secret, a subnet, a security group or a host.
        optional uri: String = "URI", Shape::String(TextRules::ANY.length(1, 200).pattern(&URI));
    }
}

const ENDPOINT_SHAPE: Shape = Shape::String(TextRules::ANY.length(1, 300).pattern(&ENDPOINT));
const ENDPOINT_LIST_SHAPE: Shape = texts(&ENDPOINT_SHAPE, 1, 10);
const ENDPOINTS_SHAPE: Shape = Shape::Map(MapRules {
    key: TextRules::one_of(&["KAFKA_BOOTSTRAP_SERVERS"]),
    value: &ENDPOINT_LIST_SHAPE,
    length: Bounds::within(1, 2),
});

structure! {
    /// The member `SelfManagedEventSource`: a Kafka cluster of one's own.
    pub struct SelfManagedEventSource {
        /// Hosts and ports by their kind.
        optional endpoints: TextMap<Vec<String>> = "Endpoints", ENDPOINTS_SHAPE;
    }
}

const SCHEMA_REGISTRY_AUTH_TYPES: [&str; 4] = in_printed_order([
    "BASIC_AUTH",
    "CLIENT_CERTIFICATE_TLS_AUTH",
    "SERVER_ROOT_CA_CERTIFICATE",
    "OAUTHBEARER_AUTH",
]);

structure! {
    /// How a schema registry is reached.
    pub struct KafkaSchemaRegistryAccessConfig {
        /// What the URI is for.
        optional kind: String = "Type", Shape::String(TextRules::one_of(&SCHEMA_REGISTRY_AUTH_TYPES));
        /// The ARN of a secret.
        optional uri: String = "URI", RESOURCE_ARN_SHAPE;
    }
}

const SCHEMA_ATTRIBUTES: [&str; 2] = in_printed_order(["KEY", "VALUE"]);

structure! {
    /// What of a record is compared with its schema.
    pub struct KafkaSchemaValidationConfig {
        /// Its key or its value.
        optional attribute: String = "Attribute", Shape::String(TextRules::one_of(&SCHEMA_ATTRIBUTES));
    }
}

const RECORD_FORMATS: [&str; 2] = in_printed_order(["JSON", "SOURCE"]);

structure! {
    /// Which schema registry is asked about the records of a Kafka topic.
    pub struct KafkaSchemaRegistryConfig {
        /// The registry.
        optional schema_registry_uri: String = "SchemaRegistryURI",
            Shape::String(TextRules::ANY.length(1, 10_000).pattern(&SCHEMA_REGISTRY_URI));
        /// What records are turned into.
        optional event_record_format: String = "EventRecordFormat", Shape::String(TextRules::one_of(&RECORD_FORMATS));
        /// How the registry is reached.
        optional access_configs: Vec<KafkaSchemaRegistryAccessConfig> = "AccessConfigs",
            structures(&Shape::Structure(KafkaSchemaRegistryAccessConfig::MEMBERS), Bounds::NONE);
        /// What of a record is compared with its schema.
        optional schema_validation_configs: Vec<KafkaSchemaValidationConfig> = "SchemaValidationConfigs",
            structures(&Shape::Structure(KafkaSchemaValidationConfig::MEMBERS), Bounds::NONE);
    }
}

const CONSUMER_GROUP_ID_SHAPE: Shape = Shape::String(TextRules::ANY.length(1, 200).pattern(&URI));

structure! {
    /// The member `AmazonManagedKafkaEventSourceConfig`.
    pub struct AmazonManagedKafkaEventSourceConfig {
        /// The consumer group to join.
        optional consumer_group_id: String = "ConsumerGroupId", CONSUMER_GROUP_ID_SHAPE;
        /// Which schema registry is asked.
        optional schema_registry_config: KafkaSchemaRegistryConfig = "SchemaRegistryConfig",
            Shape::Structure(KafkaSchemaRegistryConfig::MEMBERS);
    }
}

const CONSUMPTION_MODES: [&str; 2] = in_printed_order(["Stream", "Queue"]);

structure! {
    /// The member `SelfManagedKafkaEventSourceConfig`.
    pub struct SelfManagedKafkaEventSourceConfig {
        /// The consumer group to join.
        optional consumer_group_id: String = "ConsumerGroupId", CONSUMER_GROUP_ID_SHAPE;
        /// Which schema registry is asked.
        optional schema_registry_config: KafkaSchemaRegistryConfig = "SchemaRegistryConfig",
            Shape::Structure(KafkaSchemaRegistryConfig::MEMBERS);
        /// How the topic is consumed.
        optional consumption_mode: String = "ConsumptionMode", Shape::String(TextRules::one_of(&CONSUMPTION_MODES));
    }
}

const FULL_DOCUMENT: [&str; 2] = in_printed_order(["UpdateLookup", "Default"]);

structure! {
    /// The member `DocumentDBEventSourceConfig`.
    pub struct DocumentDbEventSourceConfig {
        /// The database.
        optional database_name: String = "DatabaseName",
            Shape::String(TextRules::ANY.length(1, 63).pattern(&DATABASE_NAME));
        /// The collection; all of them if not given.
        optional collection_name: String = "CollectionName",
            Shape::String(TextRules::ANY.length(1, 57).pattern(&COLLECTION_NAME));
        /// Whether an update comes with the whole document.
        optional full_document: String = "FullDocument", Shape::String(TextRules::one_of(&FULL_DOCUMENT));
    }
}

structure! {
    /// The member `ProvisionedPollerConfig`.
    pub struct ProvisionedPollerConfig {
        /// The least number of pollers, 1 to 200.
        optional minimum_pollers: i64 = "MinimumPollers", Shape::Integer(Bounds::within(1, 200));
        /// The greatest number of pollers, 1 to 10000.
        optional maximum_pollers: i64 = "MaximumPollers", Shape::Integer(Bounds::within(1, 10_000));
        /// The group whose pollers are shared.
        optional poller_group_name: String = "PollerGroupName",
            Shape::String(TextRules::ANY.length(0, 128).pattern(&POLLER_GROUP_NAME));
    }
}

#[cfg(test)]
mod tests {
    use super::is_collection;

    #[test]
    fn collections() {
        for (name, fits) in [
            ("orders", true),
            ("_1.a b", true),
            ("system", true),
            ("systemx", true),
            ("system.users", false),
            ("a$", false),
            (".a", false),
            ("", false),
        ] {
            assert_eq!(is_collection(name), fits, "{name}");
        }
    }
}

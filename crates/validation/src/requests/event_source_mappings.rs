//! CreateEventSourceMapping, GetEventSourceMapping, UpdateEventSourceMapping, DeleteEventSourceMapping,
//! ListEventSourceMappings.

use crate::admitted::{admitted_number, admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::Shape;
use crate::destination::{DestinationConfig, Destinations};
use crate::event_source::{
    AmazonManagedKafkaEventSourceConfig, BATCH_SIZE_SHAPE, BATCHING_WINDOW_SHAPE,
    DocumentDbEventSourceConfig, EventSourceMappingLoggingConfig, EventSourceMappingMetricsConfig,
    EventSourcePosition, FUNCTION_RESPONSE_TYPES_SHAPE, FilterCriteria, PARALLELIZATION_FACTOR_SHAPE,
    ProvisionedPollerConfig, QUEUES_SHAPE, RECORD_AGE_SHAPE, RETRY_ATTEMPTS_SHAPE,
    SOURCE_ACCESS_CONFIGURATIONS_SHAPE, STARTING_POSITION_SHAPE, ScalingConfig, SelfManagedEventSource,
    SelfManagedKafkaEventSourceConfig, SourceAccessConfiguration, TIMESTAMP_SHAPE, TOPICS_SHAPE,
    TUMBLING_WINDOW_SHAPE, UUID_SHAPE,
};
use crate::function_name::NAMESPACED_FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::kms::KMS_KEY_ARN_SHAPE;
use crate::paging::MAX_ITEMS_SHAPE;
use crate::rejection::Rejection;
use crate::resource_arn::{RESOURCE_ARN_SHAPE, ResourceArn};
use crate::string_map::StringMap;
use crate::structure::structure;
use crate::tags::{TAGS_SHAPE, check_tags};

structure! {
    /// A CreateEventSourceMapping request as it was received.
    pub struct CreateEventSourceMappingRequest {
        /// The ARN of the queue, stream, broker or cluster.
        optional event_source_arn: String = "EventSourceArn", RESOURCE_ARN_SHAPE;
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// Whether it invokes the function.
        optional enabled: bool = "Enabled", Shape::Boolean;
        /// How many records an invocation gets at most, 1 to 10000.
        optional batch_size: i64 = "BatchSize", BATCH_SIZE_SHAPE;
        /// Which events are let through.
        optional filter_criteria: FilterCriteria = "FilterCriteria", Shape::Structure(FilterCriteria::MEMBERS);
        /// The key that the filters are encrypted with; empty for none.
        optional kms_key_arn: String = "KMSKeyArn", KMS_KEY_ARN_SHAPE;
        /// Which metrics are made.
        optional metrics_config: EventSourceMappingMetricsConfig = "MetricsConfig",
            Shape::Structure(EventSourceMappingMetricsConfig::MEMBERS);
        /// What is logged.
        optional logging_config: EventSourceMappingLoggingConfig = "LoggingConfig",
            Shape::Structure(EventSourceMappingLoggingConfig::MEMBERS);
        /// How many instances a queue invokes.
        optional scaling_config: ScalingConfig = "ScalingConfig", Shape::Structure(ScalingConfig::MEMBERS);
        /// Seconds that records are gathered, 0 to 300.
        optional maximum_batching_window_in_seconds: i64 = "MaximumBatchingWindowInSeconds", BATCHING_WINDOW_SHAPE;
        /// How many batches of a shard are processed at a time, 1 to 10.
        optional parallelization_factor: i64 = "ParallelizationFactor", PARALLELIZATION_FACTOR_SHAPE;
        /// Where in the stream it begins; one of [`EventSourcePosition::VALUES`].
        optional starting_position: String = "StartingPosition", STARTING_POSITION_SHAPE;
        /// The time at which it begins, in seconds since 1970.
        optional starting_position_timestamp: f64 = "StartingPositionTimestamp", TIMESTAMP_SHAPE;
        /// Where records go that could not be processed.
        optional destination_config: DestinationConfig = "DestinationConfig",
            Shape::Structure(DestinationConfig::MEMBERS);
        /// Seconds after which a record is given up, at most 604800; -1 for never.
        optional maximum_record_age_in_seconds: i64 = "MaximumRecordAgeInSeconds", RECORD_AGE_SHAPE;
        /// Whether a batch that failed is tried again in halves.
        optional bisect_batch_on_function_error: bool = "BisectBatchOnFunctionError", Shape::Boolean;
        /// How often a batch is tried again, at most 10000; -1 for as long as there are its records.
        optional maximum_retry_attempts: i64 = "MaximumRetryAttempts", RETRY_ATTEMPTS_SHAPE;
        /// Tags, in the order of the request.
        optional tags: StringMap = "Tags", TAGS_SHAPE;
        /// Seconds that a tumbling window lasts, 0 to 900.
        optional tumbling_window_in_seconds: i64 = "TumblingWindowInSeconds", TUMBLING_WINDOW_SHAPE;
        /// The Kafka topic.
        optional topics: Vec<String> = "Topics", TOPICS_SHAPE;
        /// The queue of an Amazon MQ broker.
        optional queues: Vec<String> = "Queues", QUEUES_SHAPE;
        /// How the source is reached.
        optional source_access_configurations: Vec<SourceAccessConfiguration> = "SourceAccessConfigurations",
            SOURCE_ACCESS_CONFIGURATIONS_SHAPE;
        /// A Kafka cluster of one's own.
        optional self_managed_event_source: SelfManagedEventSource = "SelfManagedEventSource",
            Shape::Structure(SelfManagedEventSource::MEMBERS);
        /// What the function answers.
        optional function_response_types: Vec<String> = "FunctionResponseTypes", FUNCTION_RESPONSE_TYPES_SHAPE;
        /// About a Kafka cluster of AWS.
        optional amazon_managed_kafka_event_source_config: AmazonManagedKafkaEventSourceConfig =
            "AmazonManagedKafkaEventSourceConfig", Shape::Structure(AmazonManagedKafkaEventSourceConfig::MEMBERS);
        /// About a Kafka cluster of one's own.
        optional self_managed_kafka_event_source_config: SelfManagedKafkaEventSourceConfig =
            "SelfManagedKafkaEventSourceConfig", Shape::Structure(SelfManagedKafkaEventSourceConfig::MEMBERS);
        /// About a DocumentDB database.
        optional document_db_event_source_config: DocumentDbEventSourceConfig = "DocumentDBEventSourceConfig",
            Shape::Structure(DocumentDbEventSourceConfig::MEMBERS);
        /// How many pollers there are.
        optional provisioned_poller_config: ProvisionedPollerConfig = "ProvisionedPollerConfig",
            Shape::Structure(ProvisionedPollerConfig::MEMBERS);
    }
}

/// A valid CreateEventSourceMapping request.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateEventSourceMapping {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
    /// What the events come from.
    pub source: EventSource,
    /// Whether it invokes the function; so it does if that is not given (documented).
    pub enabled: bool,
    /// Where in the stream it begins.
    pub starting_position: Option<EventSourcePosition>,
    /// The time at which it begins, in seconds since 1970; there for [`EventSourcePosition::AtTimestamp`].
    pub starting_position_timestamp: Option<f64>,
    /// At most 50 tags.
    pub tags: StringMap,
    /// The Kafka topic.
    pub topics: Option<Vec<String>>,
    /// The queue of an Amazon MQ broker.
    pub queues: Option<Vec<String>>,
    /// What can also be updated.
    pub settings: EventSourceMappingSettings,
}

/// What the events of a mapping come from.
#[derive(Debug, Clone, PartialEq)]
pub enum EventSource {
    /// A queue, stream, broker or cluster of AWS.
    Arn(ResourceArn),
    /// A Kafka cluster of one's own.
    SelfManaged(SelfManagedEventSource),
}

impl EventSource {
    /// Returns the ARN of a source of AWS.
    #[must_use]
    pub fn arn(&self) -> Option<&ResourceArn> {
        match self {
            Self::Arn(arn) => Some(arn),
            Self::SelfManaged(_) => None,
        }
    }

    /// Returns the service that it belongs to, for example `sqs`; empty for none of AWS.
    #[must_use]
    pub fn service(&self) -> &str {
        self.arn().map_or("", ResourceArn::service)
    }
}

/// What a mapping is created with and can be updated. None is what was not given. Structures are kept as they were sent, each
/// with its rules satisfied; what goes with which source is not judged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventSourceMappingSettings {
    /// How many records an invocation gets at most, 1 to 10000.
    pub batch_size: Option<u32>,
    /// Which events are let through.
    pub filter_criteria: Option<FilterCriteria>,
    /// The key that the filters are encrypted with; empty for none.
    pub kms_key_arn: Option<String>,
    /// Which metrics are made.
    pub metrics_config: Option<EventSourceMappingMetricsConfig>,
    /// What is logged.
    pub logging_config: Option<EventSourceMappingLoggingConfig>,
    /// How many instances a queue invokes.
    pub scaling_config: Option<ScalingConfig>,
    /// Seconds that records are gathered, 0 to 300.
    pub maximum_batching_window_in_seconds: Option<u32>,
    /// How many batches of a shard are processed at a time, 1 to 10.
    pub parallelization_factor: Option<u32>,
    /// Where records go that could not be processed.
    pub destinations: Option<Destinations>,
    /// Seconds after which a record is given up, -1 (never) to 604800.
    pub maximum_record_age_in_seconds: Option<i64>,
    /// Whether a batch that failed is tried again in halves.
    pub bisect_batch_on_function_error: Option<bool>,
    /// How often a batch is tried again, -1 (without end) to 10000.
    pub maximum_retry_attempts: Option<i64>,
    /// Seconds that a tumbling window lasts, 0 to 900.
    pub tumbling_window_in_seconds: Option<u32>,
    /// How the source is reached, at most 23 entries.
    pub source_access_configurations: Option<Vec<SourceAccessConfiguration>>,
    /// What the function answers.
    pub function_response_types: Option<Vec<String>>,
    /// About a Kafka cluster of AWS.
    pub amazon_managed_kafka_event_source_config: Option<AmazonManagedKafkaEventSourceConfig>,
    /// About a Kafka cluster of one's own.
    pub self_managed_kafka_event_source_config: Option<SelfManagedKafkaEventSourceConfig>,
    /// About a DocumentDB database.
    pub document_db_event_source_config: Option<DocumentDbEventSourceConfig>,
    /// How many pollers there are.
    pub provisioned_poller_config: Option<ProvisionedPollerConfig>,
}

impl EventSourceMappingSettings {
    /// Judges what the settings are together, and whether they go with their source.
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`] for a destination of what succeeded and for any destination of a queue
    /// (recorded from AWS of the two together; each alone is chosen), a queue with large batches and no time to gather them
    /// (quoted in public code), and a filter without a pattern (quoted in public code; whether a pattern is one is not
    /// judged). The order is chosen.
    pub fn fit(&self, source: &EventSource) -> Result<(), Rejection> {
        let is_queue = source.service() == "sqs";
        let destinations = self.destinations.as_ref();
        if destinations.is_some_and(|to| to.on_success.is_some() || (is_queue && to.on_failure.is_some())) {
            return Err(Rejection::invalid(
                "Unsupported DestinationConfig parameter for given event source mapping type.",
            ));
        }
        if is_queue
            && self.batch_size.is_some_and(|size| size > 10)
            && self.maximum_batching_window_in_seconds.unwrap_or_default() == 0
        {
            return Err(Rejection::invalid(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
            ));
        }
        let mut filters = self.filter_criteria.iter().flat_map(|criteria| &criteria.filters).flatten();
        if filters.any(|filter| filter.pattern.as_deref().is_none_or(str::is_empty)) {
            return Err(Rejection::invalid("Invalid filter pattern definition."));
        }
        Ok(())
    }
}

/// Takes the settings out of an admitted request of either kind.
macro_rules! mapping_settings {
    ($request:ident) => {
        EventSourceMappingSettings {
            batch_size: $request.batch_size.map(admitted_number),
            filter_criteria: $request.filter_criteria,
            kms_key_arn: $request.kms_key_arn,
            metrics_config: $request.metrics_config,
            logging_config: $request.logging_config,
            scaling_config: $request.scaling_config,
            maximum_batching_window_in_seconds: $request
                .maximum_batching_window_in_seconds
                .map(admitted_number),
            parallelization_factor: $request.parallelization_factor.map(admitted_number),
            destinations: $request.destination_config.map(Destinations::from_member),
            maximum_record_age_in_seconds: $request.maximum_record_age_in_seconds,
            bisect_batch_on_function_error: $request.bisect_batch_on_function_error,
            maximum_retry_attempts: $request.maximum_retry_attempts,
            tumbling_window_in_seconds: $request.tumbling_window_in_seconds.map(admitted_number),
            source_access_configurations: $request.source_access_configurations,
            function_response_types: $request.function_response_types,
            amazon_managed_kafka_event_source_config: $request.amazon_managed_kafka_event_source_config,
            self_managed_kafka_event_source_config: $request.self_managed_kafka_event_source_config,
            document_db_event_source_config: $request.document_db_event_source_config,
            provisioned_poller_config: $request.provisioned_poller_config,
        }
    };
}

impl CreateEventSourceMappingRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, CreateEventSourceMappingRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = |arn: &str| CreateEventSourceMappingRequest {
    ///     function_name: Some("hello".into()),
    ///     event_source_arn: Some(arn.into()),
    ///     ..Default::default()
    /// };
    /// assert!(request("arn:aws:sqs:us-east-1:111122223333:jobs").validate(&caller).unwrap().enabled);
    /// let rejection = request("arn:aws:kinesis:us-east-1:111122223333:stream/s").validate(&caller).unwrap_err();
    /// assert_eq!(
    ///     rejection.to_string(),
    ///     "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: \
    ///      Member must not be null.",
    /// );
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for no source (quoted in public code), a source of both kinds \[chosen\], a
    /// stream without a position (quoted in public code), a queue with one (recorded from AWS), a table with a time
    /// (recorded), a time that is not given (quoted in awsdocs/aws-cloudformation-user-guide#334) or for nothing (recorded) or
    /// before 1970 (recorded of streams), then those of [`EventSourceMappingSettings::fit`], and more than 50 tags. The order
    /// is chosen.
    pub fn validate(self, caller: &Caller) -> Result<CreateEventSourceMapping, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        let source = match (admitted_option(self.event_source_arn), self.self_managed_event_source) {
            (Some(arn), None) => EventSource::Arn(arn),
            (None, Some(cluster)) => EventSource::SelfManaged(cluster),
            _ => return Err(Rejection::invalid("Unrecognized event source.")),
        };
        let starting_position = admitted_option(self.starting_position);
        check_position(&source, starting_position, self.starting_position_timestamp)?;
        let tags = self.tags.unwrap_or_default();
        let settings = mapping_settings!(self);
        settings.fit(&source)?;
        check_tags(&tags)?;
        Ok(CreateEventSourceMapping {
            function,
            source,
            enabled: self.enabled.unwrap_or(true),
            starting_position,
            starting_position_timestamp: self.starting_position_timestamp,
            tags,
            topics: self.topics,
            queues: self.queues,
            settings,
        })
    }
}

/// Judges the position by the service that the source belongs to.
fn check_position(
    source: &EventSource,
    position: Option<EventSourcePosition>,
    timestamp: Option<f64>,
) -> Result<(), Rejection> {
    match (source.service(), position) {
        ("kinesis" | "dynamodb" | "kafka", None) => Err(Rejection::invalid(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not \
             be null.",
        )),
        ("sqs", Some(_)) => Err(Rejection::invalid("StartingPosition is not valid for SQS event sources.")),
        ("dynamodb", Some(EventSourcePosition::AtTimestamp)) => {
            let arn = source.arn().map(ToString::to_string).unwrap_or_default();
            Err(Rejection::invalid(format!("Unsupported starting position for arn type: {arn}")))
        }
        (_, Some(EventSourcePosition::AtTimestamp)) => match timestamp {
            None => Err(Rejection::invalid("Need to specify a timestamp")),
            Some(time) if time < 0.0 => Err(Rejection::invalid(
                "Received Exception while reading from provided stream. class java.lang.Long can not be converted to a \
                 Timestamp",
            )),
            Some(_) => Ok(()),
        },
        _ if timestamp.is_some() => {
            Err(Rejection::invalid("Timestamp only valid with StartingPosition AT_TIMESTAMP"))
        }
        _ => Ok(()),
    }
}

structure! {
    /// A GetEventSourceMapping request as it was received.
    pub struct GetEventSourceMappingRequest {
        /// The id of the mapping, 36 characters.
        required uuid: String = "UUID", UUID_SHAPE;
    }
}

/// A valid GetEventSourceMapping request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetEventSourceMapping {
    /// The id of the mapping: 36 characters, of which the service asks no more.
    pub uuid: String,
}

impl GetEventSourceMappingRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, _caller: &Caller) -> Result<GetEventSourceMapping, Rejection> {
        check(&self)?;
        Ok(GetEventSourceMapping { uuid: required(self.uuid) })
    }
}

structure! {
    /// An UpdateEventSourceMapping request as it was received.
    pub struct UpdateEventSourceMappingRequest {
        /// The id of the mapping, 36 characters.
        required uuid: String = "UUID", UUID_SHAPE;
        /// The function: a name, a partial ARN or an ARN.
        optional function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// Whether it invokes the function.
        optional enabled: bool = "Enabled", Shape::Boolean;
        /// How many records an invocation gets at most, 1 to 10000.
        optional batch_size: i64 = "BatchSize", BATCH_SIZE_SHAPE;
        /// Which events are let through.
        optional filter_criteria: FilterCriteria = "FilterCriteria", Shape::Structure(FilterCriteria::MEMBERS);
        /// The key that the filters are encrypted with; empty for none.
        optional kms_key_arn: String = "KMSKeyArn", KMS_KEY_ARN_SHAPE;
        /// Which metrics are made.
        optional metrics_config: EventSourceMappingMetricsConfig = "MetricsConfig",
            Shape::Structure(EventSourceMappingMetricsConfig::MEMBERS);
        /// What is logged.
        optional logging_config: EventSourceMappingLoggingConfig = "LoggingConfig",
            Shape::Structure(EventSourceMappingLoggingConfig::MEMBERS);
        /// How many instances a queue invokes.
        optional scaling_config: ScalingConfig = "ScalingConfig", Shape::Structure(ScalingConfig::MEMBERS);
        /// Seconds that records are gathered, 0 to 300.
        optional maximum_batching_window_in_seconds: i64 = "MaximumBatchingWindowInSeconds", BATCHING_WINDOW_SHAPE;
        /// How many batches of a shard are processed at a time, 1 to 10.
        optional parallelization_factor: i64 = "ParallelizationFactor", PARALLELIZATION_FACTOR_SHAPE;
        /// Where records go that could not be processed.
        optional destination_config: DestinationConfig = "DestinationConfig",
            Shape::Structure(DestinationConfig::MEMBERS);
        /// Seconds after which a record is given up, at most 604800; -1 for never.
        optional maximum_record_age_in_seconds: i64 = "MaximumRecordAgeInSeconds", RECORD_AGE_SHAPE;
        /// Whether a batch that failed is tried again in halves.
        optional bisect_batch_on_function_error: bool = "BisectBatchOnFunctionError", Shape::Boolean;
        /// How often a batch is tried again, at most 10000; -1 for as long as there are its records.
        optional maximum_retry_attempts: i64 = "MaximumRetryAttempts", RETRY_ATTEMPTS_SHAPE;
        /// Seconds that a tumbling window lasts, 0 to 900.
        optional tumbling_window_in_seconds: i64 = "TumblingWindowInSeconds", TUMBLING_WINDOW_SHAPE;
        /// How the source is reached.
        optional source_access_configurations: Vec<SourceAccessConfiguration> = "SourceAccessConfigurations",
            SOURCE_ACCESS_CONFIGURATIONS_SHAPE;
        /// What the function answers.
        optional function_response_types: Vec<String> = "FunctionResponseTypes", FUNCTION_RESPONSE_TYPES_SHAPE;
        /// About a Kafka cluster of AWS.
        optional amazon_managed_kafka_event_source_config: AmazonManagedKafkaEventSourceConfig =
            "AmazonManagedKafkaEventSourceConfig", Shape::Structure(AmazonManagedKafkaEventSourceConfig::MEMBERS);
        /// About a Kafka cluster of one's own.
        optional self_managed_kafka_event_source_config: SelfManagedKafkaEventSourceConfig =
            "SelfManagedKafkaEventSourceConfig", Shape::Structure(SelfManagedKafkaEventSourceConfig::MEMBERS);
        /// About a DocumentDB database.
        optional document_db_event_source_config: DocumentDbEventSourceConfig = "DocumentDBEventSourceConfig",
            Shape::Structure(DocumentDbEventSourceConfig::MEMBERS);
        /// How many pollers there are.
        optional provisioned_poller_config: ProvisionedPollerConfig = "ProvisionedPollerConfig",
            Shape::Structure(ProvisionedPollerConfig::MEMBERS);
    }
}

/// A valid UpdateEventSourceMapping request. What is not given stays as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateEventSourceMapping {
    /// The id of the mapping: 36 characters.
    pub uuid: String,
    /// The function, and which of its versions or aliases.
    pub function: Option<FunctionReference>,
    /// Whether it invokes the function.
    pub enabled: Option<bool>,
    /// What else is updated.
    pub settings: EventSourceMappingSettings,
}

impl UpdateEventSourceMappingRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<UpdateEventSourceMapping, Rejection> {
        check(&self)?;
        let function = match &self.function_name {
            Some(name) => Some(FunctionReference::resolve(caller, name, None)?),
            None => None,
        };
        Ok(UpdateEventSourceMapping {
            uuid: required(self.uuid),
            function,
            enabled: self.enabled,
            settings: mapping_settings!(self),
        })
    }
}

structure! {
    /// A DeleteEventSourceMapping request as it was received.
    pub struct DeleteEventSourceMappingRequest {
        /// The id of the mapping, 36 characters.
        required uuid: String = "UUID", UUID_SHAPE;
    }
}

/// A valid DeleteEventSourceMapping request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteEventSourceMapping {
    /// The id of the mapping: 36 characters.
    pub uuid: String,
}

impl DeleteEventSourceMappingRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, _caller: &Caller) -> Result<DeleteEventSourceMapping, Rejection> {
        check(&self)?;
        Ok(DeleteEventSourceMapping { uuid: required(self.uuid) })
    }
}

structure! {
    /// A ListEventSourceMappings request as it was received.
    pub struct ListEventSourceMappingsRequest {
        /// The source whose mappings are listed.
        optional event_source_arn: String = "EventSourceArn", RESOURCE_ARN_SHAPE;
        /// The function whose mappings are listed: a name, a partial ARN or an ARN.
        optional function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 10000.
        optional max_items: i64 = "MaxItems", MAX_ITEMS_SHAPE;
    }
}

/// A valid ListEventSourceMappings request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEventSourceMappings {
    /// The source whose mappings are listed; those of all if not given.
    pub event_source_arn: Option<ResourceArn>,
    /// The function whose mappings are listed, and which of its versions or aliases; those of all if not given.
    pub function: Option<FunctionReference>,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for.
    pub max_items: Option<u32>,
}

impl ListEventSourceMappingsRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<ListEventSourceMappings, Rejection> {
        check(&self)?;
        let function = match &self.function_name {
            Some(name) => Some(FunctionReference::resolve(caller, name, None)?),
            None => None,
        };
        Ok(ListEventSourceMappings {
            event_source_arn: admitted_option(self.event_source_arn),
            function,
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

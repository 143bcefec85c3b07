//! Event source mappings: their life, what they are found by, and what stays when their function goes.

use std::sync::Arc;
use std::time::Duration;

use funclet_function_store::{
    Event, EventSourceMappingConfiguration, EventSourceMappingState as State, Failure, ResourceChange,
    ResourceKind, ServiceError, Timestamp, Transitions,
};
use funclet_storage::{Events, LocalBackend, LocalOptions, Position};
use funclet_testkit::{SeededEntropy, SimVfs};
use funclet_validation::{
    CreateAliasRequest, CreateEventSourceMappingRequest, DeleteEventSourceMappingRequest, Filter,
    FilterCriteria, GetEventSourceMappingRequest, ListEventSourceMappingsRequest, ListTagsRequest,
    ScalingConfig, SelfManagedEventSource, TagResourceRequest, UntagResourceRequest,
    UpdateEventSourceMappingRequest,
};

use crate::world::{NOON_MS, World, function_arn};

on_every_backend!(
    what_is_created_is_there,
    defaults_of_sources,
    transitions_end_when_they_are_due,
    transitions_end_by_hand,
    what_is_in_progress_is_left_alone,
    updates,
    unknown_functions,
    the_same_two_have_one_mapping,
    what_is_being_deleted_keeps_its_place,
    many_of_the_same_two,
    lists,
    a_mapping_outlives_its_function,
    tags,
    what_is_gone_is_removed,
);

const QUEUE: &str = "arn:aws:sqs:eu-central-1:111122223333:q";
const STREAM: &str = "arn:aws:kinesis:eu-central-1:111122223333:stream/s";

type Outcome = Result<EventSourceMappingConfiguration, ServiceError>;

fn request(function: &str, source: &str) -> CreateEventSourceMappingRequest {
    CreateEventSourceMappingRequest {
        function_name: Some(function.into()),
        event_source_arn: Some(source.into()),
        starting_position: Some("LATEST".into()).filter(|_| !source.contains(":sqs:")),
        ..Default::default()
    }
}

fn create_with(world: &World, request: CreateEventSourceMappingRequest) -> Outcome {
    world.run(request.validate(&world.caller).unwrap())
}

pub(crate) fn create(world: &World, function: &str, source: &str) -> Outcome {
    create_with(world, request(function, source))
}

fn get(world: &World, uuid: &str) -> Outcome {
    world.look(GetEventSourceMappingRequest { uuid: Some(uuid.into()) }.validate(&world.caller).unwrap())
}

fn update(world: &World, uuid: &str, change: impl FnOnce(&mut UpdateEventSourceMappingRequest)) -> Outcome {
    let mut request = UpdateEventSourceMappingRequest { uuid: Some(uuid.into()), ..Default::default() };
    change(&mut request);
    world.run(request.validate(&world.caller).unwrap())
}

pub(crate) fn delete(world: &World, uuid: &str) -> Outcome {
    world.run(DeleteEventSourceMappingRequest { uuid: Some(uuid.into()) }.validate(&world.caller).unwrap())
}

fn state(world: &World, uuid: &str) -> Option<State> {
    match get(world, uuid) {
        Ok(mapping) => Some(mapping.state),
        Err(error) => {
            assert_eq!(error, ServiceError::ResourceNotFound);
            None
        }
    }
}

/// The ids that a list has, a page at a time.
pub(crate) fn list(world: &World, function: Option<&str>, source: Option<&str>, page: i64) -> Vec<String> {
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let request = ListEventSourceMappingsRequest {
            event_source_arn: source.map(Into::into),
            function_name: function.map(Into::into),
            marker,
            max_items: Some(page),
        };
        let answer = world.look(request.validate(&world.caller).unwrap()).unwrap();
        assert!(answer.event_source_mappings.len() <= page as usize);
        found.extend(answer.event_source_mappings.into_iter().map(|mapping| mapping.uuid));
        match answer.next_marker {
            Some(next) => marker = Some(next),
            None => return found,
        }
    }
}

fn what_is_created_is_there(mut world: World) {
    world.create("f", "one");
    let created = create(&world, "f", QUEUE).unwrap();
    assert_eq!(created.state, State::Creating);
    assert_eq!(created.function_arn.to_string(), function_arn("f"));
    assert_eq!(
        created.event_source_mapping_arn,
        format!("arn:aws:lambda:eu-central-1:111122223333:event-source-mapping:{}", created.uuid)
    );
    assert_eq!(created.uuid.as_bytes()[14], b'4', "a UUID of version 4: {}", created.uuid);
    assert_eq!(created.last_modified, Timestamp(NOON_MS));
    world.reopen(Transitions::Manual);
    let mut read = get(&world, &created.uuid).unwrap();
    assert_eq!(std::mem::replace(&mut read.state, State::Creating), State::Enabled);
    assert_eq!(read, created);
    for unknown in ["01234567-89ab-4def-8123-456789abcdef", "é23456789012345678901234567890123456"] {
        assert_eq!(get(&world, unknown), Err(ServiceError::ResourceNotFound));
        assert_eq!(delete(&world, unknown), Err(ServiceError::ResourceNotFound));
        assert_eq!(update(&world, unknown, |_| {}), Err(ServiceError::ResourceNotFound));
    }
}

fn defaults_of_sources(world: World) {
    world.create("f", "one");
    let queue = create(&world, "f", QUEUE).unwrap();
    assert_eq!((queue.state_transition_reason, queue.last_processing_result), ("USER_INITIATED", None));
    assert_eq!(queue.settings.batch_size, Some(10));
    assert_eq!(queue.settings.maximum_batching_window_in_seconds, Some(0));
    assert_eq!(queue.settings.function_response_types, Some(vec![]));
    assert_eq!((queue.settings.parallelization_factor, queue.settings.destinations), (None, None));
    let stream = create(&world, "f", STREAM).unwrap();
    assert_eq!(
        (stream.state_transition_reason, stream.last_processing_result),
        ("User action", Some("No records processed"))
    );
    let settings = &stream.settings;
    assert_eq!((settings.batch_size, settings.parallelization_factor), (Some(100), Some(1)));
    assert_eq!(
        (settings.maximum_record_age_in_seconds, settings.maximum_retry_attempts),
        (Some(-1), Some(-1))
    );
    assert_eq!(
        (settings.bisect_batch_on_function_error, settings.tumbling_window_in_seconds),
        (Some(false), Some(0))
    );
    assert!(settings.destinations.as_ref().is_some_and(|to| to.on_failure.is_none()));
    let kafka = create(&world, "f", "arn:aws:kafka:eu-central-1:111122223333:cluster/c/1").unwrap();
    let group = kafka.settings.amazon_managed_kafka_event_source_config.unwrap().consumer_group_id;
    assert_eq!((kafka.settings.batch_size, group), (Some(100), Some(kafka.uuid)));
    assert_eq!(kafka.settings.maximum_batching_window_in_seconds, None);
}

fn transitions_end_when_they_are_due(world: World) {
    let world = world.with(Transitions::After(Duration::from_secs(60)));
    world.create("f", "one");
    let uuid = create(&world, "f", QUEUE).unwrap().uuid;
    let minute = || world.clock.advance(Duration::from_secs(60));
    assert_eq!(state(&world, &uuid), Some(State::Creating));
    minute();
    assert_eq!(state(&world, &uuid), Some(State::Enabled));
    assert_eq!(
        update(&world, &uuid, |request| request.enabled = Some(false)).unwrap().state,
        State::Disabling
    );
    assert_eq!(state(&world, &uuid), Some(State::Disabling));
    minute();
    assert_eq!(state(&world, &uuid), Some(State::Disabled));
    assert_eq!(update(&world, &uuid, |request| request.batch_size = Some(5)).unwrap().state, State::Updating);
    minute();
    assert_eq!(state(&world, &uuid), Some(State::Disabled));
    assert_eq!(update(&world, &uuid, |request| request.enabled = Some(true)).unwrap().state, State::Enabling);
    minute();
    assert_eq!(delete(&world, &uuid).unwrap().state, State::Deleting);
    assert_eq!(state(&world, &uuid), Some(State::Deleting));
    assert_eq!(list(&world, Some("f"), None, 10), std::slice::from_ref(&uuid));
    minute();
    assert_eq!(state(&world, &uuid), None);
    assert!(list(&world, Some("f"), None, 10).is_empty() && list(&world, None, None, 10).is_empty());
}

fn transitions_end_by_hand(world: World) {
    let world = world.with(Transitions::Manual);
    world.create("f", "one");
    world.create("g", "one");
    world.complete("f", None);
    let mappings = ["f", "f:$LATEST", "g"].map(|function| create(&world, function, QUEUE).unwrap().uuid);
    world.clock.advance(Duration::from_secs(1_000_000));
    assert_eq!(world.complete("f", None), 2);
    let states = mappings.each_ref().map(|uuid| state(&world, uuid));
    assert_eq!(states, [Some(State::Enabled), Some(State::Enabled), Some(State::Creating)]);
    delete(&world, &mappings[0]).unwrap();
    let reason = funclet_function_store::Reason { code: "X".into(), text: "x".into() };
    assert_eq!(world.complete("f", Some(reason)), 0, "mappings never fail");
    assert_eq!(state(&world, &mappings[0]), Some(State::Deleting));
    world.delete("f", None).unwrap();
    assert_eq!(world.complete("f", None), 1, "the function is gone");
    assert_eq!(state(&world, &mappings[0]), None);
    assert_eq!(world.dump(b"event-source-mapping/").len(), 2);
    assert_eq!(world.dump(b"event-source-mapping-by/").len(), 6);
}

fn what_is_in_progress_is_left_alone(world: World) {
    let world = world.with(Transitions::Manual);
    world.create("f", "one");
    let uuid = create(&world, "f", QUEUE).unwrap().uuid;
    let in_use = |attempt| Err(ServiceError::MappingInUse { attempt });
    assert_eq!(update(&world, &uuid, |_| {}), in_use("update"));
    assert_eq!(delete(&world, &uuid), in_use("delete"));
    assert_eq!(
        update(&world, &uuid, |_| {}).unwrap_err().to_string(),
        "Cannot update the event source mapping because it is in use."
    );
    world.complete("f", None);
    delete(&world, &uuid).unwrap();
    assert_eq!(delete(&world, &uuid), in_use("delete"));
}

fn updates(world: World) {
    world.create_published("f", "one");
    let uuid = create(&world, "f", QUEUE).unwrap().uuid;
    world.clock.advance(Duration::from_millis(7));
    let filters =
        |pattern: &str| FilterCriteria { filters: Some(vec![Filter { pattern: Some(pattern.into()) }]) };
    update(&world, &uuid, |request| {
        request.function_name = Some("f:1".into());
        request.filter_criteria = Some(filters("{}"));
        request.scaling_config = Some(ScalingConfig { maximum_concurrency: Some(2) });
    })
    .unwrap();
    let read = get(&world, &uuid).unwrap();
    assert_eq!(read.function_arn.to_string(), function_arn("f:1"));
    assert_eq!((read.settings.batch_size, &read.settings.filter_criteria), (Some(10), &Some(filters("{}"))));
    assert_eq!(read.last_modified, Timestamp(NOON_MS + 7));
    assert!(list(&world, Some("f"), None, 10).is_empty(), "it is found by its new function alone");
    assert_eq!(list(&world, Some("f:1"), Some(QUEUE), 10), std::slice::from_ref(&uuid));
    update(&world, &uuid, |request| {
        request.filter_criteria = Some(FilterCriteria::default());
        request.scaling_config = Some(ScalingConfig::default());
    })
    .unwrap();
    let read = get(&world, &uuid).unwrap();
    assert_eq!((read.settings.filter_criteria, read.settings.scaling_config), (None, None));
    let refused = update(&world, &uuid, |request| request.batch_size = Some(11)).unwrap_err().to_string();
    assert!(refused.starts_with("Maximum batch window in seconds must be greater than 0"), "{refused}");
    update(&world, &uuid, |request| {
        request.batch_size = Some(11);
        request.maximum_batching_window_in_seconds = Some(1);
    })
    .unwrap();
    assert!(update(&world, &uuid, |request| request.batch_size = Some(12)).is_ok(), "the window stays");
}

fn unknown_functions(world: World) {
    let refused = |outcome: Outcome| {
        let expected = ServiceError::InvalidParameterValue("Function does not exist".into());
        assert_eq!(outcome, Err(expected));
    };
    refused(create(&world, "f", QUEUE));
    world.create("f", "one");
    let uuid = create(&world, "f", QUEUE).unwrap().uuid;
    for unknown in ["g", "f:1", "f:live"] {
        refused(create(&world, unknown, QUEUE));
        refused(update(&world, &uuid, |request| request.function_name = Some(unknown.into())));
    }
    world.publish("f");
    let alias = CreateAliasRequest {
        function_name: Some("f".into()),
        name: Some("live".into()),
        function_version: Some("1".into()),
        ..Default::default()
    };
    world.run(alias.validate(&world.caller).unwrap()).unwrap();
    for known in ["f:1", "f:live", "f:$LATEST"] {
        assert_eq!(create(&world, known, QUEUE).unwrap().function_arn.to_string(), function_arn(known));
    }
}

fn the_same_two_have_one_mapping(world: World) {
    world.create_published("f", "one");
    let text = |outcome: Outcome| outcome.unwrap_err().to_string();
    let queue = create(&world, "f", QUEUE).unwrap().uuid;
    assert_eq!(
        text(create(&world, "f", QUEUE)),
        format!(
            "An event source mapping with SQS arn (\" {QUEUE} \") and function (\" f \") already exists. Please update or \
             delete the existing mapping with UUID {queue}"
        )
    );
    let stream = create(&world, "f", STREAM).unwrap().uuid;
    assert_eq!(
        text(create(&world, "f", STREAM)),
        format!(
            "The event source arn (\" {STREAM} \") and function (\" f \") provided mapping already exists. Please update or \
             delete the existing mapping with UUID {stream}"
        )
    );
    let kafka = |topic: &str| {
        let endpoints = [("KAFKA_BOOTSTRAP_SERVERS", vec!["a:1".to_owned(), "b:2".to_owned()])];
        let endpoints = Some(endpoints.into_iter().collect());
        create_with(
            &world,
            CreateEventSourceMappingRequest {
                event_source_arn: None,
                self_managed_event_source: Some(SelfManagedEventSource { endpoints }),
                topics: Some(vec![topic.into()]),
                ..request("f", STREAM)
            },
        )
    };
    let cluster = kafka("one").unwrap().uuid;
    kafka("two").unwrap();
    assert_eq!(
        text(kafka("one")),
        format!(
            "An event source mapping with event source (\"a:1,b:2\"), function (\"{}\"), topics (\"one\") already exists. \
             Please update or delete the existing mapping with UUID {cluster}",
            function_arn("f")
        )
    );
    let other = create(&world, "f:1", QUEUE).unwrap().uuid;
    let taken = update(&world, &other, |request| request.function_name = Some("f".into()));
    assert!(matches!(taken, Err(ServiceError::QueueMappingExists { uuid, .. }) if uuid == queue));
    delete(&world, &queue).unwrap();
    update(&world, &other, |request| request.function_name = Some("f".into())).unwrap();
    assert!(create(&world, "f:1", QUEUE).is_ok(), "the update has left that free");
}

fn what_is_being_deleted_keeps_its_place(world: World) {
    let world = world.with(Transitions::After(Duration::from_secs(60)));
    let minute = || world.clock.advance(Duration::from_secs(60));
    world.create("f", "one");
    world.create("g", "one");
    let cluster = || {
        let endpoints = [("KAFKA_BOOTSTRAP_SERVERS", vec!["a:1".to_owned()])].into_iter().collect();
        let cluster = SelfManagedEventSource { endpoints: Some(endpoints) };
        CreateEventSourceMappingRequest {
            event_source_arn: None,
            self_managed_event_source: Some(cluster),
            topics: Some(vec!["topic".into()]),
            ..request("f", STREAM)
        }
    };
    for request in [|| request("f", QUEUE), cluster] {
        let old = create_with(&world, request()).unwrap().uuid;
        let other = CreateEventSourceMappingRequest { function_name: Some("g".into()), ..request() };
        let other = create_with(&world, other).unwrap().uuid;
        minute();
        delete(&world, &old).unwrap();
        let tags = TagResourceRequest {
            resource: Some(get(&world, &old).unwrap().event_source_mapping_arn),
            tags: Some([("team", "blue")].into_iter().collect()),
        };
        world.run(tags.validate(&world.caller).unwrap()).unwrap();
        assert!(create_with(&world, request()).unwrap_err().to_string().ends_with(&old));
        let taken = update(&world, &other, |request| request.function_name = Some("f".into()));
        assert!(taken.unwrap_err().to_string().ends_with(&old));
        minute();
        let new = create_with(&world, request()).unwrap().uuid;
        world.settle();
        assert_eq!((state(&world, &old), state(&world, &new)), (None, Some(State::Creating)));
        assert!(create_with(&world, request()).unwrap_err().to_string().ends_with(&new));
        minute();
    }
    assert_eq!(world.dump(b"event-source-mapping/").len(), 4, "what is gone is removed");
}

/// One that is being deleted may be passed over among very many; it takes nothing along of the one that follows it.
fn many_of_the_same_two(world: World) {
    let world = world.with(Transitions::After(Duration::from_secs(60)));
    world.create("f", "one");
    let topic = |number: usize| {
        let source = "arn:aws:kafka:eu-central-1:111122223333:cluster/c/1";
        let topics = Some(vec![format!("t{number}")]);
        create_with(&world, CreateEventSourceMappingRequest { topics, ..request("f", source) })
    };
    let mappings: Vec<_> = (0..30).map(|number| topic(number).unwrap().uuid).collect();
    world.clock.advance(Duration::from_secs(60));
    let (first, found) = mappings.iter().enumerate().min_by_key(|(_, uuid)| *uuid).unwrap();
    delete(&world, found).unwrap();
    assert!(topic(first).unwrap_err().to_string().contains(found));
    topic(30).unwrap();
    let (last, old) = mappings.iter().enumerate().max_by_key(|(_, uuid)| *uuid).unwrap();
    delete(&world, old).unwrap();
    let new = topic(last).unwrap().uuid;
    world.clock.advance(Duration::from_secs(60));
    world.settle();
    assert_eq!((state(&world, old), state(&world, &new)), (None, Some(State::Enabled)));
    assert!(topic(last).unwrap_err().to_string().contains(&new));
}

/// The disk is full to the last byte that growth may take, and the state of what is being deleted is written first.
#[test]
fn a_full_disk_takes_deletions() {
    let vfs = SimVfs::new();
    let options = LocalOptions::new("store", Arc::new(SeededEntropy::new(3))).vfs(Arc::new(vfs.clone()));
    let backend = LocalBackend::open(&options.checkpoint_bytes_min(u64::MAX)).unwrap();
    let mut world = World::on_backend(Arc::new(backend));
    world.create("f", "one");
    let mappings: Vec<_> =
        (0..3).map(|n| create(&world, "f", &format!("{QUEUE}{n}")).unwrap().uuid).collect();
    world.settle();
    for transitions in
        [Transitions::After(Duration::from_secs(60)), Transitions::Manual, Transitions::Immediate]
    {
        world.reopen(transitions);
        let used = vfs.files().iter().map(|path| vfs.read_file(path).unwrap().len() as u64).sum();
        vfs.set_capacity_bytes(Some(used));
        let grow = || {
            let alias = CreateAliasRequest {
                function_name: Some("f".into()),
                name: Some(format!("a{}", world.dump(b"x/").len())),
                function_version: Some("$LATEST".into()),
                ..Default::default()
            };
            world.store.run(&world.caller, alias.validate(&world.caller).unwrap())
        };
        let full = loop {
            if let Err(failure) = grow() {
                break failure;
            }
        };
        assert!(matches!(full, Failure::Full), "{full:?}");
        let uuid = &mappings[(0..3).find(|n| state(&world, &mappings[*n]) == Some(State::Enabled)).unwrap()];
        assert_eq!(delete(&world, uuid).unwrap().state, State::Deleting, "{transitions:?}");
        world.clock.advance(Duration::from_secs(60));
        world.settle();
        let left = (transitions == Transitions::Manual).then_some(State::Deleting);
        assert_eq!(state(&world, uuid), left);
    }
    assert_eq!(world.complete("f", None), 1);
    assert_eq!(world.dump(b"event-source-mapping").len(), 0);
}

fn lists(world: World) {
    let queue = |number: usize| format!("{QUEUE}{number}");
    let mut all = Vec::new();
    for function in ["f", "f1", "g"] {
        world.create(function, "one");
        for number in 0..3 {
            all.push(create(&world, function, &queue(number)).unwrap().uuid);
        }
    }
    all.push(create(&world, "f:$LATEST", &queue(0)).unwrap().uuid);
    let sorted = |mut uuids: Vec<String>| {
        uuids.sort();
        uuids
    };
    for page in [1, 2, 3, 50] {
        assert_eq!(list(&world, None, None, page), sorted(all.clone()));
        assert_eq!(list(&world, Some("f"), None, page), sorted(all[0..3].to_vec()));
        let of_queue = [&all[9], &all[0], &all[3], &all[6]].map(Clone::clone);
        assert_eq!(list(&world, None, Some(&queue(0)), page), of_queue, "by function");
        assert_eq!(list(&world, Some("f1"), Some(&queue(1)), page), std::slice::from_ref(&all[4]));
        assert!(list(&world, Some("absent"), None, page).is_empty());
        assert!(list(&world, None, Some(QUEUE), page).is_empty());
    }
}

fn a_mapping_outlives_its_function(world: World) {
    world.create("f", "one");
    let uuid = create(&world, "f", QUEUE).unwrap().uuid;
    world.delete("f", None).unwrap();
    world.settle();
    assert_eq!(state(&world, &uuid), Some(State::Enabled));
    assert_eq!(list(&world, Some("f"), None, 10), std::slice::from_ref(&uuid));
    assert!(update(&world, &uuid, |request| request.batch_size = Some(1)).is_ok());
    world.create("f", "two");
    assert!(create(&world, "f", QUEUE).is_err(), "it is that of the next function of the name, too");
    delete(&world, &uuid).unwrap();
    assert_eq!(state(&world, &uuid), None);
}

fn tags(world: World) {
    world.create("f", "one");
    let tags = Some([("a", "1")].into_iter().collect());
    let created =
        create_with(&world, CreateEventSourceMappingRequest { tags, ..request("f", QUEUE) }).unwrap();
    let resource = Some(created.event_source_mapping_arn);
    let tagged = || {
        let request = ListTagsRequest { resource: resource.clone() };
        world.look(request.validate(&world.caller).unwrap()).map(|answer| answer.tags)
    };
    let before = get(&world, &created.uuid);
    let tag = TagResourceRequest {
        resource: resource.clone(),
        tags: Some([("a", "2"), ("b", "3")].into_iter().collect()),
    };
    world.run(tag.clone().validate(&world.caller).unwrap()).unwrap();
    assert_eq!(tagged(), Ok([("a", "2"), ("b", "3")].into_iter().collect()));
    let untag = UntagResourceRequest { resource: resource.clone(), tag_keys: Some(vec!["a".into()]) };
    world.run(untag.validate(&world.caller).unwrap()).unwrap();
    assert_eq!(tagged(), Ok([("b", "3")].into_iter().collect()));
    assert_eq!(get(&world, &created.uuid), before, "tags are no update");
    delete(&world, &created.uuid).unwrap();
    assert_eq!(tagged(), Err(ServiceError::ResourceNotFound));
    assert_eq!(world.run(tag.validate(&world.caller).unwrap()), Err(ServiceError::ResourceNotFound));
}

/// By whoever needs its place, or by settling, also in another process.
fn what_is_gone_is_removed(mut world: World) {
    let slow = Transitions::After(Duration::from_secs(60));
    world.create("f", "one");
    let uuids = [QUEUE, STREAM].map(|source| create(&world, "f", source).unwrap().uuid);
    world.reopen(slow);
    for uuid in &uuids {
        delete(&world, uuid).unwrap();
    }
    world.clock.advance(Duration::from_secs(60));
    let again = create(&world, "f", QUEUE).unwrap().uuid;
    assert_eq!(list(&world, Some("f"), None, 10), std::slice::from_ref(&again));
    let stored =
        || (world.dump(b"event-source-mapping/").len(), world.dump(b"event-source-mapping-by/").len());
    assert_eq!(stored(), (2, 5), "one that is being deleted claims nothing");
    world.clock.advance(Duration::from_secs(60));
    let second = world.front_end(Transitions::Manual, std::sync::Arc::clone(&world.clock));
    while second.settle().is_ok_and(|done| done == 0) {}
    while !matches!(second.settle(), Ok(0)) {}
    assert_eq!(stored(), (1, 3));
    assert_eq!(state(&world, &again), Some(State::Enabled));
}

#[test]
fn followers_are_told() {
    let world = World::new(crate::world::Kind::Memory);
    world.create("f", "one");
    let uuid = create(&world, "f", QUEUE).unwrap().uuid;
    update(&world, &uuid, |_| {}).unwrap();
    delete(&world, &uuid).unwrap();
    let Events::Batches(batches) = world.backend.events(Position::START, 100).unwrap() else {
        panic!("lost")
    };
    let told = batches.iter().flat_map(|batch| &batch.events).filter_map(|event| {
        match Event::decode(event).unwrap().unwrap() {
            Event::Resource(event) => Some((event.resource, event.change, event.arn.ends_with(&uuid))),
            _ => None,
        }
    });
    let changes = [ResourceChange::Created, ResourceChange::Updated, ResourceChange::Deleted];
    let expected = changes.map(|change| (ResourceKind::EventSourceMapping, change, true));
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

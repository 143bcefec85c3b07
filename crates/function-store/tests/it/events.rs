//! The feed of committed events: enough to follow functions, versions and revisions, in the order of each scope.

use std::collections::BTreeMap;

use funclet_function_store::{
    Event, FunctionEvent, FunctionEventKind, FunctionStore, ResourceEvent, Transitions,
};
use funclet_storage::{Events, Position};

use crate::world::{World, configure_request, create_request, zip};

on_every_backend!(
    each_operation_tells_what_it_did,
    what_did_not_happen_is_not_told,
    the_feed_goes_on_where_a_reader_stopped,
    the_feed_outlives_the_process,
    scopes_are_told_apart,
);

/// What the feed tells of functions of the world's account and region.
pub(crate) fn feed(world: &World) -> Vec<FunctionEvent> {
    let of_function = |event| if let Event::Function(event) = event { Some(event) } else { None };
    whole_feed(world).into_iter().filter_map(of_function).collect()
}

/// What it tells of everything else.
pub(crate) fn resource_feed(world: &World) -> Vec<ResourceEvent> {
    let of_resource = |event| if let Event::Resource(event) = event { Some(event) } else { None };
    whole_feed(world).into_iter().filter_map(of_resource).collect()
}

fn whole_feed(world: &World) -> Vec<Event> {
    let (mut found, mut after) = (Vec::new(), Position::START);
    loop {
        let Events::Batches(batches) = world.backend.events(after, 7).unwrap() else { panic!("lost") };
        let Some(last) = batches.last() else { return found };
        assert!(
            batches.iter().all(|batch| batch.position > after) && batches.is_sorted_by_key(|b| b.position)
        );
        after = last.position;
        for batch in batches.iter().filter(|batch| batch.scope == world.scope()) {
            found.extend(batch.events.iter().filter_map(|event| Event::decode(event).unwrap()));
        }
    }
}

type Revision = [u8; 16];

/// What somebody knows who follows the feed: the revision of `$LATEST` and of each version.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Follower(pub(crate) BTreeMap<String, (Revision, BTreeMap<u64, Revision>)>);

impl Follower {
    /// Follows the feed and checks that every old revision is the one that was told before.
    pub(crate) fn follow(events: &[FunctionEvent]) -> Self {
        let mut known = Self::default();
        events.iter().for_each(|event| known.learn(event));
        known
    }

    fn learn(&mut self, event: &FunctionEvent) {
        use FunctionEventKind as Kind;
        let name = &event.function_name;
        match (event.kind, event.version) {
            (Kind::FunctionCreated, None) => {
                let new = (event.new_revision.unwrap(), BTreeMap::new());
                assert_eq!((event.old_revision, self.0.insert(name.clone(), new)), (None, None), "{event:?}");
            }
            (Kind::FunctionDeleted, None) => {
                assert!(self.0.remove(name).is_some() && event.new_revision.is_none(), "{event:?}");
            }
            (Kind::VersionPublished, Some(number)) => {
                let (_, versions) = self.0.get_mut(name).unwrap();
                let before = versions.insert(number, event.new_revision.unwrap());
                assert_eq!((event.old_revision, before), (None, None), "{event:?}");
            }
            (Kind::VersionDeleted, Some(number)) => {
                assert!(self.0.get_mut(name).unwrap().1.remove(&number).is_some(), "{event:?}");
            }
            (Kind::TransitionCompleted, Some(number)) => {
                let revision = self.0.get_mut(name).unwrap().1.get_mut(&number).unwrap();
                assert_eq!(
                    event.old_revision,
                    Some(std::mem::replace(revision, event.new_revision.unwrap()))
                );
            }
            (
                Kind::TransitionCompleted
                | Kind::CodeUpdated
                | Kind::ConfigurationUpdated
                | Kind::TagsUpdated
                | Kind::RevisionRenewed,
                None,
            ) => {
                let revision = &mut self.0.get_mut(name).unwrap().0;
                let before = std::mem::replace(revision, event.new_revision.unwrap());
                assert_eq!(event.old_revision, Some(before), "{event:?}");
            }
            _ => panic!("{event:?}"),
        }
    }
}

fn each_operation_tells_what_it_did(world: World) {
    use FunctionEventKind as Kind;
    world.create_published("f", "one");
    world.update("f", "two");
    world.publish("f");
    world.configure_with(configure_request("f")).unwrap();
    world.settle();
    world.delete("f", Some("1")).unwrap();
    world.delete("f", None).unwrap();
    world.settle();
    let told: Vec<_> = feed(&world).iter().map(|event| (event.kind, event.version)).collect();
    assert_eq!(
        told,
        [
            (Kind::FunctionCreated, None),
            (Kind::VersionPublished, Some(1)),
            (Kind::TransitionCompleted, None),
            (Kind::CodeUpdated, None),
            (Kind::TransitionCompleted, None),
            (Kind::VersionPublished, Some(2)),
            (Kind::RevisionRenewed, None),
            (Kind::ConfigurationUpdated, None),
            (Kind::TransitionCompleted, None),
            (Kind::TransitionCompleted, Some(1)),
            (Kind::VersionDeleted, Some(1)),
            (Kind::FunctionDeleted, None),
        ]
    );
    assert_eq!(Follower::follow(&feed(&world)), Follower::default());
}

fn what_did_not_happen_is_not_told(world: World) {
    world.create_published("f", "one");
    world.settle();
    let before = feed(&world);
    world.create_with(create_request("f"), Ok(zip("two"))).unwrap_err();
    world.publish("f");
    world.delete("f", Some("7")).unwrap();
    world.get("f");
    world.settle();
    assert_eq!(feed(&world), before);
}

fn the_feed_goes_on_where_a_reader_stopped(world: World) {
    world.create("f", "one");
    let Events::Batches(first) = world.backend.events(Position::START, 100).unwrap() else { panic!("lost") };
    let stopped = Position::from_u64(first.last().unwrap().position.to_u64());
    world.update("f", "two");
    let Events::Batches(next) = world.backend.events(stopped, 100).unwrap() else { panic!("lost") };
    assert_eq!((first.len(), next.len()), (1, 1));
    assert_eq!(next[0].events.len(), 2, "all events of one operation come together");
}

fn the_feed_outlives_the_process(world: World) {
    let mut world = world.with(Transitions::Manual);
    world.create_published("f", "one");
    world.complete("f", None);
    let before = feed(&world);
    world.reopen(Transitions::Immediate);
    assert_eq!(feed(&world), before);
    world.update("f", "two");
    world.settle();
    let known = Follower::follow(&feed(&world));
    assert_eq!(known.0["f"].0, *world.get("f").revision_id.as_bytes());
    assert_eq!(known.0["f"].1[&1], *world.get("f:1").revision_id.as_bytes());
}

fn scopes_are_told_apart(world: World) {
    let mut world = world;
    world.create("f", "one");
    world.caller.region = "us-east-1".parse().unwrap();
    world.create("g", "one");
    let Events::Batches(batches) = world.backend.events(Position::START, 100).unwrap() else {
        panic!("lost")
    };
    let callers: Vec<_> = batches
        .iter()
        .map(|batch| FunctionStore::caller_of(&batch.scope).unwrap().region.to_string())
        .collect();
    assert_eq!(callers, ["eu-central-1", "us-east-1"]);
}

//! Tags of functions: what changes with them, and what does not.

use funclet_function_store::{FunctionEventKind, ServiceError, Transitions};
use funclet_validation::{
    ListTagsRequest, PublishVersionRequest, StringMap, TagResourceRequest, UntagResourceRequest,
};

use crate::events::{Follower, feed};
use crate::world::{World, function_arn, line_of, publish_request};

on_every_backend!(
    tags_come_and_go,
    every_call_renews_the_revision,
    no_more_than_fifty,
    only_functions_have_tags,
    versions_have_nothing_to_do_with_it,
    an_update_goes_on_meanwhile,
    followers_are_told,
);

fn tags(world: &World, name: &str) -> StringMap {
    let request = ListTagsRequest { resource: Some(function_arn(name)) };
    let listed = world.look(request.validate(&world.caller).unwrap()).unwrap().tags;
    assert_eq!(world.detail(name).unwrap().tags, listed, "GetFunction shows the same");
    listed
}

fn tags_come_and_go(mut world: World) {
    world.create("f", "one");
    assert!(tags(&world, "f").is_empty());
    world.tag("f", [("a", "1"), ("b", "2")]).unwrap();
    world.tag("f", [("b", "3"), ("c", "4")]).unwrap();
    world.reopen(Transitions::Immediate);
    assert_eq!(tags(&world, "f"), [("a", "1"), ("b", "3"), ("c", "4")].into_iter().collect());
    world.untag("f", &["a", "c", "unknown"]).unwrap();
    assert_eq!(tags(&world, "f"), [("b", "3")].into_iter().collect());
    world.delete("f", None).unwrap();
    world.create("f", "one");
    assert!(tags(&world, "f").is_empty(), "another function");
}

fn every_call_renews_the_revision(world: World) {
    world.create("f", "one");
    let before = world.get("f");
    let mut revisions = vec![before.revision_id];
    let calls: [&dyn Fn(); 4] = [
        &|| world.tag("f", [("a", "1")]).unwrap(),
        &|| world.tag("f", [("a", "1")]).unwrap(),
        &|| world.untag("f", &["a"]).unwrap(),
        &|| world.untag("f", &["a"]).unwrap(),
    ];
    for call in calls {
        call();
        let mut now = world.get("f");
        assert!(!revisions.contains(&now.revision_id));
        revisions.push(now.revision_id);
        now.revision_id = before.revision_id;
        assert_eq!(now, before, "nothing else changes");
    }
}

fn no_more_than_fifty(world: World) {
    world.create("f", "one");
    let numbered = |range: std::ops::Range<u32>| TagResourceRequest {
        resource: Some(function_arn("f")),
        tags: Some(range.map(|number| (number.to_string(), "value")).collect()),
    };
    world.run(numbered(0..50).validate(&world.caller).unwrap()).unwrap();
    let stored = world.dump(b"");
    let one_more = world.run(numbered(49..51).validate(&world.caller).unwrap());
    assert_eq!(one_more.unwrap_err().to_string(), "Number of tags exceeds resource tag limit.");
    assert_eq!(world.dump(b""), stored);
    world.run(numbered(10..50).validate(&world.caller).unwrap()).unwrap();
}

fn only_functions_have_tags(world: World) {
    let absent = ServiceError::FunctionNotFound { arn: function_arn("absent").parse().unwrap() };
    assert_eq!(world.tag("absent", [("a", "1")]), Err(absent.clone()));
    assert_eq!(world.untag("absent", &["a"]), Err(absent));
    let resource = || Some("arn:aws:lambda:eu-central-1:111122223333:layer:hello".to_owned());
    let tags = Some([("a", "1")].into_iter().collect());
    let tagging = TagResourceRequest { resource: resource(), tags }.validate(&world.caller).unwrap();
    assert_eq!(world.run(tagging), Err(ServiceError::ResourceNotFound));
    let untagging = UntagResourceRequest { resource: resource(), tag_keys: Some(vec!["a".into()]) };
    let untagging = untagging.validate(&world.caller).unwrap();
    assert_eq!(world.run(untagging), Err(ServiceError::ResourceNotFound));
}

fn versions_have_nothing_to_do_with_it(world: World) {
    world.create_published("f", "one");
    let version = world.get("f:1");
    world.tag("f", [("a", "1")]).unwrap();
    assert_eq!(world.get("f:1"), version);
    assert_eq!(world.publish("f").version.to_string(), "1", "nothing to publish");
    let revision_id = Some(world.get("f").revision_id.to_string());
    world.publish_with(PublishVersionRequest { revision_id, ..publish_request("f") }).unwrap();
}

fn an_update_goes_on_meanwhile(world: World) {
    let world = world.with(Transitions::Manual);
    world.create("f", "one");
    world.tag("f", [("a", "1")]).unwrap();
    let tagged = world.get("f");
    assert_eq!(line_of(&tagged), "Pending Creating - -");
    world.complete("f", None);
    let active = world.get("f");
    assert_eq!(line_of(&active), "Active - Successful -");
    assert_ne!(active.revision_id, tagged.revision_id);
    assert_eq!(tags(&world, "f").len(), 1);
}

fn followers_are_told(world: World) {
    world.create("f", "one");
    world.tag("f", [("a", "1")]).unwrap();
    world.untag("f", &["a"]).unwrap();
    let told = feed(&world);
    let of_tags = told.iter().filter(|event| event.kind == FunctionEventKind::TagsUpdated).count();
    assert_eq!(of_tags, 2);
    assert_eq!(Follower::follow(&told).0["f"].0, *world.get("f").revision_id.as_bytes());
}

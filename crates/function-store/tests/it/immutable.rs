//! A published version never changes: whatever happens to its function, it can only become ready, or go.

use funclet_function_store::{FunctionConfiguration, Reason, Transitions};
use funclet_storage::BlobDigest;
use funclet_validation::{
    PublishVersionRequest, UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::world::{Kind, World, configure_request, publish_request, update_request, zip};

#[derive(Debug, Clone)]
enum Step {
    Update { content: u8, publish: bool, arm: bool },
    Configure { timeout: u8 },
    Tag,
    Publish { description: u8 },
    DeleteOther { number: u64 },
    Fail,
    Complete,
    Settle,
    Reopen(bool),
    Recreate,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<u8>(), any::<bool>(), any::<bool>())
            .prop_map(|(content, publish, arm)| Step::Update { content, publish, arm }),
        2 => (1..=255_u8).prop_map(|timeout| Step::Configure { timeout }),
        1 => Just(Step::Tag),
        2 => any::<u8>().prop_map(|description| Step::Publish { description }),
        1 => (2..6_u64).prop_map(|number| Step::DeleteOther { number }),
        1 => Just(Step::Fail),
        2 => Just(Step::Complete),
        1 => Just(Step::Settle),
        1 => any::<bool>().prop_map(Step::Reopen),
        1 => Just(Step::Recreate),
    ]
}

fn take(world: &mut World, step: Step) {
    // Refusals are as good as successes here.
    match step {
        Step::Update { content, publish, arm } => {
            let architecture = if arm { "arm64" } else { "x86_64" };
            let request = UpdateFunctionCodeRequest {
                publish: Some(publish),
                architectures: Some(vec![architecture.into()]),
                ..update_request("f")
            };
            let _ = world.update_with(request, Ok(zip(&format!("content {content}"))));
        }
        Step::Configure { timeout } => {
            let (timeout, description) = (Some(timeout.into()), Some("configured".into()));
            let request =
                UpdateFunctionConfigurationRequest { timeout, description, ..configure_request("f") };
            let _ = world.configure_with(request);
        }
        Step::Tag => world.tag("f", [("key", "value")]).unwrap(),
        Step::Publish { description } => {
            let description = Some(format!("description {description}"));
            let _ = world.publish_with(PublishVersionRequest { description, ..publish_request("f") });
        }
        Step::DeleteOther { number } => world.delete("f", Some(&number.to_string())).unwrap(),
        Step::Fail => {
            let reason = Reason { code: "InternalError".into(), text: "of a test".into() };
            world.complete("f", Some(reason));
        }
        Step::Complete => drop(world.complete("f", None)),
        Step::Settle => world.settle(),
        Step::Reopen(manual) => {
            world.reopen(if manual { Transitions::Manual } else { Transitions::Immediate });
        }
        Step::Recreate => {
            world.create_published("other", "one");
            world.delete("other", None).unwrap();
        }
    }
}

/// Everything but the members that tell where the version stands.
fn fixed(mut version: FunctionConfiguration) -> FunctionConfiguration {
    version.status = None;
    version.revision_id = funclet_validation::RevisionId::from_bytes([0; 16]);
    version
}

fn check(kind: Kind, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut world = World::new(kind).with(Transitions::Manual);
    world.create("f", "first");
    world.complete("f", None);
    // Published from a ready function, so it is ready, for good.
    let first = world.publish("f");
    let second = world.update_published("f", "second");
    for step in steps {
        let deletes_second = matches!(step, Step::DeleteOther { number: 2 });
        take(&mut world, step.clone());
        prop_assert_eq!(&world.get("f:1"), &first, "{:?}", step);
        match world.detail("f:2") {
            Ok(detail) => prop_assert_eq!(fixed(detail.configuration), fixed(second.clone()), "{:?}", step),
            Err(_) if deletes_second => return Ok(()),
            Err(error) => prop_assert!(false, "{:?}: {}", step, error),
        }
        for content in ["first", "second"] {
            let blob = world.backend.blobs().open(&BlobDigest::of(content.as_bytes())).unwrap();
            prop_assert_eq!(blob.unwrap().read_whole().unwrap(), content);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn memory(steps in vec(step(), 1..40)) {
        check(Kind::Memory, steps)?;
    }

    #[test]
    fn local(steps in vec(step(), 1..40)) {
        check(Kind::Local, steps)?;
    }

    #[test]
    fn chaos(steps in vec(step(), 1..40), seed: u64) {
        check(Kind::Chaos(seed), steps)?;
    }
}

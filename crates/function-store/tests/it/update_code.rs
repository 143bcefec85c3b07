//! UpdateFunctionCode: the order of its refusals, and what it changes and does not change.

use funclet_function_store::{CheckUpdate, CodeInspection, NewCode, ServiceError, Transitions};
use funclet_validation::UpdateFunctionCodeRequest;

use crate::world::{
    World, create_image_request, create_request, digest, image, line_of, update_request, zip,
};

on_every_backend!(
    the_earlier_of_two_causes_is_told,
    a_refused_update_changes_nothing,
    only_the_current_revision_passes,
    a_dry_run_shows_and_changes_nothing,
    a_dry_run_is_refused_as_an_update_is,
    architectures_are_kept_or_changed,
    the_new_code_takes_the_place_of_the_old,
    identical_code_is_an_update,
    latest_may_be_addressed,
    an_image_is_exchanged,
    an_update_does_not_touch_other_functions,
);

const STALE: &str = "00000000-0000-4000-8000-000000000000";

/// The causes for a refusal, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cause {
    Unknown,
    VersionAddressed,
    StaleRevision,
    PackageType,
    TwoSources,
    InProgress,
    BadCode,
    OverQuota,
}

impl Cause {
    fn text(self) -> &'static str {
        match self {
            Self::Unknown => "Function not found: arn:aws:lambda:eu-central-1:111122223333:function:",
            Self::VersionAddressed => {
                "Current operation does not support versions other than $LATEST. Please set the version to $LATEST or \
                 do not set a version in your request."
            }
            Self::StaleRevision => {
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to \
                 retrieve the latest Revision Id"
            }
            Self::PackageType => {
                "Please don't provide ImageUri when updating a function with packageType Zip."
            }
            Self::TwoSources => "Please provide a source for function code.",
            Self::InProgress => {
                "The operation cannot be performed at this time. An update is in progress for resource: \
                 arn:aws:lambda:eu-central-1:111122223333:function:busy"
            }
            Self::BadCode => {
                "Could not unzip uploaded file. Please check your file, then try to upload again."
            }
            Self::OverQuota => "Code storage limit exceeded.",
        }
    }
}

const ORDER: [Cause; 8] = [
    Cause::Unknown,
    Cause::VersionAddressed,
    Cause::StaleRevision,
    Cause::PackageType,
    Cause::TwoSources,
    Cause::InProgress,
    Cause::BadCode,
    Cause::OverQuota,
];

/// A request that has all of `causes`. `busy` is in the middle of a creation, `ready` is not.
fn having(causes: &[Cause]) -> (UpdateFunctionCodeRequest<()>, Result<NewCode, ServiceError>) {
    let has = |cause| causes.contains(&cause);
    let name = match (has(Cause::Unknown), has(Cause::InProgress)) {
        (true, _) => "absent",
        (false, true) => "busy",
        (false, false) => "ready",
    };
    let qualifier = if has(Cause::VersionAddressed) { ":1" } else { "" };
    let too_large = NewCode::Zip {
        digest: digest("large"),
        size: 2000,
        unzipped_size: 2000,
        entry_count: 1,
        inline: Some("large".into()),
        inspection: CodeInspection::default(),
    };
    let code = if has(Cause::OverQuota) { too_large } else { zip("new") };
    let bad = ServiceError::InvalidParameterValue(Cause::BadCode.text().into());
    let request = UpdateFunctionCodeRequest {
        function_name: Some(format!("{name}{qualifier}")),
        revision_id: has(Cause::StaleRevision).then(|| STALE.into()),
        image_uri: has(Cause::PackageType).then(|| "repo:1".into()),
        zip_file: (!has(Cause::PackageType) && !has(Cause::TwoSources)).then_some(()),
        ..update_request("")
    };
    (request, if has(Cause::BadCode) { Err(bad) } else { Ok(code) })
}

fn world_with_both(world: World) -> World {
    let mut world = world.with_quota(1000);
    world.create("ready", "one");
    world.reopen(Transitions::Manual);
    world.create("busy", "one");
    world
}

fn the_earlier_of_two_causes_is_told(world: World) {
    let world = world_with_both(world);
    for (index, cause) in ORDER.into_iter().enumerate() {
        let later = &ORDER[index + 1..];
        let beside =
            later.iter().map(|other| vec![cause, *other]).chain([vec![cause], ORDER[index..].to_vec()]);
        for causes in beside {
            let (request, fetched) = having(&causes);
            let told = world.update_with(request.clone(), fetched).unwrap_err().to_string();
            assert!(told.starts_with(cause.text()), "{causes:?}: {told}");
            // Whatever can be told without the code is told before the code is fetched.
            let early = world.look(CheckUpdate(request.validate(&world.caller).unwrap()));
            match cause {
                Cause::BadCode | Cause::OverQuota => _ = early.unwrap(),
                _ => assert_eq!(early.unwrap_err().to_string(), told),
            }
        }
    }
    let (request, fetched) = having(&[]);
    world.update_with(request, fetched).unwrap();
}

fn a_refused_update_changes_nothing(world: World) {
    let world = world_with_both(world);
    let before = world.dump(b"");
    for cause in ORDER {
        let (request, fetched) = having(&[cause]);
        world.update_with(request, fetched).unwrap_err();
        assert_eq!(world.dump(b""), before, "{cause:?}");
    }
    assert!(world.backend.blobs().open(&digest("large")).unwrap().is_none());
}

fn only_the_current_revision_passes(world: World) {
    world.create("f", "one");
    let current = world.get("f").revision_id.to_string();
    let with = |revision: &str| UpdateFunctionCodeRequest {
        revision_id: Some(revision.into()),
        ..update_request("f")
    };
    for wrong in [STALE, "wrong", "", &current.to_uppercase(), &format!("{current} ")] {
        let refused = world.update_with(with(wrong), Ok(zip("two")));
        assert_eq!(refused, Err(ServiceError::RevisionMismatch), "{wrong:?}");
    }
    let updated = world.update_with(with(&current), Ok(zip("two"))).unwrap();
    assert_ne!(updated.revision_id.to_string(), current);
    assert_eq!(world.update_with(with(&current), Ok(zip("two"))), Err(ServiceError::RevisionMismatch));
}

fn a_dry_run_shows_and_changes_nothing(world: World) {
    world.create("f", "one");
    let (stored, current) = (world.dump(b""), world.get("f"));
    let request = UpdateFunctionCodeRequest {
        dry_run: Some(true),
        publish: Some(true),
        architectures: Some(vec!["arm64".into()]),
        revision_id: Some(current.revision_id.to_string()),
        ..update_request("f")
    };
    let shown = world.update_with(request, Ok(zip("other"))).unwrap();
    assert_eq!(shown.code_sha256.digest(), digest("other").as_bytes());
    assert_eq!((shown.code_size, shown.architecture.to_string().as_str()), (5, "arm64"));
    let mut with_old_code = shown;
    with_old_code.code_sha256 = current.code_sha256;
    with_old_code.code_size = current.code_size;
    with_old_code.architecture = current.architecture;
    with_old_code.runtime_version_arn.clone_from(&current.runtime_version_arn);
    assert_eq!(with_old_code, current, "everything else is as it is");
    assert_eq!((world.get("f"), world.dump(b"")), (current, stored));
    assert!(world.backend.blobs().open(&digest("other")).unwrap().is_none());
}

fn a_dry_run_is_refused_as_an_update_is(world: World) {
    let world = world_with_both(world);
    for cause in ORDER.into_iter().filter(|cause| *cause != Cause::OverQuota) {
        let (request, fetched) = having(&[cause]);
        let dry = UpdateFunctionCodeRequest { dry_run: Some(true), ..request.clone() };
        assert_eq!(world.update_with(dry, fetched.clone()), world.update_with(request, fetched), "{cause:?}");
    }
}

fn architectures_are_kept_or_changed(world: World) {
    let shown = |world: &World| world.get("f").architecture.to_string();
    world.create("f", "one");
    assert_eq!(shown(&world), "x86_64");
    let to = |architecture: &str| UpdateFunctionCodeRequest {
        architectures: Some(vec![architecture.into()]),
        ..update_request("f")
    };
    let told = world.update_with(to("arm64"), Ok(zip("two"))).unwrap();
    assert_eq!((told.architecture.to_string(), shown(&world)), ("arm64".into(), "arm64".into()));
    let runtime_version = |world: &World| world.get("f").runtime_version_arn.unwrap();
    let of_arm = runtime_version(&world);
    world.update("f", "three");
    assert_eq!(shown(&world), "arm64", "as before if not given");
    assert_eq!(runtime_version(&world), of_arm);
    world.publish("f");
    world.update_with(to("x86_64"), Ok(zip("four"))).unwrap();
    assert_ne!(runtime_version(&world), of_arm, "each architecture has its own (recorded from AWS)");
    assert_eq!(
        (shown(&world).as_str(), world.get("f:1").architecture.to_string().as_str()),
        ("x86_64", "arm64")
    );
}

fn the_new_code_takes_the_place_of_the_old(world: World) {
    world.create("f", "one");
    world.clock.advance(std::time::Duration::from_millis(77));
    let told = world.update("f", "other");
    assert_eq!((told.code_size, told.code_sha256.digest()), (5, digest("other").as_bytes()));
    assert_eq!(told.last_modified.0, crate::world::NOON_MS + 77 - 200, "whole seconds");
    assert_eq!((told.version.to_string().as_str(), told.description.as_str()), ("$LATEST", ""));
    assert_eq!(world.references(), [(digest("other"), 1)].into(), "the old code is let go");
    assert_eq!(world.code_bytes(), 5);
}

fn identical_code_is_an_update(world: World) {
    world.create("f", "same");
    let before = world.get("f");
    let told = world.update("f", "same");
    let after = world.get("f");
    assert_eq!((before.code_sha256, line_of(&after)), (after.code_sha256, "Active - Successful -".into()));
    assert!(before.revision_id != told.revision_id && told.revision_id != after.revision_id);
    assert_eq!((world.references(), world.code_bytes()), ([(digest("same"), 1)].into(), 4));
}

fn latest_may_be_addressed(world: World) {
    world.create("f", "one");
    let told = world.update_with(update_request("f:$LATEST"), Ok(zip("two"))).unwrap();
    assert_eq!(told.function_arn.to_string(), "arn:aws:lambda:eu-central-1:111122223333:function:f:$LATEST");
    let alias = world.update_with(update_request("f:live"), Ok(zip("two")));
    assert_eq!(alias, Err(ServiceError::NotLatest));
}

fn an_image_is_exchanged(world: World) {
    world.create_with(create_image_request("f"), Ok(image("repo:1", [1; 32]))).unwrap();
    assert_eq!(world.update_with(update_request("f"), Ok(zip("x"))), Err(ServiceError::ZipForImage));
    let from_s3 = UpdateFunctionCodeRequest {
        zip_file: None,
        s3_bucket: Some("bucket".into()),
        s3_key: Some("key".into()),
        ..update_request("f")
    };
    let refused = world.update_with(from_s3, Ok(zip("x"))).unwrap_err().to_string();
    assert_eq!(refused, "Please provide ImageUri when updating a function with packageType Image.");
    let request = UpdateFunctionCodeRequest {
        zip_file: None,
        image_uri: Some("repo:2".into()),
        publish: Some(true),
        ..update_request("f")
    };
    let told = world.update_with(request, Ok(image("repo:2", [2; 32]))).unwrap();
    assert_eq!((told.code_sha256.to_string(), told.version.to_string()), ("02".repeat(32), "1".into()));
    assert_eq!(world.code_bytes(), 0);
}

fn an_update_does_not_touch_other_functions(world: World) {
    world.create("f", "one");
    world.create_with(create_request("g"), Ok(zip("one"))).unwrap();
    let other = world.get("g");
    world.update_published("f", "two");
    assert_eq!(world.get("g"), other);
    assert_eq!(world.references(), [(digest("one"), 1), (digest("two"), 2)].into());
}

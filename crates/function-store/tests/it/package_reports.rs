//! What an inspection of code comes to: refusals, updates that fail, and reports that live as long as their package is held.

use funclet_function_store::{
    CodeInspection, CodeReport, FindPackageReport, FoundPackageReport, LastUpdateStatus, NewCode, Reason,
    ResourceChange, ResourceKind, ServiceError, Transitions,
};
use funclet_storage::BlobDigest;
use funclet_validation::{
    Architecture, Caller, CodeSha256, CreateFunctionRequest, UpdateFunctionCodeRequest,
};

use crate::events::resource_feed;
use crate::world::{
    World, configure_request, create_request, digest, line_of, publish_request, update_request, zip,
};

on_every_backend!(
    a_report_is_kept_while_the_package_is_held,
    a_report_is_for_whoever_holds_the_package,
    a_new_report_takes_the_place_of_the_old,
    code_for_another_machine_is_told_or_refused,
    the_same_report_is_told_once,
    code_that_cannot_be_extracted_fails_later,
    only_other_code_helps_what_cannot_be_extracted,
    other_code_makes_a_failed_function_active,
    what_has_failed_is_published_as_a_version_that_fails,
    what_deleted_functions_leave_takes_its_reports_along,
);

const MISFIT: &str = "Funclet: it does not run on arm64";

fn inspected(content: &str, inspection: CodeInspection) -> NewCode {
    let NewCode::Zip { digest, size, unzipped_size, entry_count, inline, .. } = zip(content) else {
        unreachable!()
    };
    NewCode::Zip { digest, size, unzipped_size, entry_count, inline, inspection }
}

fn report(text: &str) -> Option<CodeReport> {
    Some(CodeReport(text.as_bytes().to_vec().into()))
}

/// Code of which something is to be told whatever the architecture.
pub(crate) fn warned(content: &str, text: &str) -> NewCode {
    inspected(content, CodeInspection { report: report(text), warns: true, ..CodeInspection::default() })
}

/// Code whose archive opens and cannot be extracted.
pub(crate) fn unextractable(content: &str) -> NewCode {
    let code = Reason::INVALID_ZIP_FILE.to_owned();
    let failure = Some(Reason { code, text: "It is broken;".into() });
    inspected(content, CodeInspection { failure, ..CodeInspection::default() })
}

/// Code that does not run on arm64.
fn for_x86_64(content: &str, enforced: bool) -> NewCode {
    let misfits = vec![(Architecture::Arm64, MISFIT.to_owned())];
    inspected(
        content,
        CodeInspection { misfits, enforced, report: report("misfit"), ..CodeInspection::default() },
    )
}

fn found(world: &World, content: &str) -> Option<FoundPackageReport> {
    world.look(FindPackageReport(digest(content))).unwrap()
}

fn kept(text: &str) -> Option<FoundPackageReport> {
    Some(FoundPackageReport::Kept(digest(text)))
}

fn status(world: &World, name: &str, version: Option<&str>) -> funclet_function_store::Status {
    let name = version.map_or(name.to_owned(), |version| format!("{name}:{version}"));
    world.get(&name).status.unwrap()
}

fn is_there(world: &World, digest: &BlobDigest) -> bool {
    world.backend.blobs().open(digest).unwrap().is_some()
}

fn a_report_is_kept_while_the_package_is_held(world: World) {
    assert_eq!(found(&world, "native"), None);
    world.create_with(create_request("f"), Ok(zip("plain"))).unwrap();
    assert_eq!(found(&world, "plain"), Some(FoundPackageReport::NotKept));
    world.update_with(update_request("f"), Ok(warned("native", "a report"))).unwrap();
    assert_eq!((found(&world, "plain"), found(&world, "native")), (None, kept("a report")));
    assert!(is_there(&world, &digest("a report")));
    let told =
        resource_feed(&world).into_iter().map(|event| (event.resource, event.change, event.arn)).next_back();
    let arn = "arn:aws:lambda:eu-central-1:111122223333:function:f".to_owned();
    assert_eq!(told, Some((ResourceKind::PackageReport, ResourceChange::Created, arn)));

    // A version holds the package when the function does not any more.
    world.publish_with(publish_request("f")).unwrap();
    world.update_with(update_request("f"), Ok(zip("plain"))).unwrap();
    assert_eq!(found(&world, "native"), kept("a report"));
    world.delete("f", Some("1")).unwrap();
    assert_eq!(found(&world, "native"), None);
    assert!(world.dump(b"package-report/").is_empty());
}

fn a_report_is_for_whoever_holds_the_package(world: World) {
    world.create_with(create_request("f"), Ok(warned("native", "a report"))).unwrap();
    let others = Caller { account: "444455556666".parse().unwrap(), ..world.caller.clone() };
    assert_eq!(world.store.look(&others, FindPackageReport(digest("native"))).unwrap(), None);
}

fn a_new_report_takes_the_place_of_the_old(world: World) {
    world.create_with(create_request("f"), Ok(warned("native", "a report"))).unwrap();
    world.create_with(create_request("g"), Ok(warned("native", "another"))).unwrap();
    assert_eq!(found(&world, "native"), kept("another"));
    world.create_with(create_request("h"), Ok(warned("native", "another"))).unwrap();
    for name in ["f", "g"] {
        world.delete(name, None).unwrap();
        assert_eq!(found(&world, "native"), kept("another"));
    }
    world.delete("h", None).unwrap();
    assert_eq!(found(&world, "native"), None);
}

fn code_for_another_machine_is_told_or_refused(world: World) {
    world.create_with(create_request("f"), Ok(zip("plain"))).unwrap();
    world.update_with(update_request("f"), Ok(for_x86_64("x86", true))).unwrap();
    assert_eq!(found(&world, "x86"), Some(FoundPackageReport::NotKept), "nothing is to be told on x86_64");
    let to_arm =
        UpdateFunctionCodeRequest { architectures: Some(vec!["arm64".into()]), ..update_request("f") };
    let refused = world.update_with(to_arm.clone(), Ok(for_x86_64("x86", true)));
    assert_eq!(refused, Err(ServiceError::InvalidParameterValue(MISFIT.into())));
    let dry = UpdateFunctionCodeRequest { dry_run: Some(true), ..to_arm.clone() };
    assert!(world.update_with(dry, Ok(for_x86_64("x86", true))).is_err());
    assert!(resource_feed(&world).is_empty());

    world.update_with(to_arm, Ok(for_x86_64("x86", false))).unwrap();
    assert_eq!(found(&world, "x86"), kept("misfit"));
    assert_eq!(resource_feed(&world).len(), 1);
    // From now on the function has that architecture without saying so again.
    let again = world.update_with(update_request("f"), Ok(for_x86_64("x86", true)));
    assert_eq!(again, Err(ServiceError::InvalidParameterValue(MISFIT.into())));
    let to_arm = CreateFunctionRequest { architectures: Some(vec!["arm64".into()]), ..create_request("g") };
    assert!(world.create_with(to_arm, Ok(for_x86_64("x86", true))).is_err());
}

/// States of `$LATEST` and, if it is named, of a version.
fn line(world: &World, name: &str, version: Option<&str>) -> String {
    crate::world::line(Some(&status(world, name, version)))
}

fn the_same_report_is_told_once(world: World) {
    let told = || {
        let events = resource_feed(&world).into_iter();
        let reports = events.filter(|event| event.resource == ResourceKind::PackageReport);
        reports.map(|event| event.change).collect::<Vec<_>>()
    };
    world.create_with(create_request("f"), Ok(warned("native", "a report"))).unwrap();
    world.update_with(update_request("f"), Ok(warned("native", "a report"))).unwrap();
    world.create_with(create_request("g"), Ok(warned("native", "a report"))).unwrap();
    assert_eq!(told(), [ResourceChange::Created]);
    world.update_with(update_request("f"), Ok(warned("native", "another"))).unwrap();
    assert_eq!(told(), [ResourceChange::Created, ResourceChange::Updated]);
    assert_eq!((found(&world, "native"), is_there(&world, &digest("another"))), (kept("another"), true));

    // What was forgotten is told again.
    for name in ["f", "g"] {
        world.update_with(update_request(name), Ok(zip("plain"))).unwrap();
    }
    world.update_with(update_request("f"), Ok(warned("native", "another"))).unwrap();
    assert_eq!(told(), [ResourceChange::Created, ResourceChange::Updated, ResourceChange::Created]);
    assert_eq!(found(&world, "native"), kept("another"));
}

const PENDING: &str = "Pending Creating - -";
const READY: &str = "Active - Successful -";
const FAILED_UPDATE: &str = "Active - Failed InvalidZipFileException";
const FAILED_CREATION: &str = "Failed InvalidZipFileException - -";

fn code_that_cannot_be_extracted_fails_later(world: World) {
    let world = world.with(Transitions::Manual);
    let published = CreateFunctionRequest { publish: Some(true), ..create_request("new") };
    world.create_with(published, Ok(unextractable("one"))).unwrap();
    world.complete("new", None);
    for version in [None, Some("1")] {
        assert_eq!(line(&world, "new", version), FAILED_CREATION, "{version:?}");
        assert_eq!(status(&world, "new", version).state_reason.unwrap().text, "It is broken;");
    }
    world.create_with(create_request("f"), Ok(zip("plain"))).unwrap();
    world.complete("f", None);
    let begun = world.update_with(update_request("f"), Ok(unextractable("two"))).unwrap();
    assert_eq!(begun.status.unwrap().last_update, Some(LastUpdateStatus::InProgress));
    // Whatever somebody says of it.
    world.complete("f", Some(by_hand()));
    assert_eq!(line(&world, "f", None), FAILED_UPDATE);
    assert_eq!(status(&world, "f", None).last_update_reason.unwrap().text, "It is broken;");
    let code_sha256 = CodeSha256::from_zip_digest(*digest("two").as_bytes());
    assert_eq!(world.get("f").code_sha256, code_sha256, "the new code stays");
    world.update_with(update_request("f"), Ok(zip("plain"))).unwrap();
    world.complete("f", None);
    assert_eq!(line(&world, "f", None), READY);
}

fn by_hand() -> Reason {
    Reason { code: "InvalidSubnet".into(), text: "No such subnet.".into() }
}

fn only_other_code_helps_what_cannot_be_extracted(world: World) {
    world.create_with(create_request("new"), Ok(unextractable("one"))).unwrap();
    world.create("f", "plain");
    world.update_with(update_request("f"), Ok(unextractable("two"))).unwrap();
    for _ in 0..2 {
        let begun = world.configure_with(configure_request("f")).unwrap();
        assert_eq!(line_of(&begun), "Active - InProgress Creating");
        assert_eq!(line(&world, "f", None), FAILED_UPDATE);
        assert_eq!(status(&world, "f", None).last_update_reason.unwrap().text, "It is broken;");
    }
    world.configure_with(configure_request("new")).unwrap();
    let failed_twice = "Failed InvalidZipFileException Failed InvalidZipFileException";
    assert_eq!(line(&world, "new", None), failed_twice);
    for name in ["f", "new"] {
        world.update(name, "plain");
        world.configure_with(configure_request(name)).unwrap();
        assert_eq!(line(&world, name, None), READY);
    }
    // What was let fail for a reason of another kind has code as any other.
    let world = world.with(Transitions::Manual);
    world.update("f", "other");
    world.complete("f", Some(by_hand()));
    assert_eq!(line(&world, "f", None), "Active - Failed InvalidSubnet");
    world.configure_with(configure_request("f")).unwrap();
    world.complete("f", None);
    assert_eq!(line(&world, "f", None), READY);
}

fn other_code_makes_a_failed_function_active(world: World) {
    let world = world.with(Transitions::Manual);
    world.create_with(create_request("f"), Ok(unextractable("one"))).unwrap();
    world.complete("f", None);
    let begun = world.update("f", "good, and let fail");
    assert_eq!(line_of(&begun), "Failed InvalidZipFileException InProgress Creating");
    world.complete("f", Some(by_hand()));
    assert_eq!(line(&world, "f", None), "Failed InvalidZipFileException Failed InvalidSubnet");
    // The code is a good one now, so a configuration can be taken.
    world.configure_with(configure_request("f")).unwrap();
    world.complete("f", None);
    assert_eq!(line(&world, "f", None), READY);
    assert_eq!(line_of(&world.publish("f")), READY);
}

fn what_has_failed_is_published_as_a_version_that_fails(world: World) {
    let world = world.with(Transitions::Manual);
    let publish = |name: &str, version: &str, failed: &str| {
        let begun = world.publish(name);
        assert_eq!((line_of(&begun).as_str(), begun.version.to_string()), (PENDING, version.to_owned()));
        assert_eq!(world.complete(name, None), 1);
        assert_eq!(line(&world, name, Some(version)), failed);
        let again = world.publish(name);
        assert_eq!((line_of(&again).as_str(), again.version.to_string()), (failed, version.to_owned()));
    };
    world.create_with(create_request("new"), Ok(unextractable("one"))).unwrap();
    world.complete("new", None);
    publish("new", "1", FAILED_CREATION);

    world.create("f", "plain");
    world.complete("f", None);
    world.update_with(update_request("f"), Ok(unextractable("two"))).unwrap();
    world.complete("f", None);
    publish("f", "1", FAILED_CREATION);
    world.update("f", "plain");
    world.complete("f", Some(by_hand()));
    publish("f", "2", "Failed InvalidSubnet - -");
    world.update_published("f", "plain");
    world.complete("f", None);
    assert_eq!((line(&world, "f", None), line(&world, "f", Some("3"))), (READY.into(), READY.into()));
}

/// A sweep removes many versions in a transaction, and each may be the last that holds a package.
fn what_deleted_functions_leave_takes_its_reports_along(world: World) {
    world.create_with(create_request("f"), Ok(warned("0", "report 0"))).unwrap();
    for number in 1..60 {
        let code = warned(&format!("{number}"), &format!("report {number}"));
        let request = UpdateFunctionCodeRequest { publish: Some(true), ..update_request("f") };
        world.update_with(request, Ok(code)).unwrap();
    }
    assert_eq!(world.dump(b"package-report/").len(), 59);
    world.delete("f", None).unwrap();
    world.settle();
    assert_eq!(world.dump(b"package-report/").len(), 0);
    assert_eq!(world.dump(b"v/").len(), 0);
}

//! What is said of packages that are uploaded: reports, refusals, and updates that fail.

use bytes::Bytes;
use funclet::{
    ArchPolicy, BlobDigest, Error, Event, Feed, Framing, Funclet, FunctionConfiguration, Inspection, Lambda,
    LastUpdateStatus, Position, ResourceKind, State, UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest,
};
use funclet_testkit::{zip_of, zip_with_content};

use crate::scene::{create_request, get, update_request};

/// The head of a library for a machine of ELF: 62 is x86-64, 183 AArch64, 243 RISC-V.
fn library(machine: u8) -> Vec<u8> {
    let mut image = [&b"\x7fELF\x02\x01\x01"[..], &[0; 9], &[3, 0, machine, 0, 1]].concat();
    image.resize(64, 0);
    image
}

fn package(machine: u8) -> Vec<u8> {
    zip_of(&[("index.py", b"x = 1\n"), ("lib/native.so", &library(machine))])
}

fn alternatives() -> Vec<u8> {
    zip_of(&[
        ("index.py", b"x = 1\n"),
        ("prebuilds/linux-x64/a.node", &library(62)),
        ("prebuilds/linux-arm64/a.node", &library(183)),
    ])
}

fn engine(arch_policy: ArchPolicy, framing: Framing) -> Funclet {
    Funclet::builder().inspection(Inspection { arch_policy, framing }).open_in_memory()
}

fn to_arm(name: &str, package: Vec<u8>) -> UpdateFunctionCodeRequest {
    UpdateFunctionCodeRequest { architectures: Some(vec!["arm64".into()]), ..update_request(name, package) }
}

fn report(lambda: &Lambda, package: &[u8]) -> Option<serde_json::Value> {
    let document: Option<Bytes> = lambda.package_report(&BlobDigest::of(package)).unwrap();
    document.map(|document| serde_json::from_slice(&document).unwrap())
}

fn told(funclet: &Funclet) -> usize {
    let Feed::Next(operations, _) = funclet.events(Position::START, 1000).unwrap() else {
        panic!("nothing is lost yet")
    };
    let events = operations.into_iter().flat_map(|operation| operation.events);
    let reports = events.filter(
        |event| matches!(event, Event::Resource(event) if event.resource == ResourceKind::PackageReport),
    );
    reports.count()
}

fn refusal(outcome: Result<FunctionConfiguration, Error>) -> String {
    match outcome {
        Err(Error::Refused(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn code_for_another_architecture_is_taken_and_told() {
    let funclet = engine(ArchPolicy::Warn, Framing::Lenient);
    let lambda = funclet.lambda();
    let x86 = package(62);
    lambda.create_function(create_request("f", x86.clone())).unwrap();
    assert_eq!(told(&funclet), 0, "it runs where it is");
    assert_eq!(report(&lambda, &x86).unwrap()["architectures"]["arm64"], "mismatch", "made for whoever asks");

    lambda.update_function_code(to_arm("f", x86.clone())).unwrap();
    assert_eq!(told(&funclet), 1);
    let report = report(&lambda, &x86).unwrap();
    assert_eq!(report["architectures"], serde_json::json!({ "x86_64": "ok", "arm64": "mismatch" }));
    assert_eq!(report["offenders"]["arm64"][0], "lib/native.so (x86_64)");
    assert_eq!(report["natives"][0]["machine"], "x86_64");
    let other = funclet.lambda_in(funclet::Caller {
        account: "123456789012".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
    });
    assert_eq!(other.package_report(&BlobDigest::of(&x86)).unwrap(), None);
}

#[test]
fn code_for_another_architecture_is_refused_if_that_is_enforced() {
    let funclet = engine(ArchPolicy::Enforce, Framing::Lenient);
    let lambda = funclet.lambda();
    lambda.create_function(create_request("f", package(62))).unwrap();
    let expected = "Funclet: the package has native code that does not run on the function's architecture arm64: \
                    lib/native.so (x86_64)";
    assert_eq!(refusal(lambda.update_function_code(to_arm("f", package(62)))), expected);
    assert_eq!(get(&lambda, "f").unwrap().architecture.to_string(), "x86_64");
    lambda.update_function_code(to_arm("f", alternatives())).unwrap();
    lambda.update_function_code(update_request("f", package(183))).unwrap();
    let expected = "Funclet: the package has native code that does not run on the function's architecture arm64: \
                    lib/native.so (riscv)";
    assert_eq!(refusal(lambda.update_function_code(update_request("f", package(243)))), expected);
}

#[test]
fn one_request_can_have_it_another_way() {
    let funclet = engine(ArchPolicy::Warn, Framing::Lenient);
    let lambda = funclet.lambda();
    lambda.create_function(create_request("f", package(62))).unwrap();
    let enforced = Inspection { arch_policy: ArchPolicy::Enforce, ..Inspection::default() };
    assert!(lambda.clone().with_inspection(enforced).update_function_code(to_arm("f", package(62))).is_err());
    let off = Inspection { arch_policy: ArchPolicy::Off, ..Inspection::default() };
    lambda.clone().with_inspection(off).update_function_code(to_arm("f", package(62))).unwrap();
    assert_eq!(told(&funclet), 0);
    lambda.update_function_code(to_arm("f", package(62))).unwrap();
    assert_eq!(told(&funclet), 1);
}

/// The name of the only member, in the directory and in the local header: the second becomes another one.
fn renamed_in_its_local_header(mut package: Vec<u8>) -> Vec<u8> {
    let at = package.windows(8).position(|name| name == b"index.py").unwrap();
    package[at] = b'a';
    package
}

#[test]
fn archives_that_two_readers_read_differently_are_refused_strictly() {
    let package = renamed_in_its_local_header(zip_with_content("x = 1"));
    let lenient = engine(ArchPolicy::Warn, Framing::Lenient);
    lenient.lambda().create_function(create_request("f", package.clone())).unwrap();
    let report = report(&lenient.lambda(), &package).unwrap();
    assert_eq!((report["strict"].as_str(), report["lenient"].as_str()), (Some("reject"), Some("warn")));
    let strict = engine(ArchPolicy::Off, Framing::Strict);
    let told = refusal(strict.lambda().create_function(create_request("f", package)));
    assert_eq!(
        told,
        "the package is refused by strict framing: local_mismatch_name in entry index.py (andex.py)"
    );
}

#[test]
fn an_archive_that_cannot_be_extracted_fails_after_it_was_taken() {
    let funclet = engine(ArchPolicy::Warn, Framing::Lenient);
    let lambda = funclet.lambda();
    let mut broken = zip_with_content("x = 1");
    broken[3] = 9; // There is no local header any more.
    let created = lambda.create_function(create_request("new", broken.clone())).unwrap();
    assert_eq!(created.status.unwrap().state, State::Pending);
    let status = get(&lambda, "new").unwrap().status.unwrap();
    assert_eq!(status.state, State::Failed);
    assert_eq!(status.state_reason.unwrap().code, "InvalidZipFileException");

    lambda.create_function(create_request("f", zip_with_content("x = 2"))).unwrap();
    let updated = lambda.update_function_code(update_request("f", broken)).unwrap();
    assert_eq!(updated.status.unwrap().last_update, Some(LastUpdateStatus::InProgress));
    let status = get(&lambda, "f").unwrap().status.unwrap();
    assert_eq!((status.state, status.last_update), (State::Active, Some(LastUpdateStatus::Failed)));
    let reason = status.last_update_reason.unwrap();
    assert_eq!(
        reason.text,
        "Failed to unzip archive: An error in the archive format was detected. Please fix the error and retry;"
    );

    for name in ["new", "f"] {
        let configuration =
            UpdateFunctionConfigurationRequest { function_name: Some(name.into()), ..Default::default() };
        lambda.update_function_configuration(configuration).unwrap();
        let status = get(&lambda, name).unwrap().status.unwrap();
        assert_eq!(status.last_update, Some(LastUpdateStatus::Failed), "{name} has the same code");
        lambda.update_function_code(update_request(name, zip_with_content("x = 3"))).unwrap();
        let status = get(&lambda, name).unwrap().status.unwrap();
        let expected = (State::Active, Some(LastUpdateStatus::Successful));
        assert_eq!((status.state, status.last_update), expected, "{name}");
    }
}

/// A report that is too large for the record of its package is cut, and goes with the package.
#[test]
fn long_reports_are_cut() {
    let directory = tempfile::tempdir().unwrap();
    let funclet = Funclet::open(directory.path()).unwrap();
    let lambda = funclet.lambda();
    let names: Vec<String> =
        (0..400).map(|number| format!("lib/{}{number}.so", "\u{7f}".repeat(200))).collect();
    let image = library(243);
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), image.as_slice())).collect();
    let package = zip_of(&entries);
    lambda.create_function(create_request("f", package.clone())).unwrap();
    let check = |lambda: &Lambda| {
        let report = report(lambda, &package).unwrap();
        let listed = report["natives"].as_array().unwrap().len() as u64;
        assert!(listed < 400 && listed + report["natives_left_out"].as_u64().unwrap() == 400, "{listed}");
        assert_eq!(report["architectures"]["arm64"], "mismatch");
    };
    check(&lambda);
    drop((lambda, funclet));
    let funclet = Funclet::open(directory.path()).unwrap();
    let lambda = funclet.lambda();
    check(&lambda);
    lambda.update_function_code(update_request("f", zip_with_content("x"))).unwrap();
    assert!(report(&lambda, &package).is_none());
}

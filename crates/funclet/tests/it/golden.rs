//! Stores that earlier versions have written stay readable, and this version writes the same bytes again.
//!
//! `testdata/golden-store-N` was written by a build of format version N; `golden-store-2-reach` by one that also says how far
//! the log reaches, and the stores called `-resources` have what there can be beside functions. The table is left out: it may be
//! thrown away. To add a store after a change of the format, run this test with `FUNCLET_WRITE_GOLDEN=1`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use funclet::{
    ArchPolicy, Caller, CreateFunctionRequest, DeleteFunctionRequest, Environment, Funclet, FunctionCode,
    GetFunctionRequest, Inspection, ListFunctionsRequest, ListVersionsByFunctionRequest, PackageLink,
    PublishVersionRequest, Timestamp, UpdateFunctionCodeRequest,
};
use funclet_testkit::{ManualClock, SeededEntropy, zip_of_zipped_size, zip_with_content};

use crate::golden_resources;

/// Writes a store, or reads it back.
type History = fn(&Path);

/// Of the format that this version writes, each with its history; the last of [`GOLDEN`].
const CURRENT: [(&str, History, History); 2] = [
    ("golden-store-4", write, check),
    ("golden-store-4-resources", golden_resources::write, golden_resources::check),
];
const GOLDEN: [(&str, History); 7] = [
    ("golden-store-1", check),
    ("golden-store-2", check),
    ("golden-store-2-reach", check),
    ("golden-store-3", check),
    ("golden-store-3-resources", golden_resources::check),
    (CURRENT[0].0, CURRENT[0].2),
    (CURRENT[1].0, CURRENT[1].2),
];
/// 2026-01-01 00:00 UTC.
const TIME_MS: u64 = 1_767_225_600_000;
const LARGE_BYTES: usize = 70_000;

pub(crate) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

pub(crate) fn open(path: &Path) -> Funclet {
    // The oldest stores are of a time without reports.
    let silent = Inspection { arch_policy: ArchPolicy::Off, ..Inspection::default() };
    let builder = Funclet::builder().path(path).ids(Arc::new(SeededEntropy::new(1))).inspection(silent);
    builder.clock(Arc::new(ManualClock::at(TIME_MS))).open().unwrap()
}

pub(crate) fn create(name: &str, zip: Vec<u8>) -> CreateFunctionRequest {
    CreateFunctionRequest {
        function_name: Some(name.into()),
        runtime: Some("python3.13".into()),
        handler: Some("index.handler".into()),
        role: Some("arn:aws:iam::000000000000:role/golden".into()),
        code: Some(FunctionCode { zip_file: Some(zip.into()), ..Default::default() }),
        environment: Some(Environment { variables: Some([("STAGE", "golden")].into_iter().collect()) }),
        ..Default::default()
    }
}

fn elsewhere() -> Caller {
    Caller { account: "111122223333".parse().unwrap(), region: "eu-central-1".parse().unwrap() }
}

/// A short history with every kind of record: small and large packages, versions, deletions, two accounts, a restart.
fn write(path: &Path) {
    let engine = open(path);
    let lambda = engine.lambda();
    lambda.create_function(create("alpha", zip_with_content("one"))).unwrap();
    lambda
        .update_function_code(UpdateFunctionCodeRequest {
            function_name: Some("alpha".into()),
            zip_file: Some(zip_of_zipped_size(LARGE_BYTES).into()),
            publish: Some(true),
            ..Default::default()
        })
        .unwrap();
    lambda.create_function(create("beta", zip_with_content("two"))).unwrap();
    engine.close().unwrap();

    let engine = open(path);
    let lambda = engine.lambda();
    let publish =
        |name: &str| PublishVersionRequest { function_name: Some(name.into()), ..Default::default() };
    lambda.publish_version(publish("beta")).unwrap();
    lambda
        .delete_function(DeleteFunctionRequest { function_name: Some("beta".into()), ..Default::default() })
        .unwrap();
    engine.lambda_in(elsewhere()).create_function(create("alpha", zip_with_content("three"))).unwrap();
    engine.close().unwrap();
}

/// Reads everything back.
fn check(path: &Path) {
    let engine = open(path);
    let lambda = engine.lambda();
    let functions = lambda.list_functions(ListFunctionsRequest::default()).unwrap().functions;
    assert_eq!(functions.iter().map(|f| f.function_name.as_str()).collect::<Vec<_>>(), ["alpha"]);
    let of_alpha =
        ListVersionsByFunctionRequest { function_name: Some("alpha".into()), ..Default::default() };
    let versions = lambda.list_versions_by_function(of_alpha).unwrap().versions;
    assert_eq!(versions.iter().map(|v| v.version.to_string()).collect::<Vec<_>>(), ["$LATEST", "1"]);

    let get = |name: &str| GetFunctionRequest { function_name: Some(name.into()), ..Default::default() };
    let alpha = lambda.get_function(get("alpha:1")).unwrap();
    assert_eq!(alpha.configuration.code_size, LARGE_BYTES as u64);
    assert_eq!(alpha.configuration.environment.unwrap().get("STAGE"), Some("golden"));
    assert_eq!(package(&engine, alpha.code), zip_of_zipped_size(LARGE_BYTES));
    let other = engine.lambda_in(elsewhere()).get_function(get("alpha")).unwrap();
    assert_eq!(package(&engine, other.code), zip_with_content("three"));
}

fn package(engine: &Funclet, code: funclet::CodeLocation) -> Vec<u8> {
    let funclet::CodeLocation::Package { digest, .. } = code else { panic!("not a package: {code:?}") };
    let link: PackageLink = engine.sign_package_link(&digest, Timestamp(TIME_MS + 1000));
    engine.open_package_link(&link).unwrap().read_whole().unwrap().to_vec()
}

/// Every file but the table and the lock, by its path below the store. Directories that hold nothing do not count.
pub(crate) fn files(store: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut directories = vec![store.to_path_buf()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(store).unwrap().to_path_buf();
            if [Path::new("table"), Path::new("TABLE"), Path::new("LOCK")].contains(&name.as_path()) {
                continue;
            }
            if path.is_dir() {
                directories.push(path);
            } else {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

pub(crate) fn copy(files: &BTreeMap<PathBuf, Vec<u8>>, to: &Path) {
    for (name, content) in files {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

#[test]
fn golden_stores_are_read_and_become_current_ones() {
    for (name, check) in GOLDEN {
        let golden = files(&testdata(name));
        assert!(golden.len() >= 4, "FORMAT, the log and a blob, found {:?}", golden.keys());
        let work = tempfile::tempdir().unwrap();
        let store = work.path().join("store");
        copy(&golden, &store);
        // The second time, the store is one that this version has closed.
        for _ in 0..2 {
            check(&store);
        }
        let report = funclet_storage::check(&store).unwrap();
        assert_eq!((&report.findings, report.unreferenced), (&vec![], 0), "{name}");
        assert!(report.snapshot_entries > 0, "{name}: {report:?}");
        assert_eq!(fs::read(store.join("FORMAT")).unwrap()[8], 4, "{name}");
    }
}

#[test]
fn the_same_history_gives_the_same_bytes() {
    for (name, write, check) in CURRENT {
        let work = tempfile::tempdir().unwrap();
        let store = work.path().join("store");
        write(&store);
        let written = files(&store);
        if std::env::var_os("FUNCLET_WRITE_GOLDEN").is_some() {
            copy(&written, &testdata(name));
        }
        let golden = files(&testdata(name));
        assert_eq!(written.keys().collect::<Vec<_>>(), golden.keys().collect::<Vec<_>>(), "{name}");
        for (file, content) in written {
            assert!(content == golden[&file], "{} differs from that of {name}", file.display());
        }
        check(&store);
    }
}

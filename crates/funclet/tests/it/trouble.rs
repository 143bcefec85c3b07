//! A disk that fills up or fails: clear errors, and nothing that was acknowledged is lost.

use std::error::Error as _;
use std::sync::Arc;

use funclet::{Error, Funclet, OpenError};
use funclet_storage::{LocalBackend, LocalOptions};
use funclet_testkit::{
    Keep, Operation, RemoteLike, SeededEntropy, SimVfs, zip_of_zipped_size, zip_with_content,
};

use crate::scene::{create_request, functions, get, update_request};

fn open(vfs: &SimVfs) -> Funclet {
    let options = LocalOptions::new("store", Arc::new(SeededEntropy::new(1))).vfs(Arc::new(vfs.clone()));
    Funclet::builder().open_on(Arc::new(LocalBackend::open(&options).unwrap())).unwrap()
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let vfs = SimVfs::new();
    let funclet = open(&vfs);
    let lambda = funclet.lambda();
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let before = get(&lambda, "f").unwrap();
    let used: usize = vfs.files().iter().map(|path| vfs.read_file(path).unwrap().len()).sum();
    vfs.set_capacity_bytes(Some(used as u64 + 100_000));
    let refused = lambda.update_function_code(update_request("f", zip_of_zipped_size(1 << 20)));
    assert!(matches!(refused, Err(Error::Full)), "{refused:?}");
    assert_eq!(refused.unwrap_err().to_string(), "no space left for the store");
    let mut writer = funclet.package_writer().unwrap();
    let spilled = (0..100).try_for_each(|_| writer.push(&[0; 10_000]));
    assert!(matches!(spilled, Err(Error::Full)), "{spilled:?}");
    drop(writer);
    assert_eq!(get(&lambda, "f").unwrap(), before);
    // What is small still has its place in the log, and with room everything goes on.
    vfs.set_capacity_bytes(None);
    lambda.update_function_code(update_request("f", zip_of_zipped_size(1 << 20))).unwrap();
}

#[test]
fn an_outcome_that_nobody_knows_is_found_out_by_opening_again() {
    for keep in [Keep::Nothing, Keep::Everything] {
        let vfs = SimVfs::new();
        let funclet = open(&vfs);
        let lambda = funclet.lambda();
        lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
        vfs.fail(Operation::SyncData, 1);
        let unknown = lambda.create_function(create_request("g", zip_with_content("x = 1"))).unwrap_err();
        assert!(matches!(unknown, Error::OutcomeUnknown { .. }), "{unknown:?}");
        assert!(unknown.source().is_some());
        let refused = lambda.create_function(create_request("h", zip_with_content("x = 1")));
        assert!(matches!(refused, Err(Error::Failed { .. })), "{refused:?}");
        let again = open(&vfs.crash(keep));
        let found = functions(&again.lambda());
        assert!(found == ["f"] || found == ["f", "g"], "{found:?}");
        assert!(found.len() == 1 || keep == Keep::Everything, "what was not synced is not there");
        again.lambda().create_function(create_request("h", zip_with_content("x = 1"))).unwrap();
    }
}

#[test]
fn why_a_store_does_not_open_is_one_sentence_with_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let funclet = Funclet::open(&path).unwrap();
    let told = |outcome: Result<Funclet, OpenError>| outcome.unwrap_err().to_string();
    assert_eq!(told(Funclet::open(&path)), format!("{} is in use by another process", path.display()));
    drop(funclet);
    assert!(Funclet::open(&path).is_ok());

    let foreign = directory.path().join("foreign");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("letter.txt"), "dear").unwrap();
    let text = told(Funclet::open(&foreign));
    assert!(text.starts_with(&format!("{} is not a funclet store", foreign.display())), "{text}");
    let file = directory.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let text = told(Funclet::open(&file));
    assert!(text.contains(&file.display().to_string()) && !text.contains('\n'), "{text}");
}

/// A remote backend that breaks off now and then: every error says whether something was done, and trying again helps.
#[test]
fn an_engine_on_a_backend_with_moods_gets_there() {
    for seed in 0..20 {
        let funclet = Funclet::builder().open_on(Arc::new(RemoteLike::chaotic(seed))).unwrap();
        let lambda = funclet.lambda();
        for number in 0..10 {
            let name = format!("f{number}");
            loop {
                match lambda.create_function(create_request(&name, zip_of_zipped_size(100_000))) {
                    Ok(_) => break,
                    Err(Error::OutcomeUnknown { .. }) if get(&lambda, &name).is_ok() => break,
                    Err(Error::OutcomeUnknown { .. } | Error::Failed { .. }) => {
                        assert!(get(&lambda, &name).is_err(), "seed {seed}: not done, it said");
                    }
                    Err(other) => panic!("seed {seed}: {other:?}"),
                }
            }
        }
        assert_eq!(functions(&lambda).len(), 10, "seed {seed}");
    }
}

//! Backups and checkpoints of an open engine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use funclet::{CopyMode, Funclet, Maintenance, MemoryBackend, UpkeepError};
use funclet_testkit::zip_with_content;

use crate::scene::{create_request, get, update_request};

fn revision(engine: &Funclet) -> String {
    get(&engine.lambda(), "hello").unwrap().revision_id.to_string()
}

/// Whatever was acknowledged before a backup is in it, while others go on updating.
#[test]
fn a_backup_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| {
        Funclet::builder().path(folder.path().join(name)).maintenance(Maintenance::Thread).open().unwrap()
    };
    let engine = open("store");
    engine.lambda().create_function(create_request("hello", zip_with_content("0"))).unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let lambda = engine.lambda();
            lambda.create_function(create_request("other", zip_with_content("0"))).unwrap();
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                lambda
                    .update_function_code(update_request("other", zip_with_content(&number.to_string())))
                    .unwrap();
            }
        });
        for (number, mode) in [CopyMode::Link, CopyMode::Bytes, CopyMode::Link].into_iter().enumerate() {
            let zip = zip_with_content(&format!("hello {number}"));
            engine.lambda().update_function_code(update_request("hello", zip)).unwrap();
            if number == 2 {
                engine.checkpoint().unwrap();
            }
            let name = format!("backup-{number}");
            let mut files = 0;
            let done =
                engine.backup(&folder.path().join(&name), mode, &mut |progress| files = progress.files.0);
            assert_eq!(files, done.unwrap().files.1, "progress goes to the end");
            assert_eq!(revision(&open(&name)), revision(&engine));
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn engines_without_a_directory_have_none_to_copy() {
    let folder = tempfile::tempdir().unwrap();
    let own = Funclet::builder().open_on(std::sync::Arc::new(MemoryBackend::new())).unwrap();
    for engine in [Funclet::in_memory(), own] {
        let copied = engine.backup(&folder.path().join("backup"), CopyMode::Link, &mut |_| {});
        assert!(matches!(copied, Err(UpkeepError::NotOnDisk)), "{copied:?}");
        assert!(matches!(engine.checkpoint(), Err(UpkeepError::NotOnDisk)));
        assert!(matches!(engine.verify_snapshot(), Err(UpkeepError::NotOnDisk)));
    }
    assert!(!folder.path().join("backup").exists());
}

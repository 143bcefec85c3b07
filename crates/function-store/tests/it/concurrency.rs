//! Many callers at once: of those with one RevisionId exactly one wins.

use std::sync::{Arc, Barrier};
use std::thread;

use funclet_function_store::{
    CreateFunctionWith, Failure, FunctionStore, ServiceError, StoreParts, Transitions, UpdateCode,
};
use funclet_storage::{Backend, LocalBackend, LocalOptions, Maintenance, MemoryBackend};
use funclet_testkit::{ManualClock, RemoteLike, SeededEntropy, SimVfs};
use funclet_validation::{GetFunctionConfigurationRequest, RevisionId, UpdateFunctionCodeRequest};

use crate::world::{
    CONCURRENT_EXECUTIONS, NOON_MS, QUOTA_BYTES, World, caller, create_request, is_conflict, update_request,
    zip,
};

const THREADS: usize = 8;

fn local(maintenance: Maintenance) -> Arc<dyn Backend> {
    let options = LocalOptions::new("store", Arc::new(SeededEntropy::new(3)));
    let options = options.vfs(Arc::new(SimVfs::new())).maintenance(maintenance);
    Arc::new(LocalBackend::open(&options).unwrap())
}

fn backends() -> Vec<Arc<dyn Backend>> {
    vec![
        Arc::new(MemoryBackend::new()),
        local(Maintenance::Inline),
        local(Maintenance::Thread),
        Arc::new(RemoteLike::new(5)),
    ]
}

fn store(backend: Arc<dyn Backend>) -> FunctionStore {
    FunctionStore::new(StoreParts {
        backend,
        clock: Arc::new(ManualClock::at(NOON_MS)),
        ids: Arc::new(SeededEntropy::new(9)),
        transitions: Transitions::Immediate,
        code_bytes_max: QUOTA_BYTES,
        concurrent_executions_max: CONCURRENT_EXECUTIONS,
    })
}

fn create(store: &FunctionStore, name: &str) -> Result<(), Failure> {
    let request = create_request(name).validate(&caller()).unwrap();
    store
        .run(&caller(), CreateFunctionWith { request, fetched: Ok(zip("one")), foreign_layers: Vec::new() })
        .map(drop)
}

fn revision(store: &FunctionStore) -> RevisionId {
    let request = GetFunctionConfigurationRequest { function_name: Some("f".into()), qualifier: None };
    store.look(&caller(), request.validate(&caller()).unwrap()).unwrap().revision_id
}

fn update(revision: Option<RevisionId>, content: &str) -> UpdateCode<()> {
    let revision_id = revision.map(|revision| revision.to_string());
    let request = UpdateFunctionCodeRequest { revision_id, publish: Some(true), ..update_request("f") };
    UpdateCode { request: request.validate(&caller()).unwrap(), fetched: Ok(zip(content)) }
}

/// Runs `work` on all threads at the same moment.
fn all_at_once<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        let run = |number| {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                work(number)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn of_all_callers_with_one_revision_one_wins() {
    for backend in backends() {
        let store = store(backend);
        create(&store, "f").unwrap();
        for round in 0..25 {
            let current = revision(&store);
            let told = all_at_once(|number| {
                store.run(&caller(), update(Some(current), &format!("round {round} thread {number}")))
            });
            let (won, lost): (Vec<_>, Vec<_>) = told.into_iter().partition(Result::is_ok);
            assert_eq!(won.len(), 1, "round {round}");
            for lost in lost {
                let lost = lost.unwrap_err();
                assert!(matches!(lost, Failure::Refused(ServiceError::RevisionMismatch)), "{lost:?}");
            }
            let version = won.into_iter().next().unwrap().unwrap().version.to_string();
            assert_eq!(version, (round + 1).to_string(), "no number is lost or given twice");
        }
    }
}

/// With immediate transitions nobody is told that an update is in progress.
#[test]
fn updates_without_a_revision_all_happen() {
    for backend in backends() {
        let store = store(backend);
        create(&store, "f").unwrap();
        let versions = all_at_once(|number| {
            let content = format!("thread {number}");
            (0..20).map(|_| store.run(&caller(), update(None, &content)).unwrap().version).collect::<Vec<_>>()
        });
        let mut versions: Vec<_> =
            versions.into_iter().flatten().map(|version| version.to_string()).collect();
        versions.sort_by_key(|version| version.parse::<u64>().unwrap());
        let expected: Vec<_> = (1..=20 * THREADS).map(|number| number.to_string()).collect();
        assert_eq!(versions, expected);
    }
}

#[test]
fn one_creation_of_a_name_wins() {
    for backend in backends() {
        let store = store(backend);
        let told = all_at_once(|_| create(&store, "f"));
        assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 1);
        let lost = told
            .iter()
            .filter(|told| matches!(told, Err(Failure::Refused(ServiceError::FunctionExists { .. }))));
        assert_eq!(lost.count(), THREADS - 1);
    }
}

/// Several settle, read and list while others write: every answer is one of a whole state, and nothing is done twice.
#[test]
fn settling_sweeping_and_reading_go_on_beside_writing() {
    for backend in backends() {
        let world = World::on_backend(Arc::clone(&backend));
        let (store, caller) = (store(backend), caller());
        all_at_once(|number| {
            let name = format!("f{number}");
            for round in 0..10 {
                if number % 4 == 0 {
                    store.settle().unwrap();
                    continue;
                }
                create(&store, &name).unwrap();
                let request = UpdateFunctionCodeRequest { publish: Some(true), ..update_request(&name) };
                let request = request.validate(&caller).unwrap();
                let content = format!("{name} {round}");
                store.run(&caller, UpdateCode { request, fetched: Ok(zip(&content)) }).unwrap();
                let delete = funclet_validation::DeleteFunctionRequest {
                    function_name: Some(name.clone()),
                    qualifier: None,
                };
                store.run(&caller, delete.validate(&caller).unwrap()).unwrap();
            }
        });
        while store.settle().unwrap() > 0 {}
        assert_eq!((world.references().len(), world.code_bytes()), (0, 0));
        assert!(world.dump(b"gone/").is_empty() && world.dump(b"v/").is_empty());
    }
}

/// Of callers in chaos, who try conflicts again, exactly one wins as well.
#[test]
fn in_chaos_one_wins_too() {
    for seed in 0..10 {
        let backend = crate::front::Front::resolving(Arc::new(RemoteLike::chaotic(seed)));
        let store = store(Arc::new(backend));
        let until_told = |work: &dyn Fn() -> Result<(), Failure>| loop {
            match work() {
                Err(failure) if is_conflict(&failure) => {}
                told => return told,
            }
        };
        until_told(&|| create(&store, "f")).unwrap();
        for round in 0..5 {
            let current = revision(&store);
            let told = all_at_once(|number| {
                let content = format!("{round} {number}");
                until_told(&|| store.run(&caller(), update(Some(current), &content)).map(drop))
            });
            assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 1, "seed {seed} round {round}");
        }
    }
}

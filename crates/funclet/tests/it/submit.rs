//! The form without waiting, and handles that are shared.

use std::sync::mpsc;
use std::time::Duration;

use funclet::{
    CreateFunctionRequest, Error, Framing, Funclet, FunctionConfiguration, GetFunctionConfigurationRequest,
    GetFunctionRequest, Inspection, Lambda, ListFunctionsRequest, Maintenance, Operation, Package,
    PackageWriter, ServiceError, UpdateFunctionCodeRequest,
};
use funclet_testkit::{zip_of_zipped_size, zip_with_content};

use crate::scene::{create_request, create_without_code, functions, get, update_request};

/// Only a deadlock makes a callback take this long.
const FOREVER: Duration = Duration::from_secs(60);

fn on_disk(directory: &tempfile::TempDir, maintenance: Maintenance) -> Funclet {
    let path = directory.path().join(format!("{maintenance:?}"));
    Funclet::builder().path(path).maintenance(maintenance).open().unwrap()
}

#[test]
fn handles_are_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    fn sent<T: Send>() {}
    shared::<Funclet>();
    shared::<Lambda>();
    shared::<Package>();
    sent::<PackageWriter>();
    sent::<Error>();
    let funclet = Funclet::in_memory();
    let clone = funclet.clone();
    std::thread::spawn(move || {
        clone.lambda().create_function(create_request("f", zip_with_content("x = 1")))
    })
    .join()
    .unwrap()
    .unwrap();
    assert_eq!(functions(&funclet.lambda()), ["f"], "all clones are one engine");
}

#[test]
fn every_outcome_is_called_back_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut engines = vec![Funclet::in_memory()];
    engines.extend([Maintenance::Inline, Maintenance::Thread].map(|way| on_disk(&directory, way)));
    for funclet in engines {
        let lambda = funclet.lambda();
        let (tell, told) = mpsc::channel();
        let submit = |request: CreateFunctionRequest| {
            let tell = tell.clone();
            let name = request.function_name.clone().unwrap();
            lambda.submit(request, move |outcome| tell.send((name, outcome.map(drop))).unwrap());
        };
        for number in 0..50 {
            submit(create_request(&format!("f{number}"), zip_with_content("x = 1")));
        }
        submit(create_request("large", zip_of_zipped_size(100_000)));
        submit(create_request("not a name", zip_with_content("x = 1")));
        submit(create_without_code("no-code"));
        submit(create_request("no-zip", b"no archive".to_vec()));
        let mut outcomes: Vec<_> = (0..54).map(|_| told.recv_timeout(FOREVER).unwrap()).collect();
        assert!(told.try_recv().is_err());
        outcomes.retain(|(_, outcome)| outcome.is_err());
        let mut refused: Vec<_> = outcomes.iter().map(|(name, _)| name.as_str()).collect();
        refused.sort_unstable();
        assert_eq!(refused, ["no-code", "no-zip", "not a name"]);
        let (tell, told) = mpsc::channel();
        lambda.submit(ListFunctionsRequest::default(), move |outcome| tell.send(outcome.unwrap()).unwrap());
        assert_eq!(told.recv_timeout(FOREVER).unwrap().functions.len(), 50);
    }
}

/// A callback may submit the next operation, as a chain of futures does.
#[test]
fn a_callback_may_submit() {
    let directory = tempfile::tempdir().unwrap();
    for maintenance in [Maintenance::Inline, Maintenance::Thread] {
        let lambda = on_disk(&directory, maintenance).lambda();
        let (tell, told) = mpsc::channel();
        let next = lambda.clone();
        lambda.submit(create_request("f", zip_with_content("x = 1")), move |created| {
            created.unwrap();
            let last = next.clone();
            next.submit(update_request("f", zip_with_content("x = 2")), move |updated| {
                updated.unwrap();
                let request =
                    GetFunctionConfigurationRequest { function_name: Some("f".into()), qualifier: None };
                last.submit(request, move |read| tell.send(read.unwrap()).unwrap());
            });
        });
        let read = told.recv_timeout(FOREVER).unwrap();
        assert_eq!(read, get(&lambda, "f").unwrap());
    }
}

#[test]
fn of_all_who_submit_with_one_revision_one_wins() {
    let directory = tempfile::tempdir().unwrap();
    for maintenance in [Maintenance::Inline, Maintenance::Thread] {
        let funclet = on_disk(&directory, maintenance);
        let lambda = funclet.lambda();
        lambda.create_function(create_request("f", zip_with_content("x = 0"))).unwrap();
        for round in 0..10 {
            let revision_id = Some(get(&lambda, "f").unwrap().revision_id.to_string());
            let (tell, told) = mpsc::channel();
            std::thread::scope(|scope| {
                for number in 0..8 {
                    let package = zip_with_content(&format!("x = {round} + {number}"));
                    let request = UpdateFunctionCodeRequest {
                        revision_id: revision_id.clone(),
                        ..update_request("f", package)
                    };
                    let (tell, lambda) = (tell.clone(), &lambda);
                    scope.spawn(move || lambda.submit(request, move |outcome| tell.send(outcome).unwrap()));
                }
            });
            let outcomes: Vec<_> = (0..8).map(|_| told.recv_timeout(FOREVER).unwrap()).collect();
            let won: Vec<&FunctionConfiguration> = outcomes.iter().flatten().collect();
            assert_eq!(won.len(), 1, "round {round}");
            assert_eq!(won[0].code_sha256, get(&lambda, "f").unwrap().code_sha256);
            let lost = outcomes
                .iter()
                .filter(|outcome| matches!(outcome, Err(Error::Refused(ServiceError::RevisionMismatch))));
            assert_eq!(lost.count(), 7, "round {round}");
        }
    }
}

/// Strict framing reads all of a package, and a small one may be large inside.
#[test]
fn strict_requests_with_code_may_block() {
    let lambda = Funclet::in_memory().lambda();
    let strictly = Inspection { framing: Framing::Strict, ..Inspection::default() };
    let strict = lambda.clone().with_inspection(strictly);
    let update = update_request("f", zip_of_zipped_size(1000));
    assert_eq!((lambda.blocks(&update), strict.blocks(&update)), (false, true));
    let get = GetFunctionRequest { function_name: Some("f".into()), qualifier: None };
    assert!(!strict.blocks(&get));
}

#[test]
fn what_may_block_is_known_before() {
    let blocks = |package: usize| create_request("f", zip_of_zipped_size(package)).blocks();
    assert_eq!((blocks(200), blocks(65_536), blocks(65_537)), (false, false, true));
    let update = |package: usize| update_request("f", zip_of_zipped_size(package)).blocks();
    assert_eq!((update(65_536), update(65_537)), (false, true));
    let from_s3 = UpdateFunctionCodeRequest { s3_bucket: Some("bucket".into()), ..Default::default() };
    assert!(from_s3.blocks());
    assert!(!ListFunctionsRequest::default().blocks());
    assert_eq!(<UpdateFunctionCodeRequest as Operation>::NAME, "UpdateFunctionCode");
}

#[test]
fn a_closed_engine_says_so() {
    let directory = tempfile::tempdir().unwrap();
    for funclet in [Funclet::in_memory(), on_disk(&directory, Maintenance::Thread)] {
        let lambda = funclet.lambda();
        funclet.close().unwrap();
        funclet.close().unwrap();
        let refused = lambda.create_function(create_request("f", zip_with_content("x = 1")));
        assert!(matches!(refused, Err(Error::Failed { .. })), "{refused:?}");
        assert!(matches!(get(&lambda, "f"), Err(Error::Failed { .. })));
        assert!(matches!(funclet.settle(), Err(Error::Failed { .. })));
    }
}

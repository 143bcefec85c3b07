//! Removing everything of one account, or of all.

use funclet::{Caller, Funclet};
use funclet_testkit::zip_with_content;

use crate::scene::{create_request, functions, update_published};

fn filled() -> (Funclet, Vec<Caller>) {
    let funclet = Funclet::builder().code_storage_bytes_max(100_000).open_in_memory();
    let mut callers = Vec::new();
    for account in ["111122223333", "444455556666"] {
        for region in ["us-east-1", "eu-west-1"] {
            let caller = Caller { account: account.parse().unwrap(), region: region.parse().unwrap() };
            let lambda = funclet.lambda_in(caller.clone());
            for number in 0..60 {
                let name = format!("f{number}");
                lambda.create_function(create_request(&name, zip_with_content(&name))).unwrap();
            }
            update_published(&lambda, "f7", zip_with_content("x = 1"));
            callers.push(caller);
        }
    }
    (funclet, callers)
}

fn counts(funclet: &Funclet, callers: &[Caller]) -> Vec<bool> {
    callers.iter().map(|caller| !functions(&funclet.lambda_in(caller.clone())).is_empty()).collect()
}

#[test]
fn one_account_is_removed_in_all_regions() {
    let (funclet, callers) = filled();
    funclet.reset(Some(&callers[0].account)).unwrap();
    assert_eq!(counts(&funclet, &callers), [false, false, true, true]);
    // Its quota is free again, and its names too.
    let lambda = funclet.lambda_in(callers[0].clone());
    let large = funclet_testkit::zip_of_zipped_size(100_000);
    lambda.create_function(create_request("f7", large)).unwrap();
    assert_eq!(update_published(&lambda, "f7", zip_with_content("x = 1")).version.to_string(), "1");
}

#[test]
fn everything_is_removed() {
    let (funclet, callers) = filled();
    funclet.reset(None).unwrap();
    assert_eq!(counts(&funclet, &callers), [false; 4]);
    funclet.reset(None).unwrap();
    assert_eq!(funclet.settle().unwrap(), 0, "nothing was left to sweep");
}

/// Two test suites that reset at the same time do not stand in each other's way.
#[test]
fn resets_may_run_at_the_same_time() {
    let (funclet, callers) = filled();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| funclet.reset(None))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
    });
    assert_eq!(counts(&funclet, &callers), [false; 4]);
}

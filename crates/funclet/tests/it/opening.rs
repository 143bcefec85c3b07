//! Opening an empty store is cheap enough for a property test to do it thousands of times.

use std::time::{Duration, Instant};

use funclet::{Funclet, Ids as _};
use funclet_testkit::zip_with_content;

use crate::scene::{builder, create_request, functions};

/// The median of some openings. Shown with `--nocapture`; a busy machine must not fail a test.
fn median(mut open: impl FnMut(usize) -> Funclet) -> Duration {
    let mut times: Vec<_> = (0..25)
        .map(|number| {
            let began = Instant::now();
            let funclet = open(number);
            let took = began.elapsed();
            assert!(functions(&funclet.lambda()).is_empty());
            took
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

#[test]
fn an_empty_store_opens_quickly() {
    let directory = tempfile::tempdir().unwrap();
    println!("an empty store in memory opens in {:?}", median(|_| Funclet::in_memory()));
    let fresh = median(|number| Funclet::open(directory.path().join(number.to_string())).unwrap());
    println!("a new store on disk opens in {fresh:?}");
    let again = median(|_| Funclet::open(directory.path().join("0")).unwrap());
    println!("an empty store on disk opens again in {again:?}");
}

/// The same inputs give the same answers: every id comes from the injected source.
#[test]
fn nothing_is_drawn_beside_the_injected_source() {
    let run = || {
        let funclet = builder().0.open_in_memory();
        let created =
            funclet.lambda().create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
        (
            created,
            funclet.new_request_id(),
            funclet.sign_package_link(&funclet::BlobDigest::of(b"x"), funclet.now()),
        )
    };
    assert_eq!(run(), run());
    let ids = funclet::SystemIds;
    assert_ne!(ids.bytes(), ids.bytes());
    let funclet = Funclet::in_memory();
    let (one, other) = (funclet.new_request_id(), funclet.new_request_id());
    assert!(one != other && one.len() == 36, "{one} {other}");
}

//! Links to packages: what opens, and what does not.

use std::sync::Arc;
use std::time::Duration;

use funclet::{BlobDigest, Funclet, LinkError, MemoryBackend, PackageLink, Timestamp};
use funclet_testkit::{zip_of_zipped_size, zip_with_content};

use crate::scene::{NOON_MS, builder, create_request, read};

const IN_TEN_MINUTES: Timestamp = Timestamp(NOON_MS + 600_000);

fn engine_with(bytes: &[u8]) -> (Funclet, Arc<funclet_testkit::ManualClock>, BlobDigest) {
    let (builder, clock) = builder();
    let funclet = builder.open_in_memory();
    funclet.lambda().create_function(create_request("f", bytes.to_vec())).unwrap();
    (funclet, clock, BlobDigest::of(bytes))
}

#[test]
fn a_link_opens_its_package_until_it_expires() {
    for bytes in [zip_with_content("x = 1"), zip_of_zipped_size(2 << 20)] {
        let (funclet, clock, digest) = engine_with(&bytes);
        let link = funclet.sign_package_link(&digest, IN_TEN_MINUTES);
        assert_eq!((link.digest, link.expires, link.signature.len()), (digest, IN_TEN_MINUTES, 64));
        let reader = funclet.open_package_link(&link).unwrap();
        assert_eq!((reader.len(), read(reader)), (bytes.len() as u64, bytes));
        clock.advance(Duration::from_millis(600_000));
        assert!(funclet.open_package_link(&link).is_ok(), "its last millisecond");
        clock.advance(Duration::from_millis(1));
        assert!(matches!(funclet.open_package_link(&link), Err(LinkError::Expired)));
        // Time does not run backwards.
        clock.set(NOON_MS);
        assert!(matches!(funclet.open_package_link(&link), Err(LinkError::Expired)));
    }
}

#[test]
fn a_link_that_was_not_signed_here_opens_nothing() {
    let (funclet, clock, digest) = engine_with(&zip_with_content("x = 1"));
    let link = funclet.sign_package_link(&digest, IN_TEN_MINUTES);
    let other = BlobDigest::of(b"other");
    let flipped = |index: usize| {
        let mut signature = link.signature.clone().into_bytes();
        signature[index] = if signature[index] == b'0' { b'1' } else { b'0' };
        String::from_utf8(signature).unwrap()
    };
    let mut forged = vec![
        PackageLink { digest: other, ..link.clone() },
        PackageLink { expires: Timestamp(IN_TEN_MINUTES.0 + 1), ..link.clone() },
        PackageLink { signature: String::new(), ..link.clone() },
        PackageLink { signature: "not hexadecimal".into(), ..link.clone() },
        PackageLink { signature: format!("{}0", link.signature), ..link.clone() },
        PackageLink { signature: link.signature[..62].into(), ..link.clone() },
        funclet.sign_package_link(&other, IN_TEN_MINUTES),
    ];
    forged[6].digest = digest;
    forged.extend((0..64).map(|index| PackageLink { signature: flipped(index), ..link.clone() }));
    for forged in &forged {
        assert!(matches!(funclet.open_package_link(forged), Err(LinkError::Forged)), "{forged:?}");
    }
    // That it is forged is told before that it has expired.
    clock.advance(Duration::from_secs(3600));
    assert!(matches!(funclet.open_package_link(&forged[0]), Err(LinkError::Forged)));
}

#[test]
fn a_link_to_what_is_not_there_opens_nothing() {
    let (funclet, _, _) = engine_with(&zip_with_content("x = 1"));
    let link = funclet.sign_package_link(&BlobDigest::of(b"never stored"), IN_TEN_MINUTES);
    assert!(matches!(funclet.open_package_link(&link), Err(LinkError::Gone)));
}

#[test]
fn the_key_is_kept_by_the_store_and_by_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = zip_with_content("x = 1");
    let digest = BlobDigest::of(&bytes);
    let open = |name| Funclet::open(directory.path().join(name)).unwrap();
    let funclet = open("a");
    funclet.lambda().create_function(create_request("f", bytes.clone())).unwrap();
    let expires = Timestamp(funclet.now().0 + 600_000);
    let link = funclet.sign_package_link(&digest, expires);
    drop(funclet);
    assert_eq!(read(open("a").open_package_link(&link).unwrap()), bytes);
    let other = open("b");
    other.lambda().create_function(create_request("f", bytes)).unwrap();
    assert!(matches!(other.open_package_link(&link), Err(LinkError::Forged)));
}

/// Whoever opens the first store on a backend draws the key; all others read it.
#[test]
fn engines_on_one_backend_have_one_key() {
    let backend = Arc::new(MemoryBackend::new());
    let open = || Funclet::builder().open_on(backend.clone()).unwrap();
    let engines: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let digest = BlobDigest::of(b"anything");
    let links: Vec<_> =
        engines.iter().map(|funclet| funclet.sign_package_link(&digest, IN_TEN_MINUTES)).collect();
    assert!(links.iter().all(|link| *link == links[0]));
}

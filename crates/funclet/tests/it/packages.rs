//! Deployment packages of every size and kind.

use std::path::Path;

use funclet::{BlobDigest, CodeSha256, Error, Funclet, Package, ServiceError, UpdateFunctionCodeRequest};
use funclet_testkit::{arbitrary_package, zip_of, zip_of_zipped_size, zip_with_content};
use proptest::prelude::*;

use crate::scene::{create_request, download, get, update_request};

fn blob_file(directory: &Path, bytes: &[u8]) -> std::path::PathBuf {
    let hex = BlobDigest::of(bytes).to_string();
    directory.join("blobs").join(&hex[..2]).join(hex)
}

fn text(outcome: Result<funclet::FunctionConfiguration, Error>) -> String {
    match outcome {
        Err(Error::Refused(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

/// The sizes around which the way of a package changes: it rides in the record up to 64 KiB, else it is a file.
#[test]
fn packages_of_all_sizes_come_back_byte_by_byte() {
    let directory = tempfile::tempdir().unwrap();
    let funclet = Funclet::open(directory.path()).unwrap();
    let lambda = funclet.lambda();
    for (number, size) in [200, 65_535, 65_536, 65_537, 1 << 20, (3 << 20) + 7].into_iter().enumerate() {
        let bytes = zip_of_zipped_size(size);
        let name = format!("f{number}");
        let created = lambda.create_function(create_request(&name, bytes.clone())).unwrap();
        assert_eq!(created.code_size, size as u64);
        let expected = CodeSha256::from_zip_digest(*BlobDigest::of(&bytes).as_bytes());
        assert_eq!(created.code_sha256, expected);
        assert_eq!(download(&funclet, &lambda, &name), bytes, "{size} bytes");
        assert_eq!(blob_file(directory.path(), &bytes).exists(), size > 65_536, "{size} bytes");
    }
}

#[test]
fn a_package_is_taken_in_piece_by_piece() {
    let directory = tempfile::tempdir().unwrap();
    let funclet = Funclet::open(directory.path()).unwrap();
    let lambda = funclet.lambda();
    let temporary = || std::fs::read_dir(directory.path().join("tmp")).map_or(0, Iterator::count);
    for (name, size, piece) in [("small", 1000, 7), ("large", 1_500_000, 9999), ("exact", 65_536, 65_536)] {
        let bytes = zip_of_zipped_size(size);
        let mut writer = funclet.package_writer().unwrap();
        bytes.chunks(piece).for_each(|piece| writer.push(piece).unwrap());
        assert_eq!(writer.size(), size as u64);
        assert_eq!(temporary() > 0, size > 65_536, "{name} spills to a file");
        let package = writer.finish().unwrap();
        assert_eq!((package.size(), package.digest()), (size as u64, BlobDigest::of(&bytes)));
        lambda.create_function(create_request(name, package)).unwrap();
        assert_eq!(download(&funclet, &lambda, name), bytes);
        assert_eq!(temporary(), 0, "the file has become the blob");
    }
    let mut forgotten = funclet.package_writer().unwrap();
    forgotten.push(&[0; 200_000]).unwrap();
    assert_eq!(temporary(), 1);
    drop(forgotten);
    assert_eq!(temporary(), 0, "forgotten with its writer");
}

#[test]
fn one_package_serves_many_functions_and_engines() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = zip_of_zipped_size(300_000);
    let package = Package::from(bytes.clone());
    let engines = [
        Funclet::in_memory(),
        Funclet::open(directory.path().join("a")).unwrap(),
        Funclet::open(directory.path().join("b")).unwrap(),
    ];
    for funclet in &engines {
        for name in ["f", "g"] {
            let lambda = funclet.lambda();
            lambda.create_function(create_request(name, package.clone())).unwrap();
            assert_eq!(download(funclet, &lambda, name), bytes);
        }
    }
    // One from a writer belongs to its engine, and serves it as often as one likes.
    let mut writer = engines[1].package_writer().unwrap();
    writer.push(&bytes).unwrap();
    let staged = writer.finish().unwrap();
    engines[1].lambda().create_function(create_request("h", staged.clone())).unwrap();
    engines[1].lambda().create_function(create_request("i", staged.clone())).unwrap();
    let elsewhere = zip_of_zipped_size(300_001);
    let mut writer = engines[1].package_writer().unwrap();
    writer.push(&elsewhere).unwrap();
    let staged = writer.finish().unwrap();
    engines[1].lambda().create_function(create_request("j", staged.clone())).unwrap();
    let refused = engines[2].lambda().create_function(create_request("j", staged));
    assert!(matches!(refused, Err(Error::Failed { .. })), "{refused:?}");
}

/// A refused request leaves its package as it was: the next try may have it.
#[test]
fn a_package_survives_a_refusal() {
    let directory = tempfile::tempdir().unwrap();
    let funclet = Funclet::open(directory.path()).unwrap();
    let lambda = funclet.lambda();
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let bytes = zip_of_zipped_size(200_000);
    let mut writer = funclet.package_writer().unwrap();
    writer.push(&bytes).unwrap();
    let package = writer.finish().unwrap();
    let stale = UpdateFunctionCodeRequest {
        revision_id: Some("stale".into()),
        ..update_request("f", package.clone())
    };
    let lost = lambda.update_function_code(stale);
    assert!(matches!(lost, Err(Error::Refused(ServiceError::RevisionMismatch))));
    assert!(!blob_file(directory.path(), &bytes).exists(), "refused before it was written");
    let taken = lambda.create_function(create_request("f", package.clone()));
    assert!(matches!(taken, Err(Error::Refused(ServiceError::FunctionExists { .. }))));
    assert!(!blob_file(directory.path(), &bytes).exists(), "refused before it was written, too");
    lambda.update_function_code(update_request("f", package)).unwrap();
    assert_eq!(download(&funclet, &lambda, "f"), bytes);
}

#[test]
fn a_dry_run_keeps_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let funclet = Funclet::open(directory.path()).unwrap();
    let lambda = funclet.lambda();
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let before = get(&lambda, "f").unwrap();
    let bytes = zip_of_zipped_size(200_000);
    let dry = UpdateFunctionCodeRequest { dry_run: Some(true), ..update_request("f", bytes.clone()) };
    let shown = lambda.update_function_code(dry).unwrap();
    assert_eq!((shown.code_size, shown.revision_id), (200_000, before.revision_id));
    assert_eq!(get(&lambda, "f").unwrap(), before);
    assert!(!blob_file(directory.path(), &bytes).exists());
}

/// An archive that declares `unzipped` bytes in its directory.
fn declaring(unzipped: u32) -> Vec<u8> {
    let mut bytes = zip_with_content("x = 1");
    let record = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[record + 24..record + 28].copy_from_slice(&unzipped.to_le_bytes());
    bytes
}

#[test]
fn hostile_packages_get_the_texts_of_the_service() {
    let lambda = Funclet::in_memory().lambda();
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let before = get(&lambda, "f").unwrap();
    let no_zip = "Could not unzip uploaded file. Please check your file, then try to upload again.";
    let cut = zip_with_content("x = 1");
    let large_no_zip = vec![b'x'; 100_000];
    for (package, expected) in [
        (b"this is no archive".to_vec(), no_zip),
        (Vec::new(), no_zip),
        (cut[..cut.len() - 10].to_vec(), no_zip),
        (large_no_zip, no_zip),
        (zip_of(&[]), "Uploaded file must be a non-empty zip"),
        (declaring(262_144_000), "Unzipped size must be smaller than 262144000 bytes"),
        (declaring(u32::MAX - 1), "Unzipped size must be smaller than 262144000 bytes"),
    ] {
        assert_eq!(text(lambda.update_function_code(update_request("f", package.clone()))), expected);
        assert_eq!(text(lambda.create_function(create_request("g", package.clone()))), expected);
        let dry = UpdateFunctionCodeRequest { dry_run: Some(true), ..update_request("f", package) };
        assert_eq!(text(lambda.update_function_code(dry)), expected);
    }
    assert_eq!(get(&lambda, "f").unwrap(), before);
    assert!(get(&lambda, "g").is_err());
}

#[test]
fn a_package_that_is_too_large_zipped_is_another_error() {
    let lambda = Funclet::in_memory().lambda();
    lambda.create_function(create_request("f", zip_of_zipped_size(52_428_800))).unwrap();
    let refused = lambda.create_function(create_request("g", zip_of_zipped_size(52_428_801)));
    let Err(Error::Refused(ServiceError::RequestEntityTooLarge(text))) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(text, "Zipped size must be smaller than 52428800 bytes");
}

/// The verdict on the package comes in its turn: after the causes that have nothing to do with it.
#[test]
fn what_is_wrong_with_the_package_is_told_in_its_turn() {
    let lambda = Funclet::in_memory().lambda();
    let bad = b"no archive".to_vec();
    let unknown = text(lambda.update_function_code(update_request("f", bad.clone())));
    assert_eq!(unknown, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f");
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let stale =
        UpdateFunctionCodeRequest { revision_id: Some("stale".into()), ..update_request("f", bad.clone()) };
    assert_eq!(text(lambda.update_function_code(stale)), ServiceError::RevisionMismatch.to_string());
    assert_eq!(text(lambda.create_function(create_request("f", bad))), "Function already exist: f");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn any_valid_package_comes_back(bytes in arbitrary_package(), piece in 1..3000_usize) {
        let funclet = Funclet::in_memory();
        let lambda = funclet.lambda();
        let mut writer = funclet.package_writer().unwrap();
        bytes.chunks(piece).for_each(|piece| writer.push(piece).unwrap());
        lambda.create_function(create_request("f", writer.finish().unwrap())).unwrap();
        prop_assert!(download(&funclet, &lambda, "f") == bytes);
    }
}

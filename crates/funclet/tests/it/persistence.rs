//! What was acknowledged is there when the store is opened again.

use funclet::{Durability, Error, Funclet, Maintenance, ServiceError, UpdateFunctionCodeRequest};
use funclet_testkit::{zip_of_zipped_size, zip_with_content};

use crate::scene::{
    create_request, delete, download, functions, get, publish, update_published, update_request, versions,
};

#[test]
fn everything_is_there_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let (small, large) = (zip_with_content("x = 1"), zip_of_zipped_size(200_000));
    let open = || Funclet::open(directory.path().join("store")).unwrap();
    let funclet = open();
    let lambda = funclet.lambda();
    lambda.create_function(create_request("small", small.clone())).unwrap();
    lambda.create_function(create_request("large", large.clone())).unwrap();
    lambda.create_function(create_request("deleted", small.clone())).unwrap();
    update_published(&lambda, "small", zip_with_content("x = 2"));
    publish(&lambda, "large");
    delete(&lambda, "deleted").unwrap();
    let before = ["small", "large"].map(|name| (get(&lambda, name).unwrap(), versions(&lambda, name)));
    funclet.close().unwrap();
    drop((funclet, lambda));

    let funclet = open();
    let lambda = funclet.lambda();
    assert_eq!(functions(&lambda), ["large", "small"]);
    assert_eq!(["small", "large"].map(|name| (get(&lambda, name).unwrap(), versions(&lambda, name))), before);
    assert_eq!(download(&funclet, &lambda, "small"), zip_with_content("x = 2"));
    assert_eq!(download(&funclet, &lambda, "small:1"), zip_with_content("x = 2"));
    assert_eq!(download(&funclet, &lambda, "large:1"), large);
    // Revisions and numbers go on where they were.
    let revision_id = Some(before[0].0.revision_id.to_string());
    let update = UpdateFunctionCodeRequest { revision_id, ..update_request("small", small) };
    lambda.update_function_code(update.clone()).unwrap();
    let lost = lambda.update_function_code(update);
    assert!(matches!(lost, Err(Error::Refused(ServiceError::RevisionMismatch))), "{lost:?}");
    assert_eq!(publish(&lambda, "small").version.to_string(), "2");
}

#[test]
fn a_store_is_the_same_however_it_is_kept_up() {
    let directory = tempfile::tempdir().unwrap();
    let ways = [
        (Durability::Disk, Maintenance::Inline),
        (Durability::Process, Maintenance::Thread),
        (Durability::Disk, Maintenance::Thread),
        (Durability::Process, Maintenance::Inline),
    ];
    for (number, (durability, maintenance)) in ways.into_iter().enumerate() {
        let builder =
            Funclet::builder().path(directory.path()).durability(durability).maintenance(maintenance);
        let lambda = builder.open().unwrap().lambda();
        lambda.create_function(create_request(&format!("f{number}"), zip_with_content("x = 1"))).unwrap();
        assert_eq!(functions(&lambda).len(), number + 1);
    }
}

/// Dropping the last handle closes the store, also while links and packages of it are about.
#[test]
fn dropping_the_last_handle_closes_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let funclet = Funclet::open(directory.path()).unwrap();
    let mut writer = funclet.package_writer().unwrap();
    writer.push(&zip_of_zipped_size(100_000)).unwrap();
    let package = writer.finish().unwrap();
    let lambda = funclet.lambda();
    lambda.create_function(create_request("f", package.clone())).unwrap();
    drop((funclet, lambda));
    let again = Funclet::open(directory.path()).unwrap();
    assert_eq!(functions(&again.lambda()), ["f"]);
    assert_eq!(package.size(), 100_000);
}

//! Layers through the engine: packages, links, and functions of other accounts that use them.

use std::sync::Arc;

use funclet::{
    AddLayerVersionPermissionRequest, Caller, CreateFunctionRequest, DeleteLayerVersionRequest, Error,
    Funclet, GetLayerVersionByArnRequest, GetLayerVersionRequest, Lambda, LayerVersionContentInput,
    PublishLayerVersionRequest, ServiceError, UpdateFunctionConfigurationRequest,
};
use funclet_storage::{LocalBackend, LocalOptions};
use funclet_testkit::{SeededEntropy, SimVfs, zip_of_zipped_size, zip_with_content};

use crate::scene::{create_request, delete};

const NUMBER_ONE: i64 = 1;

fn publish(lambda: &Lambda, package: Vec<u8>) -> String {
    publish_as(lambda, "tools", package)
}

fn publish_as(lambda: &Lambda, name: &str, package: Vec<u8>) -> String {
    let content = LayerVersionContentInput { zip_file: Some(package.into()), ..Default::default() };
    let request = PublishLayerVersionRequest {
        layer_name: Some(name.into()),
        content: Some(content),
        ..Default::default()
    };
    lambda.publish_layer_version(request).unwrap().summary.layer_version_arn
}

fn share(lambda: &Lambda, principal: &str) {
    share_as(lambda, "tools", principal);
}

fn share_as(lambda: &Lambda, name: &str, principal: &str) {
    let request = AddLayerVersionPermissionRequest {
        layer_name: Some(name.into()),
        version_number: Some(NUMBER_ONE),
        statement_id: Some("shared".into()),
        action: Some("lambda:GetLayerVersion".into()),
        principal: Some(principal.into()),
        ..Default::default()
    };
    lambda.add_layer_version_permission(request).unwrap();
}

fn use_layer(lambda: &Lambda, arn: &str) -> Result<u64, Error> {
    let request = UpdateFunctionConfigurationRequest {
        function_name: Some("f".into()),
        layers: Some(vec![arn.to_owned()]),
        ..Default::default()
    };
    Ok(lambda.update_function_configuration(request)?.layers[0].code_size)
}

fn two(funclet: &Funclet) -> [Lambda; 2] {
    ["111122223333", "444455556666"].map(|account| {
        let caller = Caller { account: account.parse().unwrap(), region: "us-east-1".parse().unwrap() };
        funclet.lambda_in(caller)
    })
}

fn read_by_arn(lambda: &Lambda, arn: &str) -> Result<funclet::LayerVersion, Error> {
    lambda.get_layer_version_by_arn(GetLayerVersionByArnRequest { arn: Some(arn.to_owned()) })
}

/// Small ones ride in the log, large ones are files: both stay for the function when their owner deletes them.
#[test]
fn a_shared_layer_stays_with_the_function_of_another_account() {
    for package in [zip_with_content("tools"), zip_of_zipped_size(150_000)] {
        let directory = tempfile::tempdir().unwrap();
        let funclet = Funclet::open(directory.path()).unwrap();
        let [owner, user] = two(&funclet);
        let arn = publish(&owner, package.clone());
        user.create_function(create_request("f", zip_with_content("code"))).unwrap();
        for refused in [read_by_arn(&user, &arn).map(drop), use_layer(&user, &arn).map(drop)] {
            assert!(
                matches!(refused, Err(Error::Refused(ServiceError::LayerAccessDenied { .. }))),
                "{refused:?}"
            );
        }
        share(&owner, "444455556666");
        assert_eq!(read_by_arn(&user, &arn).unwrap(), read_by_arn(&owner, &arn).unwrap());
        assert_eq!(use_layer(&user, &arn).unwrap(), package.len() as u64);

        let content = read_by_arn(&owner, &arn).unwrap().content.digest;
        let gone =
            DeleteLayerVersionRequest { layer_name: Some("tools".into()), version_number: Some(NUMBER_ONE) };
        owner.delete_layer_version(gone).unwrap();
        funclet.settle().unwrap();
        funclet.close().unwrap();

        let funclet = Funclet::open(directory.path()).unwrap();
        let link = funclet.sign_package_link(&content, funclet::Timestamp(u64::MAX));
        let kept = funclet.open_package_link(&link).unwrap().read_whole().unwrap();
        assert_eq!(kept, package);
        delete(&two(&funclet)[1], "f").unwrap();
        funclet.close().unwrap();
        let report = funclet_storage::check(directory.path()).unwrap();
        assert_eq!((&report.findings, report.unreferenced), (&vec![], 0));
    }
}

/// Five layers and the code, each of which may ride in a record, and all of which do not fit into one.
#[test]
fn layers_that_do_not_fit_into_one_record_stay_as_well() {
    let vfs = SimVfs::new();
    let open = |seed| {
        let ids = Arc::new(SeededEntropy::new(seed));
        let options = LocalOptions::new("store", ids.clone()).vfs(Arc::new(vfs.clone()));
        let backend = LocalBackend::open(&options.inline_bytes_max(256 << 10)).unwrap();
        Funclet::builder().ids(ids).open_on(Arc::new(backend)).unwrap()
    };
    let funclet = open(1);
    let [owner, user] = two(&funclet);
    let packages: Vec<_> = (0..5).map(|number| zip_of_zipped_size(200_000 + number)).collect();
    let layers: Vec<_> = packages
        .iter()
        .enumerate()
        .map(|(number, package)| {
            let name = format!("tools-{number}");
            let arn = publish_as(&owner, &name, package.clone());
            share_as(&owner, &name, "*");
            arn
        })
        .collect();
    let request = create_request("f", zip_of_zipped_size(256 << 10));
    user.create_function(CreateFunctionRequest { layers: Some(layers.clone()), ..request }).unwrap();
    user.create_function(create_request("g", zip_with_content("code"))).unwrap();
    let configure = |layers: &[String]| {
        let request = UpdateFunctionConfigurationRequest {
            function_name: Some("g".into()),
            layers: Some(layers.to_vec()),
            ..Default::default()
        };
        user.update_function_configuration(request).unwrap().layers.len()
    };
    assert_eq!((configure(&layers[..1]), configure(&layers)), (1, 5));
    let digests: Vec<_> = layers.iter().map(|arn| read_by_arn(&owner, arn).unwrap().content.digest).collect();
    for number in 0..5 {
        let gone = DeleteLayerVersionRequest {
            layer_name: Some(format!("tools-{number}")),
            version_number: Some(NUMBER_ONE),
        };
        owner.delete_layer_version(gone).unwrap();
    }
    delete(&user, "f").unwrap();
    funclet.settle().unwrap();
    funclet.close().unwrap();
    let funclet = open(2);
    for (digest, package) in digests.iter().zip(&packages) {
        let link = funclet.sign_package_link(digest, funclet::Timestamp(u64::MAX));
        assert_eq!(&funclet.open_package_link(&link).unwrap().read_whole().unwrap(), package);
    }
}

#[test]
fn a_layer_of_another_account_that_does_not_exist_is_not_told_from_one_that_is_not_shared() {
    let funclet = Funclet::in_memory();
    let [owner, user] = two(&funclet);
    user.create_function(create_request("f", zip_with_content("code"))).unwrap();
    let arn = "arn:aws:lambda:us-east-1:111122223333:layer:tools:1";
    let before = use_layer(&user, arn).unwrap_err().to_string();
    publish(&owner, zip_with_content("tools"));
    assert_eq!(use_layer(&user, arn).unwrap_err().to_string(), before);
    share(&owner, "*");
    use_layer(&user, arn).unwrap();
    let own = "arn:aws:lambda:us-east-1:444455556666:layer:tools:1";
    let unknown = use_layer(&user, own).unwrap_err();
    assert!(matches!(unknown, Error::Refused(ServiceError::LayerNotFound { .. })), "{unknown:?}");
}

#[test]
fn a_layer_of_another_region_is_not_found() {
    let funclet = Funclet::in_memory();
    let [lambda, _] = two(&funclet);
    let arn = publish(&lambda, zip_with_content("tools"));
    let by_name =
        GetLayerVersionRequest { layer_name: Some("tools".into()), version_number: Some(NUMBER_ONE) };
    assert_eq!(lambda.get_layer_version(by_name).unwrap(), read_by_arn(&lambda, &arn).unwrap());
    let elsewhere = read_by_arn(&lambda, &arn.replace("us-east-1", "eu-west-1"));
    assert!(matches!(elsewhere, Err(Error::Refused(ServiceError::ResourceNotFound))), "{elsewhere:?}");
}

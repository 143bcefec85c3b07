//! Accounts and regions in one engine see nothing of one another.

use funclet::{
    Caller, Error, Funclet, GetFunctionConfigurationRequest, GetFunctionRequest, Lambda, ServiceError,
};
use funclet_testkit::{zip_of_zipped_size, zip_with_content};

use crate::scene::{create_request, delete, download, functions, get, update_published, versions};

fn caller(account: &str, region: &str) -> Caller {
    Caller { account: account.parse().unwrap(), region: region.parse().unwrap() }
}

fn three(funclet: &Funclet) -> [Lambda; 3] {
    let callers =
        [("111122223333", "us-east-1"), ("111122223333", "eu-west-1"), ("444455556666", "us-east-1")];
    callers.map(|(account, region)| funclet.lambda_in(caller(account, region)))
}

#[test]
fn one_name_means_another_function_in_each() {
    let directory = tempfile::tempdir().unwrap();
    let funclet = Funclet::open(directory.path()).unwrap();
    let lambdas = three(&funclet);
    for (number, lambda) in lambdas.iter().enumerate() {
        assert_eq!(functions(lambda), Vec::<String>::new());
        lambda.create_function(create_request("f", zip_with_content(&format!("x = {number}")))).unwrap();
        (0..number)
            .for_each(|_| drop(update_published(lambda, "f", zip_with_content(&format!("x = {number}")))));
    }
    for (number, lambda) in lambdas.iter().enumerate() {
        let Caller { account, region } = lambda.caller();
        let arn = get(lambda, "f").unwrap().function_arn.to_string();
        assert_eq!(arn, format!("arn:aws:lambda:{region}:{account}:function:f"));
        assert_eq!(versions(lambda, "f").len(), number + 1);
        assert_eq!(download(&funclet, lambda, "f"), zip_with_content(&format!("x = {number}")));
    }
    delete(&lambdas[0], "f").unwrap();
    assert!(get(&lambdas[0], "f").is_err() && get(&lambdas[1], "f").is_ok() && get(&lambdas[2], "f").is_ok());
}

/// One blob file serves all; it stays while anybody counts on it.
#[test]
fn the_same_package_is_deleted_for_one_only() {
    let directory = tempfile::tempdir().unwrap();
    let funclet = Funclet::open(directory.path()).unwrap();
    let lambdas = three(&funclet);
    let package = zip_of_zipped_size(150_000);
    for lambda in &lambdas {
        lambda.create_function(create_request("f", package.clone())).unwrap();
    }
    delete(&lambdas[0], "f").unwrap();
    funclet.settle().unwrap();
    assert_eq!(download(&funclet, &lambdas[1], "f"), package);
    assert_eq!(download(&funclet, &lambdas[2], "f"), package);
}

#[test]
fn each_has_a_quota_of_its_own() {
    let funclet = Funclet::builder().code_storage_bytes_max(1000).open_in_memory();
    for lambda in three(&funclet) {
        lambda.create_function(create_request("f", zip_of_zipped_size(1000))).unwrap();
        let refused = lambda.create_function(create_request("g", zip_with_content("x = 1")));
        assert!(matches!(refused, Err(Error::Refused(ServiceError::CodeStorageExceeded))), "{refused:?}");
    }
}

#[test]
fn another_account_or_region_in_an_arn_is_refused() {
    let lambda = three(&Funclet::in_memory())[0].clone();
    let told = |arn: &str| match get(&lambda, arn) {
        Err(Error::Rejected(rejection)) => rejection.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        told("arn:aws:lambda:eu-west-1:111122223333:function:f"),
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
    );
    assert_eq!(
        told("arn:aws:lambda:us-east-1:444455556666:function:f"),
        "the function belongs to another account"
    );
}

/// Recorded from AWS, for GetFunction alone.
#[test]
fn another_region_tells_of_the_functions_that_it_has() {
    let [here, there, _] = three(&Funclet::in_memory());
    there.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:f";
    let request = |name: &str| GetFunctionRequest { function_name: Some(name.into()), ..Default::default() };
    let found = here.get_function(request(arn)).unwrap();
    assert_eq!(found, there.get_function(request("f")).unwrap());
    assert_eq!(found.configuration.function_arn.to_string(), arn);
    for unknown in [format!("{arn}:7"), arn.replace(":f", ":g"), arn.replace("1111", "2222")] {
        let refused = here.get_function(request(&unknown));
        assert!(matches!(refused, Err(Error::Rejected(_))), "{unknown}: {refused:?}");
    }
    let configuration = GetFunctionConfigurationRequest { function_name: Some(arn.into()), qualifier: None };
    assert!(matches!(here.get_function_configuration(configuration), Err(Error::Rejected(_))));
}

#[test]
fn the_default_account_and_region_are_the_builders() {
    let funclet = Funclet::builder()
        .account("123456789012".parse().unwrap())
        .region("cn-north-1".parse().unwrap())
        .open_in_memory();
    assert_eq!(*funclet.default_caller(), caller("123456789012", "cn-north-1"));
    let created = funclet.lambda().create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    assert_eq!(created.function_arn.to_string(), "arn:aws-cn:lambda:cn-north-1:123456789012:function:f");
}

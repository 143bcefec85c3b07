//! Networks of functions: who is asked about them, and when.

use std::sync::Arc;

use funclet::{
    CreateFunctionRequest, Error, Funclet, FunctionCode, FunctionConfiguration, Lambda, ServiceError,
    UpdateFunctionConfigurationRequest, VpcConfig,
};
use funclet_testkit::{MemoryNetworks, zip_with_content};

fn network(subnet: &str, group: &str) -> VpcConfig {
    VpcConfig {
        subnet_ids: Some(vec![subnet.into()]),
        security_group_ids: Some(vec![group.into()]),
        ..VpcConfig::default()
    }
}

fn create(lambda: &Lambda, vpc_config: Option<VpcConfig>) -> Result<FunctionConfiguration, Error> {
    lambda.create_function(CreateFunctionRequest {
        function_name: Some("f".into()),
        runtime: Some("python3.13".into()),
        handler: Some("index.handler".into()),
        role: Some("arn:aws:iam::000000000000:role/any".into()),
        code: Some(FunctionCode { zip_file: Some(zip_with_content("1").into()), ..Default::default() }),
        vpc_config,
        ..Default::default()
    })
}

fn configure(lambda: &Lambda, vpc_config: Option<VpcConfig>) -> Result<FunctionConfiguration, Error> {
    let function_name = Some("f".into());
    let timeout = Some(9);
    lambda.update_function_configuration(UpdateFunctionConfigurationRequest {
        function_name,
        timeout,
        vpc_config,
        ..Default::default()
    })
}

fn vpc_id(configured: Result<FunctionConfiguration, Error>) -> String {
    configured.unwrap().vpc_config.unwrap().vpc_id
}

fn refused(configured: Result<FunctionConfiguration, Error>) -> String {
    match configured {
        Err(Error::Refused(ServiceError::InvalidParameterValue(text))) => text,
        other => panic!("{other:?}"),
    }
}

fn with_networks() -> Lambda {
    let networks = MemoryNetworks::new();
    networks.create_subnet("subnet-1", "vpc-1");
    networks.create_subnet("subnet-2", "vpc-2");
    networks.create_security_group("sg-1");
    Funclet::builder().networks(Arc::new(networks)).open_in_memory().lambda()
}

#[test]
fn the_network_of_the_subnets_is_shown() {
    let lambda = with_networks();
    assert_eq!(vpc_id(create(&lambda, Some(network("subnet-1", "sg-1")))), "vpc-1");
    assert_eq!(vpc_id(configure(&lambda, None)), "vpc-1", "as before if not given");
    assert_eq!(vpc_id(configure(&lambda, Some(network("subnet-2", "sg-1")))), "vpc-2");
    // Removed, it stays as an empty one (recorded from AWS).
    let nothing =
        VpcConfig { subnet_ids: Some(vec![]), security_group_ids: Some(vec![]), ..VpcConfig::default() };
    assert_eq!(vpc_id(configure(&lambda, Some(nothing))), "");
}

#[test]
fn what_does_not_exist_is_refused() {
    let lambda = with_networks();
    let unknown = || Some(network("subnet-x", "sg-x"));
    let no_group = "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: \
                    The security group 'sg-x' does not exist";
    let no_subnet = "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The \
                     subnet ID 'subnet-x' does not exist";
    // Groups are looked for first (recorded from AWS).
    assert_eq!(refused(create(&lambda, unknown())), no_group);
    assert_eq!(refused(create(&lambda, Some(network("subnet-x", "sg-1")))), no_subnet);
    let absent = configure(&lambda, unknown());
    assert!(matches!(absent, Err(Error::Refused(ServiceError::FunctionNotFound { .. }))), "{absent:?}");

    create(&lambda, None).unwrap();
    assert_eq!(refused(configure(&lambda, unknown())), no_group);
    let taken = create(&lambda, unknown());
    assert!(matches!(taken, Err(Error::Refused(ServiceError::FunctionExists { .. }))), "{taken:?}");
    let function = lambda.get_function_configuration(funclet::GetFunctionConfigurationRequest {
        function_name: Some("f".into()),
        ..Default::default()
    });
    assert_eq!(function.unwrap().timeout, 3, "nothing has changed");
}

#[test]
fn nobody_is_asked_by_default() {
    let lambda = Funclet::in_memory().lambda();
    let created = create(&lambda, Some(network("subnet-x", "sg-x"))).unwrap().vpc_config.unwrap();
    assert_eq!((created.subnet_ids, created.vpc_id), (vec!["subnet-x".to_owned()], String::new()));
}

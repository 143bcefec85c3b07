//! Valid requests: what their members come to, and the rules that no recording shows.

use funclet_validation::{
    Architecture, CodeSource, CreateFunction, CreateFunctionRequest, DeadLetterConfig, DeleteFunctionRequest,
    DeletionTarget, Environment, FunctionCode, FunctionSettings, ImageConfig, ListFunctionsRequest,
    ListVersionsByFunctionRequest, LogFormat, PackageType, PublishTo, PublishVersionRequest, SettingsChange,
    SnapStart, SnapStartApplyOn, StringMap, TracingConfig, TracingMode, UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest, VpcConfig, VpcSettings,
};

use crate::caller;

fn zip() -> CreateFunctionRequest<&'static str> {
    CreateFunctionRequest {
        function_name: Some("hello".into()),
        role: Some("arn:aws:iam::111111111111:role/role".into()),
        handler: Some("index.handler".into()),
        runtime: Some("python3.12".into()),
        code: Some(FunctionCode { zip_file: Some("package"), ..FunctionCode::default() }),
        ..CreateFunctionRequest::default()
    }
}

fn image() -> CreateFunctionRequest<&'static str> {
    CreateFunctionRequest {
        package_type: Some("Image".into()),
        handler: None,
        runtime: None,
        code: Some(FunctionCode { image_uri: Some("repo:latest".into()), ..FunctionCode::default() }),
        ..zip()
    }
}

fn valid(request: CreateFunctionRequest<&'static str>) -> CreateFunction<&'static str> {
    request.validate(&caller()).unwrap()
}

fn refused(request: CreateFunctionRequest<&'static str>) -> String {
    request.validate(&caller()).unwrap_err().to_string()
}

#[test]
fn a_function_that_asks_for_nothing_gets_the_defaults() {
    let created = valid(zip());
    assert_eq!(created.function_name.as_str(), "hello");
    assert_eq!(created.code, CodeSource::ZipFile("package"));
    assert_eq!(created.package_type, PackageType::Zip);
    assert_eq!(created.architecture, Architecture::X86_64);
    assert!(!created.publish && created.tags.is_empty() && created.layers.is_empty());

    let settings = created.configuration;
    assert_eq!(settings.description, "");
    assert_eq!((settings.timeout, settings.memory_size, settings.ephemeral_storage), (3, 128, 512));
    assert_eq!((settings.environment, settings.vpc_config), (None, None));
    assert_eq!(settings.tracing_mode, TracingMode::PassThrough);
    assert_eq!(settings.snap_start, SnapStartApplyOn::None);
    assert_eq!(settings.logging_config.log_format, LogFormat::Text);
    assert_eq!(settings.logging_config.log_group, "/aws/lambda/hello");
}

#[test]
fn empty_members_are_kept_or_mean_none() {
    let settings = valid(CreateFunctionRequest {
        environment: Some(Environment::default()),
        vpc_config: Some(VpcConfig::default()),
        dead_letter_config: Some(DeadLetterConfig { target_arn: Some(String::new()) }),
        kms_key_arn: Some(String::new()),
        tracing_config: Some(TracingConfig::default()),
        snap_start: Some(SnapStart::default()),
        ..zip()
    })
    .configuration;
    assert_eq!(settings.environment, Some(StringMap::new()));
    assert_eq!(settings.vpc_config, Some(VpcSettings::default()));
    assert_eq!((settings.dead_letter_config, settings.kms_key_arn), (None, None));
    assert_eq!(settings.tracing_mode, TracingMode::PassThrough);
    assert_eq!(settings.snap_start, SnapStartApplyOn::None);
}

#[test]
fn images() {
    let created = valid(image());
    assert!(matches!(created.code, CodeSource::Image(uri) if uri.as_str() == "repo:latest"));
    assert_eq!((created.configuration.runtime, created.configuration.handler), (None, None));
    let emptied = valid(CreateFunctionRequest { image_config: Some(ImageConfig::default()), ..image() });
    assert_eq!(emptied.configuration.image_config, None);

    let zip_members =
        "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.";
    assert_eq!(refused(CreateFunctionRequest { handler: Some("h".into()), ..image() }), zip_members);
    assert_eq!(refused(CreateFunctionRequest { runtime: Some("java8".into()), ..image() }), zip_members);
    let layers = Some(vec!["arn:aws:lambda:us-east-1:111111111111:layer:l:1".to_owned()]);
    assert_eq!(refused(CreateFunctionRequest { layers, ..image() }), zip_members);
}

#[test]
fn package_types_and_their_members() {
    let mandatory =
        "Runtime and Handler are mandatory parameters for functions created with deployment packages.";
    assert_eq!(refused(CreateFunctionRequest { runtime: None, ..zip() }), mandatory);
    assert_eq!(refused(CreateFunctionRequest { handler: None, ..zip() }), mandatory);
    assert_eq!(
        refused(CreateFunctionRequest { code: image().code, ..zip() }),
        "Please don't provide ImageUri when creating a function with packageType Zip."
    );
    assert_eq!(
        refused(CreateFunctionRequest { code: zip().code, ..image() }),
        "Please provide ImageUri when creating a function with packageType Image."
    );
    let no_source = CreateFunctionRequest { code: Some(FunctionCode::default()), ..zip() };
    assert_eq!(refused(no_source), "Please provide a source for function code.");
}

#[test]
fn memory_beyond_the_services_own_instances() {
    assert_eq!(
        refused(CreateFunctionRequest { memory_size: Some(10_241), ..zip() }),
        "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240"
    );
    let most = CreateFunctionRequest { memory_size: Some(10_240), ..zip() };
    assert_eq!(valid(most).configuration.memory_size, 10_240);
}

#[test]
fn update_function_code() {
    let update = UpdateFunctionCodeRequest::<()> {
        function_name: Some("111111111111:function:hello:$LATEST".into()),
        s3_bucket: Some("bucket".into()),
        s3_key: Some("key".into()),
        s3_object_version: Some("v1".into()),
        s3_object_storage_mode: Some("REFERENCE".into()),
        publish: Some(true),
        dry_run: Some(true),
        revision_id: Some("wrong".into()),
        architectures: Some(vec!["arm64".into()]),
        publish_to: Some("LATEST_PUBLISHED".into()),
        ..UpdateFunctionCodeRequest::default()
    };
    let update = update.validate(&caller()).unwrap();
    assert_eq!(update.function.qualifier.unwrap().to_string(), "$LATEST");
    assert!(update.publish && update.dry_run && update.source.has_zip() && !update.source.has_image());
    assert_eq!(update.revision_id.as_deref(), Some("wrong"));
    assert_eq!(update.architectures, Some(Architecture::Arm64));
    assert_eq!(update.publish_to, Some(PublishTo::LatestPublished));
    let Ok(CodeSource::S3(object)) = update.source.single() else { panic!("an S3 object") };
    assert_eq!((object.bucket.as_str(), object.key.as_str()), ("bucket", "key"));
    assert_eq!(object.version.unwrap().as_str(), "v1");
}

#[test]
fn update_function_code_leaves_the_sources_to_the_store() {
    let function_name = Some("hello:7".to_owned());
    let update = UpdateFunctionCodeRequest::<()> { function_name, ..Default::default() }.validate(&caller());
    let update = update.unwrap();
    assert_eq!(update.function.qualifier.unwrap().to_string(), "7");
    let no_source = update.source.single().unwrap_err();
    assert_eq!(no_source.to_string(), "Please provide a source for function code.");
}

#[test]
fn update_function_configuration() {
    let request = || UpdateFunctionConfigurationRequest {
        function_name: Some("111111111111:function:hello:7".into()),
        ..Default::default()
    };
    let update = request().validate(&caller()).unwrap();
    // A version is refused only after the function was found.
    assert_eq!(update.function.qualifier.unwrap().to_string(), "7");
    assert_eq!((update.settings, update.layers), (SettingsChange::default(), None));

    // Recorded from AWS.
    let role = UpdateFunctionConfigurationRequest { role: Some("r1".into()), ..request() };
    let refused = role.validate(&caller()).unwrap_err().to_string();
    assert!(refused.starts_with("1 validation error detected: Value 'r1' at 'role' failed"), "{refused}");
    let layers = Some(vec!["arn:aws:lambda:us-east-1:111111111111:layer:a:1".to_owned(); 6]);
    let layers = UpdateFunctionConfigurationRequest { layers, ..request() }.validate(&caller());
    assert_eq!(layers.unwrap_err().to_string(), "Cannot reference more than 5 layers.");

    let applied = |request: UpdateFunctionConfigurationRequest| {
        let change = request.validate(&caller()).unwrap().settings;
        let role = "arn:aws:iam::111111111111:role/role".parse().unwrap();
        let mut settings = FunctionSettings::default_of(&"hello".parse().unwrap(), role);
        settings.apply(change).map_err(|rejection| rejection.to_string()).map(|()| settings)
    };
    // Recorded from AWS.
    let runtime = UpdateFunctionConfigurationRequest { runtime: Some("PYTHON3.9".into()), ..request() };
    assert!(applied(runtime.clone()).unwrap_err().starts_with("Value PYTHON3.9 at 'runtime' failed"));
    let large = Environment { variables: Some([("LARGE_VAR", "x".repeat(4096))].into_iter().collect()) };
    let environment = UpdateFunctionConfigurationRequest { environment: Some(large), ..request() };
    let refused = applied(environment.clone()).unwrap_err();
    assert!(refused.starts_with("Lambda was unable to configure your environment variables"), "{refused}");
    let both = UpdateFunctionConfigurationRequest { runtime: runtime.runtime, ..environment };
    assert!(applied(both).unwrap_err().starts_with("Value PYTHON3.9"));
    let timeout = UpdateFunctionConfigurationRequest { timeout: Some(900), ..request() };
    assert_eq!(applied(timeout).unwrap().timeout, 900);
}

#[test]
fn publish_version() {
    for qualifier in [None, Some("$LATEST"), Some("1"), Some("live")] {
        let function_name = Some(format!("hello{}", qualifier.map(|q| format!(":{q}")).unwrap_or_default()));
        let request =
            PublishVersionRequest { function_name, code_sha256: Some("any".into()), ..Default::default() };
        let function = request.validate(&caller()).unwrap().function;
        assert_eq!(function.name.as_str(), "hello");
        assert_eq!(function.qualifier.map(|qualifier| qualifier.to_string()).as_deref(), qualifier);
    }
}

#[test]
fn delete_function() {
    let target = |qualifier: Option<&str>| {
        let (function_name, qualifier) = (Some("hello".to_owned()), qualifier.map(str::to_owned));
        DeleteFunctionRequest { function_name, qualifier }.validate(&caller()).unwrap().target
    };
    assert_eq!(target(None), DeletionTarget::Function);
    assert_eq!(target(Some("7")), DeletionTarget::Version(7));
    for nothing in ["007", "99999999999999999999", "$latest", "$LATEST.PUBLISHED"] {
        assert_eq!(target(Some(nothing)), DeletionTarget::Nothing, "{nothing}");
    }
}

#[test]
fn lists() {
    let list = ListFunctionsRequest {
        function_version: Some("ALL".into()),
        marker: Some("m".into()),
        max_items: Some(10_000),
        master_region: Some("us-east-1".into()),
    };
    let list = list.validate(&caller()).unwrap();
    assert!(list.function_version_all);
    assert_eq!((list.marker.as_deref(), list.max_items), (Some("m"), Some(10_000)));
    for max_items in [0, 10_001, i64::MAX, i64::MIN] {
        let list = ListFunctionsRequest { max_items: Some(max_items), ..Default::default() };
        assert!(list.validate(&caller()).is_err(), "{max_items}");
    }
    let versions =
        ListVersionsByFunctionRequest { function_name: Some("hello:1".into()), ..Default::default() };
    assert_eq!(versions.validate(&caller()).unwrap().function_name.as_str(), "hello");
}

//! GetFunction and GetFunctionConfiguration: which version a qualifier means, and how the answer shows it.

use funclet_storage::Scope;
use funclet_validation::{
    GetFunctionCodeSigningConfigRequest, GetFunctionConcurrencyRequest, GetFunctionConfigurationRequest,
    GetFunctionRequest,
};

use crate::world::{World, digest};

on_every_backend!(
    the_arn_shows_the_qualifier_that_was_used,
    what_is_not_there_is_named_as_it_was_asked_for,
    both_operations_show_the_same,
    runtimes_have_versions,
    accounts_and_regions_are_apart,
    what_no_function_has_yet,
);

fn the_arn_shows_the_qualifier_that_was_used(world: World) {
    world.create_published("f", "one");
    let arn = "arn:aws:lambda:eu-central-1:111122223333:function:f";
    for (name, qualifier, expected_arn, version) in [
        ("f", None, arn.to_owned(), "$LATEST"),
        ("f:$LATEST", None, format!("{arn}:$LATEST"), "$LATEST"),
        ("f", Some("$LATEST"), format!("{arn}:$LATEST"), "$LATEST"),
        ("f:1", None, format!("{arn}:1"), "1"),
        ("f", Some("1"), format!("{arn}:1"), "1"),
        (arn, Some("1"), format!("{arn}:1"), "1"),
    ] {
        let request =
            GetFunctionRequest { function_name: Some(name.into()), qualifier: qualifier.map(Into::into) };
        let found = world.look(request.validate(&world.caller).unwrap()).unwrap().configuration;
        assert_eq!(
            (found.function_arn.to_string(), found.version.to_string().as_str()),
            (expected_arn, version)
        );
        assert_eq!(found.function_name.as_str(), "f");
    }
}

fn what_is_not_there_is_named_as_it_was_asked_for(world: World) {
    let arn = "Function not found: arn:aws:lambda:eu-central-1:111122223333:function:";
    let check = |name: &str| {
        let told = world.detail(name).unwrap_err().to_string();
        assert_eq!(told, format!("{arn}{name}"));
    };
    ["f", "f:1", "f:live", "f:$LATEST"].into_iter().for_each(check);
    world.create_published("f", "one");
    ["f:2", "f:01", "f:live", "f:99999999999999999999999", "F"].into_iter().for_each(check);
}

fn both_operations_show_the_same(world: World) {
    world.create_published("f", "one");
    for name in ["f", "f:1", "f:$LATEST", "f:2"] {
        let request = GetFunctionConfigurationRequest { function_name: Some(name.into()), qualifier: None };
        let shown = world.look(request.validate(&world.caller).unwrap());
        assert_eq!(shown, world.detail(name).map(|detail| detail.configuration), "{name}");
    }
}

fn runtimes_have_versions(world: World) {
    let with = |name: &str, runtime: &str| {
        let runtime = Some(runtime.into());
        let request =
            funclet_validation::CreateFunctionRequest { runtime, ..crate::world::create_request(name) };
        let created = world.create_with(request, Ok(crate::world::zip("one"))).unwrap();
        created.runtime_version_arn.unwrap()
    };
    let (first, same, other) = (with("a", "python3.13"), with("b", "python3.13"), with("c", "nodejs22.x"));
    assert_eq!(first, same);
    assert_ne!(first, other);
    let hex = first.strip_prefix("arn:aws:lambda:eu-central-1::runtime:").unwrap();
    assert!(hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hex}");
}

fn accounts_and_regions_are_apart(world: World) {
    let mut world = world;
    let callers =
        [("111122223333", "eu-central-1"), ("111122223333", "us-east-1"), ("444455556666", "us-east-1")];
    for (account, region) in callers {
        world.caller.account = account.parse().unwrap();
        world.caller.region = region.parse().unwrap();
        assert!(world.detail("f").is_err());
        let created = world.create_published("f", &format!("code of {account} in {region}"));
        assert_eq!(created.function_arn.to_string(), format!("arn:aws:lambda:{region}:{account}:function:f"));
    }
    for (account, region) in callers {
        world.caller.account = account.parse().unwrap();
        world.caller.region = region.parse().unwrap();
        let content = format!("code of {account} in {region}");
        assert_eq!(world.references(), [(digest(&content), 2)].into());
        assert_eq!(world.code_bytes(), 2 * content.len() as u64);
        world.delete("f", None).unwrap();
    }
    world.settle();
    for (account, region) in callers {
        let scope = Scope::new(&format!("{account}/{region}")).unwrap();
        world.caller.account = account.parse().unwrap();
        world.caller.region = region.parse().unwrap();
        assert_eq!(world.scope(), scope);
        assert_eq!(world.dump(b"").len(), 1, "only the counter of {scope} is left");
    }
}

fn what_no_function_has_yet(world: World) {
    world.create("f", "one");
    let signing = |name: &str| {
        let request = GetFunctionCodeSigningConfigRequest { function_name: Some(name.into()) };
        world.look(request.validate(&world.caller).unwrap()).map(|found| found.code_signing_config_arn)
    };
    let concurrency = |name: &str| {
        let request = GetFunctionConcurrencyRequest { function_name: Some(name.into()) };
        world.look(request.validate(&world.caller).unwrap()).map(|found| found.reserved_concurrent_executions)
    };
    assert_eq!((signing("f"), concurrency("f")), (Ok(None), Ok(None)));
    let absent = "Function not found: arn:aws:lambda:eu-central-1:111122223333:function:absent";
    assert_eq!(signing("absent").unwrap_err().to_string(), absent);
    assert_eq!(concurrency("absent").unwrap_err().to_string(), absent);
}

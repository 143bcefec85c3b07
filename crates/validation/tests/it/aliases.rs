//! Requests about aliases: what is recorded from AWS, and what a route may be.

use funclet_validation::{
    AliasRoute, AliasRoutingConfiguration, CreateAlias, CreateAliasRequest, Qualifier, Rejection,
    UpdateAliasRequest,
};

use crate::caller;

fn weights(weights: &[(&str, f64)]) -> AliasRoutingConfiguration {
    AliasRoutingConfiguration { additional_version_weights: Some(weights.iter().copied().collect()) }
}

fn create(name: &str, version: &str, routes: &[(&str, f64)]) -> Result<CreateAlias, Rejection> {
    let request = CreateAliasRequest {
        function_name: Some("hello".into()),
        name: Some(name.into()),
        function_version: Some(version.into()),
        description: None,
        routing_config: Some(weights(routes)),
    };
    request.validate(&caller())
}

fn refused(version: &str, routes: &[(&str, f64)], expected: &str) {
    assert_eq!(create("live", version, routes).unwrap_err().to_string(), expected);
}

/// Recorded from AWS.
#[test]
fn names() {
    assert_eq!(create("2024-01-02", "1", &[]).unwrap().name.as_str(), "2024-01-02");
    assert_eq!(
        create("2024", "1", &[]).unwrap_err().to_string(),
        "1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: Member must satisfy regular \
         expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"
    );
}

/// Recorded from AWS.
#[test]
fn weights_and_versions() {
    for (weight, printed) in [(2.0, "2.0"), (-1.0, "-1.0")] {
        refused(
            "1",
            &[("2", weight)],
            &format!(
                "1 validation error detected: Value '{{2={printed}}}' at 'routingConfig.additionalVersionWeights' failed to \
                 satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, \
                 Member must have value greater than or equal to 0.0, Member must not be null]"
            ),
        );
    }
    refused(
        "1",
        &[("$LATEST", 0.5)],
        "1 validation error detected: Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy \
         constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must \
         have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]",
    );
    let too_many = "Number of items in AdditionalVersionWeights cannot be greater than 1";
    refused("1", &[("1", 0.5), ("2", 0.5)], too_many);
    let same = "Invalid function version 1. Function version 1 is already included in routing configuration.";
    refused("1", &[("1", 0.5)], same);
    let latest = "$LATEST is not supported for an alias pointing to more than 1 version";
    refused("$LATEST", &[("1", 0.5)], latest);
    assert_eq!(create("live", "$LATEST", &[("1", 0.5)]), Err(Rejection::LatestWithRouting));
    assert_eq!(create("live", "$LATEST", &[]).unwrap().function_version, Qualifier::Latest);
}

/// Versions that no function has are looked for all the same.
#[test]
fn versions_that_cannot_be() {
    let long = "9".repeat(1024);
    for text in ["$LATEST.PUBLISHED", "007", &long] {
        let alias = create("live", text, &[]).unwrap();
        assert_eq!(
            (alias.function_version.version(), alias.function_version.to_string()),
            (None, text.into())
        );
    }
    assert_eq!(create("live", "1", &[(&long, 0.5)]).unwrap().routing.unwrap().version.to_string(), long);
}

#[test]
fn updates() {
    let update = |version: Option<&str>, routing_config| {
        let request = UpdateAliasRequest {
            function_name: Some("hello".into()),
            name: Some("live".into()),
            function_version: version.map(str::to_owned),
            routing_config,
            ..UpdateAliasRequest::default()
        };
        request.validate(&caller()).map(|update| update.routing)
    };
    let route = AliasRoute { version: Qualifier::Version(1), weight: 0.5 };
    assert_eq!(update(None, None), Ok(None));
    assert_eq!(update(None, Some(weights(&[]))), Ok(Some(None)));
    assert_eq!(update(None, Some(AliasRoutingConfiguration::default())), Ok(Some(None)));
    assert_eq!(update(None, Some(weights(&[("1", 0.5)]))), Ok(Some(Some(route.clone()))));
    assert_eq!(update(Some("2"), Some(weights(&[("1", 0.5)]))), Ok(Some(Some(route))));
    assert_eq!(update(Some("$LATEST"), Some(weights(&[("1", 0.5)]))), Err(Rejection::LatestWithRouting));
    assert!(update(Some("1"), Some(weights(&[("1", 0.5)]))).is_err());
}

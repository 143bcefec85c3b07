//! Requests about tags: which resources they admit, and how many tags.

use funclet_validation::{
    ListTagsRequest, Rejection, StringMap, TagResourceRequest, TaggableResource, UntagResourceRequest,
    merge_tags,
};

use crate::caller;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:111111111111:function:hello";

fn resolve(resource: &str) -> Result<TaggableResource, Rejection> {
    let request = ListTagsRequest { resource: Some(resource.into()) };
    request.validate(&caller()).map(|valid| valid.resource)
}

#[test]
fn resources() {
    assert_eq!(resolve(FUNCTION), Ok(TaggableResource::Function("hello".parse().unwrap())));
    let uuid = "01234567-89ab-cdef-0123-456789abcdef";
    let config = "arn:aws:lambda:us-east-1:111111111111:code-signing-config:csc-0123456789abcdefg";
    // The longest that the table admits.
    let long = "a".repeat(256 - "arn:aws:lambda:us-east-1:111111111111:layer:".len());
    for (resource, expected) in [
        ("layer:hello", TaggableResource::Layer("hello".parse().unwrap())),
        (&format!("layer:{long}"), TaggableResource::Layer(long.parse().unwrap())),
        (&config[38..], TaggableResource::CodeSigningConfig(config.parse().unwrap())),
        (&format!("event-source-mapping:{uuid}"), TaggableResource::EventSourceMapping(uuid.into())),
        ("capacity-provider:hello", TaggableResource::CapacityProvider("hello".into())),
    ] {
        assert_eq!(resolve(&format!("arn:aws:lambda:us-east-1:111111111111:{resource}")), Ok(expected));
        let elsewhere = resolve(&format!("arn:aws:lambda:eu-west-1:111111111111:{resource}"));
        assert!(matches!(elsewhere, Err(Rejection::OtherRegion { .. })), "{resource}");
        let foreign = resolve(&format!("arn:aws:lambda:us-east-1:222222222222:{resource}"));
        assert_eq!(foreign, Err(Rejection::OtherAccount), "{resource}");
    }
    // Recorded from AWS.
    for qualifier in ["1", "v1", "$LATEST"] {
        assert_eq!(
            resolve(&format!("{FUNCTION}:{qualifier}")).unwrap_err().to_string(),
            "Tags on function aliases and versions are not supported. Please specify a function ARN."
        );
    }
    for bad in ["arn:aws:something", "hello", "arn:aws:lambda:us-east-1:111111111111:foobar:hello"] {
        let text = resolve(bad).unwrap_err().to_string();
        let start = format!(
            "1 validation error detected: Value '{bad}' at 'resource' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:(eusc-)?"
        );
        assert!(text.starts_with(&start), "{text}");
    }
    let elsewhere = "arn:aws:lambda:eu-west-1:111111111111:function:hello:1";
    assert!(matches!(resolve(elsewhere), Err(Rejection::OtherRegion { .. })));
    let foreign = "arn:aws:lambda:us-east-1:222222222222:function:hello:1";
    assert_eq!(resolve(foreign), Err(Rejection::OtherAccount));
}

fn numbered(from: usize, to: usize) -> StringMap {
    (from..to).map(|number| (format!("key {number}"), number.to_string())).collect()
}

/// Recorded from AWS.
#[test]
fn how_many_tags() {
    let tag = |tags| TagResourceRequest { resource: Some(FUNCTION.into()), tags: Some(tags) };
    let refused = |tags| tag(tags).validate(&caller()).unwrap_err().to_string();
    assert_eq!(refused(StringMap::new()), "An error occurred and the request cannot be processed.");
    assert_eq!(refused(numbered(0, 51)), "Number of tags exceeds resource tag limit.");
    assert_eq!(tag(numbered(0, 50)).validate(&caller()).unwrap().tags.len(), 50);

    assert_eq!(merge_tags(numbered(0, 30), numbered(10, 50)).unwrap(), numbered(0, 50));
    assert!(merge_tags(numbered(0, 30), numbered(30, 51)).is_err());
}

/// Recorded from AWS.
#[test]
fn no_keys_are_none() {
    for tag_keys in [None, Some(Vec::new())] {
        let request = UntagResourceRequest { resource: Some(FUNCTION.into()), tag_keys };
        assert_eq!(
            request.validate(&caller()).unwrap_err().to_string(),
            "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"
        );
    }
}

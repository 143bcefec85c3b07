//! Tags, and the resources that have them.

use crate::admitted::admitted;
use crate::caller::Caller;
use crate::code_signing::CodeSigningConfigArn;
use crate::constraint::{Bounds, MapRules, Shape, TextRules};
use crate::function_name::FunctionName;
use crate::function_reference::FunctionReference;
use crate::layer::LayerName;
use crate::pattern::Pattern;
use crate::rejection::Rejection;
use crate::string_map::StringMap;

/// How many tags a function can have (recorded from AWS).
pub const TAGS_MAX: usize = 50;

static TAG_TEXT: Pattern = Pattern::unicode_regex(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)");

/// A key of `Tags`.
pub(crate) const TAG_KEY_RULES: TextRules = TextRules::ANY.length(1, 128).pattern(&TAG_TEXT);

/// `Tags`.
pub(crate) const TAGS_SHAPE: Shape = Shape::Map(MapRules {
    key: TAG_KEY_RULES,
    value: &Shape::String(TextRules::ANY.length(0, 256).pattern(&TAG_TEXT)),
    length: Bounds::NONE,
});

/// The model's pattern lacks `(eusc-)?` and layers; this is the text that AWS prints (recorded from AWS, late 2025).
static TAGGABLE_RESOURCE: Pattern = Pattern::regex(
    r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)",
);

/// `Resource` of the operations about tags: a complete ARN.
pub(crate) const TAGGABLE_RESOURCE_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(1, 256).pattern(&TAGGABLE_RESOURCE));

/// A resource of the caller's account and region that can have tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaggableResource {
    /// A function.
    Function(FunctionName),
    /// A layer, of which versions have no tags of their own.
    Layer(LayerName),
    /// A code signing configuration.
    CodeSigningConfig(CodeSigningConfigArn),
    /// An event source mapping, by its id in lower case.
    EventSourceMapping(String),
    /// A capacity provider, by its name.
    CapacityProvider(String),
}

impl TaggableResource {
    /// Reads an admitted ARN.
    ///
    /// # Errors
    /// Those of [`FunctionReference::resolve`], which are chosen for other resources than functions, then
    /// [`Rejection::InvalidParameterValue`] for a version or an alias, whether it exists or not (recorded from AWS).
    pub(crate) fn resolve(caller: &Caller, arn: &str) -> Result<Self, Rejection> {
        let mut parts = arn.split(':').skip(3);
        let mut part = || parts.next().unwrap_or_default();
        let (region, account, kind, name) = (part(), part(), part(), part());
        if kind == "function" {
            return Self::function(FunctionReference::resolve(caller, arn, None)?);
        }
        if region != caller.region.as_str() {
            return Err(Rejection::OtherRegion { requested: admitted(region), here: caller.region.clone() });
        }
        if account != caller.account.as_str() {
            return Err(Rejection::OtherAccount);
        }
        Ok(match kind {
            "layer" => Self::Layer(admitted(name)),
            "code-signing-config" => Self::CodeSigningConfig(admitted(arn)),
            "event-source-mapping" => Self::EventSourceMapping(name.to_ascii_lowercase()),
            _ => Self::CapacityProvider(name.to_owned()),
        })
    }

    fn function(function: FunctionReference) -> Result<Self, Rejection> {
        match function.qualifier {
            None => Ok(Self::Function(function.name)),
            Some(_) => Err(Rejection::invalid(
                "Tags on function aliases and versions are not supported. Please specify a function ARN.",
            )),
        }
    }
}

/// Refuses more tags than a function can have.
///
/// # Errors
/// The text is recorded from AWS.
pub(crate) fn check_tags(tags: &StringMap) -> Result<(), Rejection> {
    if tags.len() > TAGS_MAX {
        return Err(Rejection::invalid("Number of tags exceeds resource tag limit."));
    }
    Ok(())
}

/// Adds tags to those that a function has; a key that it has already takes the new value.
///
/// # Errors
/// [`Rejection::InvalidParameterValue`] if it would have more than [`TAGS_MAX`] (recorded from AWS).
pub fn merge_tags(tags: StringMap, added: StringMap) -> Result<StringMap, Rejection> {
    let merged = tags.into_iter().chain(added).collect();
    check_tags(&merged)?;
    Ok(merged)
}

//! Keys within a scope.
//!
//! ```text
//! f/NAME                               a function (head)
//! v/NAME/INCARNATION(16)/NUMBER(u64 BE)  a published version
//! gone/INCARNATION(16)                 a deleted function of which versions or belongings are still there
//! x/NAME/INCARNATION(hex)/...          what belongs to a function (see [`belongings`])
//! layer/NAME                           a layer
//! layer-policy/NAME/NUMBER             the policy of a version of a layer
//! layer-version/NAME/COMPLEMENT(hex)   a version of a layer, by 2^64 - 1 - its number: the newest comes first
//! code-signing/ID                      a code signing config
//! code-signing-user/ID/NAME            says that a function has a code signing config
//! event-source-mapping/UUID            an event source mapping
//! event-source-mapping-by/...          where a mapping is found, below: by its function; by the digest of the ARN of its source,
//!                                      and then by its function; by the digest of what no second mapping may have
//! package-report/SHA-256(hex)          where the report of a package is that the account holds
//! c/code-bytes                         counter: bytes that count against the storage quota
//! c/reserved-concurrency               counter: executions at a time that functions have
//! ```
//!
//! Below `x/` all is text:
//!
//! ```text
//! alias/ALIAS                          an alias
//! alias-of/VERSION/ALIAS               says that an alias refers to a version
//! provisioned-total/                   how much concurrency is provisioned of all versions and aliases
//! SETTING/QUALIFIER                    a setting of the function (no qualifier), a version or an alias
//! ```
//!
//! Below `event-source-mapping-by/` as well; nothing stands for no qualifier:
//!
//! ```text
//! function/NAME/QUALIFIER/UUID
//! source/SHA-256(hex)/NAME/QUALIFIER/UUID
//! claim/SHA-256(hex)
//! ```

use funclet_storage::{BlobDigest, InvalidScope, Scope};
use funclet_validation::{Caller, FunctionName, RevisionId};

use crate::stored::text_form::{from_hex, to_hex};

/// Every function begins with this.
pub(crate) const FUNCTIONS: &[u8] = b"f/";
/// Every layer begins with this.
pub(crate) const LAYERS: &str = "layer/";
/// Every policy of a version of a layer begins with this.
pub(crate) const LAYER_POLICIES: &str = "layer-policy/";
/// Every version of a layer begins with this.
pub(crate) const LAYER_VERSIONS: &str = "layer-version/";
/// Everything that belongs to functions begins with this.
const BELONGINGS: &[u8] = b"x/";
/// The belongings that are aliases.
pub(crate) const ALIAS: &str = "alias";
/// The belongings that say which aliases refer to a version.
pub(crate) const ALIAS_OF: &str = "alias-of";
/// Every code signing config begins with this.
pub(crate) const CODE_SIGNING: &str = "code-signing/";
/// Everything that says who has a code signing config begins with this.
const CODE_SIGNING_USERS: &str = "code-signing-user/";
/// The setting that says which code signing config a function has.
pub(crate) const FUNCTION_CODE_SIGNING: &str = "code-signing";
/// The setting that says how much concurrency is provisioned.
pub(crate) const PROVISIONED: &str = "provisioned";
/// What of a function says how much concurrency is provisioned of its versions and aliases together.
pub(crate) const PROVISIONED_TOTAL: &str = "provisioned-total";
/// The setting that says how recursive loops are treated.
pub(crate) const RECURSION: &str = "recursion";
/// The settings that are policies.
pub(crate) const POLICY: &str = "policy";
/// The settings about asynchronous invocations.
pub(crate) const EVENT_INVOKE_CONFIG: &str = "event-invoke-config";
/// The settings about versions of runtimes.
pub(crate) const RUNTIME_MANAGEMENT: &str = "runtime-management-config";
/// The settings about numbers of environments.
pub(crate) const FUNCTION_SCALING: &str = "function-scaling-config";
/// The settings that are URLs.
pub(crate) const FUNCTION_URL: &str = "url";
/// Every event source mapping begins with this.
pub(crate) const MAPPINGS: &str = "event-source-mapping/";
/// Whatever says where a mapping is begins with this.
pub(crate) const MAPPINGS_BY: &str = "event-source-mapping-by/";
/// Every report of a package begins with this.
const PACKAGE_REPORTS: &str = "package-report/";
/// Every deleted function begins with this.
pub(crate) const GONE: &[u8] = b"gone/";
/// The counter of the storage quota.
pub(crate) const CODE_BYTES: &[u8] = b"c/code-bytes";
/// The counter of executions that functions have: those that are reserved for one, or else those that are provisioned.
pub(crate) const RESERVED_CONCURRENCY: &[u8] = b"c/reserved-concurrency";

/// The scope of an account in a region.
pub(crate) fn scope(caller: &Caller) -> Result<Scope, InvalidScope> {
    Scope::new(&format!("{}/{}", caller.account, caller.region))
}

/// Whose scope it is; `None` for a scope of somebody else.
pub(crate) fn caller(scope: &Scope) -> Option<Caller> {
    let (account, region) = scope.as_str().split_once('/')?;
    Some(Caller { account: account.parse().ok()?, region: region.parse().ok()? })
}

pub(crate) fn function(name: &str) -> Vec<u8> {
    [FUNCTIONS, name.as_bytes()].concat()
}

/// The name in the key of a function.
pub(crate) fn name_of(key: &[u8]) -> Option<FunctionName> {
    std::str::from_utf8(key.strip_prefix(FUNCTIONS)?).ok()?.parse().ok()
}

/// What the keys of all versions of one function begin with.
pub(crate) fn versions(name: &str, incarnation: &[u8; 16]) -> Vec<u8> {
    [b"v/", name.as_bytes(), b"/", incarnation, b"/"].concat()
}

pub(crate) fn version(name: &str, incarnation: &[u8; 16], number: u64) -> Vec<u8> {
    [&versions(name, incarnation)[..], &number.to_be_bytes()].concat()
}

/// The number in the key of a version.
pub(crate) fn number_of(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(*key.last_chunk()?))
}

/// Name, incarnation and number in the key of a version.
pub(crate) fn parts_of_version(key: &[u8]) -> Option<(FunctionName, [u8; 16], u64)> {
    let rest = key.strip_prefix(b"v/")?;
    let (name, rest) = rest.split_at_checked(rest.iter().position(|byte| *byte == b'/')?)?;
    let (incarnation, rest) = rest.strip_prefix(b"/")?.split_first_chunk()?;
    let number = rest.strip_prefix(b"/")?.try_into().ok().map(u64::from_be_bytes)?;
    Some((std::str::from_utf8(name).ok()?.parse().ok()?, *incarnation, number))
}

/// What the keys of everything begin with that belongs to one function, its versions aside.
pub(crate) fn belongings(name: &str, incarnation: &[u8; 16]) -> Vec<u8> {
    [BELONGINGS, name.as_bytes(), b"/", to_hex(incarnation).as_bytes(), b"/"].concat()
}

/// What the keys of one kind of belongings begin with.
pub(crate) fn belongings_of(name: &str, incarnation: &[u8; 16], kind: &str) -> Vec<u8> {
    [&belongings(name, incarnation)[..], kind.as_bytes(), b"/"].concat()
}

pub(crate) fn belonging(name: &str, incarnation: &[u8; 16], kind: &str, rest: &str) -> Vec<u8> {
    [&belongings_of(name, incarnation, kind)[..], rest.as_bytes()].concat()
}

/// Where it says that an alias refers to a version.
pub(crate) fn alias_of(name: &str, incarnation: &[u8; 16], version: &str, alias: &str) -> Vec<u8> {
    belonging(name, incarnation, ALIAS_OF, &format!("{version}/{alias}"))
}

/// What the keys of the aliases that refer to one version begin with.
pub(crate) fn aliases_of(name: &str, incarnation: &[u8; 16], version: &str) -> Vec<u8> {
    alias_of(name, incarnation, version, "")
}

/// What the key of something that belongs to a function consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Belonging<'a> {
    pub(crate) name: FunctionName,
    pub(crate) incarnation: [u8; 16],
    pub(crate) kind: &'a str,
    /// What stands behind the kind.
    pub(crate) rest: &'a str,
}

/// Takes the key of a belonging apart.
pub(crate) fn parts_of_belonging(key: &str) -> Option<Belonging<'_>> {
    let (name, rest) = key.strip_prefix("x/")?.split_once('/')?;
    let (incarnation, rest) = rest.split_once('/')?;
    let (kind, rest) = rest.split_once('/')?;
    Some(Belonging { name: name.parse().ok()?, incarnation: from_hex(incarnation)?, kind, rest })
}

pub(crate) fn layer(name: &str) -> Vec<u8> {
    [LAYERS, name].concat().into_bytes()
}

/// What the keys of all versions of one layer begin with.
pub(crate) fn layer_versions(name: &str) -> Vec<u8> {
    [LAYER_VERSIONS, name, "/"].concat().into_bytes()
}

pub(crate) fn layer_version(name: &str, number: u64) -> Vec<u8> {
    format!("{LAYER_VERSIONS}{name}/{:016x}", u64::MAX - number).into_bytes()
}

pub(crate) fn layer_policy(name: &str, number: u64) -> Vec<u8> {
    format!("{LAYER_POLICIES}{name}/{number}").into_bytes()
}

/// The number in the key of a version of a layer.
pub(crate) fn layer_number_of(key: &[u8]) -> Option<u64> {
    Some(u64::MAX - u64::from_str_radix(last_part(key)?, 16).ok()?)
}

/// Name and number in the key of a version of a layer.
pub(crate) fn parts_of_layer_version(key: &str) -> Option<(&str, u64)> {
    let (name, _) = key.strip_prefix(LAYER_VERSIONS)?.split_once('/')?;
    let number = layer_number_of(key.as_bytes())?;
    // A number has one spelling in a key.
    (layer_version(name, number) == key.as_bytes()).then_some((name, number))
}

/// Name and number in the key of the policy of a version of a layer.
pub(crate) fn parts_of_layer_policy(key: &str) -> Option<(&str, u64)> {
    let (name, number) = key.strip_prefix(LAYER_POLICIES)?.split_once('/')?;
    let number = number.parse().ok()?;
    (layer_policy(name, number) == key.as_bytes()).then_some((name, number))
}

/// The report of a package.
pub(crate) fn package_report(package: &BlobDigest) -> Vec<u8> {
    format!("{PACKAGE_REPORTS}{package}").into_bytes()
}

/// The package in the key of its report.
pub(crate) fn package_of_report(key: &str) -> Option<BlobDigest> {
    let package = BlobDigest::from_hex(key.strip_prefix(PACKAGE_REPORTS)?)?;
    (package_report(&package) == key.as_bytes()).then_some(package)
}

pub(crate) fn code_signing(id: &str) -> Vec<u8> {
    [CODE_SIGNING, id].concat().into_bytes()
}

/// What the keys begin with that say who has a code signing config.
pub(crate) fn code_signing_users(id: &str) -> Vec<u8> {
    [CODE_SIGNING_USERS, id, "/"].concat().into_bytes()
}

/// Where it says that a function has a code signing config.
pub(crate) fn code_signing_user(id: &str, name: &str) -> Vec<u8> {
    [&code_signing_users(id)[..], name.as_bytes()].concat()
}

/// The id of the code signing config and the name of the function in the key that says that one has the other.
pub(crate) fn parts_of_code_signing_user(key: &str) -> Option<(&str, &str)> {
    key.strip_prefix(CODE_SIGNING_USERS)?.split_once('/')
}

pub(crate) fn mapping(uuid: &[u8; 16]) -> Vec<u8> {
    format!("{MAPPINGS}{}", RevisionId::from_bytes(*uuid)).into_bytes()
}

/// The id in the key of an event source mapping.
pub(crate) fn mapping_id(key: &str) -> Option<[u8; 16]> {
    let uuid: RevisionId = key.strip_prefix(MAPPINGS)?.parse().ok()?;
    Some(*uuid.as_bytes())
}

/// A function, and which of its versions or aliases is invoked.
type Invoked<'a> = (&'a str, Option<&'a str>);

fn invoked((name, qualifier): Invoked<'_>) -> String {
    format!("{name}/{}/", qualifier.unwrap_or_default())
}

/// What the keys begin with that say which mappings invoke a function, or one of its versions or aliases.
pub(crate) fn mappings_by_function(function: Invoked<'_>) -> Vec<u8> {
    format!("{MAPPINGS_BY}function/{}", invoked(function)).into_bytes()
}

/// What the keys begin with that say which mappings invoke a function, whatever its version or alias.
pub(crate) fn mappings_by_any_of(name: &str) -> Vec<u8> {
    format!("{MAPPINGS_BY}function/{name}/").into_bytes()
}

/// What the keys begin with that say which mappings have a source, and perhaps a function.
pub(crate) fn mappings_by_source(arn: &str, function: Option<Invoked<'_>>) -> Vec<u8> {
    let digest = BlobDigest::of(arn.as_bytes());
    format!("{MAPPINGS_BY}source/{digest}/{}", function.map(invoked).unwrap_or_default()).into_bytes()
}

/// The key that says so of one mapping.
pub(crate) fn mapping_entry(prefix: Vec<u8>, uuid: &[u8; 16]) -> Vec<u8> {
    [prefix, RevisionId::from_bytes(*uuid).to_string().into_bytes()].concat()
}

/// Where a mapping says what no second one may have.
pub(crate) fn mapping_claim(claim: &str) -> Vec<u8> {
    format!("{MAPPINGS_BY}claim/{}", BlobDigest::of(claim.as_bytes())).into_bytes()
}

/// What the keys begin with that this version looks for. A value of a kind that it does not know may not lie there.
const PREFIXES: &[&[u8]] = &[
    FUNCTIONS,
    b"v/",
    GONE,
    BELONGINGS,
    LAYERS.as_bytes(),
    LAYER_POLICIES.as_bytes(),
    LAYER_VERSIONS.as_bytes(),
    CODE_SIGNING.as_bytes(),
    PACKAGE_REPORTS.as_bytes(),
    CODE_SIGNING_USERS.as_bytes(),
    MAPPINGS.as_bytes(),
    MAPPINGS_BY.as_bytes(),
    b"c/",
];

/// Whether a key lies where this version looks for what it knows.
pub(crate) fn is_known(key: &[u8]) -> bool {
    PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

/// The last part of a key that is text.
pub(crate) fn last_part(key: &[u8]) -> Option<&str> {
    std::str::from_utf8(key).ok()?.rsplit('/').next()
}

pub(crate) fn gone(incarnation: &[u8; 16]) -> Vec<u8> {
    [GONE, incarnation].concat()
}

/// The incarnation in the key of a deleted function.
pub(crate) fn incarnation_of(key: &[u8]) -> Option<[u8; 16]> {
    key.strip_prefix(GONE)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_what_they_were_made_of() {
        let caller =
            Caller { account: "111122223333".parse().unwrap(), region: "us-east-1".parse().unwrap() };
        assert_eq!(super::caller(&scope(&caller).unwrap()), Some(caller));
        assert_eq!(super::caller(&Scope::new("_store").unwrap()), None);
        assert_eq!(name_of(&function("f-1")).unwrap().as_str(), "f-1");
        assert_eq!(name_of(b"v/f"), None);
        assert_eq!(number_of(&version("f", &[7; 16], 300)), Some(300));
        let parts = parts_of_version(&version("f", &[b'/'; 16], 300)).unwrap();
        assert_eq!((parts.0.as_str(), parts.1, parts.2), ("f", [b'/'; 16], 300));
        assert!(
            ["v/f", "v/f/", "v/f/0123456789abcdef/", "f/f", "v/f/0123456789abcdef/123456789"]
                .iter()
                .all(|key| parts_of_version(key.as_bytes()).is_none())
        );
        assert_eq!(incarnation_of(&gone(&[b'/'; 16])), Some([b'/'; 16]));
        assert_eq!(incarnation_of(b"gone/short"), None);
        let key = String::from_utf8(alias_of("f", &[b'/'; 16], "7", "live")).unwrap();
        let parts =
            Belonging { name: "f".parse().unwrap(), incarnation: [b'/'; 16], kind: ALIAS_OF, rest: "7/live" };
        assert_eq!(parts_of_belonging(&key), Some(parts));
        assert_eq!(last_part(key.as_bytes()), Some("live"));
        assert!(
            ["x/f", "x/f/2f/alias/live", "x//2f/alias/live", "f/f"]
                .iter()
                .all(|key| parts_of_belonging(key).is_none())
        );
    }

    #[test]
    fn versions_of_a_layer_lie_together_the_newest_first() {
        let numbers = [u64::MAX, 65_536, 256, 255, 10, 2, 1].map(|number| layer_version("l", number));
        assert!(numbers.is_sorted() && numbers.iter().all(|key| key.starts_with(&layer_versions("l"))));
        assert!(!layer_version("l-", 1).starts_with(&layer_versions("l")));
        assert_eq!(layer_number_of(&layer_version("l", 300)), Some(300));
        assert_eq!(layer_number_of(b"layer/l"), None);
        let key = String::from_utf8(layer_version("l", 300)).unwrap();
        assert_eq!(parts_of_layer_version(&key), Some(("l", 300)));
        for key in
            ["layer-version/l/1", "layer-version/l/FFFFFFFFFFFFFED3", "layer-version/l/+fffffffffffffed"]
        {
            assert_eq!(parts_of_layer_version(key), None, "{key}");
        }
        assert_eq!(parts_of_layer_policy("layer-policy/l/300"), Some(("l", 300)));
        for key in ["layer-policy/l/0300", "layer-policy/l/+300", "layer-policy/l/300/"] {
            assert_eq!(parts_of_layer_policy(key), None, "{key}");
        }
    }

    #[test]
    fn versions_of_one_function_lie_together_in_the_order_of_their_numbers() {
        let numbers = [1, 2, 9, 10, 255, 256, 65_536, u64::MAX].map(|number| version("f", &[1; 16], number));
        assert!(numbers.is_sorted());
        assert!(numbers.iter().all(|key| key.starts_with(&versions("f", &[1; 16]))));
        for other in [version("f", &[2; 16], 1), version("f-", &[1; 16], 1), version("ff", &[1; 16], 1)] {
            assert!(!other.starts_with(&versions("f", &[1; 16])), "{other:?}");
        }
    }
}

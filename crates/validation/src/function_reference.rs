//! What a request means by its function: name, partial ARN or ARN, and a qualifier inside or beside it.

use crate::account::AccountId;
use crate::admitted::admitted;
use crate::arn::FunctionArn;
use crate::caller::Caller;
use crate::function_name::FunctionName;
use crate::qualifier::Qualifier;
use crate::region::Region;
use crate::rejection::Rejection;

/// The function that a request speaks of, in the account and region of its caller.
///
/// ```
/// use funclet_validation::{Caller, FunctionReference, Qualifier};
///
/// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
/// let reference = FunctionReference::resolve(&caller, "111122223333:function:hello:live", None).unwrap();
/// assert_eq!(reference.name.as_str(), "hello");
/// assert_eq!(reference.qualifier, Some("live".parse()?));
/// assert!(FunctionReference::resolve(&caller, "hello:1", Some("2")).is_err());
/// # Ok::<(), funclet_validation::InvalidText>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FunctionReference {
    /// The bare name.
    pub name: FunctionName,
    /// The qualifier, whether it came inside the name or beside it.
    pub qualifier: Option<Qualifier>,
}

impl FunctionReference {
    /// Resolves a name that matches a pattern of the service (`NAME`, `NAME:QUALIFIER`, a partial ARN, an ARN) and the
    /// separate qualifier.
    ///
    /// # Errors
    /// In this order: [`Rejection::OtherRegion`], [`Rejection::OtherAccount`], and
    /// [`Rejection::InvalidParameterValue`] if both places have a qualifier and they differ, or if the name or the
    /// qualifier has none of the forms (which the tables of the requests complain about first). All texts are
    /// recorded from AWS; the order among them is chosen.
    pub fn resolve(caller: &Caller, function_name: &str, qualifier: Option<&str>) -> Result<Self, Rejection> {
        let parts =
            Parts::parse(function_name).ok_or_else(|| Rejection::invalid("Invalid function name."))?;
        if let Some(region) = parts.region.filter(|region| *region != caller.region.as_str()) {
            let requested: Region = admitted(region);
            return Err(Rejection::OtherRegion { requested, here: caller.region.clone() });
        }
        if parts.account.is_some_and(|account| account != caller.account.as_str()) {
            return Err(Rejection::OtherAccount);
        }
        Ok(Self { name: admitted(parts.name), qualifier: merge(parts.qualifier, qualifier)? })
    }

    /// Takes the name, for operations that are about functions only.
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`] for a qualifier. The text is recorded from AWS for PutFunctionConcurrency.
    pub(crate) fn unqualified(self) -> Result<FunctionName, Rejection> {
        match self.qualifier {
            None => Ok(self.name),
            Some(_) => Err(Rejection::invalid(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this \
                 operation. Please specify either a function name or an unqualified function ARN.",
            )),
        }
    }

    /// Returns the ARN as the request has it: with the qualifier, if there is one.
    #[must_use]
    pub fn arn(&self, caller: &Caller) -> FunctionArn {
        let arn = caller.function_arn(&self.name);
        match &self.qualifier {
            Some(qualifier) => arn.qualified(qualifier.clone()),
            None => arn,
        }
    }
}

fn merge(inside: Option<&str>, beside: Option<&str>) -> Result<Option<Qualifier>, Rejection> {
    if inside.is_some() && beside.is_some() && inside != beside {
        return Err(Rejection::invalid(
            "The derived qualifier from the function name does not match the specified qualifier.",
        ));
    }
    let parsed = inside.or(beside).map(str::parse::<Qualifier>).transpose();
    parsed.map_err(|_| Rejection::invalid("Invalid qualifier."))
}

/// The parts of a name, by the grammar of the widest pattern of the service, in which everything but the name is
/// optional:
///
/// ```text
/// (arn:PARTITION:lambda:)?(REGION:)?(ACCOUNT:)?(function:)?NAME(:QUALIFIER)?
/// ```
///
/// As in a regular expression an optional part is taken where it can be, unless the rest then fits nothing:
/// `function:x` is the name `x`, `function` and `function:$LATEST` are the name `function`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Parts<'a> {
    region: Option<&'a str>,
    account: Option<&'a str>,
    name: &'a str,
    qualifier: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        after_arn(text).and_then(Self::from_region).or_else(|| Self::from_region(text))
    }

    fn from_region(text: &'a str) -> Option<Self> {
        let taken = text
            .split_once(':')
            .filter(|(region, _)| is_region(region))
            .and_then(|(region, rest)| Some(Self { region: Some(region), ..Self::from_account(rest)? }));
        taken.or_else(|| Self::from_account(text))
    }

    fn from_account(text: &'a str) -> Option<Self> {
        let taken = text
            .split_once(':')
            .filter(|(account, _)| is_account(account))
            .and_then(|(account, rest)| Some(Self { account: Some(account), ..Self::from_function(rest)? }));
        taken.or_else(|| Self::from_function(text))
    }

    fn from_function(text: &'a str) -> Option<Self> {
        text.strip_prefix("function:").and_then(Self::from_name).or_else(|| Self::from_name(text))
    }

    fn from_name(text: &'a str) -> Option<Self> {
        let (name, qualifier) = match text.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (text, None),
        };
        let fits = is_name(name) && qualifier.is_none_or(is_qualifier);
        fits.then_some(Self { name, qualifier, ..Self::default() })
    }
}

/// Cuts off `arn:PARTITION:lambda:`. The partition may be empty, as in the pattern.
fn after_arn(text: &str) -> Option<&str> {
    let (partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
    let tail = partition.strip_prefix("aws");
    let fits = tail.map_or(partition.is_empty(), |tail| {
        tail.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
    });
    if fits { rest.strip_prefix("lambda:") } else { None }
}

fn is_region(text: &str) -> bool {
    Region::RULES.admits(text)
}

fn is_account(text: &str) -> bool {
    AccountId::RULES.admits(text)
}

fn is_name(text: &str) -> bool {
    FunctionName::RULES.admits(text)
}

fn is_qualifier(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    matches!(text, "$LATEST" | "$LATEST.PUBLISHED") || (!text.is_empty() && text.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::FunctionReference;
    use crate::caller::Caller;
    use crate::rejection::Rejection;

    const MISMATCH: &str =
        "The derived qualifier from the function name does not match the specified qualifier.";

    fn caller() -> Caller {
        Caller { account: "111111111111".parse().unwrap(), region: "us-east-1".parse().unwrap() }
    }

    /// Checks what a name and a qualifier come to: `name` or `name@qualifier`, or the text of the rejection.
    fn check(name: &str, qualifier: Option<&str>, expected: Result<&str, &str>) {
        let found = FunctionReference::resolve(&caller(), name, qualifier);
        let found = found.map(|reference| match &reference.qualifier {
            Some(qualifier) => format!("{}@{qualifier}", reference.name),
            None => reference.name.to_string(),
        });
        let found = found.map_err(|rejection| rejection.to_string());
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{name} {qualifier:?}");
    }

    #[test]
    fn forms_of_names() {
        check("hello", None, Ok("hello"));
        check("hello:1", None, Ok("hello@1"));
        check("hello:$LATEST", None, Ok("hello@$LATEST"));
        check("hello:$LATEST.PUBLISHED", None, Ok("hello@$LATEST.PUBLISHED"));
        check("function:hello", None, Ok("hello"));
        check("function:hello:live", None, Ok("hello@live"));
        check("111111111111:hello", None, Ok("hello"));
        check("111111111111:function:hello:1", None, Ok("hello@1"));
        check("us-east-1:111111111111:function:hello", None, Ok("hello"));
        check("us-east-1:hello:1", None, Ok("hello@1"));
        check("arn:aws:lambda:us-east-1:111111111111:function:hello", None, Ok("hello"));
        check("arn:aws:lambda:us-east-1:111111111111:function:hello:live", None, Ok("hello@live"));
        check("arn::lambda:hello", None, Ok("hello"));
    }

    /// Recorded from AWS for the ARN without a name; the others follow from the same pattern.
    #[test]
    fn parts_that_become_the_name() {
        check("arn:aws:lambda:us-east-1:111111111111:function", None, Ok("function"));
        check("function", None, Ok("function"));
        check("function:1", None, Ok("1"));
        check("function:$LATEST", None, Ok("function@$LATEST"));
        check("us-east-1:$LATEST", None, Ok("us-east-1@$LATEST"));
        check("111111111111", None, Ok("111111111111"));
        check("111111111111:$LATEST", None, Ok("111111111111@$LATEST"));
        check("eu-west-1", None, Ok("eu-west-1"));
        check("arn", None, Ok("arn"));
        check("arn:aws", None, Ok("arn@aws"));
    }

    #[test]
    fn qualifiers_in_two_places() {
        check("hello", Some("1"), Ok("hello@1"));
        check("hello:1", Some("1"), Ok("hello@1"));
        check("hello", Some("$latest"), Ok("hello@$latest"));
        check("hello:1", Some("2"), Err(MISMATCH));
        check("hello:1", Some("01"), Err(MISMATCH));
        check("arn:aws:lambda:us-east-1:111111111111:function:hello:$LATEST", Some("1"), Err(MISMATCH));
    }

    #[test]
    fn other_regions_and_accounts() {
        let elsewhere = "Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')";
        check("arn:aws:lambda:ap-southeast-1:111111111111:function:hello", None, Err(elsewhere));
        check("ap-southeast-1:hello", None, Err(elsewhere));
        check("arn:aws:lambda:ap-southeast-1:222222222222:function:hello:1", Some("2"), Err(elsewhere));
        for name in ["arn:aws:lambda:us-east-1:222222222222:function:hello:1", "222222222222:hello:1"] {
            let found = FunctionReference::resolve(&caller(), name, Some("2"));
            assert_eq!(found, Err(Rejection::OtherAccount), "{name}");
        }
    }

    #[test]
    fn what_no_pattern_admits() {
        for name in ["", ":", "hello:", ":1", "a:b:c", "hello:1:2", "hello:$LATES", "*", "arn:aws:lambda:"] {
            assert!(FunctionReference::resolve(&caller(), name, None).is_err(), "{name}");
        }
        assert!(FunctionReference::resolve(&caller(), "hello", Some("a b")).is_err());
    }
}

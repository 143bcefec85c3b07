//! ARNs of functions, their versions and their aliases.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::account::AccountId;
use crate::caller::Caller;
use crate::function_name::FunctionName;
use crate::pattern::Pattern;
use crate::qualifier::Qualifier;
use crate::region::Region;
use crate::text::InvalidText;

static PARTITION: Pattern = Pattern::regex(r"aws[a-zA-Z-]*");

/// The complete ARN of a function, or of one of its versions or aliases.
///
/// ```
/// use funclet_validation::{FunctionArn, Version};
///
/// let arn: FunctionArn = "arn:aws:lambda:us-east-1:111122223333:function:hello".parse()?;
/// assert_eq!(arn.name().as_str(), "hello");
///
/// let latest = arn.qualified(Version::Latest);
/// assert_eq!(latest.to_string(), "arn:aws:lambda:us-east-1:111122223333:function:hello:$LATEST");
/// assert_eq!(latest.unqualified(), arn);
/// # Ok::<(), funclet_validation::InvalidText>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionArn {
    partition: Cow<'static, str>,
    region: Region,
    account: AccountId,
    name: FunctionName,
    qualifier: Option<Qualifier>,
}

impl FunctionArn {
    pub(crate) fn new(caller: &Caller, name: &FunctionName) -> Self {
        Self {
            partition: Cow::Borrowed(caller.region.partition()),
            region: caller.region.clone(),
            account: caller.account.clone(),
            name: name.clone(),
            qualifier: None,
        }
    }

    /// Returns the partition, for example `aws`.
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// Returns the region.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Returns the account.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Returns the bare name of the function.
    #[must_use]
    pub fn name(&self) -> &FunctionName {
        &self.name
    }

    /// Returns the qualifier, if there is one.
    #[must_use]
    pub fn qualifier(&self) -> Option<&Qualifier> {
        self.qualifier.as_ref()
    }

    /// Returns the ARN of a version or alias of the function, in place of any qualifier that was there.
    #[must_use]
    pub fn qualified(&self, qualifier: impl Into<Qualifier>) -> Self {
        Self { qualifier: Some(qualifier.into()), ..self.clone() }
    }

    /// Returns the ARN of the function itself.
    #[must_use]
    pub fn unqualified(&self) -> Self {
        Self { qualifier: None, ..self.clone() }
    }
}

impl fmt::Display for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, region, account, name, qualifier } = self;
        write!(f, "arn:{partition}:lambda:{region}:{account}:function:{name}")?;
        match qualifier {
            Some(qualifier) => write!(f, ":{qualifier}"),
            None => Ok(()),
        }
    }
}

impl FromStr for FunctionArn {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        parse(text).ok_or_else(|| InvalidText::new(text, "the ARN of a function"))
    }
}

fn parse(text: &str) -> Option<FunctionArn> {
    let mut parts = text.split(':');
    if parts.next() != Some("arn") {
        return None;
    }
    let partition = parts.next().filter(|partition| PARTITION.matches(partition))?;
    if parts.next() != Some("lambda") {
        return None;
    }
    let region = parts.next()?.parse().ok()?;
    let account = parts.next()?.parse().ok()?;
    if parts.next() != Some("function") {
        return None;
    }
    let name = parts.next()?.parse().ok()?;
    let qualifier = parts.next().map(str::parse).transpose().ok()?;
    let complete = parts.next().is_none();
    let partition = Cow::Owned(partition.to_owned());
    complete.then_some(FunctionArn { partition, region, account, name, qualifier })
}

#[cfg(test)]
mod tests {
    use super::FunctionArn;

    #[test]
    fn what_is_no_arn() {
        for text in [
            "",
            "hello",
            "arn:aws:lambda:us-east-1:111122223333:function",
            "arn:aws:lambda:us-east-1:111122223333:function:",
            "arn:aws:lambda:us-east-1:111122223333:function:hello:",
            "arn:aws:lambda:us-east-1:111122223333:function:hello:1:2",
            "arn:aws:lambda::111122223333:function:hello",
            "arn:aws:lambda:us-east-1::function:hello",
            "arn:gcp:lambda:us-east-1:111122223333:function:hello",
            "arn:aws:ec2:us-east-1:111122223333:function:hello",
            "arn:aws:lambda:us-east-1:111122223333:layer:hello:1",
        ] {
            assert!(text.parse::<FunctionArn>().is_err(), "{text}");
        }
    }
}

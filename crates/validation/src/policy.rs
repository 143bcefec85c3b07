//! Statements of resource policies: who may do what, under which conditions.

use crate::account::AccountId;
use crate::caller::Caller;
use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;
use crate::pattern::Pattern;
use crate::rejection::Rejection;
use crate::resource_arn::ResourceArn;
use crate::text::text;

static STATEMENT_ID: Pattern = Pattern::regex("([a-zA-Z0-9-_]+)");
static NAMESPACED_STATEMENT_ID: Pattern = Pattern::regex("([a-zA-Z0-9-_.]+)");
static ORGANIZATION_ID: Pattern = Pattern::regex("o-[a-z0-9]{10,32}");

/// `StatementId` of what adds a statement, and of layers.
pub(crate) const STATEMENT_ID_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(1, 100).pattern(&STATEMENT_ID));

/// `StatementId` of what removes a statement of a function's policy.
pub(crate) const NAMESPACED_STATEMENT_ID_SHAPE: Shape = Shape::String(StatementId::RULES);

/// `PrincipalOrgID`.
pub(crate) const PRINCIPAL_ORG_ID_SHAPE: Shape = Shape::String(OrganizationId::RULES);

/// `OrganizationId`. The least length is that of the pattern.
pub(crate) const ORGANIZATION_ID_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(0, 34).pattern(&ORGANIZATION_ID));

/// `FunctionUrlAuthType`, and `AuthType` of function URLs.
pub(crate) const FUNCTION_URL_AUTH_TYPE_SHAPE: Shape =
    Shape::String(TextRules::one_of(FunctionUrlAuthType::VALUES));

text! {
    /// The id of a statement: 1 to 100 letters, digits, `-`, `_` and `.`. What adds a statement admits no dot.
    pub struct StatementId = "the id of a statement (letters, digits, - _ .)",
        TextRules::ANY.length(1, 100).pattern(&NAMESPACED_STATEMENT_ID);
}

text! {
    /// The id of an organization in AWS Organizations, for example `o-a1b2c3d4e5`.
    pub struct OrganizationId = "the id of an organization (as in o-a1b2c3d4e5)",
        TextRules::ANY.length(12, 34).pattern(&ORGANIZATION_ID);
}

enumeration! {
    /// Who may call the URL of a function.
    pub enum FunctionUrlAuthType {
        /// Everybody.
        None = "NONE",
        /// Callers whose signature IAM admits.
        AwsIam = "AWS_IAM",
    }
}

/// A statement of a resource policy, which always allows. Its resource is known where it is stored.
///
/// [`Statement::to_text`] spells it as the service does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The id, of which a policy has only one.
    pub sid: StatementId,
    /// Who may.
    pub principal: Principal,
    /// What, for example `lambda:InvokeFunction`.
    pub action: String,
    /// Under which conditions; all must hold. Those with the same operator stand beside each other.
    pub conditions: Vec<Condition>,
}

/// Who is allowed something by a [`Statement`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A service of AWS; `{"Service": "s3.amazonaws.com"}`.
    Service(String),
    /// An account, role or user by its ARN; `{"AWS": "arn:..."}`.
    Aws(String),
    /// Everybody; `"*"`.
    Everyone,
}

impl Principal {
    /// Reads an admitted member: a service, an account id, an ARN of IAM or STS, or `*` (the mapping is recorded from AWS).
    ///
    /// What is a service is decided by its form \[chosen\]: labels of letters, digits and `-` that end with `.amazonaws.com`,
    /// `.amazonaws.com.cn` or `.amazon.com`. Whether it exists is not known here.
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`] for anything else (recorded from AWS).
    ///
    /// ```
    /// use funclet_validation::{Caller, Principal};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let principal = |text| Principal::resolve(&caller, text).unwrap();
    /// assert_eq!(principal("s3.amazonaws.com"), Principal::Service("s3.amazonaws.com".into()));
    /// assert_eq!(principal("444455556666"), Principal::Aws("arn:aws:iam::444455556666:root".into()));
    /// assert!(Principal::resolve(&caller, "invalid.nonaws.com").is_err());
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    pub fn resolve(caller: &Caller, text: &str) -> Result<Self, Rejection> {
        if text == "*" {
            Ok(Self::Everyone)
        } else if AccountId::RULES.admits(text) {
            Ok(Self::Aws(format!("arn:{}:iam::{text}:root", caller.region.partition())))
        } else if PRINCIPAL_ARN.matches(text) {
            Ok(Self::Aws(text.to_owned()))
        } else if SERVICE.matches(text) {
            Ok(Self::Service(text.to_owned()))
        } else {
            Err(Rejection::invalid(
                "The provided principal was invalid. Please check the principal and try again.",
            ))
        }
    }
}

static PRINCIPAL_ARN: Pattern = Pattern::regex(r"arn:aws[a-zA-Z-]*:(iam|sts)::\d{12}:\S+");
static SERVICE: Pattern =
    Pattern::regex(r"[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com)");

/// A condition of a [`Statement`]. Operators and keys are recorded from AWS, but for those of
/// [`Condition::InvokedViaFunctionUrl`], which are documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The account that the call comes from.
    SourceAccount(AccountId),
    /// How callers of the function's URL are identified.
    FunctionUrlAuthType(FunctionUrlAuthType),
    /// The token that an Alexa skill sends.
    EventSourceToken(String),
    /// The organization that the caller belongs to.
    PrincipalOrgId(OrganizationId),
    /// The resource that the call comes from.
    SourceArn(ResourceArn),
    /// Whether the call comes through the function's URL.
    InvokedViaFunctionUrl(bool),
}

impl Condition {
    /// Returns the operator, for example `ArnLike`.
    #[must_use]
    pub const fn operator(&self) -> &'static str {
        match self {
            Self::SourceAccount(_)
            | Self::FunctionUrlAuthType(_)
            | Self::EventSourceToken(_)
            | Self::PrincipalOrgId(_) => "StringEquals",
            Self::SourceArn(_) => "ArnLike",
            Self::InvokedViaFunctionUrl(_) => "Bool",
        }
    }

    /// Returns the key, for example `AWS:SourceArn`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::SourceAccount(_) => "AWS:SourceAccount",
            Self::FunctionUrlAuthType(_) => "lambda:FunctionUrlAuthType",
            Self::EventSourceToken(_) => "lambda:EventSourceToken",
            Self::PrincipalOrgId(_) => "aws:PrincipalOrgID",
            Self::SourceArn(_) => "AWS:SourceArn",
            Self::InvokedViaFunctionUrl(_) => "lambda:InvokedViaFunctionUrl",
        }
    }

    /// Returns the value that the key must have. A truth value is the text `true` or `false`.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::SourceAccount(account) => account.as_str(),
            Self::FunctionUrlAuthType(kind) => kind.as_str(),
            Self::EventSourceToken(token) => token,
            Self::PrincipalOrgId(organization) => organization.as_str(),
            Self::SourceArn(arn) => arn.as_str(),
            Self::InvokedViaFunctionUrl(true) => "true",
            Self::InvokedViaFunctionUrl(false) => "false",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Principal;
    use crate::caller::Caller;

    fn check(text: &str, expected: Option<Principal>) {
        let caller =
            Caller { account: "111111111111".parse().unwrap(), region: "cn-north-1".parse().unwrap() };
        assert_eq!(Principal::resolve(&caller, text).ok(), expected, "{text}");
    }

    #[test]
    fn principals() {
        for service in [
            "s3.amazonaws.com",
            "alexa-appkit.amazon.com",
            "logs.us-east-1.amazonaws.com",
            "ec2.amazonaws.com.cn",
        ] {
            check(service, Some(Principal::Service(service.into())));
        }
        for arn in [
            "arn:aws:iam::222222222222:root",
            "arn:aws-cn:iam::222222222222:role/a/b",
            "arn:aws:sts::222222222222:assumed-role/a/b",
        ] {
            check(arn, Some(Principal::Aws(arn.into())));
        }
        check("222222222222", Some(Principal::Aws("arn:aws-cn:iam::222222222222:root".into())));
        check("*", Some(Principal::Everyone));
        for bad in [
            "",
            "invalid.nonaws.com",
            "amazonaws.com",
            ".amazonaws.com",
            "s3..amazonaws.com",
            "s3.amazonaws.com.evil",
            "2222",
            "arn:aws:iam::222222222222:",
            "arn:aws:s3:::bucket",
            "**",
        ] {
            check(bad, None);
        }
    }
}

//! AddPermission, RemovePermission, GetPolicy: the policy of a function, or of one of its versions or aliases.

use crate::admitted::{admitted, admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Shape, TextRules};
use crate::function_name::NAMESPACED_FUNCTION_NAME_SHAPE;
use crate::function_reference::FunctionReference;
use crate::pattern::Pattern;
use crate::policy::{
    Condition, FUNCTION_URL_AUTH_TYPE_SHAPE, NAMESPACED_STATEMENT_ID_SHAPE, PRINCIPAL_ORG_ID_SHAPE,
    Principal, STATEMENT_ID_SHAPE, Statement, StatementId,
};
use crate::qualifier::{QUALIFIER_SHAPE, Qualifier};
use crate::rejection::Rejection;
use crate::resource_arn::RESOURCE_ARN_SHAPE;
use crate::structure::structure;

static ACTION: Pattern = Pattern::regex("(lambda:[*]|lambda:[a-zA-Z]+|[*])");
static PRINCIPAL: Pattern = Pattern::regex(r"[^\s]+");
static SOURCE_ACCOUNT: Pattern = Pattern::regex(r"\d{12}");
static EVENT_SOURCE_TOKEN: Pattern = Pattern::regex(r"[a-zA-Z0-9._\-]+");

structure! {
    /// An AddPermission request as it was received.
    pub struct AddPermissionRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// The id of the new statement.
        required statement_id: String = "StatementId", STATEMENT_ID_SHAPE;
        /// What is allowed, for example `lambda:InvokeFunction`.
        required action: String = "Action", Shape::String(TextRules::ANY.length(0, 10_000).pattern(&ACTION));
        /// Who is allowed it: a service, an account id, an ARN of IAM, or `*`.
        required principal: String = "Principal", Shape::String(TextRules::ANY.length(0, 2048).pattern(&PRINCIPAL));
        /// The resource that the call comes from.
        optional source_arn: String = "SourceArn", RESOURCE_ARN_SHAPE;
        /// How callers of the function's URL are identified; one of
        /// [`FunctionUrlAuthType::VALUES`](crate::FunctionUrlAuthType::VALUES).
        optional function_url_auth_type: String = "FunctionUrlAuthType", FUNCTION_URL_AUTH_TYPE_SHAPE;
        /// Whether the call has to come through the function's URL.
        optional invoked_via_function_url: bool = "InvokedViaFunctionUrl", Shape::Boolean;
        /// The account that the call comes from.
        optional source_account: String = "SourceAccount",
            Shape::String(TextRules::ANY.length(0, 12).pattern(&SOURCE_ACCOUNT));
        /// The token that an Alexa skill sends.
        optional event_source_token: String = "EventSourceToken",
            Shape::String(TextRules::ANY.length(0, 256).pattern(&EVENT_SOURCE_TOKEN));
        /// A version or an alias, which has a policy of its own.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// The revision that the policy must have.
        optional revision_id: String = "RevisionId", Shape::STRING;
        /// The organization that the caller belongs to.
        optional principal_org_id: String = "PrincipalOrgID", PRINCIPAL_ORG_ID_SHAPE;
    }
}

/// A valid AddPermission request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddPermission {
    /// The function, and which of its versions or aliases; never `$LATEST`.
    pub function: FunctionReference,
    /// The new statement.
    pub statement: Statement,
    /// The revision that the policy must have, as free text.
    pub revision_id: Option<String>,
}

impl AddPermissionRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{AddPermissionRequest, Caller, Principal};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = AddPermissionRequest {
    ///     function_name: Some("hello:live".into()),
    ///     statement_id: Some("s3".into()),
    ///     action: Some("lambda:InvokeFunction".into()),
    ///     principal: Some("s3.amazonaws.com".into()),
    ///     source_arn: Some("arn:aws:s3:::bucket".into()),
    ///     ..Default::default()
    /// };
    /// let statement = request.validate(&caller).unwrap().statement;
    /// assert_eq!(statement.principal, Principal::Service("s3.amazonaws.com".into()));
    /// let condition = &statement.conditions[0];
    /// assert_eq!(
    ///     (condition.operator(), condition.key(), condition.value()),
    ///     ("ArnLike", "AWS:SourceArn", "arn:aws:s3:::bucket"),
    /// );
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for `$LATEST` (recorded from AWS), for a `FunctionUrlAuthType` beside another
    /// action than `lambda:InvokeFunctionUrl` (quoted in public reports), and those of [`Principal::resolve`]. The order
    /// is chosen.
    pub fn validate(self, caller: &Caller) -> Result<AddPermission, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        if function.qualifier == Some(Qualifier::Latest) {
            return Err(Rejection::invalid("We currently do not support adding policies for $LATEST."));
        }
        let action = required(self.action);
        if self.function_url_auth_type.is_some() && action != "lambda:InvokeFunctionUrl" {
            return Err(Rejection::invalid(
                "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
            ));
        }
        let principal = Principal::resolve(caller, &required(self.principal))?;
        // In the order of the service's documentation: texts, ARNs, truth values.
        let conditions = [
            admitted_option(self.source_account).map(Condition::SourceAccount),
            admitted_option(self.function_url_auth_type).map(Condition::FunctionUrlAuthType),
            self.event_source_token.map(Condition::EventSourceToken),
            admitted_option(self.principal_org_id).map(Condition::PrincipalOrgId),
            admitted_option(self.source_arn).map(Condition::SourceArn),
            self.invoked_via_function_url.map(Condition::InvokedViaFunctionUrl),
        ];
        let conditions = conditions.into_iter().flatten().collect();
        let sid = admitted(&required(self.statement_id));
        Ok(AddPermission {
            function,
            statement: Statement { sid, principal, action, conditions },
            revision_id: self.revision_id,
        })
    }
}

structure! {
    /// A RemovePermission request as it was received.
    pub struct RemovePermissionRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// The id of the statement to remove.
        required statement_id: String = "StatementId", NAMESPACED_STATEMENT_ID_SHAPE;
        /// A version or an alias, which has a policy of its own.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
        /// The revision that the policy must have.
        optional revision_id: String = "RevisionId", Shape::STRING;
    }
}

/// A valid RemovePermission request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovePermission {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
    /// The id of the statement to remove.
    pub statement_id: StatementId,
    /// The revision that the policy must have, as free text.
    pub revision_id: Option<String>,
}

impl RemovePermissionRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<RemovePermission, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        let statement_id = admitted(&required(self.statement_id));
        Ok(RemovePermission { function, statement_id, revision_id: self.revision_id })
    }
}

structure! {
    /// A GetPolicy request as it was received.
    pub struct GetPolicyRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", NAMESPACED_FUNCTION_NAME_SHAPE;
        /// A version or an alias, which has a policy of its own.
        optional qualifier: String = "Qualifier", QUALIFIER_SHAPE;
    }
}

/// A valid GetPolicy request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetPolicy {
    /// The function, and which of its versions or aliases.
    pub function: FunctionReference,
}

impl GetPolicyRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetPolicy, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(GetPolicy { function })
    }
}

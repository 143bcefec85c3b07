//! Resource policies.

use funclet_validation::{Condition, Principal, Statement};
use serde::{Deserialize, Serialize};

use crate::keys;
use crate::stored::resource::{Resource, is_alias, is_function, is_setting_of, is_version};
use crate::stored::{BadStored, Stored, ensure, parse, text_form};

/// The policy of a function, a version or an alias. Without statements there is none.
///
/// What is stored of a statement is shorter than its text, which has all of it and more than a length costs for each part; so
/// the limit of the text keeps the value far below 64 KiB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredPolicy {
    #[serde(with = "text_form::revision")]
    pub(crate) revision_id: [u8; 16],
    pub(crate) statements: Vec<StoredStatement>,
}

impl Stored for StoredPolicy {
    const KIND: u8 = 21;
}

impl Resource for StoredPolicy {
    fn fits(&self, key: &str) -> bool {
        is_setting_of(key, keys::POLICY, &[is_function, is_version, is_alias])
    }

    fn check(&self) -> Result<(), BadStored> {
        ensure(!self.statements.is_empty(), "a policy without statements")?;
        self.typed().map(drop)
    }
}

impl StoredPolicy {
    /// Reads its statements.
    pub(crate) fn typed(&self) -> Result<Vec<Statement>, BadStored> {
        self.statements.iter().map(StoredStatement::typed).collect()
    }
}

/// A statement, which always allows. Its resource is that under which the policy lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredStatement {
    pub(crate) sid: String,
    pub(crate) principal: StoredPrincipal,
    pub(crate) action: String,
    pub(crate) conditions: Vec<StoredCondition>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StoredPrincipal {
    Service(String),
    Aws(String),
    Everyone,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StoredCondition {
    SourceAccount(String),
    FunctionUrlAuthType(String),
    EventSourceToken(String),
    PrincipalOrgId(String),
    SourceArn(String),
    InvokedViaFunctionUrl(bool),
}

impl StoredStatement {
    /// Takes over a valid statement.
    pub(crate) fn new(statement: &Statement) -> Self {
        let principal = match &statement.principal {
            Principal::Service(service) => StoredPrincipal::Service(service.clone()),
            Principal::Aws(arn) => StoredPrincipal::Aws(arn.clone()),
            Principal::Everyone => StoredPrincipal::Everyone,
        };
        Self {
            sid: statement.sid.to_string(),
            principal,
            action: statement.action.clone(),
            conditions: statement.conditions.iter().map(StoredCondition::new).collect(),
        }
    }

    /// Reads what was taken over.
    pub(crate) fn typed(&self) -> Result<Statement, BadStored> {
        let principal = match &self.principal {
            StoredPrincipal::Service(service) => Principal::Service(service.clone()),
            StoredPrincipal::Aws(arn) => Principal::Aws(arn.clone()),
            StoredPrincipal::Everyone => Principal::Everyone,
        };
        Ok(Statement {
            sid: parse(&self.sid)?,
            principal,
            action: self.action.clone(),
            conditions: self.conditions.iter().map(StoredCondition::typed).collect::<Result<_, _>>()?,
        })
    }
}

impl StoredCondition {
    fn new(condition: &Condition) -> Self {
        let value = condition.value().to_owned();
        match condition {
            Condition::SourceAccount(_) => Self::SourceAccount(value),
            Condition::FunctionUrlAuthType(_) => Self::FunctionUrlAuthType(value),
            Condition::EventSourceToken(_) => Self::EventSourceToken(value),
            Condition::PrincipalOrgId(_) => Self::PrincipalOrgId(value),
            Condition::SourceArn(_) => Self::SourceArn(value),
            Condition::InvokedViaFunctionUrl(invoked) => Self::InvokedViaFunctionUrl(*invoked),
        }
    }

    fn typed(&self) -> Result<Condition, BadStored> {
        Ok(match self {
            Self::SourceAccount(account) => Condition::SourceAccount(parse(account)?),
            Self::FunctionUrlAuthType(kind) => Condition::FunctionUrlAuthType(parse(kind)?),
            Self::EventSourceToken(token) => Condition::EventSourceToken(token.clone()),
            Self::PrincipalOrgId(organization) => Condition::PrincipalOrgId(parse(organization)?),
            Self::SourceArn(arn) => Condition::SourceArn(parse(arn)?),
            Self::InvokedViaFunctionUrl(invoked) => Condition::InvokedViaFunctionUrl(*invoked),
        })
    }
}

//! Policies of functions, versions and aliases: AddPermission, RemovePermission, GetPolicy.

use funclet_validation::{
    AddPermission, GetPolicy, Qualifier, RemovePermission, RevisionId, StatementId, policy_text,
};

use crate::answer::{AddedPermission, ResourcePolicy};
use crate::decide::sealed::{Command, Query};
use crate::decide::setting::{Holder, Setting};
use crate::decide::update::is_current;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::ResourceKind;
use crate::keys;
use crate::stored::{StoredPolicy, StoredStatement};

/// The greatest length of a policy's text, in bytes (documented).
pub(crate) const POLICY_BYTES_MAX: usize = 20_480;

impl Setting for StoredPolicy {
    const KIND_OF_KEY: &'static str = keys::POLICY;
    const RESOURCE: ResourceKind = ResourceKind::Policy;

    fn revision(&self) -> Option<[u8; 16]> {
        Some(self.revision_id)
    }
}

impl StoredPolicy {
    pub(crate) fn has(&self, sid: &StatementId) -> bool {
        self.statements.iter().any(|statement| statement.sid == sid.as_str())
    }

    /// The policy as text; `resource` is what it is about.
    pub(crate) fn text(&self, resource: &str) -> Result<String, Stop> {
        let statements: Vec<_> = self.typed()?.iter().map(|statement| statement.to_text(resource)).collect();
        Ok(policy_text(&statements))
    }
}

/// Whether a RevisionId, if one was sent, lets a policy be added to.
///
/// Where there is none yet, it may be that of the alias which is to have it (recorded from AWS); no other is right there
/// \[chosen\].
fn admits(
    sent: Option<&str>,
    policy: Option<&StoredPolicy>,
    holder: &Holder,
    context: &Context<'_>,
) -> Result<bool, Stop> {
    if let Some(policy) = policy {
        return Ok(is_current(sent, policy.revision_id));
    }
    let Some(Qualifier::Other(other)) = &holder.qualifier else { return Ok(sent.is_none()) };
    let Some(alias) = other.alias_name() else { return Ok(sent.is_none()) };
    let alias = context.find_alias(&holder.name, &holder.function, &alias)?;
    Ok(alias.map_or(sent.is_none(), |alias| is_current(sent, alias.revision_id)))
}

impl Command for AddPermission {
    type Answer = AddedPermission;

    /// Refusals in this order \[chosen\]: what is to have the policy, the RevisionId, a statement with the id, the length of the
    /// whole. The policy gets a new RevisionId; function, version and alias keep theirs (that PublishVersion leaves the policy's
    /// alone is recorded, the rest is chosen).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<AddedPermission>, Stop> {
        let holder = Holder::find(context, &self.function)?;
        let old = holder.setting::<StoredPolicy>(context)?;
        if !admits(self.revision_id.as_deref(), old.as_ref(), &holder, context)? {
            return Err(ServiceError::PolicyRevisionMismatch.into());
        }
        let sid = &self.statement.sid;
        if old.as_ref().is_some_and(|policy| policy.has(sid)) {
            return Err(ServiceError::StatementExists { sid: sid.clone() }.into());
        }
        let [revision_id, ..] = context.drawn.revisions;
        let mut statements = old.as_ref().map(|policy| policy.statements.clone()).unwrap_or_default();
        statements.push(StoredStatement::new(&self.statement));
        let new = StoredPolicy { revision_id, statements };
        let resource = holder.arn(context).to_string();
        let bytes = new.text(&resource)?.len();
        if bytes > POLICY_BYTES_MAX {
            return Err(ServiceError::PolicyTooLong { bytes, bytes_max: POLICY_BYTES_MAX }.into());
        }
        let mut changes = Changes::default();
        holder.exchange(context, old.as_ref(), Some(&new), &mut changes)?;
        Ok(Decision { changes, answer: AddedPermission { statement: self.statement.to_text(&resource) } })
    }
}

impl Command for RemovePermission {
    type Answer = ();

    /// Refusals in this order \[chosen\]: the function, which is named without qualifier, what may have a policy, the policy, its
    /// RevisionId, the statement. With the last statement the policy goes (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let name = &self.function.name;
        if context.find(name.as_str())?.is_none() {
            return Err(ServiceError::NoPolicyFor { arn: context.caller.function_arn(name) }.into());
        }
        let holder = Holder::find(context, &self.function)?;
        let Some(old) = holder.setting::<StoredPolicy>(context)? else {
            return Err(ServiceError::NoPolicy.into());
        };
        if !is_current(self.revision_id.as_deref(), old.revision_id) {
            return Err(ServiceError::PolicyRevisionMismatch.into());
        }
        let sid = &self.statement_id;
        if !old.has(sid) {
            return Err(ServiceError::StatementNotFound { sid: sid.clone() }.into());
        }
        let [revision_id, ..] = context.drawn.revisions;
        let mut statements = old.statements.clone();
        statements.retain(|statement| statement.sid != sid.as_str());
        let new = (!statements.is_empty()).then_some(StoredPolicy { revision_id, statements });
        let mut changes = Changes::default();
        holder.exchange(context, Some(&old), new.as_ref(), &mut changes)?;
        Ok(Decision { changes, answer: () })
    }
}

impl Query for GetPolicy {
    type Answer = ResourcePolicy;

    /// Function, version and alias that do not exist have no policy (recorded from AWS; of aliases it is chosen).
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<ResourcePolicy, Stop> {
        let holder = Holder::find(context, &self.function).map_err(|stop| match stop {
            Stop::Refused(_) => ServiceError::ResourceNotFound.into(),
            other => other,
        })?;
        let found = holder.setting::<StoredPolicy>(context)?.ok_or(ServiceError::ResourceNotFound)?;
        Ok(ResourcePolicy {
            policy: found.text(&holder.arn(context).to_string())?,
            revision_id: RevisionId::from_bytes(found.revision_id),
        })
    }
}

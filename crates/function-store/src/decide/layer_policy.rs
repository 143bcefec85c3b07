//! Policies of the versions of layers: AddLayerVersionPermission, GetLayerVersionPolicy, RemoveLayerVersionPermission.

use funclet_validation::{
    AccountId, AddLayerVersionPermission, GetLayerVersionPolicy, LayerVersionReference,
    RemoveLayerVersionPermission, RevisionId,
};

use crate::answer::{AddedLayerPermission, ResourcePolicy};
use crate::decide::layer::LAYER_NAME_LENGTH_MAX;
use crate::decide::policy::POLICY_BYTES_MAX;
use crate::decide::sealed::{Command, Query};
use crate::decide::update::is_current;
use crate::decide::{Changes, Context, Decision, Stop};
use crate::error::ServiceError;
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;
use crate::stored::{StoredLayerPolicy, StoredPolicy, StoredPrincipal, StoredStatement};

fn key(version: &LayerVersionReference) -> Vec<u8> {
    keys::layer_policy(version.layer.name.as_str(), version.version)
}

impl Context<'_> {
    /// Reads the policy of a version. `None` if there is none, or no such layer.
    pub(crate) fn find_layer_policy(
        &self,
        version: &LayerVersionReference,
    ) -> Result<Option<StoredLayerPolicy>, Stop> {
        if version.layer.name.as_str().len() > LAYER_NAME_LENGTH_MAX {
            return Ok(None);
        }
        self.read(&key(version))
    }

    /// Refuses versions that do not exist, and those of others \[chosen\]. The text is recorded from AWS.
    fn require_layer_version(&self, version: &LayerVersionReference) -> Result<(), Stop> {
        let is_there = version.layer.is_of(self.caller)
            && self.find_layer_version(version.layer.name.as_str(), version.version)?.is_some();
        if is_there {
            Ok(())
        } else {
            Err(ServiceError::LayerVersionNotFound { arn: version.to_string() }.into())
        }
    }
}

impl StoredLayerPolicy {
    /// Tells whether an account may read the version. Which accounts an organization has is not known here, so one that is
    /// asked for admits nobody \[chosen\].
    pub(crate) fn admits(&self, account: &AccountId) -> bool {
        self.0.statements.iter().any(|statement| {
            let is_meant = match &statement.principal {
                StoredPrincipal::Everyone => true,
                StoredPrincipal::Aws(arn) => arn.split(':').nth(4) == Some(account.as_str()),
                StoredPrincipal::Service(_) => false,
            };
            is_meant && statement.conditions.is_empty()
        })
    }
}

/// Writes `new` in the place of `old`.
fn exchange(
    version: &LayerVersionReference,
    old: Option<&StoredLayerPolicy>,
    new: Option<&StoredLayerPolicy>,
    changes: &mut Changes,
) -> Result<(), Stop> {
    match new {
        Some(new) => changes.put(key(version), new)?,
        None => changes.delete(key(version)),
    }
    changes.event(ResourceEvent {
        resource: ResourceKind::LayerVersionPolicy,
        change: match (old, new) {
            (None, _) => ResourceChange::Created,
            (Some(_), Some(_)) => ResourceChange::Updated,
            (Some(_), None) => ResourceChange::Deleted,
        },
        arn: version.to_string(),
        old_revision: old.map(|policy| policy.0.revision_id),
        new_revision: new.map(|policy| policy.0.revision_id),
    })
}

impl Command for AddLayerVersionPermission {
    type Answer = AddedLayerPermission;

    /// Refusals in this order \[chosen\]: the version, the RevisionId, a statement with the id, the length of the whole.
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<AddedLayerPermission>, Stop> {
        context.require_layer_version(&self.version)?;
        let old = context.find_layer_policy(&self.version)?;
        let is_right = match &old {
            Some(policy) => is_current(self.revision_id.as_deref(), policy.0.revision_id),
            None => self.revision_id.is_none(),
        };
        if !is_right {
            return Err(ServiceError::LayerPolicyRevisionMismatch.into());
        }
        let sid = &self.statement.sid;
        if old.as_ref().is_some_and(|policy| policy.0.has(sid)) {
            return Err(ServiceError::StatementExists { sid: sid.clone() }.into());
        }
        let [revision_id, ..] = context.drawn.revisions;
        let mut statements = old.as_ref().map(|policy| policy.0.statements.clone()).unwrap_or_default();
        statements.push(StoredStatement::new(&self.statement));
        let new = StoredPolicy { revision_id, statements };
        let resource = self.version.to_string();
        let bytes = new.text(&resource)?.len();
        if bytes > POLICY_BYTES_MAX {
            return Err(ServiceError::PolicyTooLong { bytes, bytes_max: POLICY_BYTES_MAX }.into());
        }
        let mut changes = Changes::default();
        exchange(&self.version, old.as_ref(), Some(&StoredLayerPolicy(new)), &mut changes)?;
        let revision_id = RevisionId::from_bytes(revision_id);
        Ok(Decision {
            changes,
            answer: AddedLayerPermission { statement: self.statement.to_text(&resource), revision_id },
        })
    }
}

impl Command for RemoveLayerVersionPermission {
    type Answer = ();

    /// Refusals in this order \[chosen\]: the version, its policy, the RevisionId, the statement.
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        context.require_layer_version(&self.version)?;
        let old = context.find_layer_policy(&self.version)?.ok_or(ServiceError::NoPolicy)?;
        if !is_current(self.revision_id.as_deref(), old.0.revision_id) {
            return Err(ServiceError::LayerPolicyRevisionMismatch.into());
        }
        let sid = &self.statement_id;
        if !old.0.has(sid) {
            return Err(ServiceError::StatementNotFound { sid: sid.clone() }.into());
        }
        let [revision_id, ..] = context.drawn.revisions;
        let mut statements = old.0.statements.clone();
        statements.retain(|statement| statement.sid != sid.as_str());
        let left =
            (!statements.is_empty()).then_some(StoredLayerPolicy(StoredPolicy { revision_id, statements }));
        let mut changes = Changes::default();
        exchange(&self.version, Some(&old), left.as_ref(), &mut changes)?;
        Ok(Decision { changes, answer: () })
    }
}

impl Query for GetLayerVersionPolicy {
    type Answer = ResourcePolicy;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<ResourcePolicy, Stop> {
        context.require_layer_version(&self.version)?;
        let found = context.find_layer_policy(&self.version)?.ok_or(ServiceError::NoPolicy)?;
        Ok(ResourcePolicy {
            policy: found.0.text(&self.version.to_string())?,
            revision_id: RevisionId::from_bytes(found.0.revision_id),
        })
    }
}

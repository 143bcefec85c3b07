//! Settings: what a function, one of its versions or one of its aliases can have, at most one of each kind. All of them are
//! written, removed and listed here in the same way.

use funclet_validation::{FunctionArn, FunctionName, FunctionReference, Qualifier};

use crate::decide::list::Filling;
use crate::decide::marker::Marker;
use crate::decide::{Changes, Context, Stop};
use crate::error::ServiceError;
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;
use crate::stored::{Stored, StoredFunction};

/// A kind of setting.
pub(crate) trait Setting: Stored {
    /// What the keys of the kind have.
    const KIND_OF_KEY: &'static str;
    /// What events call it.
    const RESOURCE: ResourceKind;

    /// Its RevisionId, if it has one.
    fn revision(&self) -> Option<[u8; 16]> {
        None
    }
}

/// What has settings: a function, or one of its versions or aliases, that exists.
pub(crate) struct Holder {
    pub(crate) name: FunctionName,
    pub(crate) function: StoredFunction,
    /// `None` for the function itself.
    pub(crate) qualifier: Option<Qualifier>,
}

impl Holder {
    /// Finds what a reference speaks of.
    ///
    /// # Errors
    /// [`ServiceError::FunctionNotFound`] with the ARN as it was asked for; [`ServiceError::AliasNotFound`] where only an
    /// alias could be meant.
    pub(crate) fn find(context: &Context<'_>, reference: &FunctionReference) -> Result<Self, Stop> {
        let (name, arn) = (&reference.name, reference.arn(context.caller));
        let function = context.require(name, context.caller.function_arn(name))?.value;
        let holder = Self { name: name.clone(), function, qualifier: reference.qualifier.clone() };
        if holder.is_there(context)? {
            return Ok(holder);
        }
        Err(match &reference.qualifier {
            Some(Qualifier::Other(other)) if other.alias_name().is_some() => {
                ServiceError::AliasNotFound { arn }
            }
            _ => ServiceError::FunctionNotFound { arn },
        }
        .into())
    }

    /// Whoever a reference speaks of, if the function exists. Whether its version or alias does is not asked: one that
    /// does not has no settings.
    pub(crate) fn perhaps(
        context: &Context<'_>,
        reference: &FunctionReference,
    ) -> Result<Option<Self>, Stop> {
        let found = context.find(reference.name.as_str())?;
        Ok(found.map(|found| Self {
            name: reference.name.clone(),
            function: found.value,
            qualifier: reference.qualifier.clone(),
        }))
    }

    /// The same, with `$LATEST` for the function itself: where a function and its `$LATEST` have one setting.
    pub(crate) fn or_latest(mut self) -> Self {
        self.qualifier.get_or_insert(Qualifier::Latest);
        self
    }

    /// Tells whether the version or alias exists, which the function itself always does.
    pub(crate) fn is_there(&self, context: &Context<'_>) -> Result<bool, Stop> {
        let (name, function) = (&self.name, &self.function);
        Ok(match &self.qualifier {
            None | Some(Qualifier::Latest) => true,
            Some(Qualifier::Version(number)) => {
                context.find_version(name.as_str(), function, *number)?.is_some()
            }
            Some(Qualifier::Other(other)) => match other.alias_name() {
                Some(alias) => context.find_alias(name, function, &alias)?.is_some(),
                None => false,
            },
        })
    }

    /// Finds a function itself.
    ///
    /// # Errors
    /// [`ServiceError::FunctionNotFound`] with the ARN without a qualifier.
    pub(crate) fn of_function(context: &Context<'_>, name: &FunctionName) -> Result<Self, Stop> {
        let function = context.require(name, context.caller.function_arn(name))?.value;
        Ok(Self { name: name.clone(), function, qualifier: None })
    }

    pub(crate) fn arn(&self, context: &Context<'_>) -> FunctionArn {
        let arn = context.caller.function_arn(&self.name);
        match &self.qualifier {
            Some(qualifier) => arn.qualified(qualifier),
            None => arn,
        }
    }

    fn key<S: Setting>(&self) -> Vec<u8> {
        let qualifier = self.qualifier.as_ref().map(ToString::to_string).unwrap_or_default();
        keys::belonging(self.name.as_str(), &self.function.incarnation, S::KIND_OF_KEY, &qualifier)
    }

    /// Reads the setting of a kind.
    pub(crate) fn setting<S: Setting>(&self, context: &Context<'_>) -> Result<Option<S>, Stop> {
        context.read(&self.key::<S>())
    }

    /// Writes the setting `new` in the place of `old`, which was read before; `None` is no setting.
    pub(crate) fn exchange<S: Setting>(
        &self,
        context: &Context<'_>,
        old: Option<&S>,
        new: Option<&S>,
        changes: &mut Changes,
    ) -> Result<(), Stop> {
        let change = match (old, new) {
            (None, None) => return Ok(()),
            (None, Some(_)) => ResourceChange::Created,
            (Some(_), Some(_)) => ResourceChange::Updated,
            (Some(_), None) => ResourceChange::Deleted,
        };
        match new {
            Some(new) => changes.put(self.key::<S>(), new)?,
            None => changes.delete(self.key::<S>()),
        }
        changes.event(ResourceEvent {
            resource: S::RESOURCE,
            change,
            arn: self.arn(context).to_string(),
            old_revision: old.and_then(S::revision),
            new_revision: new.and_then(S::revision),
        })
    }
}

/// Lists the settings of a kind that a function, its versions and its aliases have, in byte order of their qualifiers.
pub(crate) fn list<S: Setting, T>(
    context: &Context<'_>,
    (name, function): (&FunctionName, &StoredFunction),
    (marker, max_items): (Option<&str>, Option<u32>),
    mut entry: impl FnMut(FunctionArn, S) -> Result<T, Stop>,
) -> Result<(Vec<T>, Option<String>), Stop> {
    let mut page = Filling::new(max_items);
    let prefix = keys::belongings_of(name.as_str(), &function.incarnation, S::KIND_OF_KEY);
    let after = marker.map(Marker::decode).transpose()?;
    let after = after.map(|marker| [&prefix[..], marker.name.as_bytes()].concat());
    let found = context.view.scan(&prefix, after.as_deref(), page.limit)?;
    page.more = found.more;
    for (key, value) in found.entries {
        let qualifier = keys::last_part(&key).unwrap_or_default();
        let arn = context.caller.function_arn(name);
        let arn = match qualifier.parse::<Qualifier>() {
            Ok(qualifier) => arn.qualified(qualifier),
            Err(_) => arn,
        };
        page.push(&qualifier, 0, entry(arn, S::decode(&value)?)?);
    }
    Ok(page.finish())
}

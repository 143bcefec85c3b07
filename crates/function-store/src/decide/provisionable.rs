//! Where concurrency can be provisioned: of what is published, and not of a version and of one of its aliases.
//!
//! An alias that only routes some invocations to a version does not stand for it.

use std::collections::BTreeSet;

use funclet_storage::Page;
use funclet_validation::{AliasName, FunctionName, Qualifier};

use crate::decide::setting::Holder;
use crate::decide::{Context, Stop};
use crate::error::ServiceError;
use crate::keys;
use crate::stored::{Stored as _, StoredAlias, StoredFunction};

/// How many aliases, or settings, are read at once.
const PAGE: usize = 500;
/// How many pages one transaction reads. It may read 64 pages and keys in all.
const PAGES_MAX: usize = 48;

/// Refuses an alias of `$LATEST`, of which nothing can be provisioned.
pub(crate) fn refuse_unpublished(context: &Context<'_>, holder: &Holder) -> Result<(), Stop> {
    match version_of(context, holder)? {
        Some(version) if version == Qualifier::Latest.to_string() => {
            Err(ServiceError::ProvisionedUnpublished.into())
        }
        _ => Ok(()),
    }
}

/// The version that a holder stands for; `None` for what is no alias.
fn version_of(context: &Context<'_>, holder: &Holder) -> Result<Option<String>, Stop> {
    let Some(Qualifier::Other(other)) = &holder.qualifier else { return Ok(None) };
    let Some(alias) = other.alias_name() else { return Ok(None) };
    let alias = context.find_alias(&holder.name, &holder.function, &alias)?;
    Ok(alias.map(|alias| alias.function_version))
}

/// Refuses an alias whose version has provisioned concurrency of its own, and a version one of whose aliases has.
pub(crate) fn refuse_twice(context: &Context<'_>, holder: &Holder) -> Result<(), Stop> {
    let of = (&holder.name, &holder.function);
    if let Some(version) = version_of(context, holder)? {
        return refuse_provisioned(context, of, &version);
    }
    let Some(Qualifier::Version(number)) = &holder.qualifier else { return Ok(()) };
    if is_alias_provisioned(context, of, &number.to_string())? {
        return Err(ServiceError::AliasProvisioned.into());
    }
    Ok(())
}

/// Refuses to let an alias that has provisioned concurrency stand for a version of which it could not have any.
pub(crate) fn refuse_move(
    context: &Context<'_>,
    of: (&FunctionName, &StoredFunction),
    alias: &AliasName,
    to: &str,
) -> Result<(), Stop> {
    if !has(context, of, alias.as_str())? {
        return Ok(());
    }
    if to == Qualifier::Latest.to_string() {
        return Err(ServiceError::ProvisionedUnpublished.into());
    }
    refuse_provisioned(context, of, to)
}

fn refuse_provisioned(
    context: &Context<'_>,
    of: (&FunctionName, &StoredFunction),
    version: &str,
) -> Result<(), Stop> {
    if has(context, of, version)? { Err(ServiceError::VersionProvisioned.into()) } else { Ok(()) }
}

fn has(
    context: &Context<'_>,
    (name, function): (&FunctionName, &StoredFunction),
    qualifier: &str,
) -> Result<bool, Stop> {
    let key = keys::belonging(name.as_str(), &function.incarnation, keys::PROVISIONED, qualifier);
    Ok(context.view.get(&key)?.is_some())
}

/// Tells whether an alias that stands for the version has provisioned concurrency.
///
/// What has some is bounded by the executions of the account, and aliases are not. So the aliases are read from one that has
/// some to the next, each time a page. A function with more pages of them than one transaction may read, and provisioned
/// aliases all over them, counts as if one of those that were not read stood for the version.
fn is_alias_provisioned(
    context: &Context<'_>,
    (name, function): (&FunctionName, &StoredFunction),
    version: &str,
) -> Result<bool, Stop> {
    let prefix = |kind| keys::belongings_of(name.as_str(), &function.incarnation, kind);
    let (mut pages, mut names) = (0, BTreeSet::new());
    let mut after = None;
    loop {
        let page = context.view.scan(&prefix(keys::PROVISIONED), after.as_deref(), PAGE)?;
        pages += 1;
        names.extend(page.entries.iter().filter_map(|(key, _)| keys::last_part(key)).map(str::to_owned));
        after = page.entries.last().map(|(key, _)| key.clone()).filter(|_| page.more);
        match after {
            None => break,
            Some(_) if pages >= PAGES_MAX => return Ok(true),
            Some(_) => {}
        }
    }
    // What is no name of an alias is a version.
    names.retain(|name| name.parse::<AliasName>().is_ok());
    while let Some(first) = names.first() {
        if pages >= PAGES_MAX {
            return Ok(true);
        }
        let from = just_before([prefix(keys::ALIAS).as_slice(), first.as_bytes()].concat());
        let Page { entries, more } = context.view.scan(&prefix(keys::ALIAS), Some(&from), PAGE)?;
        pages += 1;
        for (key, value) in &entries {
            let is_provisioned = keys::last_part(key).is_some_and(|alias| names.contains(alias));
            if is_provisioned && StoredAlias::decode(value)?.function_version == version {
                return Ok(true);
            }
        }
        let last = entries.last().and_then(|(key, _)| keys::last_part(key)).filter(|_| more);
        let Some(last) = last else { return Ok(false) };
        names = names.split_off(last);
        names.remove(last);
    }
    Ok(false)
}

/// What lies before a key of text and after every other text before it.
fn just_before(mut key: Vec<u8>) -> Vec<u8> {
    if let Some(last) = key.pop() {
        key.extend([last.saturating_sub(1), u8::MAX]);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lies_between_a_name_and_what_is_just_before_it() {
        let before = just_before(b"x/live".to_vec());
        assert!(["x/l", "x/liv", "x/livd", "x/livdzzz"].iter().all(|key| key.as_bytes() < before.as_slice()));
        assert!(["x/live", "x/live-", "x/livf"].iter().all(|key| key.as_bytes() > before.as_slice()));
    }
}

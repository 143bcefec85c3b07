//! What belongs to a function beside its versions, and goes with it.

use funclet_validation::{FunctionName, Qualifier};

use crate::decide::{Changes, Context, Stop, provisioned_concurrency};
use crate::keys;
use crate::stored::StoredFunction;

/// The settings that a version or an alias can have of its own, but for its provisioned concurrency, which is not all that
/// changes.
const QUALIFIED: &[&str] = &[
    keys::EVENT_INVOKE_CONFIG,
    keys::FUNCTION_SCALING,
    keys::FUNCTION_URL,
    keys::POLICY,
    keys::RUNTIME_MANAGEMENT,
];

impl Context<'_> {
    /// Tells whether a function has anything that its deletion leaves to a sweep.
    pub(crate) fn leaves_something(
        &self,
        name: &FunctionName,
        function: &StoredFunction,
    ) -> Result<bool, Stop> {
        let belongings = keys::belongings(name.as_str(), &function.incarnation);
        Ok(function.next_version > 1 || !self.view.scan(&belongings, None, 1)?.entries.is_empty())
    }

    /// Removes what a version or an alias has of its own.
    pub(crate) fn remove_settings(
        &self,
        name: &FunctionName,
        function: &StoredFunction,
        qualifier: &Qualifier,
        changes: &mut Changes,
    ) -> Result<(), Stop> {
        for kind in QUALIFIED {
            let key = keys::belonging(name.as_str(), &function.incarnation, kind, &qualifier.to_string());
            if self.view.get(&key)?.is_some() {
                changes.delete(key);
            }
        }
        provisioned_concurrency::forget(self, (name, function), qualifier, changes)
    }
}

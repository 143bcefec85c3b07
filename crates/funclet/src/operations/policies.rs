//! Policies of functions.

use funclet_function_store::{AddedPermission, ResourcePolicy};
use funclet_validation::{
    AddPermission, AddPermissionRequest, GetPolicy, GetPolicyRequest, RemovePermission,
    RemovePermissionRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Adds a statement to the policy of a function, or of one of its versions or aliases. The policy gets a new RevisionId.
    ///
    /// # Errors
    /// [`Error`]; of all callers with one RevisionId one wins, the others get
    /// [`PolicyRevisionMismatch`](crate::ServiceError::PolicyRevisionMismatch).
    AddPermissionRequest, "AddPermission", add_permission, Change<AddPermission> -> AddedPermission;

    /// Removes a statement from the policy of a function, or of one of its versions or aliases; with the last one the policy
    /// goes.
    ///
    /// # Errors
    /// As of [`Lambda::add_permission`].
    RemovePermissionRequest, "RemovePermission", remove_permission, Change<RemovePermission> -> ();

    /// Returns the policy of a function, or of one of its versions or aliases.
    ///
    /// # Errors
    /// [`Error`].
    GetPolicyRequest, "GetPolicy", get_policy, Look<GetPolicy> -> ResourcePolicy;
}

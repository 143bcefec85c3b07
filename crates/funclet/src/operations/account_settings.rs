//! The account.

use funclet_function_store::AccountSettings;
use funclet_validation::{GetAccountSettings, GetAccountSettingsRequest};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::Look;

operations! {
    /// Returns what the account can have in the region, and what it has.
    ///
    /// # Errors
    /// [`Error`].
    GetAccountSettingsRequest, "GetAccountSettings", get_account_settings,
        Look<GetAccountSettings> -> AccountSettings;
}

//! Provisioned concurrency. It is kept and shown; nothing is started here.

use funclet_function_store::{ProvisionedConcurrency, ProvisionedConcurrencyPage};
use funclet_validation::{
    DeleteProvisionedConcurrencyConfig, DeleteProvisionedConcurrencyConfigRequest,
    GetProvisionedConcurrencyConfig, GetProvisionedConcurrencyConfigRequest,
    ListProvisionedConcurrencyConfigs, ListProvisionedConcurrencyConfigsRequest,
    PutProvisionedConcurrencyConfig, PutProvisionedConcurrencyConfigRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Asks for provisioned concurrency of a version or an alias. The answer shows it in progress; it is ready when a
    /// creation or update that began now would be finished.
    ///
    /// # Errors
    /// [`Error`].
    PutProvisionedConcurrencyConfigRequest, "PutProvisionedConcurrencyConfig",
        put_provisioned_concurrency_config, Change<PutProvisionedConcurrencyConfig> -> ProvisionedConcurrency;

    /// Returns the provisioned concurrency of a version or an alias.
    ///
    /// # Errors
    /// [`Error`]; [`NoProvisionedConcurrency`](crate::ServiceError::NoProvisionedConcurrency) if it has none.
    GetProvisionedConcurrencyConfigRequest, "GetProvisionedConcurrencyConfig",
        get_provisioned_concurrency_config, Look<GetProvisionedConcurrencyConfig> -> ProvisionedConcurrency;

    /// Gives back the provisioned concurrency of a version or an alias, if it has any.
    ///
    /// # Errors
    /// [`Error`].
    DeleteProvisionedConcurrencyConfigRequest, "DeleteProvisionedConcurrencyConfig",
        delete_provisioned_concurrency_config, Change<DeleteProvisionedConcurrencyConfig> -> ();

    /// Lists the versions and aliases of a function that have provisioned concurrency, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListProvisionedConcurrencyConfigsRequest, "ListProvisionedConcurrencyConfigs",
        list_provisioned_concurrency_configs,
        Look<ListProvisionedConcurrencyConfigs> -> ProvisionedConcurrencyPage;
}

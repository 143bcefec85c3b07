//! Isolation between the tenants of a function.

use crate::admitted::{admitted, required};
use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;
use crate::structure::structure;

enumeration! {
    /// How the tenants of a function are kept apart.
    pub enum TenantIsolationMode {
        /// Each tenant has environments of its own.
        PerTenant = "PER_TENANT",
    }
}

structure! {
    /// The member `TenancyConfig` of a request.
    pub struct TenancyConfig {
        /// One of [`TenantIsolationMode::VALUES`].
        required tenant_isolation_mode: String = "TenantIsolationMode",
            Shape::String(TextRules::one_of(TenantIsolationMode::VALUES));
    }
}

impl From<TenancyConfig> for TenantIsolationMode {
    /// Takes an admitted member.
    fn from(config: TenancyConfig) -> Self {
        admitted(&required(config.tenant_isolation_mode))
    }
}

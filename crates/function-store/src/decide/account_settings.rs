//! GetAccountSettings.

use funclet_validation::GetAccountSettings;

use crate::answer::{AccountLimit, AccountSettings, AccountUsage};
use crate::decide::sealed::Query;
use crate::decide::{Context, Stop};
use crate::keys;
use crate::stored::{Stored as _, StoredFunction, StoredLayerHead};

/// The longest package without and with its compression, in bytes (recorded from AWS).
const CODE_SIZE_UNZIPPED: u64 = 262_144_000;
const CODE_SIZE_ZIPPED: u64 = 52_428_800;

/// How many functions or layers are read at once.
const PAGE_ENTRIES: usize = 256;

impl Query for GetAccountSettings {
    type Answer = AccountSettings;

    /// Counts anew, a page at a time: counters are not for reading. What is held in memory does not grow with the account.
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<AccountSettings, Stop> {
        let functions = functions(context)?;
        let concurrent_executions = context.drawn.concurrent_executions_max;
        let reserved = u32::try_from(functions.reserved_executions).unwrap_or(u32::MAX);
        Ok(AccountSettings {
            account_limit: AccountLimit {
                total_code_size: context.drawn.code_bytes_max,
                code_size_unzipped: CODE_SIZE_UNZIPPED,
                code_size_zipped: CODE_SIZE_ZIPPED,
                concurrent_executions,
                unreserved_concurrent_executions: concurrent_executions.saturating_sub(reserved),
            },
            account_usage: AccountUsage {
                total_code_size: functions.code_bytes + layer_code_bytes(context)?,
                function_count: functions.count,
            },
        })
    }
}

/// What all functions of an account have together.
#[derive(Default)]
struct Functions {
    count: u64,
    /// Of `$LATEST` and of all versions, each in full (recorded from AWS).
    code_bytes: u64,
    reserved_executions: u64,
}

fn functions(context: &Context<'_>) -> Result<Functions, Stop> {
    let (mut sum, mut after) = (Functions::default(), None);
    loop {
        let page = context.view.scan(keys::FUNCTIONS, after.as_deref(), PAGE_ENTRIES)?;
        for (_, value) in &page.entries {
            let function = StoredFunction::decode(value)?;
            sum.count += 1;
            sum.code_bytes += function.code_bytes;
            sum.reserved_executions += u64::from(function.reserved_concurrent_executions.unwrap_or(0));
        }
        after = page.entries.into_iter().next_back().map(|(key, _)| key);
        if !page.more {
            return Ok(sum);
        }
    }
}

/// The bytes of all versions of all layers, each in full (recorded from AWS).
fn layer_code_bytes(context: &Context<'_>) -> Result<u64, Stop> {
    let (mut sum, mut after) = (0, None);
    loop {
        let page = context.view.scan(keys::LAYERS.as_bytes(), after.as_deref(), PAGE_ENTRIES)?;
        for (_, value) in &page.entries {
            sum += StoredLayerHead::decode(value)?.code_bytes;
        }
        after = page.entries.into_iter().next_back().map(|(key, _)| key);
        if !page.more {
            return Ok(sum);
        }
    }
}

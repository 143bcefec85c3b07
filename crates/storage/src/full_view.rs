//! A whole state to read from, whatever it is kept in.

use crate::error::StoreError;
use crate::meta::STORE_SCOPE;
use crate::scope::Scope;
use crate::txn::Lsn;
use crate::value::Value;

/// Keys and values in byte order.
pub(crate) type Entries = Vec<(Vec<u8>, Value)>;

/// A whole state to read from. The LSN beside a value is 0 if nothing has to be waited for.
pub(crate) trait FullView {
    fn get(&self, full_key: &[u8]) -> Result<(Option<Value>, Lsn), StoreError>;
    fn scan(
        &self,
        full_prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<(Entries, Lsn), StoreError>;
}

/// Finds the scopes that hold anything, jumping from each to the next; also tells the greatest LSN among the entries
/// looked at.
pub(crate) fn scopes(
    view: &dyn FullView,
    after: Option<&Scope>,
    limit: usize,
) -> Result<(Vec<Scope>, Lsn), StoreError> {
    let (mut found, mut seen) = (Vec::new(), 0);
    // The smallest key above every key of a scope: its keys go on with NUL.
    let behind = |scope: &Scope| [scope.as_str().as_bytes(), b"\x01"].concat();
    let mut after = after.map(behind);
    while found.len() < limit {
        let (entries, lsn) = view.scan(b"", after.as_deref(), 1)?;
        seen = seen.max(lsn);
        let Some((key, _)) = entries.first() else { break };
        match Scope::split(key) {
            Some((scope, _)) => {
                after = Some(behind(&scope));
                if scope.as_str() != STORE_SCOPE {
                    found.push(scope);
                }
            }
            // Storage's own: keys that begin with NUL.
            None => after = Some(key.clone()),
        }
    }
    Ok((found, seen))
}

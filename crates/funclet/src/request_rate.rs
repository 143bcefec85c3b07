//! How often an account may ask.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use funclet_validation::Caller;

/// A limit of the requests of each account in each region: so many in a second, and as many at once after a pause.
///
/// ```
/// use funclet::{Error, Funclet, ListFunctionsRequest, RequestRate};
///
/// let funclet = Funclet::builder().request_rate(RequestRate { per_second: 2, ..RequestRate::AWS }).open_in_memory();
/// let list = || funclet.lambda().list_functions(ListFunctionsRequest::default());
/// assert!(list().is_ok() && list().is_ok());
/// assert!(matches!(list(), Err(Error::TooManyRequests { retry_after_s: 1 })));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRate {
    /// Requests of all operations together but GetFunction. At least 1.
    pub per_second: u32,
    /// Requests of GetFunction. At least 1.
    pub get_function_per_second: u32,
}

impl RequestRate {
    /// The quotas of AWS: 15 requests a second to the control plane, and 100 of GetFunction
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>). That a second of them may come at once
    /// is chosen.
    pub const AWS: Self = Self { per_second: 15, get_function_per_second: 100 };
}

/// Counts requests against a [`RequestRate`].
pub(crate) struct Limiter {
    rate: RequestRate,
    buckets: Mutex<HashMap<(Caller, Kind), Bucket>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    GetFunction,
    Other,
}

/// A bucket of tokens: every request takes one, and time brings new ones. Counted in thousandths, of which a millisecond brings
/// as many as a second brings tokens.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    millitokens: u64,
    /// When that was so.
    at_ms: u64,
}

/// More buckets than this are looked through for full ones, which say nothing.
const BUCKETS_KEPT: usize = 1_024;
const TOKEN: u64 = 1_000;

impl Limiter {
    pub(crate) fn new(rate: RequestRate) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Lets a request through, or says after how many seconds to ask again.
    pub(crate) fn admit(&self, caller: &Caller, operation: &str, now_ms: u64) -> Result<(), u32> {
        let kind = match operation {
            "GetFunction" => Kind::GetFunction,
            // That quota is not one of the control plane.
            "Invoke" | "InvokeAsync" | "InvokeWithResponseStream" => return Ok(()),
            _ => Kind::Other,
        };
        // Nothing panics while it is held.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > BUCKETS_KEPT {
            buckets.retain(|(_, kind), bucket| {
                !bucket.filled(self.per_second(*kind), now_ms).is_full(self.per_second(*kind))
            });
        }
        let per_second = self.per_second(kind);
        let full = Bucket { millitokens: per_second * TOKEN, at_ms: now_ms };
        let bucket = buckets.entry((caller.clone(), kind)).or_insert(full);
        *bucket = bucket.filled(per_second, now_ms);
        match bucket.millitokens.checked_sub(TOKEN) {
            Some(left) => {
                bucket.millitokens = left;
                Ok(())
            }
            None => {
                let missing_ms = (TOKEN - bucket.millitokens).div_ceil(per_second);
                Err(u32::try_from(missing_ms.div_ceil(1_000)).unwrap_or(u32::MAX))
            }
        }
    }

    fn per_second(&self, kind: Kind) -> u64 {
        let per_second = match kind {
            Kind::GetFunction => self.rate.get_function_per_second,
            Kind::Other => self.rate.per_second,
        };
        u64::from(per_second.max(1))
    }
}

impl Bucket {
    /// What is in it at `now_ms`.
    fn filled(self, per_second: u64, now_ms: u64) -> Self {
        let brought = now_ms.saturating_sub(self.at_ms).saturating_mul(per_second);
        let millitokens = self.millitokens.saturating_add(brought).min(per_second * TOKEN);
        // A clock that was put back brings nothing, and goes on from there.
        Self { millitokens, at_ms: now_ms }
    }

    fn is_full(self, per_second: u64) -> bool {
        self.millitokens == per_second * TOKEN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(account: u64) -> Caller {
        Caller { account: format!("{account:012}").parse().unwrap(), region: "us-east-1".parse().unwrap() }
    }

    #[test]
    fn a_second_of_requests_may_come_at_once_and_then_one_at_a_time() {
        let limiter = Limiter::new(RequestRate { per_second: 4, get_function_per_second: 1 });
        let admit = |now_ms| limiter.admit(&caller(1), "ListFunctions", now_ms);
        assert_eq!([1_000; 5].map(admit), [Ok(()), Ok(()), Ok(()), Ok(()), Err(1)]);
        assert_eq!(admit(1_249), Err(1));
        assert_eq!(admit(1_250), Ok(()));
        assert_eq!(admit(1_250), Err(1));
        // Never more than a second of them, however long the pause was.
        assert_eq!([900_000; 5].map(admit), [Ok(()), Ok(()), Ok(()), Ok(()), Err(1)]);
    }

    #[test]
    fn a_clock_that_was_put_back_locks_nobody_out() {
        let limiter = Limiter::new(RequestRate { per_second: 1, get_function_per_second: 1 });
        let admit = |now_ms| limiter.admit(&caller(1), "ListFunctions", now_ms);
        assert_eq!([admit(3_600_000), admit(0), admit(999), admit(1_000)], [Ok(()), Err(1), Err(1), Ok(())]);
    }

    #[test]
    fn accounts_and_get_function_are_counted_for_themselves() {
        let limiter = Limiter::new(RequestRate { per_second: 1, get_function_per_second: 1 });
        for (account, operation) in [(1, "ListFunctions"), (1, "GetFunction"), (2, "ListFunctions")] {
            assert_eq!(limiter.admit(&caller(account), operation, 0), Ok(()));
            assert_eq!(limiter.admit(&caller(account), operation, 0), Err(1));
        }
    }

    #[test]
    fn accounts_that_ask_no_more_are_forgotten() {
        let limiter = Limiter::new(RequestRate::AWS);
        for account in 0..5_000 {
            assert_eq!(limiter.admit(&caller(account), "ListFunctions", account * 1_000), Ok(()));
        }
        assert!(limiter.buckets.lock().unwrap().len() <= BUCKETS_KEPT + 1);
    }
}

//! Invocations, of which only the checks are here.

use funclet_validation::{Invoke, InvokeRequest};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::Look;

operations! {
    /// Tells whether a function could be invoked, which is what a dry run asks. Nothing is ever run here.
    ///
    /// # Errors
    /// [`Error`]; [`RunsNoCode`](crate::ServiceError::RunsNoCode) for everything but a dry run.
    InvokeRequest, "Invoke", invoke, Look<Invoke> -> ();
}

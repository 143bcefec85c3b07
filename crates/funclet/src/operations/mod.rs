//! Operations: a request type, its answer, and how it is carried out. A file for each resource.

/// Offers operations: implements [`Operation`](crate::Operation) for each request, and its method of
/// [`Lambda`](crate::Lambda).
///
/// A row is the documentation of the method, the request, the name, the method, `Look` or `Change` of the valid request,
/// and the answer. Where validating the request is not all, the row leaves out the fourth, and its file implements
/// [`Carry`](sealed::Carry) itself. The file has `Error` and `Lambda` in scope, which the documentation names.
macro_rules! operations {
    ($(
        $(#[$doc:meta])*
        $request:ident, $name:literal, $method:ident $(, $work:ident<$valid:ty>)? -> $answer:ty;
    )*) => {
        $(
            impl $crate::operations::Operation for $request {
                const NAME: &'static str = $name;
            }

            $(
                impl $crate::operations::sealed::Carry for $request {
                    type Answer = $answer;
                    type Work = $work<$valid>;

                    #[allow(private_interfaces)]
                    fn prepare(
                        self,
                        _: &$crate::engine::Engine,
                        caller: &funclet_validation::Caller,
                        _: $crate::inspection::Inspection,
                    ) -> Result<Self::Work, Error> {
                        Ok(self.validate(caller)?.into())
                    }
                }
            )?
        )*

        impl Lambda {
            $(
                $(#[$doc])*
                pub fn $method(&self, request: $request) -> Result<$answer, Error> {
                    self.call(request)
                }
            )*
        }
    };
}

mod account_settings;
mod aliases;
mod code_signing;
mod concurrency;
mod event_invoke;
mod event_source_mappings;
mod function_scaling;
mod functions;
mod invoke;
mod layers;
mod policies;
mod provisioned_concurrency;
mod recursion;
mod runtime_management;
mod tags;
mod urls;
mod versions;

pub use functions::{CreateFunctionRequest, UpdateFunctionCodeRequest};
pub use invoke::{InvocationResponse, InvokeAsyncResponse, InvokeWithResponseStreamResponse};
pub use layers::PublishLayerVersionRequest;

/// A request that the engine can carry out. Implemented by the request types; sealed.
pub trait Operation: sealed::Carry {
    /// The name of the operation, as AWS spells it.
    const NAME: &'static str;

    /// Tells whether carrying it out may block the calling thread for longer than a decision takes, because its code is
    /// large or comes from elsewhere, because somebody is asked about its network, or because a function is to run. An async host runs such a request on a
    /// thread that may block.
    fn blocks(&self) -> bool {
        self.waits()
    }
}

pub(crate) mod sealed {
    use funclet_validation::Caller;

    use crate::engine::Engine;
    use crate::error::Error;
    use crate::inspection::Inspection;
    use crate::work::Work;

    pub trait Carry: Send + 'static {
        /// What the operation answers.
        type Answer: Send + 'static;
        /// What is left to do once the request is valid and its code is here.
        #[allow(private_bounds)]
        type Work: Work<Answer = Self::Answer>;

        /// What [`Operation::blocks`](super::Operation::blocks) tells.
        fn waits(&self) -> bool {
            false
        }

        /// Whether it may bring code that is inspected.
        const BRINGS_CODE: bool = false;

        /// Validates the request, and fetches, inspects (as `inspection` has it) and stores its code.
        #[allow(private_interfaces)]
        fn prepare(
            self,
            engine: &Engine,
            caller: &Caller,
            inspection: Inspection,
        ) -> Result<Self::Work, Error>;
    }
}

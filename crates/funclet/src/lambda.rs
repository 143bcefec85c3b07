//! The operations of one account in one region.

use std::convert::Infallible;

use funclet_function_store::{
    FunctionCodeSigning, FunctionConcurrency, FunctionConfiguration, FunctionDetail, FunctionPage, Reason,
    ResourceTags, VersionPage,
};
use funclet_validation::{
    Caller, DeleteFunctionRequest, FunctionName, GetFunctionCodeSigningConfigRequest,
    GetFunctionConcurrencyRequest, GetFunctionConfigurationRequest, GetFunctionEventInvokeConfigRequest,
    GetFunctionRequest, GetFunctionUrlConfigRequest, InvokeRequest, ListFunctionsRequest, ListTagsRequest,
    ListVersionsByFunctionRequest, PublishVersionRequest, TagResourceRequest, UntagResourceRequest,
    UpdateFunctionConfigurationRequest,
};

use crate::engine::Funclet;
use crate::error::Error;
use crate::operation::{CreateFunctionRequest, Operation, UpdateFunctionCodeRequest};
use crate::work::Work as _;

/// The operations of AWS Lambda in one account and region.
///
/// Each comes as a blocking method; [`Lambda::submit`] is the same without waiting.
#[derive(Debug, Clone)]
pub struct Lambda {
    funclet: Funclet,
    caller: Caller,
}

impl Lambda {
    pub(crate) fn new(funclet: Funclet, caller: Caller) -> Self {
        Self { funclet, caller }
    }

    /// Returns the account and region.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Carries out an operation and blocks until its outcome is durable.
    ///
    /// # Errors
    /// [`Error`].
    pub fn call<R: Operation>(&self, request: R) -> Result<R::Answer, Error> {
        let engine = &self.funclet.engine;
        engine.admit(&self.caller, R::NAME)?;
        request.prepare(engine, &self.caller)?.run(engine, &self.caller)
    }

    /// Carries out an operation without waiting for the disk; `done` learns its outcome when that is durable.
    ///
    /// `done` may run before this returns, or on the thread that writes the log: it must not block. If
    /// [`Operation::blocks`] is true, this call itself may block while code is fetched and stored.
    pub fn submit<R: Operation>(
        &self,
        request: R,
        done: impl FnOnce(Result<R::Answer, Error>) + Send + 'static,
    ) {
        let engine = &self.funclet.engine;
        let admitted = engine.admit(&self.caller, R::NAME);
        match admitted.and_then(|()| request.prepare(engine, &self.caller)) {
            Ok(work) => work.submit(engine, &self.caller, Box::new(done)),
            Err(error) => done(Err(error)),
        }
    }

    /// Creates a function.
    ///
    /// # Errors
    /// [`Error`].
    pub fn create_function(&self, request: CreateFunctionRequest) -> Result<FunctionConfiguration, Error> {
        self.call(request)
    }

    /// Returns a function, a version of it, and where its code is.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get_function(&self, request: GetFunctionRequest) -> Result<FunctionDetail, Error> {
        self.call(request)
    }

    /// Returns the configuration of a function or of a version of it.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get_function_configuration(
        &self,
        request: GetFunctionConfigurationRequest,
    ) -> Result<FunctionConfiguration, Error> {
        self.call(request)
    }

    /// Gives a function new code.
    ///
    /// # Errors
    /// [`Error`]; of all callers with one RevisionId one wins, the others get
    /// [`RevisionMismatch`](crate::ServiceError::RevisionMismatch).
    pub fn update_function_code(
        &self,
        request: UpdateFunctionCodeRequest,
    ) -> Result<FunctionConfiguration, Error> {
        self.call(request)
    }

    /// Configures a function otherwise. What the request does not have stays as it is.
    ///
    /// # Errors
    /// [`Error`]; of all callers with one RevisionId one wins, as with [`Lambda::update_function_code`].
    pub fn update_function_configuration(
        &self,
        request: UpdateFunctionConfigurationRequest,
    ) -> Result<FunctionConfiguration, Error> {
        self.call(request)
    }

    /// Publishes `$LATEST` as a version.
    ///
    /// # Errors
    /// [`Error`].
    pub fn publish_version(&self, request: PublishVersionRequest) -> Result<FunctionConfiguration, Error> {
        self.call(request)
    }

    /// Lists `$LATEST` and the versions of a function, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_versions_by_function(
        &self,
        request: ListVersionsByFunctionRequest,
    ) -> Result<VersionPage, Error> {
        self.call(request)
    }

    /// Lists functions, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_functions(&self, request: ListFunctionsRequest) -> Result<FunctionPage, Error> {
        self.call(request)
    }

    /// Deletes a function, or one version of it.
    ///
    /// # Errors
    /// [`Error`].
    pub fn delete_function(&self, request: DeleteFunctionRequest) -> Result<(), Error> {
        self.call(request)
    }

    /// Returns the tags of a function.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_tags(&self, request: ListTagsRequest) -> Result<ResourceTags, Error> {
        self.call(request)
    }

    /// Adds tags to a function, or gives new values to those that it has. It gets a new RevisionId.
    ///
    /// # Errors
    /// [`Error`].
    pub fn tag_resource(&self, request: TagResourceRequest) -> Result<(), Error> {
        self.call(request)
    }

    /// Removes tags of a function. It gets a new RevisionId.
    ///
    /// # Errors
    /// [`Error`].
    pub fn untag_resource(&self, request: UntagResourceRequest) -> Result<(), Error> {
        self.call(request)
    }

    /// Returns the code signing config of a function, if one is attached.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get_function_code_signing_config(
        &self,
        request: GetFunctionCodeSigningConfigRequest,
    ) -> Result<FunctionCodeSigning, Error> {
        self.call(request)
    }

    /// Returns the reserved concurrency of a function, if it is set.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get_function_concurrency(
        &self,
        request: GetFunctionConcurrencyRequest,
    ) -> Result<FunctionConcurrency, Error> {
        self.call(request)
    }

    /// Answers that a function has no URL: none can be set here.
    ///
    /// # Errors
    /// [`Error`], always.
    pub fn get_function_url_config(&self, request: GetFunctionUrlConfigRequest) -> Result<Infallible, Error> {
        self.call(request)
    }

    /// Answers that nothing is configured about asynchronous invocations of a function: nothing can be here.
    ///
    /// # Errors
    /// [`Error`], always.
    pub fn get_function_event_invoke_config(
        &self,
        request: GetFunctionEventInvokeConfigRequest,
    ) -> Result<Infallible, Error> {
        self.call(request)
    }

    /// Tells whether a function could be invoked, which is what a dry run asks. Nothing is ever run here.
    ///
    /// # Errors
    /// [`Error`]; [`RunsNoCode`](crate::ServiceError::RunsNoCode) for everything but a dry run.
    pub fn invoke(&self, request: InvokeRequest) -> Result<(), Error> {
        self.call(request)
    }

    /// Completes everything that is pending of a function and its versions, or fails it with a reason; returns how much
    /// that was.
    ///
    /// For [`Transitions::Manual`](crate::Transitions::Manual): the emulator calls it when its runtime is ready.
    ///
    /// # Errors
    /// [`Error`] if there is no such function, or of the store.
    pub fn complete_transitions(
        &self,
        function_name: &FunctionName,
        failure: Option<Reason>,
    ) -> Result<usize, Error> {
        Ok(self.funclet.engine.store.complete_transitions(&self.caller, function_name, failure)?)
    }
}

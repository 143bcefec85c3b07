//! Operations: a request type, its answer, and how it is carried out.

use funclet_function_store::{
    CheckUpdate, Command, CreateFunctionWith, FunctionConfiguration, FunctionDetail, FunctionPage, Query,
    UpdateCode, VersionPage,
};
use funclet_validation::{
    Caller, CodeSource, DeleteFunctionRequest, GetFunctionConfigurationRequest, GetFunctionRequest,
    ListFunctionsRequest, ListVersionsByFunctionRequest, PublishVersionRequest, UpdateFunctionCode,
};

use crate::engine::Engine;
use crate::error::Error;
use crate::package::{Package, Stay};

/// CreateFunction as it was received.
pub type CreateFunctionRequest = funclet_validation::CreateFunctionRequest<Package>;
/// UpdateFunctionCode as it was received.
pub type UpdateFunctionCodeRequest = funclet_validation::UpdateFunctionCodeRequest<Package>;

/// Takes the outcome of an operation.
pub(crate) type Done<T> = Box<dyn FnOnce(Result<T, Error>) + Send>;

/// A request that the engine can carry out. Implemented by the request types; sealed.
pub trait Operation: sealed::Carry {
    /// The name of the operation, as AWS spells it.
    const NAME: &'static str;

    /// Tells whether carrying it out may block the calling thread for longer than a decision takes, because its code is
    /// large or comes from elsewhere. An async host runs such a request on a thread that may block.
    fn blocks(&self) -> bool {
        false
    }
}

pub(crate) mod sealed {
    use super::{Caller, Done, Engine};

    pub trait Carry: Send + 'static {
        /// What the operation answers.
        type Answer: Send + 'static;

        #[allow(private_interfaces)]
        fn carry_out(self, engine: &Engine, caller: &Caller, done: Done<Self::Answer>);
    }
}

/// Runs a command of the store.
fn command<C: Command>(engine: &Engine, caller: &Caller, command: C, done: Done<C::Answer>) {
    engine.store.submit(caller, command, move |outcome| done(outcome.map_err(Error::from)));
}

/// Runs a query of the store.
fn query<Q: Query>(engine: &Engine, caller: &Caller, query: Q, done: Done<Q::Answer>) {
    engine.store.submit_query(caller, query, move |outcome| done(outcome.map_err(Error::from)));
}

/// Implements an operation that only has to be validated and run.
macro_rules! operation {
    ($request:ty, $name:literal, $run:ident -> $answer:ty) => {
        impl Operation for $request {
            const NAME: &'static str = $name;
        }

        impl sealed::Carry for $request {
            type Answer = $answer;

            #[allow(private_interfaces)]
            fn carry_out(self, engine: &Engine, caller: &Caller, done: Done<$answer>) {
                match self.validate(caller) {
                    Ok(valid) => $run(engine, caller, valid, done),
                    Err(rejection) => done(Err(rejection.into())),
                }
            }
        }
    };
}

operation!(GetFunctionRequest, "GetFunction", query -> FunctionDetail);
operation!(GetFunctionConfigurationRequest, "GetFunctionConfiguration", query -> FunctionConfiguration);
operation!(ListFunctionsRequest, "ListFunctions", query -> FunctionPage);
operation!(ListVersionsByFunctionRequest, "ListVersionsByFunction", query -> VersionPage);
operation!(PublishVersionRequest, "PublishVersion", command -> FunctionConfiguration);
operation!(DeleteFunctionRequest, "DeleteFunction", command -> ());

impl Operation for CreateFunctionRequest {
    const NAME: &'static str = "CreateFunction";

    fn blocks(&self) -> bool {
        let elsewhere = |code: &funclet_validation::FunctionCode<Package>| {
            code.s3_bucket.is_some()
                || code.image_uri.is_some()
                || code.zip_file.as_ref().is_some_and(is_large)
        };
        self.code.as_ref().is_some_and(elsewhere)
    }
}

impl sealed::Carry for CreateFunctionRequest {
    type Answer = FunctionConfiguration;

    #[allow(private_interfaces)]
    fn carry_out(self, engine: &Engine, caller: &Caller, done: Done<FunctionConfiguration>) {
        let request = match self.validate(caller) {
            Ok(request) => request,
            Err(rejection) => return done(Err(rejection.into())),
        };
        match engine.fetcher(caller).fetch(request.code.clone(), true) {
            Ok(fetched) => {
                let create = CreateFunctionWith { request, fetched: fetched.code };
                command(engine, caller, create, holding(fetched.stay, done));
            }
            Err(error) => done(Err(error)),
        }
    }
}

impl Operation for UpdateFunctionCodeRequest {
    const NAME: &'static str = "UpdateFunctionCode";

    fn blocks(&self) -> bool {
        self.s3_bucket.is_some() || self.image_uri.is_some() || self.zip_file.as_ref().is_some_and(is_large)
    }
}

impl sealed::Carry for UpdateFunctionCodeRequest {
    type Answer = FunctionConfiguration;

    #[allow(private_interfaces)]
    fn carry_out(self, engine: &Engine, caller: &Caller, done: Done<FunctionConfiguration>) {
        match self.validate(caller) {
            Ok(request) => update(engine, caller, request, done),
            Err(rejection) => done(Err(rejection.into())),
        }
    }
}

/// Fetches the code and updates the function.
fn update(
    engine: &Engine,
    caller: &Caller,
    request: UpdateFunctionCode<Package>,
    done: Done<FunctionConfiguration>,
) {
    let is_small =
        |source: &CodeSource<Package>| matches!(source, CodeSource::ZipFile(package) if !is_large(package));
    // Which source is meant, or what is wrong about it, is told by the decision, in its turn.
    let source = request.source.clone().single().ok();
    if !source.as_ref().is_some_and(is_small) {
        // Everything that can be refused without the code is, before the code is fetched or written.
        if let Err(failure) = engine.store.look(caller, CheckUpdate(request.clone())) {
            return done(Err(failure.into()));
        }
    }
    let Some(source) = source else {
        return done(Err(Error::failed("the check before a fetch admits only requests with one source")));
    };
    match engine.fetcher(caller).fetch(source, !request.dry_run) {
        Ok(fetched) => {
            let update = UpdateCode { request, fetched: fetched.code };
            command(engine, caller, update, holding(fetched.stay, done));
        }
        Err(error) => done(Err(error)),
    }
}

/// Larger packages are files of their own.
fn is_large(package: &Package) -> bool {
    const SMALL_BYTES_MAX: u64 = 64 << 10;
    package.size() > SMALL_BYTES_MAX
}

/// Lets a package stay until the outcome is known: until then nobody else keeps its blob.
fn holding<T: 'static>(stay: Option<Stay>, done: Done<T>) -> Done<T> {
    Box::new(move |outcome| {
        drop(stay);
        done(outcome);
    })
}

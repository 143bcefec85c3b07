//! Operations: a request type, its answer, and how it is carried out.

use std::convert::Infallible;

use funclet_function_store::{
    CheckConfiguration, CheckCreate, CheckUpdate, Command, CreateFunctionWith, Failure, FunctionCodeSigning,
    FunctionConcurrency, FunctionConfiguration, FunctionDetail, FunctionPage, Query, ResourceTags,
    UpdateCode, VersionPage,
};
use funclet_validation::{
    Caller, CodeSource, DeleteFunction, DeleteFunctionRequest, GetFunction, GetFunctionCodeSigningConfig,
    GetFunctionCodeSigningConfigRequest, GetFunctionConcurrency, GetFunctionConcurrencyRequest,
    GetFunctionConfiguration, GetFunctionConfigurationRequest, GetFunctionEventInvokeConfig,
    GetFunctionEventInvokeConfigRequest, GetFunctionRequest, GetFunctionUrlConfig,
    GetFunctionUrlConfigRequest, Invoke, InvokeRequest, ListFunctions, ListFunctionsRequest, ListTags,
    ListTagsRequest, ListVersionsByFunction, ListVersionsByFunctionRequest, PublishVersion,
    PublishVersionRequest, Rejection, TagResource, TagResourceRequest, UntagResource, UntagResourceRequest,
    UpdateFunctionConfiguration, UpdateFunctionConfigurationRequest, VpcSettings,
};

use crate::engine::Engine;
use crate::error::Error;
use crate::fetch::FetchedCode;
use crate::package::Package;
use crate::work::{Change, Look, Work};

/// CreateFunction as it was received.
pub type CreateFunctionRequest = funclet_validation::CreateFunctionRequest<Package>;
/// UpdateFunctionCode as it was received.
pub type UpdateFunctionCodeRequest = funclet_validation::UpdateFunctionCodeRequest<Package>;

/// A request that the engine can carry out. Implemented by the request types; sealed.
pub trait Operation: sealed::Carry {
    /// The name of the operation, as AWS spells it.
    const NAME: &'static str;

    /// Tells whether carrying it out may block the calling thread for longer than a decision takes, because its code is
    /// large or comes from elsewhere, or because somebody is asked about its network. An async host runs such a request on a
    /// thread that may block.
    fn blocks(&self) -> bool {
        false
    }
}

pub(crate) mod sealed {
    use super::{Caller, Engine, Error, Work};

    pub trait Carry: Send + 'static {
        /// What the operation answers.
        type Answer: Send + 'static;
        /// What is left to do once the request is valid and its code is here.
        #[allow(private_bounds)]
        type Work: Work<Answer = Self::Answer>;

        /// Validates the request, and fetches, inspects and stores its code.
        #[allow(private_interfaces)]
        fn prepare(self, engine: &Engine, caller: &Caller) -> Result<Self::Work, Error>;
    }
}

/// Implements an operation that only has to be validated: `$work` makes the valid request what is left to do.
macro_rules! operation {
    ($request:ty, $name:literal, $work:ident<$valid:ty> -> $answer:ty) => {
        impl Operation for $request {
            const NAME: &'static str = $name;
        }

        impl sealed::Carry for $request {
            type Answer = $answer;
            type Work = $work<$valid>;

            #[allow(private_interfaces)]
            fn prepare(self, _: &Engine, caller: &Caller) -> Result<Self::Work, Error> {
                Ok(self.validate(caller)?.into())
            }
        }
    };
}

impl<Q: Query> From<Q> for Look<Q> {
    fn from(query: Q) -> Self {
        Self { query, elsewhere: None }
    }
}

impl<C: Command> From<C> for Change<C> {
    fn from(command: C) -> Self {
        Self { command, stay: None }
    }
}

operation!(
    GetFunctionConfigurationRequest,
    "GetFunctionConfiguration",
    Look<GetFunctionConfiguration> -> FunctionConfiguration
);
operation!(
    GetFunctionCodeSigningConfigRequest,
    "GetFunctionCodeSigningConfig",
    Look<GetFunctionCodeSigningConfig> -> FunctionCodeSigning
);
operation!(
    GetFunctionConcurrencyRequest,
    "GetFunctionConcurrency",
    Look<GetFunctionConcurrency> -> FunctionConcurrency
);
operation!(
    GetFunctionEventInvokeConfigRequest,
    "GetFunctionEventInvokeConfig",
    Look<GetFunctionEventInvokeConfig> -> Infallible
);
operation!(GetFunctionUrlConfigRequest, "GetFunctionUrlConfig", Look<GetFunctionUrlConfig> -> Infallible);
operation!(InvokeRequest, "Invoke", Look<Invoke> -> ());
operation!(ListTagsRequest, "ListTags", Look<ListTags> -> ResourceTags);
operation!(TagResourceRequest, "TagResource", Change<TagResource> -> ());
operation!(UntagResourceRequest, "UntagResource", Change<UntagResource> -> ());
operation!(ListFunctionsRequest, "ListFunctions", Look<ListFunctions> -> FunctionPage);
operation!(ListVersionsByFunctionRequest, "ListVersionsByFunction", Look<ListVersionsByFunction> -> VersionPage);
operation!(PublishVersionRequest, "PublishVersion", Change<PublishVersion> -> FunctionConfiguration);
operation!(DeleteFunctionRequest, "DeleteFunction", Change<DeleteFunction> -> ());

impl Operation for GetFunctionRequest {
    const NAME: &'static str = "GetFunction";
}

impl sealed::Carry for GetFunctionRequest {
    type Answer = FunctionDetail;
    type Work = Look<GetFunction>;

    /// A function of another region is found by its ARN if it exists. One that does not exist is refused for its region
    /// (both recorded from AWS, for this operation alone).
    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller) -> Result<Self::Work, Error> {
        let refusal = match self.clone().validate(caller) {
            Ok(query) => return Ok(query.into()),
            Err(refusal) => refusal,
        };
        let Rejection::OtherRegion { requested, .. } = &refusal else { return Err(refusal.into()) };
        let elsewhere = Caller { region: requested.clone(), ..caller.clone() };
        let query = self.validate(&elsewhere)?;
        match engine.store.look(&elsewhere, query.clone()) {
            Ok(_) => Ok(Look { query, elsewhere: Some(elsewhere) }),
            Err(Failure::Refused(_)) => Err(refusal.into()),
            Err(failure) => Err(failure.into()),
        }
    }
}

impl Operation for CreateFunctionRequest {
    const NAME: &'static str = "CreateFunction";

    fn blocks(&self) -> bool {
        let code_blocks = self.code.as_ref().is_some_and(|code| {
            let elsewhere = code.s3_bucket.is_some() || code.image_uri.is_some();
            elsewhere || code.zip_file.as_ref().is_some_and(is_large)
        });
        code_blocks || self.vpc_config.is_some()
    }
}

impl sealed::Carry for CreateFunctionRequest {
    type Answer = FunctionConfiguration;
    type Work = Change<CreateFunctionWith<Package>>;

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller) -> Result<Self::Work, Error> {
        let mut request = self.validate(caller)?;
        let asked = request.configuration.vpc_config.as_ref().is_some_and(VpcSettings::names_any);
        if !is_small(&request.code) || asked {
            // Everything that can be refused without them is, before somebody is asked and the code is fetched or written.
            engine.store.look(caller, CheckCreate(request.clone()))?;
        }
        if let Some(network) = request.configuration.vpc_config.as_mut().filter(|_| asked) {
            engine.locate(caller, network)?;
        }
        let FetchedCode { code, stay } = engine.fetcher(caller).fetch(request.code.clone(), true)?;
        Ok(Change { command: CreateFunctionWith { request, fetched: code }, stay })
    }
}

impl Operation for UpdateFunctionCodeRequest {
    const NAME: &'static str = "UpdateFunctionCode";

    /// Also without a source, or with several: what is wrong then is looked up in the store first.
    fn blocks(&self) -> bool {
        let elsewhere = [&self.s3_bucket, &self.s3_key, &self.s3_object_version, &self.image_uri];
        elsewhere.iter().any(|member| member.is_some()) || self.zip_file.as_ref().is_none_or(is_large)
    }
}

impl sealed::Carry for UpdateFunctionCodeRequest {
    type Answer = FunctionConfiguration;
    type Work = Change<UpdateCode<Package>>;

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller) -> Result<Self::Work, Error> {
        let request = self.validate(caller)?;
        // Which source is meant, or what is wrong about it, is told by the decision, in its turn.
        let source = request.source.clone().single().ok();
        if !source.as_ref().is_some_and(is_small) {
            // Everything that can be refused without the code is, before the code is fetched or written.
            engine.store.look(caller, CheckUpdate(request.clone()))?;
        }
        let one_source = "the check before a fetch admits only requests with one source";
        let source = source.ok_or_else(|| Error::failed(one_source))?;
        let FetchedCode { code, stay } = engine.fetcher(caller).fetch(source, !request.dry_run)?;
        Ok(Change { command: UpdateCode { request, fetched: code }, stay })
    }
}

impl Operation for UpdateFunctionConfigurationRequest {
    const NAME: &'static str = "UpdateFunctionConfiguration";

    fn blocks(&self) -> bool {
        self.vpc_config.is_some()
    }
}

impl sealed::Carry for UpdateFunctionConfigurationRequest {
    type Answer = FunctionConfiguration;
    type Work = Change<UpdateFunctionConfiguration>;

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller) -> Result<Self::Work, Error> {
        let mut request = self.validate(caller)?;
        let asked = request.settings.vpc_config_mut().is_some_and(|network| network.names_any());
        if asked {
            // Everything that can be refused without the network is, before it is asked for.
            engine.store.look(caller, CheckConfiguration(request.clone()))?;
        }
        if let Some(network) = request.settings.vpc_config_mut().filter(|_| asked) {
            engine.locate(caller, network)?;
        }
        Ok(request.into())
    }
}

/// Whether the code is here and rides in the record.
fn is_small(source: &CodeSource<Package>) -> bool {
    matches!(source, CodeSource::ZipFile(package) if !is_large(package))
}

/// Larger packages are files of their own.
fn is_large(package: &Package) -> bool {
    const SMALL_BYTES_MAX: u64 = 64 << 10;
    package.size() > SMALL_BYTES_MAX
}

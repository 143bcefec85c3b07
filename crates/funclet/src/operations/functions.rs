//! Functions: their code and their configuration.

use funclet_function_store::{
    CheckConfiguration, CheckCreate, CheckUpdate, CodeUser, CreateFunctionWith, Failure,
    FunctionConfiguration, FunctionDetail, FunctionPage, UpdateCode, UpdateConfiguration,
};
use funclet_validation::{
    Caller, CodeSource, DeleteFunction, DeleteFunctionRequest, GetFunction, GetFunctionConfiguration,
    GetFunctionConfigurationRequest, GetFunctionRequest, ListFunctions, ListFunctionsRequest, Rejection,
    UpdateFunctionConfigurationRequest, VpcSettings,
};

use super::sealed::Carry;
use crate::engine::Engine;
use crate::error::Error;
use crate::fetch::FetchedCode;
use crate::inspection::{Inspection, usage};
use crate::lambda::Lambda;
use crate::package::Package;
use crate::work::{Change, Look};

/// CreateFunction as it was received.
pub type CreateFunctionRequest = funclet_validation::CreateFunctionRequest<Package>;
/// UpdateFunctionCode as it was received.
pub type UpdateFunctionCodeRequest = funclet_validation::UpdateFunctionCodeRequest<Package>;

operations! {
    /// Creates a function.
    ///
    /// # Errors
    /// [`Error`].
    CreateFunctionRequest, "CreateFunction", create_function -> FunctionConfiguration;

    /// Returns a function, a version of it, and where its code is.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionRequest, "GetFunction", get_function -> FunctionDetail;

    /// Returns the configuration of a function or of a version of it.
    ///
    /// # Errors
    /// [`Error`].
    GetFunctionConfigurationRequest, "GetFunctionConfiguration", get_function_configuration,
        Look<GetFunctionConfiguration> -> FunctionConfiguration;

    /// Gives a function new code.
    ///
    /// # Errors
    /// [`Error`]; of all callers with one RevisionId one wins, the others get
    /// [`RevisionMismatch`](crate::ServiceError::RevisionMismatch).
    UpdateFunctionCodeRequest, "UpdateFunctionCode", update_function_code -> FunctionConfiguration;

    /// Configures a function otherwise. What the request does not have stays as it is.
    ///
    /// # Errors
    /// [`Error`]; of all callers with one RevisionId one wins, as with [`Lambda::update_function_code`].
    UpdateFunctionConfigurationRequest, "UpdateFunctionConfiguration", update_function_configuration
        -> FunctionConfiguration;

    /// Lists functions, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListFunctionsRequest, "ListFunctions", list_functions, Look<ListFunctions> -> FunctionPage;

    /// Deletes a function, or one version of it.
    ///
    /// # Errors
    /// [`Error`].
    DeleteFunctionRequest, "DeleteFunction", delete_function, Change<DeleteFunction> -> ();
}

impl Carry for GetFunctionRequest {
    type Answer = FunctionDetail;
    type Work = Look<GetFunction>;

    /// A function of another region is found by its ARN if it exists. One that does not exist is refused for its region
    /// (both recorded from AWS, for this operation alone).
    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller, _: Inspection) -> Result<Self::Work, Error> {
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

impl Carry for CreateFunctionRequest {
    type Answer = FunctionConfiguration;
    type Work = Change<CreateFunctionWith<Package>>;

    const BRINGS_CODE: bool = true;

    fn waits(&self) -> bool {
        let code_blocks = self.code.as_ref().is_some_and(|code| {
            let elsewhere = code.s3_bucket.is_some() || code.image_uri.is_some();
            elsewhere || code.zip_file.as_ref().is_some_and(is_large)
        });
        code_blocks || self.vpc_config.is_some() || self.layers.is_some()
    }

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller, inspection: Inspection) -> Result<Self::Work, Error> {
        let mut request = self.validate(caller)?;
        let asked = request.configuration.vpc_config.as_ref().is_some_and(VpcSettings::names_any);
        if !is_small(&request.code) || asked {
            // Everything that can be refused without them is, before somebody is asked and the code is fetched or written.
            engine.store.look(caller, CheckCreate(request.clone()))?;
        }
        if let Some(network) = request.configuration.vpc_config.as_mut().filter(|_| asked) {
            engine.locate(caller, network)?;
        }
        let (foreign_layers, mut stays) = engine.foreign_layers(caller, &request.layers)?;
        let user = CodeUser {
            architecture: request.architecture,
            runtime: request.configuration.runtime.as_ref().map(ToString::to_string),
            handler: request.configuration.handler.as_ref().map(ToString::to_string),
        };
        let fetcher = engine.fetcher(caller, inspection, usage(Some(&user), false));
        let FetchedCode { code, stays: of_code } = fetcher.fetch(request.code.clone(), true)?;
        stays.extend(of_code);
        Ok(Change { command: CreateFunctionWith { request, fetched: code, foreign_layers }, stays })
    }
}

impl Carry for UpdateFunctionCodeRequest {
    type Answer = FunctionConfiguration;
    type Work = Change<UpdateCode<Package>>;

    const BRINGS_CODE: bool = true;

    /// Also without a source, or with several: what is wrong then is looked up in the store first.
    fn waits(&self) -> bool {
        let elsewhere = [&self.s3_bucket, &self.s3_key, &self.s3_object_version, &self.image_uri];
        elsewhere.iter().any(|member| member.is_some()) || self.zip_file.as_ref().is_none_or(is_large)
    }

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller, inspection: Inspection) -> Result<Self::Work, Error> {
        let request = self.validate(caller)?;
        // Which source is meant, or what is wrong about it, is told by the decision, in its turn.
        let source = request.source.clone().single().ok();
        // Everything that can be refused without the code is, before the code is fetched or written. A small package is judged
        // without its function, because a look may have to wait for the disk.
        let user = if source.as_ref().is_some_and(is_small) {
            None
        } else {
            Some(engine.store.look(caller, CheckUpdate(request.clone()))?)
        };
        let one_source = "the check before a fetch admits only requests with one source";
        let source = source.ok_or_else(|| Error::failed(one_source))?;
        let fetcher = engine.fetcher(caller, inspection, usage(user.as_ref(), false));
        let FetchedCode { code, stays } = fetcher.fetch(source, !request.dry_run)?;
        Ok(Change { command: UpdateCode { request, fetched: code }, stays })
    }
}

impl Carry for UpdateFunctionConfigurationRequest {
    type Answer = FunctionConfiguration;
    type Work = Change<UpdateConfiguration>;

    fn waits(&self) -> bool {
        self.vpc_config.is_some() || self.layers.is_some()
    }

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller, _: Inspection) -> Result<Self::Work, Error> {
        let mut request = self.validate(caller)?;
        let asked = request.settings.vpc_config_mut().is_some_and(|network| network.names_any());
        if asked {
            // Everything that can be refused without the network is, before it is asked for.
            engine.store.look(caller, CheckConfiguration(request.clone()))?;
        }
        if let Some(network) = request.settings.vpc_config_mut().filter(|_| asked) {
            engine.locate(caller, network)?;
        }
        let layers = request.layers.as_deref().unwrap_or_default();
        let (foreign_layers, stays) = engine.foreign_layers(caller, layers)?;
        Ok(Change { command: UpdateConfiguration { request, foreign_layers }, stays })
    }
}

/// Whether the code is here and rides in the record.
pub(super) fn is_small(source: &CodeSource<Package>) -> bool {
    matches!(source, CodeSource::ZipFile(package) if !is_large(package))
}

/// Larger packages are files of their own.
pub(super) fn is_large(package: &Package) -> bool {
    const SMALL_BYTES_MAX: u64 = 64 << 10;
    package.size() > SMALL_BYTES_MAX
}

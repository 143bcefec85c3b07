//! CreateFunctionUrlConfig, UpdateFunctionUrlConfig, DeleteFunctionUrlConfig, ListFunctionUrlConfigs.
//!
//! The model has a pattern of its own for the names of these functions; what is recorded of GetFunctionUrlConfig is the
//! common one. A version or `$LATEST` can therefore come inside the name, and stays in the valid requests.

use crate::admitted::{admitted, admitted_number, admitted_option, required};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::{Bounds, Shape};
use crate::function_name::{FUNCTION_NAME_SHAPE, FunctionName};
use crate::function_reference::FunctionReference;
use crate::function_url::{Cors, FUNCTION_URL_QUALIFIER_SHAPE, INVOKE_MODE_SHAPE, InvokeMode};
use crate::policy::{FUNCTION_URL_AUTH_TYPE_SHAPE, FunctionUrlAuthType};
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A CreateFunctionUrlConfig request as it was received.
    pub struct CreateFunctionUrlConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// An alias; no version.
        optional qualifier: String = "Qualifier", FUNCTION_URL_QUALIFIER_SHAPE;
        /// Who may call the URL; one of [`FunctionUrlAuthType::VALUES`].
        required auth_type: String = "AuthType", FUNCTION_URL_AUTH_TYPE_SHAPE;
        /// What pages of other origins may do.
        optional cors: Cors = "Cors", Shape::Structure(Cors::MEMBERS);
        /// How the URL answers; one of [`InvokeMode::VALUES`].
        optional invoke_mode: String = "InvokeMode", INVOKE_MODE_SHAPE;
    }
}

/// A valid CreateFunctionUrlConfig request.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFunctionUrlConfig {
    /// The function, and which of its aliases.
    pub function: FunctionReference,
    /// Who may call the URL.
    pub auth_type: FunctionUrlAuthType,
    /// What pages of other origins may do.
    pub cors: Option<Cors>,
    /// How the URL answers.
    pub invoke_mode: InvokeMode,
}

impl CreateFunctionUrlConfigRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, CreateFunctionUrlConfigRequest, FunctionUrlAuthType, InvokeMode};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = CreateFunctionUrlConfigRequest {
    ///     function_name: Some("hello".into()),
    ///     auth_type: Some("NONE".into()),
    ///     ..Default::default()
    /// };
    /// let url = request.validate(&caller).unwrap();
    /// assert_eq!((url.auth_type, url.invoke_mode), (FunctionUrlAuthType::None, InvokeMode::Buffered));
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<CreateFunctionUrlConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(CreateFunctionUrlConfig {
            function,
            auth_type: admitted(&required(self.auth_type)),
            cors: self.cors,
            invoke_mode: admitted_option(self.invoke_mode).unwrap_or_default(),
        })
    }
}

structure! {
    /// An UpdateFunctionUrlConfig request as it was received.
    pub struct UpdateFunctionUrlConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// An alias; no version.
        optional qualifier: String = "Qualifier", FUNCTION_URL_QUALIFIER_SHAPE;
        /// Who may call the URL; one of [`FunctionUrlAuthType::VALUES`].
        optional auth_type: String = "AuthType", FUNCTION_URL_AUTH_TYPE_SHAPE;
        /// What pages of other origins may do, as a whole.
        optional cors: Cors = "Cors", Shape::Structure(Cors::MEMBERS);
        /// How the URL answers; one of [`InvokeMode::VALUES`].
        optional invoke_mode: String = "InvokeMode", INVOKE_MODE_SHAPE;
    }
}

/// A valid UpdateFunctionUrlConfig request. What is not given stays as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFunctionUrlConfig {
    /// The function, and which of its aliases.
    pub function: FunctionReference,
    /// Who may call the URL.
    pub auth_type: Option<FunctionUrlAuthType>,
    /// What pages of other origins may do, as a whole.
    pub cors: Option<Cors>,
    /// How the URL answers.
    pub invoke_mode: Option<InvokeMode>,
}

impl UpdateFunctionUrlConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<UpdateFunctionUrlConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(UpdateFunctionUrlConfig {
            function,
            auth_type: admitted_option(self.auth_type),
            cors: self.cors,
            invoke_mode: admitted_option(self.invoke_mode),
        })
    }
}

structure! {
    /// A DeleteFunctionUrlConfig request as it was received.
    pub struct DeleteFunctionUrlConfigRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// An alias; no version.
        optional qualifier: String = "Qualifier", FUNCTION_URL_QUALIFIER_SHAPE;
    }
}

/// A valid DeleteFunctionUrlConfig request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteFunctionUrlConfig {
    /// The function, and which of its aliases.
    pub function: FunctionReference,
}

impl DeleteFunctionUrlConfigRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<DeleteFunctionUrlConfig, Rejection> {
        check(&self)?;
        let name = required(self.function_name);
        let function = FunctionReference::resolve(caller, &name, self.qualifier.as_deref())?;
        Ok(DeleteFunctionUrlConfig { function })
    }
}

structure! {
    /// A ListFunctionUrlConfigs request as it was received.
    pub struct ListFunctionUrlConfigsRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 50.
        optional max_items: i64 = "MaxItems", Shape::Integer(Bounds::within(1, 50));
    }
}

/// A valid ListFunctionUrlConfigs request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFunctionUrlConfigs {
    /// The function. A qualifier in the request is dropped \[chosen\].
    pub function_name: FunctionName,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for, 1 to 50.
    pub max_items: Option<u32>,
}

impl ListFunctionUrlConfigsRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<ListFunctionUrlConfigs, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(ListFunctionUrlConfigs {
            function_name: function.name,
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

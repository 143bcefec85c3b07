//! CreateAlias, GetAlias, UpdateAlias, DeleteAlias, ListAliases.

use crate::admitted::{admitted, admitted_number, admitted_option, required};
use crate::alias::{
    ALIAS_NAME_SHAPE, AliasName, AliasRoute, AliasRoutingConfiguration, FUNCTION_VERSION_SHAPE,
};
use crate::caller::Caller;
use crate::check::check;
use crate::constraint::Shape;
use crate::description::DESCRIPTION_SHAPE;
use crate::function_name::{FUNCTION_NAME_SHAPE, FunctionName};
use crate::function_reference::FunctionReference;
use crate::paging::MAX_ITEMS_SHAPE;
use crate::qualifier::Qualifier;
use crate::rejection::Rejection;
use crate::structure::structure;

structure! {
    /// A CreateAlias request as it was received.
    pub struct CreateAliasRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// The name of the new alias.
        required name: String = "Name", ALIAS_NAME_SHAPE;
        /// The version that it points to.
        required function_version: String = "FunctionVersion", FUNCTION_VERSION_SHAPE;
        /// A description, at most 256 characters.
        optional description: String = "Description", DESCRIPTION_SHAPE;
        /// The second version.
        optional routing_config: AliasRoutingConfiguration = "RoutingConfig",
            Shape::Structure(AliasRoutingConfiguration::MEMBERS);
    }
}

/// A valid CreateAlias request.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateAlias {
    /// The function.
    pub function_name: FunctionName,
    /// The name of the new alias.
    pub name: AliasName,
    /// The version that it points to: `$LATEST`, a number, or a text that no version has (`$LATEST.PUBLISHED`, leading
    /// zeros, more than 64 bits).
    pub function_version: Qualifier,
    /// The description; empty if not given.
    pub description: String,
    /// The second version.
    pub routing: Option<AliasRoute>,
}

impl CreateAliasRequest {
    /// Makes the request valid. A qualifier in the name of the function is dropped \[chosen\].
    ///
    /// ```
    /// use funclet_validation::{AliasRoutingConfiguration, Caller, CreateAliasRequest, Qualifier};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let weights = [("2", 0.25)].into_iter().collect();
    /// let request = CreateAliasRequest {
    ///     function_name: Some("hello".into()),
    ///     name: Some("live".into()),
    ///     function_version: Some("1".into()),
    ///     routing_config: Some(AliasRoutingConfiguration { additional_version_weights: Some(weights) }),
    ///     ..Default::default()
    /// };
    /// let alias = request.validate(&caller).unwrap();
    /// assert_eq!(alias.function_version, Qualifier::Version(1));
    /// let route = alias.routing.unwrap();
    /// assert_eq!((route.version, route.weight), (Qualifier::Version(2), 0.25));
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for more than one route, then those of [`AliasRoute::fit`]. The order is
    /// chosen.
    pub fn validate(self, caller: &Caller) -> Result<CreateAlias, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        let function_version = admitted(&required(self.function_version));
        let routing = AliasRoute::of(self.routing_config)?;
        routing.as_ref().map_or(Ok(()), |route| route.fit(&function_version))?;
        Ok(CreateAlias {
            function_name: function.name,
            name: admitted(&required(self.name)),
            function_version,
            description: self.description.unwrap_or_default(),
            routing,
        })
    }
}

structure! {
    /// A GetAlias request as it was received.
    pub struct GetAliasRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// The name of the alias.
        required name: String = "Name", ALIAS_NAME_SHAPE;
    }
}

/// A valid GetAlias request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetAlias {
    /// The function.
    pub function_name: FunctionName,
    /// The name of the alias.
    pub name: AliasName,
}

impl GetAliasRequest {
    /// Makes the request valid. A qualifier in the name of the function is dropped \[chosen\].
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<GetAlias, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(GetAlias { function_name: function.name, name: admitted(&required(self.name)) })
    }
}

structure! {
    /// An UpdateAlias request as it was received.
    pub struct UpdateAliasRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// The name of the alias.
        required name: String = "Name", ALIAS_NAME_SHAPE;
        /// The version that it points to from now on.
        optional function_version: String = "FunctionVersion", FUNCTION_VERSION_SHAPE;
        /// A description, at most 256 characters.
        optional description: String = "Description", DESCRIPTION_SHAPE;
        /// The second version; none if it has no weights.
        optional routing_config: AliasRoutingConfiguration = "RoutingConfig",
            Shape::Structure(AliasRoutingConfiguration::MEMBERS);
        /// The revision that the alias must have.
        optional revision_id: String = "RevisionId", Shape::STRING;
    }
}

/// A valid UpdateAlias request. What is not given stays as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateAlias {
    /// The function.
    pub function_name: FunctionName,
    /// The name of the alias.
    pub name: AliasName,
    /// The version that it points to from now on, in the forms of [`CreateAlias::function_version`].
    pub function_version: Option<Qualifier>,
    /// The description.
    pub description: Option<String>,
    /// The second version; `Some(None)` removes it. Where only one of this and the version is given,
    /// [`AliasRoute::fit`] has still to be asked with the stored one.
    pub routing: Option<Option<AliasRoute>>,
    /// The revision that the alias must have, as free text.
    pub revision_id: Option<String>,
}

impl UpdateAliasRequest {
    /// Makes the request valid. A qualifier in the name of the function is dropped \[chosen\].
    ///
    /// A `RoutingConfig` without weights removes the second version, as one with an empty map does, which is recorded from
    /// AWS \[chosen\].
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`], then
    /// [`Rejection::InvalidParameterValue`] for more than one route, then, if the request has both a version and a route,
    /// those of [`AliasRoute::fit`]. The order is chosen.
    pub fn validate(self, caller: &Caller) -> Result<UpdateAlias, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        let function_version = admitted_option(self.function_version);
        let routing = match self.routing_config {
            Some(config) => Some(AliasRoute::of(Some(config))?),
            None => None,
        };
        if let (Some(target), Some(Some(route))) = (&function_version, &routing) {
            route.fit(target)?;
        }
        Ok(UpdateAlias {
            function_name: function.name,
            name: admitted(&required(self.name)),
            function_version,
            description: self.description,
            routing,
            revision_id: self.revision_id,
        })
    }
}

structure! {
    /// A DeleteAlias request as it was received.
    pub struct DeleteAliasRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// The name of the alias.
        required name: String = "Name", ALIAS_NAME_SHAPE;
    }
}

/// A valid DeleteAlias request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteAlias {
    /// The function.
    pub function_name: FunctionName,
    /// The name of the alias, which need not exist (recorded from AWS).
    pub name: AliasName,
}

impl DeleteAliasRequest {
    /// Makes the request valid. A qualifier in the name of the function is dropped \[chosen\].
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<DeleteAlias, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(DeleteAlias { function_name: function.name, name: admitted(&required(self.name)) })
    }
}

structure! {
    /// A ListAliases request as it was received.
    pub struct ListAliasesRequest {
        /// The function: a name, a partial ARN or an ARN.
        required function_name: String = "FunctionName", FUNCTION_NAME_SHAPE;
        /// The version whose aliases are listed; those of all versions if not given.
        optional function_version: String = "FunctionVersion", FUNCTION_VERSION_SHAPE;
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 10000.
        optional max_items: i64 = "MaxItems", MAX_ITEMS_SHAPE;
    }
}

/// A valid ListAliases request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListAliases {
    /// The function.
    pub function_name: FunctionName,
    /// The version whose aliases are listed, in the forms of [`CreateAlias::function_version`].
    pub function_version: Option<Qualifier>,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for.
    pub max_items: Option<u32>,
}

impl ListAliasesRequest {
    /// Makes the request valid. A qualifier in the name of the function is dropped \[chosen\].
    ///
    /// # Errors
    /// [`Rejection::Validation`], then those of [`FunctionReference::resolve`].
    pub fn validate(self, caller: &Caller) -> Result<ListAliases, Rejection> {
        check(&self)?;
        let function = FunctionReference::resolve(caller, &required(self.function_name), None)?;
        Ok(ListAliases {
            function_name: function.name,
            function_version: admitted_option(self.function_version),
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

//! Aliases.

use funclet_function_store::{AliasConfiguration, AliasPage};
use funclet_validation::{
    CreateAlias, CreateAliasRequest, DeleteAlias, DeleteAliasRequest, GetAlias, GetAliasRequest, ListAliases,
    ListAliasesRequest, UpdateAlias, UpdateAliasRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Gives a version of a function a name of its own.
    ///
    /// # Errors
    /// [`Error`].
    CreateAliasRequest, "CreateAlias", create_alias, Change<CreateAlias> -> AliasConfiguration;

    /// Returns an alias of a function.
    ///
    /// # Errors
    /// [`Error`].
    GetAliasRequest, "GetAlias", get_alias, Look<GetAlias> -> AliasConfiguration;

    /// Lets an alias point to another version, or changes what else it has. It gets a new RevisionId.
    ///
    /// # Errors
    /// [`Error`]; of all callers with one RevisionId one wins, the others get
    /// [`RevisionMismatch`](crate::ServiceError::RevisionMismatch).
    UpdateAliasRequest, "UpdateAlias", update_alias, Change<UpdateAlias> -> AliasConfiguration;

    /// Deletes an alias of a function, if it exists.
    ///
    /// # Errors
    /// [`Error`].
    DeleteAliasRequest, "DeleteAlias", delete_alias, Change<DeleteAlias> -> ();

    /// Lists the aliases of a function, or those of one of its versions, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListAliasesRequest, "ListAliases", list_aliases, Look<ListAliases> -> AliasPage;
}

//! Versions of functions.

use funclet_function_store::{FunctionConfiguration, VersionPage};
use funclet_validation::{
    ListVersionsByFunction, ListVersionsByFunctionRequest, PublishVersion, PublishVersionRequest,
};

use crate::error::Error;
use crate::lambda::Lambda;
use crate::work::{Change, Look};

operations! {
    /// Publishes `$LATEST` as a version.
    ///
    /// # Errors
    /// [`Error`].
    PublishVersionRequest, "PublishVersion", publish_version, Change<PublishVersion> -> FunctionConfiguration;

    /// Lists `$LATEST` and the versions of a function, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListVersionsByFunctionRequest, "ListVersionsByFunction", list_versions_by_function,
        Look<ListVersionsByFunction> -> VersionPage;
}

//! What an engine may be asked for.

use std::fmt;

use funclet::{Package, Version};

use super::answer::short;
use super::function::code_sha256;

/// An operation on one function. [`Operation::run`] carries it out on an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// CreateFunction.
    CreateFunction {
        /// The bare name.
        function: String,
        /// A valid archive.
        package: Package,
        /// Whether version 1 is published at once.
        publish: bool,
    },
    /// UpdateFunctionCode.
    UpdateFunctionCode {
        /// The bare name.
        function: String,
        /// A valid archive.
        package: Package,
        /// Whether a version is published at once.
        publish: bool,
        /// Whether nothing is changed.
        dry_run: bool,
        /// What the RevisionId of `$LATEST` has to be.
        revision_id: Option<String>,
    },
    /// UpdateFunctionConfiguration.
    UpdateFunctionConfiguration {
        /// The bare name.
        function: String,
        /// The new description, if it changes.
        description: Option<String>,
        /// What the RevisionId of `$LATEST` has to be.
        revision_id: Option<String>,
    },
    /// PublishVersion.
    PublishVersion {
        /// The bare name.
        function: String,
        /// The description of the version, if not that of `$LATEST`.
        description: Option<String>,
        /// What the digest of the code of `$LATEST` has to be.
        code_sha256: Option<String>,
        /// What the RevisionId of `$LATEST` has to be.
        revision_id: Option<String>,
    },
    /// GetFunction.
    GetFunction {
        /// The bare name.
        function: String,
        /// Which version.
        version: Version,
    },
    /// GetFunctionConfiguration.
    GetFunctionConfiguration {
        /// The bare name.
        function: String,
        /// Which version.
        version: Version,
    },
    /// ListVersionsByFunction, its first page: only one page is one moment.
    ListVersionsByFunction {
        /// The bare name.
        function: String,
        /// The most entries of the page, `$LATEST` among them.
        max_items: Option<u32>,
    },
    /// DeleteFunction.
    DeleteFunction {
        /// The bare name.
        function: String,
        /// Which version, if not the whole function.
        version: Option<u64>,
    },
}

impl Operation {
    /// Returns the name of the function that it is about.
    #[must_use]
    pub fn function(&self) -> &str {
        match self {
            Self::CreateFunction { function, .. }
            | Self::UpdateFunctionCode { function, .. }
            | Self::UpdateFunctionConfiguration { function, .. }
            | Self::PublishVersion { function, .. }
            | Self::GetFunction { function, .. }
            | Self::GetFunctionConfiguration { function, .. }
            | Self::ListVersionsByFunction { function, .. }
            | Self::DeleteFunction { function, .. } => function,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let if_given = |f: &mut fmt::Formatter<'_>, what, given: Option<&str>| match given {
            Some(given) => write!(f, " if {what} {}", short(given)),
            None => Ok(()),
        };
        match self {
            Self::CreateFunction { function, package, publish } => {
                let code = code_sha256(package).to_string();
                write!(f, "CreateFunction {function} code {}{}", short(&code), flag(*publish, " publish"))
            }
            Self::UpdateFunctionCode { function, package, publish, dry_run, revision_id } => {
                let code = code_sha256(package).to_string();
                let flags = [flag(*publish, " publish"), flag(*dry_run, " dry run")].concat();
                write!(f, "UpdateFunctionCode {function} code {}{flags}", short(&code))?;
                if_given(f, "revision", revision_id.as_deref())
            }
            Self::UpdateFunctionConfiguration { function, description, revision_id } => {
                write!(f, "UpdateFunctionConfiguration {function}")?;
                print_description(f, description.as_deref())?;
                if_given(f, "revision", revision_id.as_deref())
            }
            Self::PublishVersion { function, description, code_sha256, revision_id } => {
                write!(f, "PublishVersion {function}")?;
                print_description(f, description.as_deref())?;
                if_given(f, "code", code_sha256.as_deref())?;
                if_given(f, "revision", revision_id.as_deref())
            }
            Self::GetFunction { function, version } => write!(f, "GetFunction {function}:{version}"),
            Self::GetFunctionConfiguration { function, version } => {
                write!(f, "GetFunctionConfiguration {function}:{version}")
            }
            Self::ListVersionsByFunction { function, max_items } => {
                write!(f, "ListVersionsByFunction {function}")?;
                max_items.map_or(Ok(()), |items| write!(f, " at most {items}"))
            }
            Self::DeleteFunction { function, version } => {
                write!(f, "DeleteFunction {function}")?;
                version.map_or(Ok(()), |number| write!(f, ":{number}"))
            }
        }
    }
}

fn print_description(f: &mut fmt::Formatter<'_>, description: Option<&str>) -> fmt::Result {
    description.map_or(Ok(()), |description| write!(f, " as {description:?}"))
}

fn flag(is_set: bool, text: &'static str) -> &'static str {
    if is_set { text } else { "" }
}

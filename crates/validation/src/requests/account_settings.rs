//! GetAccountSettings.

use crate::caller::Caller;
use crate::constraint::Member;
use crate::document::{Document, FromDocument, WrongType};
use crate::rejection::Rejection;
use crate::structure::{Structure, Value, View};

/// A GetAccountSettings request, which has no members.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GetAccountSettingsRequest {}

impl Structure for GetAccountSettingsRequest {
    const MEMBERS: &'static [Member] = &[];
}

impl View for GetAccountSettingsRequest {
    fn for_each_value<'a>(&'a self, _visit: &mut dyn FnMut(Value<'a>)) {}
}

impl<P> FromDocument<P> for GetAccountSettingsRequest {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        document.into_entries().map(|_| Self {})
    }
}

/// A valid GetAccountSettings request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GetAccountSettings {}

impl GetAccountSettingsRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// None.
    pub fn validate(self, _caller: &Caller) -> Result<GetAccountSettings, Rejection> {
        Ok(GetAccountSettings {})
    }
}

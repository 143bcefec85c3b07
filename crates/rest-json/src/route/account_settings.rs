//! The account.

use funclet::GetAccountSettingsRequest;
use http::StatusCode;

use super::{Route, route};

pub(super) const ROUTES: &[Route] =
    &[route::<GetAccountSettingsRequest>("GET", "/2016-08-19/account-settings", StatusCode::OK)];

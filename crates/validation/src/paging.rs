//! Pages of lists.

use crate::constraint::{Bounds, Shape};

/// `MaxItems`. The service accepts what it never returns on one page; the cap is applied where the page is made.
pub(crate) const MAX_ITEMS_SHAPE: Shape = Shape::Integer(Bounds::within(1, 10_000));

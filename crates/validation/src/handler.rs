//! Handlers: where in the code a function starts.

use crate::constraint::{Shape, TextRules};
use crate::pattern::Pattern;
use crate::text::text;

static HANDLER: Pattern = Pattern::regex(r"[^\s]+");

pub(crate) const HANDLER_SHAPE: Shape = Shape::String(Handler::RULES);

text! {
    /// The place in the code where a function starts, for example `index.handler`: at most 128 characters, none
    /// of them white space.
    pub struct Handler = "a handler (no white space)", TextRules::ANY.length(0, 128).pattern(&HANDLER);
}

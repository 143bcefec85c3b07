//! Instruction sets.

use crate::admitted::admitted_option;
use crate::constraint::{Bounds, ItemWords, ListRules, Shape, TextRules};
use crate::enumeration::enumeration;

enumeration! {
    /// The instruction set of a function.
    #[derive(Default)]
    pub enum Architecture {
        /// 64-bit x86, the default.
        #[default]
        X86_64 = "x86_64",
        /// 64-bit ARM (Graviton).
        Arm64 = "arm64",
    }
}

/// `Architectures`: exactly one (recorded from AWS).
pub(crate) const ARCHITECTURES_SHAPE: Shape = Shape::List(ListRules {
    item: &Shape::String(TextRules::one_of(Architecture::VALUES)),
    words: ItemWords::NestedNotNull,
    length: Bounds::within(1, 1),
});

/// Reads an admitted member, which has one item.
pub(crate) fn only(member: Option<Vec<String>>) -> Option<Architecture> {
    admitted_option(member?.pop())
}

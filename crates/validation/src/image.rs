//! Container images: where they are, and what overrides their settings.

use crate::constraint::{Bounds, ItemWords, ListRules, Shape, TextRules};
use crate::structure::structure;
use crate::text::text;

text! {
    /// The URI of a container image in a registry. Any text is accepted; whether it leads anywhere is found out
    /// when the image is fetched.
    pub struct ImageUri = "the URI of an image", TextRules::ANY;
}

const WORDS_SHAPE: Shape = Shape::List(ListRules {
    item: &Shape::STRING,
    words: ItemWords::Nested,
    length: Bounds::within(0, 1500),
});

structure! {
    /// The member `ImageConfig` of a request: what overrides the settings of a container image.
    pub struct ImageConfig {
        /// Replaces the image's entry point.
        optional entry_point: Vec<String> = "EntryPoint", WORDS_SHAPE;
        /// Replaces the image's command.
        optional command: Vec<String> = "Command", WORDS_SHAPE;
        /// Replaces the image's working directory; at most 1000 characters.
        optional working_directory: String = "WorkingDirectory", Shape::String(TextRules::ANY.length(0, 1000));
    }
}

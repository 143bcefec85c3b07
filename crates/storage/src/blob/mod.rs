//! Blobs: taken in, made durable, pinned, read.

mod files;
mod memory;
mod pins;
mod reader;
mod staging;

pub(crate) use files::FileBlobs;
pub(crate) use memory::MemoryBlobs;
pub use pins::PinnedBlob;
pub(crate) use pins::Pins;
pub use reader::BlobReader;
pub use staging::{StagedBlob, StagingWriter};

//! File systems that functions mount.

use crate::admitted::required;
use crate::constraint::{Bounds, ItemWords, ListRules, Shape, TextRules};
use crate::pattern::Pattern;
use crate::structure::{Structure, structure};

static FILE_SYSTEM_ARN: Pattern = Pattern::regex(
    r"arn:aws[a-zA-Z-]*:elasticfilesystem:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:access-point/fsap-[a-f0-9]{17}$|^arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40}",
);
static LOCAL_MOUNT_PATH: Pattern = Pattern::regex("/mnt/[a-zA-Z0-9-_.]+");

structure! {
    /// An item of the member `FileSystemConfigs` of a request.
    pub struct FileSystemConfig {
        /// The ARN of an access point.
        required arn: String = "Arn", Shape::String(TextRules::ANY.length(0, 256).pattern(&FILE_SYSTEM_ARN));
        /// The place in the function's file system, below `/mnt/`.
        required local_mount_path: String = "LocalMountPath",
            Shape::String(TextRules::ANY.length(0, 160).pattern(&LOCAL_MOUNT_PATH));
        /// How files in S3 are read.
        optional s3_files_config: S3FilesConfig = "S3FilesConfig", Shape::Structure(S3FilesConfig::MEMBERS);
    }
}

structure! {
    /// The member `S3FilesConfig` of a [`FileSystemConfig`]. It is checked and has no effect.
    pub struct S3FilesConfig {
        /// Whether files are read from S3 without the file system between.
        optional direct_s3_read: String = "DirectS3Read", Shape::String(TextRules::one_of(&["ENABLED", "AUTO", "DISABLED"]));
    }
}

pub(crate) const FILE_SYSTEM_CONFIGS_SHAPE: Shape = Shape::List(ListRules {
    item: &Shape::Structure(FileSystemConfig::MEMBERS),
    words: ItemWords::Nested,
    length: Bounds::within(0, 1),
});

/// A file system that a function mounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSystemSettings {
    /// The ARN of an access point.
    pub arn: String,
    /// The place in the function's file system, below `/mnt/`.
    pub local_mount_path: String,
}

impl From<FileSystemConfig> for FileSystemSettings {
    /// Takes an admitted item.
    fn from(config: FileSystemConfig) -> Self {
        Self { arn: required(config.arn), local_mount_path: required(config.local_mount_path) }
    }
}

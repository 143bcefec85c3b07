//! A place beside the one that something gets when it is whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A name in the same directory that says what is going on, and belongs to this process.
pub(crate) fn path(whole: &Path, doing: &str) -> PathBuf {
    // A path may end with a slash, or with what is no name.
    let whole =
        whole.canonicalize().or_else(|_| std::path::absolute(whole)).unwrap_or_else(|_| whole.to_owned());
    let mut name = whole.components().as_path().as_os_str().to_owned();
    name.push(format!(".{doing}-{}", std::process::id()));
    name.into()
}

/// Makes the name of something durable.
#[cfg(unix)]
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    let path = path.canonicalize()?;
    path.parent().map_or(Ok(()), |parent| fs::File::open(parent)?.sync_all())
}

/// Names are durable by themselves where directories cannot be synced.
#[cfg(not(unix))]
pub(crate) fn sync(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let process = std::process::id();
        for name in ["x", "x/", "x/."] {
            assert_eq!(path(&root.join(name), "making"), root.join(format!("x.making-{process}")), "{name}");
        }
    }
}

//! A place beside the one that something gets when it is whole.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A name in the same directory that says what is going on, and belongs to this process.
pub(crate) fn path(whole: &Path, doing: &str) -> PathBuf {
    let mut name = before_the_number(whole, doing);
    name.push(std::process::id().to_string());
    name.into()
}

/// The directories that have such a name, of whatever process. A link is none.
pub(crate) fn all(whole: &Path, doing: &str) -> Vec<PathBuf> {
    let begin = PathBuf::from(before_the_number(whole, doing));
    let (Some(parent), Some(begin)) = (begin.parent(), begin.file_name()) else { return Vec::new() };
    let is_one = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let number = name.as_encoded_bytes().strip_prefix(begin.as_encoded_bytes());
        number.is_some_and(is_number_of_process) && entry.file_type().is_ok_and(|kind| kind.is_dir())
    };
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    entries.filter(is_one).map(|entry| entry.path()).collect()
}

/// Whether it is written as [`path`] writes it.
fn is_number_of_process(text: &[u8]) -> bool {
    let text = str::from_utf8(text).unwrap_or_default();
    text.parse::<u32>().is_ok_and(|number| number.to_string() == text)
}

fn before_the_number(whole: &Path, doing: &str) -> OsString {
    // A path may end with a slash, or with what is no name.
    let whole =
        whole.canonicalize().or_else(|_| std::path::absolute(whole)).unwrap_or_else(|_| whole.to_owned());
    let mut name = whole.components().as_path().as_os_str().to_owned();
    name.push(format!(".{doing}-"));
    name
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
    use super::{all, path};

    #[test]
    fn names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let process = std::process::id();
        for name in ["x", "x/", "x/."] {
            assert_eq!(path(&root.join(name), "making"), root.join(format!("x.making-{process}")), "{name}");
        }
    }

    #[test]
    fn all_names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["x.making-7", "x.making-4294967295"] {
            std::fs::create_dir(root.join(name)).unwrap();
        }
        let mut found = all(&root.join("x/"), "making");
        found.sort();
        assert_eq!(found, [root.join("x.making-4294967295"), root.join("x.making-7")]);
        for name in ["", "07", "+7", "7 ", "4294967296", "7.bak", "seven"] {
            std::fs::create_dir(root.join(format!("x.making-{name}"))).unwrap();
        }
        for name in ["y.making-7", "x.taking-7", "x.making7", ".making-7"] {
            std::fs::create_dir(root.join(name)).unwrap();
        }
        std::fs::write(root.join("x.making-8"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("x.making-7"), root.join("x.making-9")).unwrap();
        assert_eq!(all(&root.join("x"), "making").len(), 2);
    }
}

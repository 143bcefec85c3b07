//! A folder as the archive that it would be uploaded as. The only file that names the zip crate.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::text::display;

/// How much of a file is read at a time, in bytes.
const PIECE_BYTES: usize = 64 << 10;
/// From which length on a file needs ZIP64 fields. What deflate cannot make smaller grows by less than the difference to 4 GiB.
const ZIP64_FROM_BYTES: u64 = 0xff00_0000;

/// Why a folder could not be packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Something in it cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Its path, fit for a terminal.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// It holds a device, a pipe or a socket.
    #[error("{path} is neither a file nor a folder nor a link")]
    Special {
        /// Its path, fit for a terminal.
        path: String,
    },
    /// The archive cannot be written.
    #[error("cannot write the archive")]
    Write(#[source] io::Error),
}

impl PackError {
    fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: shown(path), source }
    }
}

fn shown(path: &Path) -> String {
    display(path.as_os_str().as_encoded_bytes())
}

/// Writes an archive of all that a folder holds, and returns it.
///
/// Names are those within the folder, each folder's in the order of their bytes, and folders have entries of their own. Files are
/// deflated, links are kept as links, and Unix modes are kept; where there are none, files are 0644 and folders 0755. All times are the
/// first of 1980, so that the same folder always becomes the same bytes.
///
/// Of the files 64 KiB at a time are in memory, and of their names and what the directory says of each as much as they take.
///
/// ```
/// use std::io::Cursor;
/// use funclet_package_inspection::{InspectOptions, inspect, pack_directory};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("app.py"), "x = 1\n")?;
///
/// let archive = pack_directory(folder.path(), Cursor::new(Vec::new()))?.into_inner();
/// assert!(inspect(&archive, &InspectOptions::default())?.has_file("app.py"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`PackError::Read`], [`PackError::Special`] and [`PackError::Write`]; what was written so far is no archive then.
pub fn pack_directory<W: Write + Seek>(directory: &Path, archive: W) -> Result<W, PackError> {
    let mut zip = ZipWriter::new(Output::new(archive).map_err(PackError::Write)?);
    let packed = pack(directory, &mut zip);
    let finished = zip.finish().map_err(written);
    let mut output = packed.and(finished)?;
    output.flush().map_err(PackError::Write)?;
    Ok(output.archive)
}

/// Where the archive is written. The first failure is told; what follows it goes nowhere, as if all were well: a `ZipWriter` that is
/// dropped tries to finish its archive, and prints to standard error if it cannot.
struct Output<W> {
    archive: W,
    position: u64,
    /// The furthest position so far.
    end: u64,
    failed: bool,
}

impl<W: Write + Seek> Output<W> {
    fn new(mut archive: W) -> io::Result<Self> {
        let position = archive.stream_position()?;
        Ok(Self { archive, position, end: position, failed: false })
    }

    fn told<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        self.failed = result.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        result
    }
}

impl<W: Write + Seek> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut count = bytes.len();
        if !self.failed {
            let result = match self.archive.write(bytes) {
                Ok(0) if count > 0 => Err(io::ErrorKind::WriteZero.into()),
                result => result,
            };
            count = self.told(result)?;
        }
        self.position += count as u64;
        self.end = self.end.max(self.position);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed {
            return Ok(());
        }
        let result = self.archive.flush();
        self.told(result)
    }
}

impl<W: Write + Seek> Seek for Output<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::Current(by) => (self.position, by),
            SeekFrom::End(by) => (self.end, by),
        };
        let position = from.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
        // Where it is already, it need not be told; that would empty its buffer.
        if position != self.position && !self.failed {
            let result = self.archive.seek(SeekFrom::Start(position));
            self.told(result)?;
        }
        self.position = position;
        Ok(position)
    }
}

/// Writes all entries.
fn pack<W: Write + Seek>(directory: &Path, zip: &mut ZipWriter<W>) -> Result<(), PackError> {
    // Innermost folder last, and of each its first entry last.
    let mut pending = entries(directory, b"")?;
    while let Some(Entry { path, mut name }) = pending.pop() {
        let metadata = fs::symlink_metadata(&path).map_err(|error| PackError::read(&path, error))?;
        if metadata.is_dir() {
            name.push(b'/');
            start(zip, &name, CompressionMethod::Stored, &metadata)?;
            pending.append(&mut entries(&path, &name)?);
        } else if metadata.is_symlink() {
            let target = fs::read_link(&path).map_err(|error| PackError::read(&path, error))?;
            start(zip, &name, CompressionMethod::Stored, &metadata)?;
            zip.write_all(target.as_os_str().as_encoded_bytes()).map_err(PackError::Write)?;
        } else if metadata.is_file() {
            start(zip, &name, CompressionMethod::Deflated, &metadata)?;
            copy(&path, zip)?;
        } else {
            return Err(PackError::Special { path: shown(&path) });
        }
    }
    Ok(())
}

/// What is still to be packed.
struct Entry {
    path: PathBuf,
    /// Its name in the archive.
    name: Vec<u8>,
}

/// Returns the entries of a folder, the first one last.
fn entries(folder: &Path, prefix: &[u8]) -> Result<Vec<Entry>, PackError> {
    let entry = |entry: fs::DirEntry| {
        let name = [prefix, entry.file_name().as_encoded_bytes()].concat();
        Entry { path: entry.path(), name }
    };
    let list = || fs::read_dir(folder)?.map(|found| found.map(entry)).collect::<io::Result<Vec<_>>>();
    let mut entries = list().map_err(|error| PackError::read(folder, error))?;
    entries.sort_unstable_by(|one, other| other.name.cmp(&one.name));
    Ok(entries)
}

fn start<W: Write + Seek>(
    zip: &mut ZipWriter<W>,
    name: &[u8],
    method: CompressionMethod,
    metadata: &Metadata,
) -> Result<(), PackError> {
    let options = SimpleFileOptions::default()
        .name(name)
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .external_attributes(mode(metadata) << 16)
        .large_file(metadata.is_file() && metadata.len() >= ZIP64_FROM_BYTES);
    zip.start_file_with_options(options).map_err(written)
}

fn copy<W: Write + Seek>(path: &Path, zip: &mut ZipWriter<W>) -> Result<(), PackError> {
    let read = |error| PackError::read(path, error);
    let mut file = File::open(path).map_err(read)?;
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(read(error)),
        };
        zip.write_all(buffer.get(..count).unwrap_or_default()).map_err(PackError::Write)?;
    }
}

/// The type and permissions, as Unix writes them.
#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata)
}

/// The type, and permissions as other tools write them where there are none.
#[cfg(not(unix))]
fn mode(metadata: &Metadata) -> u32 {
    if metadata.is_dir() {
        0o040_755
    } else if metadata.is_symlink() {
        0o120_777
    } else {
        0o100_644
    }
}

fn written(error: ZipError) -> PackError {
    PackError::Write(match error {
        ZipError::Io(error) => error,
        other => io::Error::other(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use zip::ZipArchive;

    use super::*;
    use crate::{Code, InspectOptions, Usage, inspect};

    fn packed(folder: &Path) -> Vec<u8> {
        pack_directory(folder, Cursor::new(Vec::new())).unwrap().into_inner()
    }

    #[test]
    fn the_same_folder_becomes_the_same_bytes_in_order() {
        let make = |names: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            for name in names {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, name.repeat(1000)).unwrap();
            }
            fs::create_dir(folder.path().join("empty")).unwrap();
            packed(folder.path())
        };
        let archive = make(&["b/z", "a", "b/a/x", "ü"]);
        assert_eq!(archive, make(&["ü", "a", "b/a/x", "b/z"]));

        let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
        let names: Vec<_> =
            (0..archive.len()).map(|at| archive.by_index(at).unwrap().name_raw().to_owned()).collect();
        assert_eq!(names, ["a", "b/", "b/a/", "b/a/x", "b/z", "empty/", "ü"].map(str::as_bytes));
        let mut content = String::new();
        let mut member = archive.by_name("b/a/x").unwrap();
        member.read_to_string(&mut content).unwrap();
        assert_eq!(content, "b/a/x".repeat(1000));
        assert!(member.compressed_size() < 100);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_modes_and_names_are_kept() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("lib")).unwrap();
        for (name, mode) in [("bootstrap", 0o755), ("plain", 0o640), ("lib", 0o750)] {
            if name != "lib" {
                fs::write(path(name), "x").unwrap();
            }
            fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        symlink("../nowhere/at/all", path("link")).unwrap();
        symlink("lib", path("to-folder")).unwrap();
        fs::write(folder.path().join(OsStr::from_bytes(b"\xff")), "x").unwrap();

        let mut archive = ZipArchive::new(Cursor::new(packed(folder.path()))).unwrap();
        let mut seen = Vec::new();
        for at in 0..archive.len() {
            let mut member = archive.by_index(at).unwrap();
            let mut content = String::new();
            member.read_to_string(&mut content).unwrap();
            seen.push((member.name_raw().to_vec(), member.unix_mode().unwrap(), content));
        }
        // Its mode is the user's choice.
        let (name, _, content) = seen.pop().unwrap();
        assert_eq!((name, content), (b"\xff".to_vec(), "x".to_owned()));
        let expected = [
            ("bootstrap", 0o100_755, "x"),
            ("lib/", 0o040_750, ""),
            ("link", 0o120_777, "../nowhere/at/all"),
            ("plain", 0o100_640, "x"),
            ("to-folder", 0o120_777, "lib"),
        ];
        let expected = expected.map(|(name, mode, content)| (name.as_bytes().to_vec(), mode, content.into()));
        assert_eq!(seen, expected);

        fs::set_permissions(path("plain"), fs::Permissions::from_mode(0o4755)).unwrap();
        let facts = inspect(&packed(folder.path()), &InspectOptions::default()).unwrap();
        let report = facts.report(&Usage::default());
        let finding = report.findings().find(|finding| finding.code == Code::SetuidBit).unwrap();
        assert_eq!(finding.entry.as_deref(), Some("plain"));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_packed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sock\net");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let error = pack_directory(folder.path(), Cursor::new(Vec::new())).unwrap_err();
        let shown = format!("{}/sock\\net", folder.path().display());
        assert_eq!(error.to_string(), format!("{shown} is neither a file nor a folder nor a link"));
    }

    #[test]
    fn what_cannot_be_read_or_written_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent");
        let error = pack_directory(&absent, Cursor::new(Vec::new())).unwrap_err();
        assert!(matches!(&error, PackError::Read { path, .. } if *path == absent.display().to_string()));

        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let noise: Vec<u8> = (0..200_000).map(|_| noise()).collect();
        fs::write(folder.path().join("file"), noise).unwrap();
        let mut little = [0; 100_000];
        let packed = pack_directory(folder.path(), Cursor::new(&mut little[..])).map(drop);
        let Err(PackError::Write(cause)) = packed else { panic!("{packed:?}") };
        assert_eq!(cause.kind(), io::ErrorKind::WriteZero);
    }

    #[test]
    fn a_failure_is_told_once() {
        let mut little = [0; 4];
        let mut output = Output::new(Cursor::new(&mut little[..])).unwrap();
        assert_eq!(output.write(b"PK12345").unwrap(), 4);
        assert_eq!(output.write(b"345").unwrap_err().kind(), io::ErrorKind::WriteZero);
        assert_eq!(output.write(b"345").unwrap(), 3);
        assert_eq!(output.stream_position().unwrap(), 7);
        output.seek(SeekFrom::Start(2)).unwrap();
        output.write_all(b"x").unwrap();
        output.flush().unwrap();
        assert_eq!(output.stream_position().unwrap(), 3);
        assert_eq!(output.seek(SeekFrom::End(0)).unwrap(), 7);
        assert_eq!(little, *b"PK12");
    }
}

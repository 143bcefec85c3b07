//! Reading an export.

use std::error::Error;
use std::io::BufRead;

use funclet_function_store::{ExportedEntry, ImportError, Importer};
use funclet_storage::{Backend, BlobDigest, Entropy};
use serde::de::DeserializeOwned;

use crate::export_file::text::{Complaint, Text};
use crate::export_file::{Counts, End, Header, VERSION};

/// The longest name of a member that tells what a line is, and the longest digest.
const NAME_BYTES_MAX: usize = 64;

/// Reads a file into an empty store; `now_ms` is the time. What is written when it fails is not whole.
pub(crate) fn read(
    input: impl BufRead,
    backend: &dyn Backend,
    ids: &dyn Entropy,
    now_ms: u64,
) -> Result<Counts, Box<dyn Error>> {
    let mut text = Text::new(input);
    let header = header(&mut text).map_err(|complaint| at(&text, &complaint))?;
    let mut import = Import {
        importer: Importer::new(backend, ids, now_ms.max(header.time_ms)),
        counts: Counts::default(),
        ended: false,
    };
    while !text.is_at_end().map_err(|complaint| at(&text, &complaint))? {
        import.line(&mut text).map_err(|failure| match failure {
            Failure::Line(complaint) => at(&text, &complaint).into(),
            Failure::Other(error) => error,
        })?;
    }
    if !import.ended {
        return Err(at(&text, "the file ends before its end line, so it is not whole").into());
    }
    Ok(import.counts)
}

fn at<R>(text: &Text<R>, complaint: &str) -> String {
    format!("line {}: {complaint}", text.line)
}

fn header(text: &mut Text<impl BufRead>) -> Result<Header, Complaint> {
    let line = text.rest("")?;
    let header: Header = serde_json::from_slice(&line).map_err(|_| "this is no export of funclet")?;
    if header.funclet_export != VERSION {
        let found = header.funclet_export;
        return Err(format!(
            "this is an export of version {found}, and this program reads version {VERSION}"
        ));
    }
    text.end_line()?;
    Ok(header)
}

/// Why a line is not imported.
enum Failure {
    Line(Complaint),
    /// Says itself where it comes from, or comes from no line.
    Other(Box<dyn Error>),
}

impl From<Complaint> for Failure {
    fn from(complaint: Complaint) -> Self {
        Self::Line(complaint)
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self::Other(error.into())
    }
}

struct Import<'a> {
    importer: Importer<'a>,
    counts: Counts,
    ended: bool,
}

impl Import<'_> {
    fn line(&mut self, text: &mut Text<impl BufRead>) -> Result<(), Failure> {
        if self.ended {
            return Err("something follows the end line".to_owned().into());
        }
        text.expect(b'{')?;
        let name = text.string(NAME_BYTES_MAX)?;
        match name.as_str() {
            "package" => self.package(text)?,
            _ => {
                let line = text.rest(&format!("{{\"{name}\""))?;
                if name == "end" { self.end(&parse::<End>(&line)?)? } else { self.entry(text.line, &line)? }
            }
        }
        Ok(text.end_line()?)
    }

    fn entry(&mut self, number: u64, line: &[u8]) -> Result<(), Failure> {
        let entry: ExportedEntry = parse(line)?;
        self.importer.add(number, entry)?;
        self.counts.entries += 1;
        Ok(())
    }

    fn end(&mut self, End { end }: &End) -> Result<(), Failure> {
        // An entry that waits may turn out to be wrong, which then is the better complaint.
        self.importer.finish()?;
        self.ended = true;
        if *end == self.counts {
            return Ok(());
        }
        let Counts { packages, entries } = self.counts;
        Err(format!("the file had {end}, of which {entries} and {packages} are here").into())
    }

    /// Takes a package in as it is read.
    fn package(&mut self, text: &mut Text<impl BufRead>) -> Result<(), Failure> {
        let failed = |error: funclet_storage::StoreError| Failure::Other(error.into());
        let (mut sha256, mut size, mut staged) = (None, None, None);
        text.expect(b':')?;
        text.expect(b'{')?;
        loop {
            let name = text.string(NAME_BYTES_MAX)?;
            text.expect(b':')?;
            match name.as_str() {
                "sha256" => sha256 = Some(text.string(NAME_BYTES_MAX)?),
                "size" => size = Some(text.number()?),
                "base64" => {
                    let mut writer = self.importer.stage().map_err(failed)?;
                    let mut failure = None;
                    let read = text.base64(&mut |part| {
                        writer.push(part).map_err(|error| {
                            failure = Some(error);
                            String::new()
                        })
                    });
                    if let Some(error) = failure {
                        return Err(failed(error));
                    }
                    read?;
                    staged = Some(writer.finish().map_err(failed)?);
                }
                _ => return Err(format!("a package has no member `{name}`").into()),
            }
            if !text.take(b',')? {
                break;
            }
        }
        text.expect(b'}')?;
        text.expect(b'}')?;
        let (Some(sha256), Some(size), Some(staged)) = (sha256, size, staged) else {
            return Err("a package has sha256, size and base64".to_owned().into());
        };
        if size != staged.size() || BlobDigest::from_hex(&sha256) != Some(staged.digest()) {
            return Err("the content of the package does not have this sha256 and size".to_owned().into());
        }
        self.importer.add_package(staged).map_err(failed)?;
        self.counts.packages += 1;
        Ok(())
    }
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, Complaint> {
    serde_json::from_slice(line).map_err(|error| {
        // serde_json counts the lines of what it is given, which is one.
        let text = error.to_string();
        text.rsplit_once(" at line ").map_or(text.clone(), |(text, _)| text.to_owned())
    })
}

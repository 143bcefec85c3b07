//! Writing an export.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Read as _, Write};

use base64_simd::STANDARD;
use funclet_function_store::exported_entries;
use funclet_storage::{Backend as _, BlobDigest, LocalBackend};
use sha2::{Digest as _, Sha256};

use crate::export_file::{Counts, End, Header, VERSION};
use crate::failure::sentence;
use crate::progress::Progress;

/// How much of a package is in memory at once: a multiple of three, so that the base64 of the parts is that of the whole.
const PART_BYTES: usize = 48 << 10;

/// Writes everything that accounts have in a store of which nothing changes meanwhile.
pub(crate) fn write(
    backend: &LocalBackend,
    out: &mut dyn Write,
    progress: &Progress,
) -> Result<Counts, Box<dyn Error>> {
    let header = Header { funclet_export: VERSION, time_ms: backend.time_ms_max() };
    writeln!(out, "{}", serde_json::to_string(&header)?)?;
    let mut packages = BTreeMap::new();
    for entry in exported_entries(backend) {
        packages.extend(entry?.packages());
    }
    let (mut done, total) = (0, packages.values().sum());
    for (digest, size) in &packages {
        let fault = write_package(backend, digest, *size, out, &mut |bytes| {
            done += bytes;
            progress.set(done, total);
        })?;
        if let Some(fault) = fault {
            return Err(blame(backend, digest, &fault).into());
        }
    }
    let mut entries = 0;
    for entry in exported_entries(backend) {
        entries += 1;
        writeln!(out, "{}", serde_json::to_string(&entry?)?)?;
    }
    let end = Counts { packages: packages.len() as u64, entries };
    writeln!(out, "{}", serde_json::to_string(&End { end })?)?;
    out.flush()?;
    Ok(end)
}

/// Writes a package. Returns what is wrong with it, if anything; then what was written is not it.
fn write_package(
    backend: &LocalBackend,
    digest: &BlobDigest,
    size: u64,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<String>, Box<dyn Error>> {
    let unreadable = |error: &(dyn Error + 'static)| Some(format!("cannot be read: {}", sentence(error)));
    let mut content = match backend.blobs().open(digest) {
        Ok(Some(content)) => content,
        Ok(None) => return Ok(Some("is missing".to_owned())),
        Err(error) => return Ok(unreadable(&error)),
    };
    write!(out, r#"{{"package":{{"sha256":"{digest}","size":{size},"base64":""#)?;
    let (mut hasher, mut part) = (Sha256::new(), Vec::with_capacity(PART_BYTES));
    loop {
        part.clear();
        // Filled up, so that only the last part may need padding.
        if let Err(error) = content.by_ref().take(PART_BYTES as u64).read_to_end(&mut part) {
            return Ok(unreadable(&error));
        }
        if part.is_empty() {
            break;
        }
        hasher.update(&part);
        progress(part.len() as u64);
        out.write_all(STANDARD.encode_to_string(&part).as_bytes())?;
    }
    writeln!(out, r#""}}}}"#)?;
    let found: [u8; 32] = hasher.finalize().into();
    let is_whole = (BlobDigest::from_bytes(found), content.len()) == (*digest, size);
    Ok((!is_whole).then(|| "is damaged".to_owned()))
}

/// Says whose package is at fault, and where it lies.
fn blame(backend: &LocalBackend, digest: &BlobDigest, fault: &str) -> String {
    let mut entries = exported_entries(backend).filter_map(Result::ok);
    let holder = entries.find(|entry| entry.packages().iter().any(|(package, _)| package == digest));
    let name = holder.and_then(|entry| Some(format!(" of {} ({})", entry.name()?, entry.scope())));
    let (name, path) = (name.unwrap_or_default(), backend.blob_path(digest));
    format!("the package{name} in {} {fault}; `funclet check` tells more", path.display())
}

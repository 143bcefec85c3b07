//! Writing an export.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Read as _, Write};

use base64_simd::STANDARD;
use funclet_function_store::exported_entries;
use funclet_storage::{Backend, BlobDigest};
use sha2::{Digest as _, Sha256};

use crate::export_file::{Counts, End, Header, VERSION};
use crate::progress::Progress;

/// How much of a package is in memory at once: a multiple of three, so that the base64 of the parts is that of the whole.
const PART_BYTES: usize = 48 << 10;

/// Writes everything that accounts have in a store of which nothing changes meanwhile.
pub(crate) fn write(
    backend: &dyn Backend,
    out: &mut dyn Write,
    progress: &Progress,
) -> Result<Counts, Box<dyn Error>> {
    let header = Header { funclet_export: VERSION, time_ms: backend.time_ms_max() };
    writeln!(out, "{}", serde_json::to_string(&header)?)?;
    let mut packages = BTreeMap::new();
    for entry in exported_entries(backend) {
        packages.extend(entry?.package());
    }
    let (mut done, total) = (0, packages.values().sum());
    for (digest, size) in &packages {
        write_package(backend, digest, *size, out, &mut |bytes| {
            done += bytes;
            progress.set(done, total);
        })?;
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

fn write_package(
    backend: &dyn Backend,
    digest: &BlobDigest,
    size: u64,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Box<dyn Error>> {
    let damaged = || format!("the package {digest} is damaged or missing: `funclet check` tells more");
    let mut content = backend.blobs().open(digest)?.ok_or_else(damaged)?;
    write!(out, r#"{{"package":{{"sha256":"{digest}","size":{size},"base64":""#)?;
    let (mut hasher, mut part) = (Sha256::new(), Vec::with_capacity(PART_BYTES));
    loop {
        part.clear();
        // Filled up, so that only the last part may need padding.
        content.by_ref().take(PART_BYTES as u64).read_to_end(&mut part)?;
        if part.is_empty() {
            break;
        }
        hasher.update(&part);
        progress(part.len() as u64);
        out.write_all(STANDARD.encode_to_string(&part).as_bytes())?;
    }
    writeln!(out, r#""}}}}"#)?;
    let found: [u8; 32] = hasher.finalize().into();
    if (BlobDigest::from_bytes(found), content.len()) == (*digest, size) {
        Ok(())
    } else {
        Err(damaged().into())
    }
}

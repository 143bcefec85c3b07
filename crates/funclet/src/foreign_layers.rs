//! Layers of other accounts: looked up before the decision, and kept until it is made.
//!
//! A transaction sees one account, so it cannot look up the layers of another one itself. What is found here stays as it is,
//! because a version of a layer never changes; that it stays at all is what the pins are for.

use std::io::Read as _;

use funclet_function_store::{Failure, FindLayerVersion, ForeignLayer, LayerPackage, ServiceError};
use funclet_storage::BlobStore;
use funclet_storage::limits::INLINED_BYTES_MAX;
use funclet_validation::{Caller, LayerVersionArn, LayerVersionReference};

use crate::engine::Engine;
use crate::error::Error;
use crate::package::Stay;
use crate::package_reports;

impl Engine {
    /// Looks up the layers among `arns` that belong to other accounts of the region. A refusal is part of the result, to be
    /// told in its turn.
    pub(crate) fn foreign_layers(
        &self,
        caller: &Caller,
        arns: &[LayerVersionArn],
    ) -> Result<(Vec<ForeignLayer>, Vec<Stay>), Error> {
        let (mut layers, mut stays) = (Vec::new(), Vec::new());
        let code_bytes_max = self.store.backend().blobs().inline_bytes_max();
        let mut room =
            INLINED_BYTES_MAX.saturating_sub(code_bytes_max + package_reports::INLINED_BYTES_MAX) as u64;
        for arn in arns {
            let Some(version) = LayerVersionReference::of_arn(arn) else { continue };
            if version.layer.account == caller.account {
                continue;
            }
            let owner =
                Caller { account: version.layer.account.clone(), region: version.layer.region.clone() };
            let find = FindLayerVersion { version, asked_by: caller.account.clone() };
            let found = match self.store.look(&owner, find) {
                Ok(package) => self.keep_layer(package, &mut room, &mut stays)?.ok_or_else(|| not_found(arn)),
                Err(Failure::Refused(refusal)) => Err(refusal),
                Err(failure) => return Err(failure.into()),
            };
            layers.push(ForeignLayer { arn: arn.clone(), found });
        }
        Ok((layers, stays))
    }

    /// Sees to it that another scope can hold a layer: a small one rides in the record, if there is room for it beside the
    /// others and the code of the function; a large one is pinned. `None` if it was deleted meanwhile.
    fn keep_layer(
        &self,
        package: LayerPackage,
        room: &mut u64,
        stays: &mut Vec<Stay>,
    ) -> Result<Option<LayerPackage>, Error> {
        let blobs = self.store.backend().blobs();
        if package.size <= *room && package.size <= blobs.inline_bytes_max() as u64 {
            let Some(reader) = blobs.open(&package.digest)? else { return Ok(None) };
            *room -= package.size;
            let inline = Some(reader.read_whole().map_err(Error::failed)?);
            return Ok(Some(LayerPackage { inline, ..package }));
        }
        let pin = match blobs.pin(&package.digest)? {
            Some(pin) => pin,
            // It may ride in the log, for there was room in the record of its owner, or the limit was another one.
            None => match copy(blobs, &package)? {
                Some(pin) => pin,
                None => return Ok(None),
            },
        };
        stays.push(Stay::pinned(pin));
        Ok(Some(package))
    }
}

fn not_found(arn: &LayerVersionArn) -> ServiceError {
    ServiceError::LayerNotFound { arn: arn.to_string() }
}

/// How many bytes are copied at once.
const CHUNK_BYTES: usize = 64 << 10;

fn copy(blobs: &dyn BlobStore, package: &LayerPackage) -> Result<Option<funclet_storage::PinnedBlob>, Error> {
    let Some(mut reader) = blobs.open(&package.digest)? else { return Ok(None) };
    let mut writer = blobs.stage()?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match reader.read(&mut chunk).map_err(Error::failed)? {
            0 => return Ok(Some(blobs.store(writer.finish()?)?)),
            read => writer.push(chunk.get(..read).unwrap_or_default())?,
        }
    }
}

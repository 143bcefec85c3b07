//! The layers that a function refers to.

use funclet_validation::{LayerVersionArn, LayerVersionReference};

use crate::decide::layer::LayerPackage;
use crate::decide::{Context, Stop};
use crate::error::ServiceError;
use crate::stored::{self, StoredCode, StoredLayer};

/// What a function may have in all, unzipped, in bytes: its code and its layers (documented).
const UNZIPPED_BYTES_MAX: u64 = 262_144_000;

/// A layer of another account that a request refers to, looked up before the decision.
#[derive(Debug, Clone)]
pub struct ForeignLayer {
    /// As the request has it.
    pub arn: LayerVersionArn,
    /// What was found; a refusal is told in its turn.
    pub found: Result<LayerPackage, ServiceError>,
}

/// Finds the layers of a request, in its order.
///
/// # Errors
/// [`ServiceError::LayerNotFound`] with the ARN as it was given (recorded from AWS).
pub(crate) fn find(
    context: &Context<'_>,
    arns: &[LayerVersionArn],
    foreign: &[ForeignLayer],
) -> Result<Vec<StoredLayer>, Stop> {
    arns.iter().map(|arn| find_one(context, arn, foreign)).collect()
}

/// Refuses layers of the caller's account that do not exist; the others are looked up later.
pub(crate) fn check_own(context: &Context<'_>, arns: &[LayerVersionArn]) -> Result<(), Stop> {
    let is_own = |arn: &&LayerVersionArn| match LayerVersionReference::of_arn(arn) {
        Some(version) => version.layer.is_of(context.caller),
        None => true,
    };
    arns.iter().filter(is_own).try_for_each(|arn| find_one(context, arn, &[]).map(drop))
}

fn find_one(
    context: &Context<'_>,
    arn: &LayerVersionArn,
    foreign: &[ForeignLayer],
) -> Result<StoredLayer, Stop> {
    let not_found = || ServiceError::LayerNotFound { arn: arn.to_string() };
    let version = LayerVersionReference::of_arn(arn).ok_or_else(not_found)?;
    if version.layer.is_of(context.caller) {
        let found = context.find_layer_version(version.layer.name.as_str(), version.version)?;
        return Ok(found.ok_or_else(not_found)?.of_function(arn.to_string()));
    }
    let looked_up = foreign.iter().find(|layer| layer.arn == *arn).ok_or_else(not_found)?;
    let package = looked_up.found.as_ref().map_err(Clone::clone)?;
    Ok(StoredLayer {
        arn: arn.to_string(),
        code_sha256: *package.digest.as_bytes(),
        code_size: package.size,
        unzipped_size: package.unzipped_size,
    })
}

/// Refuses layers that take more than a function may have, alone or with its code. Both texts are quoted in public reports
/// (bento-video/bento#1, lambci/git-lambda-layer#27).
pub(crate) fn check_room(code: &StoredCode, layers: &[StoredLayer]) -> Result<(), ServiceError> {
    let of_layers = stored::unzipped_size(layers);
    if of_layers == 0 {
        return Ok(());
    }
    if of_layers >= UNZIPPED_BYTES_MAX {
        return Err(ServiceError::InvalidParameterValue(format!(
            "Layers consume more than the available size of {UNZIPPED_BYTES_MAX} bytes"
        )));
    }
    let all = of_layers.saturating_add(unzipped_size(code));
    if all >= UNZIPPED_BYTES_MAX {
        return Err(ServiceError::InvalidParameterValue(format!(
            "Function code combined with layers exceeds the maximum allowed size of {UNZIPPED_BYTES_MAX} bytes. The \
             actual size is {all} bytes."
        )));
    }
    Ok(())
}

/// Refuses new code for which the layers leave no room. The text is that of code alone, with what is left (quoted in public
/// reports).
pub(crate) fn check_room_left(code: &StoredCode, of_layers: u64) -> Result<(), ServiceError> {
    let left = UNZIPPED_BYTES_MAX.saturating_sub(of_layers);
    if of_layers > 0 && unzipped_size(code) >= left {
        return Err(ServiceError::InvalidParameterValue(format!(
            "Unzipped size must be smaller than {left} bytes"
        )));
    }
    Ok(())
}

fn unzipped_size(code: &StoredCode) -> u64 {
    match code {
        StoredCode::Zip { unzipped_size, .. } => *unzipped_size,
        StoredCode::Image { .. } => 0,
    }
}

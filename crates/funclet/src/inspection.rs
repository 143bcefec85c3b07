//! What packages are inspected for when they are uploaded, and what is remembered of them.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use funclet_function_store::{CodeInspection, CodeUser, Reason};
use funclet_package_inspection::{
    Architecture as Instructions, Facts, Framing, Level, Report, Usage, Verdict,
};
use funclet_storage::BlobDigest;
use funclet_validation::Architecture;

/// What is done about native code that does not run on the function's architecture.
///
/// The service takes such code, and the function fails when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ArchPolicy {
    /// Nobody looks: packages are hashed, their framing is checked, and no report is made.
    Off,
    /// The code is taken, as by the service. A report is kept beside the package, and the feed has an event
    /// ([`ResourceKind::PackageReport`](crate::ResourceKind::PackageReport)).
    #[default]
    Warn,
    /// The code is refused with `InvalidParameterValueException` and a text of ours, which names the first file.
    Enforce,
}

/// A word that is no policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct NoPolicy(&'static str);

impl FromStr for ArchPolicy {
    type Err = NoPolicy;

    fn from_str(word: &str) -> Result<Self, NoPolicy> {
        match word {
            "off" => Ok(Self::Off),
            "warn" => Ok(Self::Warn),
            "enforce" => Ok(Self::Enforce),
            _ => Err(NoPolicy("off, warn or enforce")),
        }
    }
}

impl fmt::Display for ArchPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        })
    }
}

/// How packages are inspected when they are uploaded.
///
/// ```
/// use funclet::{ArchPolicy, Framing, Funclet, Inspection};
///
/// let strictly = Inspection { arch_policy: ArchPolicy::Enforce, framing: Framing::Strict };
/// let engine = Funclet::builder().inspection(strictly).open_in_memory();
/// // One request as the service would treat it.
/// let _lambda = engine.lambda().with_inspection(Inspection::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Inspection {
    /// What is done about code for another architecture.
    pub arch_policy: ArchPolicy,
    /// Whether archives are refused that two readers could read differently; by default they are not, as by the service.
    pub framing: Framing,
}

/// Reads the name of a profile: `lenient` or `strict`.
///
/// # Errors
/// [`NoPolicy`].
pub fn parse_framing(word: &str) -> Result<Framing, NoPolicy> {
    match word {
        "lenient" => Ok(Framing::Lenient),
        "strict" => Ok(Framing::Strict),
        _ => Err(NoPolicy("lenient or strict")),
    }
}

impl Inspection {
    /// How deep packages are looked into.
    pub(crate) fn level(self) -> Level {
        match self.arch_policy {
            // Whether all readers read it alike shows in the whole content.
            _ if self.framing == Framing::Strict => Level::Verify,
            ArchPolicy::Off => Level::Frame,
            ArchPolicy::Warn | ArchPolicy::Enforce => Level::Heads,
        }
    }

    /// What a report means for the decision; the document is added to it where that is worth keeping.
    pub(crate) fn judge(self, report: &Report<'_>) -> CodeInspection {
        let looks = self.arch_policy != ArchPolicy::Off;
        let misfit = |instructions: Instructions| {
            let refusal = report.mismatch(instructions)?;
            Some((architecture(instructions), refusal.to_string()))
        };
        CodeInspection {
            misfits: Instructions::ALL.into_iter().filter(|_| looks).filter_map(misfit).collect(),
            enforced: self.arch_policy == ArchPolicy::Enforce,
            failure: report.extraction_failure().map(|_| not_extractable()),
            report: None,
            warns: looks && report.verdict(Framing::Lenient) >= Verdict::Warn,
        }
    }
}

/// As the service says it once it has tried; reported by its users.
fn not_extractable() -> Reason {
    Reason {
        code: Reason::INVALID_ZIP_FILE.into(),
        text: "Failed to unzip archive: An error in the archive format was detected. Please fix the error and retry;"
            .into(),
    }
}

fn architecture(instructions: Instructions) -> Architecture {
    match instructions {
        Instructions::X86_64 => Architecture::X86_64,
        Instructions::Arm64 => Architecture::Arm64,
    }
}

/// What the inspection has to know about whoever uses the package; nothing of a layer.
pub(crate) fn usage(user: Option<&CodeUser>, is_layer: bool) -> Usage {
    let instructions = |architecture| match architecture {
        Architecture::X86_64 => Instructions::X86_64,
        Architecture::Arm64 => Instructions::Arm64,
    };
    Usage {
        architecture: user.map(|user| instructions(user.architecture)),
        runtime: user.and_then(|user| user.runtime.clone()),
        handler: user.and_then(|user| user.handler.clone()),
        is_layer,
        ..Usage::default()
    }
}

/// How much is remembered of packages, in bytes, and of how many: they are looked through one by one.
const CACHE_BYTES_MAX: usize = 8 << 20;
const CACHED_MAX: usize = 256;

/// The facts about the packages that were inspected last: what comes again is not read again.
#[derive(Default)]
pub(crate) struct FactsCache(Mutex<Cached>);

#[derive(Default)]
struct Cached {
    /// The one that was used last comes last.
    facts: VecDeque<(Key, Arc<Facts>)>,
    bytes: usize,
}

type Key = (BlobDigest, Level);

impl FactsCache {
    pub(crate) fn get(&self, digest: BlobDigest, level: Level) -> Option<Arc<Facts>> {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A deeper look has seen everything that is asked for.
        let at = cached.facts.iter().position(|((other, deep), _)| *other == digest && *deep >= level)?;
        let found = cached.facts.remove(at)?;
        let facts = Arc::clone(&found.1);
        cached.facts.push_back(found);
        Some(facts)
    }

    pub(crate) fn put(&self, digest: BlobDigest, facts: &Arc<Facts>) {
        let bytes = facts.memory_bytes();
        if bytes > CACHE_BYTES_MAX / 4 {
            return;
        }
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.bytes += bytes;
        cached.facts.push_back(((digest, facts.level), Arc::clone(facts)));
        while cached.bytes > CACHE_BYTES_MAX || cached.facts.len() > CACHED_MAX {
            let Some((_, oldest)) = cached.facts.pop_front() else { break };
            cached.bytes -= oldest.memory_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use funclet_package_inspection::{InspectOptions, inspect};

    use super::*;

    fn digest(number: usize) -> BlobDigest {
        BlobDigest::of(&number.to_le_bytes())
    }

    #[test]
    fn what_was_used_last_is_remembered() {
        let facts = Arc::new(inspect(&Vec::new(), &InspectOptions::default()).unwrap());
        let cache = FactsCache::default();
        for number in 0..2 * CACHED_MAX {
            cache.put(digest(number), &facts);
            assert!(cache.get(digest(0), Level::Heads).is_some(), "used again and again");
        }
        let remembered = |number| cache.get(digest(number), Level::Heads).is_some();
        assert_eq!((0..2 * CACHED_MAX).filter(|&number| remembered(number)).count(), CACHED_MAX);
        assert!(!remembered(1) && remembered(2 * CACHED_MAX - 1));
    }

    #[test]
    fn a_deeper_look_is_asked_for_anew() {
        let facts = Arc::new(inspect(&Vec::new(), &InspectOptions::default()).unwrap());
        let cache = FactsCache::default();
        cache.put(digest(0), &facts);
        let found =
            [Level::Frame, Level::Heads, Level::Verify].map(|level| cache.get(digest(0), level).is_some());
        assert_eq!(found, [true, true, false]);
    }
}

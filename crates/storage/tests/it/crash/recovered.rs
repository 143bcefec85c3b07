//! What has to be true of a store that was opened after a power cut.

use std::path::Path;

use funclet_storage::{Backend, BlobDigest, LocalBackend, StoreError, Vfs as _};
use funclet_testkit::{Exploration, Keep, SimVfs, explore};

use super::history::{Epoch, History, landed, unmark};
use crate::model::compare;
use crate::script::{ROOT, get, put};

/// How many of the last marks the last batch can have put: its transactions, and a read after each. That the last batch was
/// damaged cannot be told from its never having been written.
const MARKS_OF_A_BATCH: usize = 12;

/// Opens a disk and checks what is there.
pub(crate) fn check(history: &History, image: &SimVfs, marks: &[u64]) -> Result<(), String> {
    let epoch = marks.last().map_or(0, |mark| unmark(*mark).0);
    let before_last_batch = marks.len().saturating_sub(MARKS_OF_A_BATCH);
    let state = State { history, epoch: &history.epochs[epoch] };
    let pristine = image.crash(Keep::Everything);
    let there = state.recovered(image, 1)?;
    at_least(there, promised(marks, epoch))?;
    let drawn = pristine.digest();
    if drawn.is_multiple_of(32) {
        state.recovery_may_be_cut(&pristine, there)?;
    }
    if drawn.is_multiple_of(4) {
        state.damage_is_no_loss(&pristine, drawn, promised(&marks[..before_last_batch], epoch))?;
    }
    Ok(())
}

/// How many transactions of an epoch the marks say are there for good.
fn promised(marks: &[u64], epoch: usize) -> usize {
    let of_epoch = marks.iter().map(|mark| unmark(*mark)).filter(|(of, _)| *of == epoch);
    of_epoch.map(|(_, count)| count).max().unwrap_or(0)
}

fn at_least(there: usize, promised: usize) -> Result<(), String> {
    if there < promised {
        return Err(format!("{promised} transactions were promised, {there} are there"));
    }
    Ok(())
}

/// What may be there.
struct State<'a> {
    history: &'a History,
    epoch: &'a Epoch,
}

impl State<'_> {
    fn open(&self, vfs: &SimVfs, nth: u64) -> Result<LocalBackend, StoreError> {
        LocalBackend::open(&self.history.setting.options(vfs, 1_000 + nth))
    }

    /// Compares everything that can be read. Returns how many transactions are there.
    fn compare(&self, store: &dyn Backend) -> Result<usize, String> {
        let there = landed(store, &self.epoch.written)?;
        compare(store, &self.epoch.states[there]);
        Ok(there)
    }

    /// Opens a disk, compares everything, and goes on with the store, across one more cut.
    fn recovered(&self, image: &SimVfs, nth: u64) -> Result<usize, String> {
        let does_not_open = |error: StoreError| format!("does not open: {error}");
        let store = self.open(image, nth).map_err(does_not_open)?;
        let there = self.compare(&store)?;
        put(&store, 1 << 40, "after", "the cut").map_err(|error| format!("does not go on: {error}"))?;
        let later = image.crash(Keep::Nothing);
        let again = self.open(&later, nth + 1).map_err(does_not_open)?;
        let told = landed(&again, &self.epoch.written)?;
        if told != there {
            return Err(format!("{there} transactions were there, and then {told}"));
        }
        if get(&again, "after").as_deref() != Some("the cut") {
            return Err("what was written after the recovery is lost".into());
        }
        again.checkpoint().map_err(|error| format!("no checkpoint: {error}"))?;
        again.close().map_err(|error| format!("does not close: {error}"))?;
        self.is_tidy(&later, there)?;
        Ok(there)
    }

    /// No file is left of a blob that nobody holds.
    fn is_tidy(&self, vfs: &SimVfs, there: usize) -> Result<(), String> {
        let blobs = Path::new(ROOT).join("blobs");
        for path in vfs.files().into_iter().filter(|path| path.starts_with(&blobs)) {
            let digest = path.file_name().and_then(|name| BlobDigest::from_hex(name.to_str()?));
            let digest = digest.ok_or_else(|| format!("{} is no blob", path.display()))?;
            let scopes = &self.epoch.states[there].scopes;
            if !scopes.iter().any(|scope| scope.held.contains_key(&digest)) {
                return Err(format!("{} is left of a blob that nobody holds", path.display()));
            }
        }
        Ok(())
    }

    /// Records an opening and checks what a power cut may leave of it.
    fn recovery_may_be_cut(&self, pristine: &SimVfs, there: usize) -> Result<(), String> {
        let vfs = pristine.crash(Keep::Everything);
        vfs.record();
        drop(self.open(&vfs, 900).map_err(|error| error.to_string())?);
        let recording = vfs.take_recording();
        let how = Exploration { seed: 1, images_per_moment: 12, images_max: 120, threads: 1 };
        let explored = explore(&recording, &how, &|image, _| {
            let told = self.recovered(image, 10)?;
            if told == there { Ok(()) } else { Err(format!("{there} transactions were there, then {told}")) }
        });
        explored.failure.map_or(Ok(()), |failure| Err(format!("a cut of the recovery: {failure}")))
    }

    /// Flips a bit of snapshot, log and `REACH`, or cuts one of them, or takes it away: the store says so, or what was
    /// promised is there.
    fn damage_is_no_loss(&self, pristine: &SimVfs, drawn: u128, promised: usize) -> Result<(), String> {
        let is_of_state = |path: &Path| {
            path.ends_with("REACH") || path.extension().is_some_and(|kind| kind == "log" || kind == "snap")
        };
        for (nth, path) in pristine.files().iter().filter(|path| is_of_state(path)).enumerate() {
            let content = pristine.read_file(path).unwrap();
            // A file that was about to go may have come back empty.
            let Some(last) = content.iter().rposition(|byte| *byte != 0) else { continue };
            let drawn = drawn >> (8 * nth);
            let at = (drawn & 0xffff_ffff) as usize % (last + 1);
            let vfs = pristine.crash(Keep::Everything);
            let damage = match drawn >> 32 & 3 {
                0 => vfs.remove_file(path).map(|()| "no file"),
                1 => vfs.overwrite(path, &content[..at]).map(|()| "a cut"),
                bit => vfs.flip(path, at, 1 << (2 * bit)).map(|()| "a flipped bit"),
            };
            let damage = damage.unwrap();
            self.is_told_or_there(&vfs, promised)
                .map_err(|error| format!("{damage} at {at} of {}: {error}", path.display()))?;
        }
        Ok(())
    }

    fn is_told_or_there(&self, vfs: &SimVfs, promised: usize) -> Result<(), String> {
        match self.open(vfs, 950) {
            Err(StoreError::Corrupt { .. }) => Ok(()),
            Err(other) => Err(other.to_string()),
            Ok(store) => at_least(self.compare(&store)?, promised),
        }
    }
}

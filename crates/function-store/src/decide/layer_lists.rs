//! Lists of layers: ListLayers, ListLayerVersions.

use funclet_validation::{Architecture, LayerName, LayerVersionReference, ListLayerVersions, ListLayers};

use crate::answer::{LayerPage, LayerSummary, LayerVersionPage};
use crate::decide::layer::{LAYER_NAME_LENGTH_MAX, own_layer, refuse_others};
use crate::decide::list::Filling;
use crate::decide::marker::Marker;
use crate::decide::sealed::Query;
use crate::decide::{Context, Stop};
use crate::keys;
use crate::stored::{Stored as _, StoredLayerVersion, parse};

/// How many entries are read at once.
const PAGE: usize = 50;

/// The runtime and the instruction set that a list asks for.
type Filter<'a> = (Option<&'a str>, Option<&'a str>);

impl StoredLayerVersion {
    fn is_compatible_with(&self, (runtime, architecture): Filter<'_>) -> bool {
        let has = |list: &Option<Vec<String>>, asked: Option<&str>| {
            asked.is_none_or(|asked| list.iter().flatten().any(|one| one == asked))
        };
        has(&self.compatible_runtimes, runtime) && has(&self.compatible_architectures, architecture)
    }
}

/// How many versions of a layer one page of ListLayerVersions looks through for those that a filter admits.
const LOOKED_THROUGH_MAX: usize = 1_000;

impl Query for ListLayerVersions {
    type Answer = LayerVersionPage;

    /// The newest come first; a layer that does not exist has none (recorded from AWS).
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<LayerVersionPage, Stop> {
        refuse_others(context, &self.layer)?;
        let name = self.layer.name.as_str();
        let filter =
            (self.compatible_runtime.as_deref(), self.compatible_architecture.map(Architecture::as_str));
        let mut page = Filling::new(self.max_items);
        if name.len() > LAYER_NAME_LENGTH_MAX {
            return Ok(LayerVersionPage { layer_versions: Vec::new(), next_marker: None });
        }
        let marker = self.marker.as_deref().map(Marker::decode).transpose()?;
        let mut after = marker.map(|marker| keys::layer_version(name, marker.version));
        let mut looked_through = 0;
        while page.room() > 0 {
            let found = context.view.scan(&keys::layer_versions(name), after.as_deref(), PAGE)?;
            page.more = found.more;
            looked_through += found.entries.len();
            for (key, value) in found.entries {
                if page.room() == 0 {
                    page.more = true;
                    break;
                }
                let Some(version) = keys::layer_number_of(&key) else { continue };
                let stored = StoredLayerVersion::decode(&value)?;
                let version = LayerVersionReference { layer: self.layer.clone(), version };
                if stored.is_compatible_with(filter) {
                    page.push(&name, version.version, stored.summary(&version));
                } else {
                    page.pass_over(&name, version.version);
                }
                after = Some(key);
            }
            if !page.more || looked_through >= LOOKED_THROUGH_MAX {
                break;
            }
        }
        let (layer_versions, next_marker) = page.finish();
        Ok(LayerVersionPage { layer_versions, next_marker })
    }
}

/// How many entries of layers and their versions one page of ListLayers looks at.
const LOOKED_AT_MAX: usize = 1_000;

impl Query for ListLayers {
    type Answer = LayerPage;

    /// Each with its newest version that the filters admit; without one it is left out (recorded from AWS).
    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<LayerPage, Stop> {
        let filter =
            (self.compatible_runtime.as_deref(), self.compatible_architecture.map(Architecture::as_str));
        let page = Filling::new(self.max_items);
        let mut listing = LayerListing { context, filter, page, left: LOOKED_AT_MAX };
        let marker = self.marker.as_deref().map(Marker::decode).transpose()?;
        listing.fill(marker)?;
        let (layers, next_marker) = listing.page.finish();
        Ok(LayerPage { layers, next_marker })
    }
}

/// A page of layers while it fills. It ends when it is full, or when enough was looked at: then perhaps within a layer, whose
/// older versions the next page looks at.
struct LayerListing<'a> {
    context: &'a Context<'a>,
    filter: Filter<'a>,
    page: Filling<LayerSummary>,
    /// How many more entries may be looked at.
    left: usize,
}

impl LayerListing<'_> {
    /// Goes on after a layer, or in the midst of its versions.
    fn fill(&mut self, marker: Option<Marker>) -> Result<(), Stop> {
        let mut after = marker.as_ref().map(|marker| keys::layer(&marker.name));
        if let Some(Marker { name, version }) = marker
            && version > 0
            && let Ok(name) = name.parse()
            && !self.add(&name, Some(version))?
        {
            return Ok(());
        }
        loop {
            let found = self.context.view.scan(keys::LAYERS.as_bytes(), after.as_deref(), PAGE)?;
            self.page.more = true;
            for (key, _) in found.entries {
                if self.page.room() == 0 || self.left == 0 {
                    return Ok(());
                }
                self.left -= 1;
                let name: LayerName = parse(keys::last_part(&key).unwrap_or_default())?;
                if !self.add(&name, None)? {
                    return Ok(());
                }
                after = Some(key);
            }
            self.page.more = found.more;
            if !self.page.more || self.page.room() == 0 {
                return Ok(());
            }
        }
    }

    /// Adds a layer if the filter admits one of its versions, all of them or those that are older than one. False if there
    /// are more of them than may be looked at.
    fn add(&mut self, name: &LayerName, older_than: Option<u64>) -> Result<bool, Stop> {
        // The newest is the first: without a filter no other is asked for.
        let limit = if self.filter == (None, None) { 1 } else { PAGE };
        let mut after = older_than.map(|version| keys::layer_version(name.as_str(), version));
        let mut last = older_than.unwrap_or(0);
        loop {
            if self.left == 0 && last > 0 {
                self.page.pass_over(name, last);
                self.page.more = true;
                return Ok(false);
            }
            // Of a layer that was begun something is looked at in any case, so that every page gets on.
            let limit = limit.min(self.left.max(1));
            let prefix = keys::layer_versions(name.as_str());
            let found = self.context.view.scan(&prefix, after.as_deref(), limit)?;
            for (key, value) in found.entries {
                self.left = self.left.saturating_sub(1);
                let number = keys::layer_number_of(&key);
                after = Some(key);
                let Some(number) = number else { continue };
                let stored = StoredLayerVersion::decode(&value)?;
                if stored.is_compatible_with(self.filter) {
                    self.page.push(name, 0, self.summary(name, number, &stored));
                    return Ok(true);
                }
                last = number;
            }
            if !found.more {
                self.page.pass_over(name, 0);
                return Ok(true);
            }
        }
    }

    fn summary(&self, name: &LayerName, number: u64, stored: &StoredLayerVersion) -> LayerSummary {
        let version = LayerVersionReference { layer: own_layer(self.context, name), version: number };
        LayerSummary {
            layer_name: name.clone(),
            layer_arn: version.layer.to_string(),
            latest_matching_version: stored.summary(&version),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use funclet_storage::{Backend as _, BlobDigest, MemoryBackend, Page, ReadError, TxnId, Value, View};
    use funclet_validation::{Caller, ListLayersRequest};

    use super::*;
    use crate::decide::Drawn;
    use crate::lifecycle::Transitions;
    use crate::stored::{Stored, StoredLayerHead};

    #[derive(Default)]
    struct Layers {
        backend: MemoryBackend,
        transactions: u8,
    }

    /// A view that counts how many versions it shows.
    struct Watched<'a> {
        view: &'a dyn View,
        seen: Cell<usize>,
    }

    impl View for Watched<'_> {
        fn get(&self, key: &[u8]) -> Result<Option<Value>, ReadError> {
            self.view.get(key)
        }

        fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Page, ReadError> {
            let page = self.view.scan(prefix, after, limit)?;
            let versions =
                page.entries.iter().filter(|(key, _)| key.starts_with(keys::LAYER_VERSIONS.as_bytes()));
            self.seen.set(self.seen.get() + versions.count());
            Ok(page)
        }

        fn holds(&self, digest: &BlobDigest) -> Result<bool, ReadError> {
            self.view.holds(digest)
        }
    }

    fn caller() -> Caller {
        Caller { account: "111122223333".parse().unwrap(), region: "us-east-1".parse().unwrap() }
    }

    impl Layers {
        fn put(&mut self, entries: &[(Vec<u8>, funclet_storage::Encoded)]) {
            self.transactions += 1;
            let id = TxnId::new(u64::from(self.transactions), [self.transactions; 16]);
            let body = &mut |tx: &mut dyn funclet_storage::Tx| {
                for (key, value) in entries {
                    tx.get(key)?;
                    tx.put(key, value.clone())?;
                }
                Ok(())
            };
            self.backend.transact(&keys::scope(&caller()).unwrap(), id, body).unwrap();
        }

        /// Adds a layer with so many versions, of which the oldest alone is for Python.
        fn add(&mut self, name: &str, versions: u64) {
            let head = StoredLayerHead { next_version: versions + 1, code_bytes: 0, tags: Vec::new() };
            self.put(&[(keys::layer(name), head.encode().unwrap())]);
            let version = |number| StoredLayerVersion {
                created_ms: 0,
                sha256: [0; 32],
                size: 0,
                unzipped_size: 0,
                description: String::new(),
                license_info: None,
                compatible_runtimes: (number == 1).then(|| vec!["python3.13".to_owned()]),
                compatible_architectures: None,
            };
            let entry = |number| (keys::layer_version(name, number), version(number).encode().unwrap());
            let entries: Vec<_> = (1..=versions).map(entry).collect();
            entries.chunks(50).for_each(|entries| self.put(entries));
        }

        /// A page of layers, each with the number of its version, where to go on, and how many versions were looked at.
        fn list(
            &self,
            runtime: Option<&str>,
            marker: Option<String>,
        ) -> (Vec<(String, u64)>, Option<String>, usize) {
            let (caller, mut told) = (caller(), None);
            let drawn = Drawn {
                now_ms: 0,
                incarnation: [0; 16],
                revisions: [[0; 16]; 4],
                transitions: Transitions::Immediate,
                code_bytes_max: 0,
                concurrent_executions_max: 0,
            };
            let compatible_runtime = runtime.map(Into::into);
            let request = ListLayersRequest { compatible_runtime, marker, ..Default::default() };
            let request = request.validate(&caller).unwrap();
            let body = &mut |view: &dyn View| {
                let watched = Watched { view, seen: Cell::default() };
                let page = request.look(&Context { view: &watched, caller: &caller, drawn: &drawn }).unwrap();
                told = Some((page, watched.seen.get()));
                Ok(())
            };
            self.backend.read(&keys::scope(&caller).unwrap(), body).unwrap();
            let (page, seen) = told.unwrap();
            let entry =
                |layer: &LayerSummary| (layer.layer_name.to_string(), layer.latest_matching_version.version);
            (page.layers.iter().map(entry).collect(), page.next_marker, seen)
        }
    }

    #[test]
    fn one_version_of_each_layer_is_read_without_a_filter() {
        let mut layers = Layers::default();
        ["a", "b", "c"].iter().for_each(|name| layers.add(name, 300));
        let (layers, marker, seen) = layers.list(None, None);
        assert_eq!(layers, [("a".into(), 300), ("b".into(), 300), ("c".into(), 300)]);
        assert_eq!((marker, seen), (None, 3));
    }

    /// However many versions there are, each page looks at a bounded number, and all of them find every layer once.
    #[test]
    fn a_filter_looks_at_so_many_versions_for_a_page() {
        let mut layers = Layers::default();
        let all = [("a", 700), ("b", 2_500), ("c", 0), ("d", 1), ("e", 950), ("f", 999)];
        all.iter().for_each(|(name, versions)| layers.add(name, *versions));
        let (mut found, mut marker, mut pages) = (Vec::new(), None, 0);
        loop {
            let (page, next, seen) = layers.list(Some("python3.13"), marker);
            assert!(seen <= LOOKED_AT_MAX, "{seen}");
            found.extend(page);
            pages += 1;
            marker = next.filter(|_| pages < 20);
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(found, ["a", "b", "d", "e", "f"].map(|name| (name.to_owned(), 1)));
        assert_eq!(pages, 6, "5156 entries");
    }
}

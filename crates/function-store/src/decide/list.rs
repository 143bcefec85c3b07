//! ListFunctions and ListVersionsByFunction.

use funclet_validation::{FunctionName, ListFunctions, ListVersionsByFunction, Qualifier, Version};

use crate::answer::{FunctionConfiguration, FunctionPage, VersionPage};
use crate::decide::marker::Marker;
use crate::decide::sealed::Query;
use crate::decide::{Context, Stop};
use crate::keys;
use crate::stored::{Stored as _, StoredFunction, StoredVersion};

/// The service returns no more than this, whatever is asked for.
const PAGE_ENTRIES_MAX: usize = 50;

/// Entries of a page while it fills.
pub(crate) struct Filling<T> {
    entries: Vec<T>,
    /// The last that was looked at.
    at: Option<Marker>,
    pub(crate) limit: usize,
    pub(crate) more: bool,
}

impl<T> Filling<T> {
    pub(crate) fn new(max_items: Option<u32>) -> Self {
        let asked = max_items.map_or(PAGE_ENTRIES_MAX, |items| usize::try_from(items).unwrap_or(usize::MAX));
        Self { entries: Vec::new(), at: None, limit: asked.clamp(1, PAGE_ENTRIES_MAX), more: false }
    }

    pub(crate) fn room(&self) -> usize {
        self.limit - self.entries.len()
    }

    pub(crate) fn push(&mut self, name: &impl ToString, version: u64, entry: T) {
        self.pass_over(name, version);
        self.entries.push(entry);
    }

    /// Leaves out what a filter does not admit.
    pub(crate) fn pass_over(&mut self, name: &impl ToString, version: u64) {
        self.at = Some(Marker { name: name.to_string(), version });
    }

    pub(crate) fn finish(self) -> (Vec<T>, Option<String>) {
        let next = self.at.filter(|_| self.more).map(|marker| marker.encode());
        (self.entries, next)
    }
}

impl Context<'_> {
    /// Adds `$LATEST` under its qualified ARN.
    fn push_latest(
        &self,
        page: &mut Filling<FunctionConfiguration>,
        name: &FunctionName,
        function: &StoredFunction,
    ) -> Result<(), Stop> {
        let arn = self.caller.function_arn(name).qualified(Qualifier::Latest);
        page.push(name, 0, self.list_entry(&function.latest, arn, Version::Latest)?);
        Ok(())
    }

    /// Adds versions after `after` as far as there is room.
    fn push_versions(
        &self,
        page: &mut Filling<FunctionConfiguration>,
        (name, function): (&FunctionName, &StoredFunction),
        after: u64,
    ) -> Result<(), Stop> {
        let prefix = keys::versions(name.as_str(), &function.incarnation);
        let after = keys::version(name.as_str(), &function.incarnation, after);
        // With no room left one entry is read all the same, to know whether there is more.
        let found = self.view.scan(&prefix, Some(&after), page.room().max(1))?;
        page.more = found.more || (page.room() == 0 && !found.entries.is_empty());
        for (key, value) in found.entries.into_iter().take(page.room()) {
            let Some(number) = keys::number_of(&key) else { continue };
            let mut version = StoredVersion::decode(&value)?;
            version.project(self.drawn.now_ms);
            let arn = self.caller.function_arn(name).qualified(Qualifier::Version(number));
            page.push(name, number, self.list_entry(&version, arn, Version::Number(number))?);
        }
        Ok(())
    }

    /// Reads functions after a name.
    fn functions_after(
        &self,
        after: Option<&Marker>,
        limit: usize,
    ) -> Result<(Vec<(FunctionName, StoredFunction)>, bool), Stop> {
        let after = after.map(|marker| keys::function(&marker.name));
        let found = self.view.scan(keys::FUNCTIONS, after.as_deref(), limit)?;
        let mut functions = Vec::with_capacity(found.entries.len());
        for (key, value) in found.entries {
            let Some(name) = keys::name_of(&key) else { continue };
            let mut function = StoredFunction::decode(&value)?;
            function.latest.project(self.drawn.now_ms);
            functions.push((name, function));
        }
        Ok((functions, found.more))
    }
}

impl Query for ListVersionsByFunction {
    type Answer = VersionPage;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<VersionPage, Stop> {
        let name = &self.function_name;
        let function = context.require(name, context.caller.function_arn(name))?.value;
        let marker = self.marker.as_deref().map(Marker::decode).transpose()?;
        let mut page = Filling::new(self.max_items);
        if marker.is_none() {
            context.push_latest(&mut page, name, &function)?;
        }
        context.push_versions(&mut page, (name, &function), marker.map_or(0, |marker| marker.version))?;
        let (versions, next_marker) = page.finish();
        Ok(VersionPage { versions, next_marker })
    }
}

impl Query for ListFunctions {
    type Answer = FunctionPage;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<FunctionPage, Stop> {
        let marker = self.marker.as_deref().map(Marker::decode).transpose()?;
        let mut page = Filling::new(self.max_items);
        if self.function_version_all {
            list_all(context, marker, &mut page)?;
        } else {
            let (functions, more) = context.functions_after(marker.as_ref(), page.limit)?;
            page.more = more;
            for (name, function) in functions {
                let arn = context.caller.function_arn(&name);
                page.push(&name, 0, context.list_entry(&function.latest, arn, Version::Latest)?);
            }
        }
        let (functions, next_marker) = page.finish();
        Ok(FunctionPage { functions, next_marker })
    }
}

/// Each function with all its versions.
fn list_all(
    context: &Context<'_>,
    marker: Option<Marker>,
    page: &mut Filling<FunctionConfiguration>,
) -> Result<(), Stop> {
    if let Some(marker) = &marker
        && let Ok(name) = marker.name.parse()
        && let Some(found) = context.find(&marker.name)?
    {
        // The page before ended within this function.
        context.push_versions(page, (&name, &found.value), marker.version)?;
        if page.more {
            return Ok(());
        }
    }
    let (functions, more) = context.functions_after(marker.as_ref(), page.room().max(1))?;
    for (name, function) in functions {
        if page.room() == 0 {
            page.more = true;
            return Ok(());
        }
        context.push_latest(page, &name, &function)?;
        context.push_versions(page, (&name, &function), 0)?;
        if page.more {
            return Ok(());
        }
    }
    page.more = more;
    Ok(())
}

//! Writing a whole store, entry by entry, through transactions as anybody else.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use funclet_storage::{
    Abort, Backend, BlobDigest, CommitError, Encoded, Entropy, Page, PinnedBlob, ReadError, Scope,
    StagedBlob, StagingWriter, StoreError, Tx, TxnId, Value, View,
};
use funclet_validation::{Caller, FunctionName, LayerVersionArn, Version};

use crate::decide::{Context, Disagreement, Drawn, Stop, check_agreement, code_location};
use crate::export::{OWN_SCOPE, exported_entries};
use crate::exported::{BadEntry, Content, ExportedEntry, VersionKey};
use crate::keys;
use crate::stored::{BadStored, Stored as _, StoredFunction, StoredGone, StoredVersion, ensure, parse};

/// How many entries one transaction writes. Each may read three keys, and all of them write two counters.
const BATCH_ENTRIES: usize = 16;
/// How many keys that makes, references to packages among them; those of one more entry may come on top.
const BATCH_KEYS: usize = 40;
/// How long the values of one transaction may get, in bytes; one more may come on top.
const BATCH_BYTES: usize = 64 << 10;
/// The most layers that a function can have.
const LAYERS_MAX: usize = 5;

/// Why something was not imported.
#[derive(Debug, thiserror::Error)]
#[error("{}{reason}", place(*.line))]
pub struct ImportError {
    /// The line that it came from, as far as that is known.
    pub line: Option<u64>,
    /// Why, in half a sentence.
    reason: String,
    /// What failed, if it was no fault of the line.
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

fn place(line: Option<u64>) -> String {
    line.map(|line| format!("line {line}: ")).unwrap_or_default()
}

impl ImportError {
    fn at(line: u64, reason: impl ToString) -> Self {
        Self { line: Some(line), reason: reason.to_string(), source: None }
    }

    fn failed(reason: &str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { line: None, reason: reason.to_owned(), source: Some(Box::new(source)) }
    }
}

/// Writes packages and entries into an empty store.
///
/// Packages come before the entries that hold them, functions before their versions. Texts, keys and the numbers that others
/// depend on are validated as if they came from a client. References and counters are counted anew; totals and indexes have to agree with what they are about, which
/// [`Importer::finish`] looks at when everything is there.
pub struct Importer<'a> {
    backend: &'a dyn Backend,
    ids: &'a dyn Entropy,
    time_ms: u64,
    /// Keeps each package until some entry holds it.
    packages: HashMap<BlobDigest, PinnedBlob>,
    /// What is written with the next transaction. All of one scope.
    batch: Vec<Prepared>,
    batch_bytes: usize,
    batch_scope: Option<Scope>,
    /// The lines that entries came from, each after a hash of its scope and key, to name one that disagrees with others.
    lines: Vec<(u64, u64)>,
    /// The functions that there are or were, of each scope: nothing else tells apart what belongs to them.
    incarnations: HashSet<(Scope, [u8; 16])>,
}

/// An entry that is ready to be written.
struct Prepared {
    line: u64,
    key: Vec<u8>,
    value: Encoded,
    packages: Vec<(BlobDigest, u64)>,
    /// What it adds to the storage quota.
    code_bytes: u64,
    /// How many executions it reserves.
    concurrency: u32,
    /// How many its function takes because of it, unless some are reserved for that.
    provisioned: u32,
    /// The function that it belongs to, which has to be there, or what is left of it.
    owner: Option<Owner>,
}

/// A function that something belongs to.
struct Owner {
    function: String,
    incarnation: [u8; 16],
    /// The number of a version, if it is one.
    number: Option<u64>,
}

impl Prepared {
    fn keys(&self) -> usize {
        1 + self.packages.len()
    }
}

impl<'a> Importer<'a> {
    /// Begins to write into `backend`. No later transaction counts as older than `time_ms`.
    pub fn new(backend: &'a dyn Backend, ids: &'a dyn Entropy, time_ms: u64) -> Self {
        let (packages, batch, lines) = (HashMap::new(), Vec::new(), Vec::new());
        Self {
            backend,
            ids,
            time_ms,
            packages,
            batch,
            batch_bytes: 0,
            batch_scope: None,
            lines,
            incarnations: HashSet::new(),
        }
    }

    /// Begins to take in a package.
    ///
    /// # Errors
    /// [`StoreError`] if there is no place for it.
    pub fn stage(&self) -> Result<StagingWriter, StoreError> {
        self.backend.blobs().stage()
    }

    /// Stores a package.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add_package(&mut self, staged: StagedBlob) -> Result<(), StoreError> {
        let pin = self.backend.blobs().store(staged)?;
        self.packages.insert(pin.digest(), pin);
        Ok(())
    }

    /// Writes an entry that stood in a line, now or together with later ones: at the end comes an [`Importer::finish`].
    ///
    /// # Errors
    /// [`ImportError`]; nothing more should be imported then.
    pub fn add(&mut self, line: u64, entry: ExportedEntry) -> Result<(), ImportError> {
        let scope = self.scope(line, &entry)?;
        if self.batch_scope.as_ref() != Some(&scope)
            || self.batch.len() >= BATCH_ENTRIES
            || self.batch.iter().map(Prepared::keys).sum::<usize>() >= BATCH_KEYS
            || self.batch_bytes > BATCH_BYTES
        {
            self.flush()?;
            self.batch_scope = Some(scope.clone());
        }
        self.check_packages(line, &entry)?;
        let incarnation = match &entry.content {
            Content::Function { value, .. } => Some(value.incarnation),
            Content::Gone { key, .. } => Some(*key),
            _ => None,
        };
        if incarnation.is_some_and(|incarnation| !self.incarnations.insert((scope.clone(), incarnation))) {
            return Err(ImportError::at(
                line,
                "a line before this one has a function of the same incarnation",
            ));
        }
        let prepared = prepare(line, &scope, entry).map_err(|bad| ImportError::at(line, bad))?;
        self.lines.push((hash(&scope, &prepared.key), line));
        self.batch_bytes += prepared.key.len() + prepared.value.payload().len();
        self.batch.push(prepared);
        Ok(())
    }

    fn scope(&self, line: u64, entry: &ExportedEntry) -> Result<Scope, ImportError> {
        let scope = Scope::new(&entry.scope).map_err(|error| ImportError::at(line, error))?;
        if scope.as_str().starts_with(OWN_SCOPE) {
            return Err(ImportError::at(line, format!("the scope {scope} belongs to each store alone")));
        }
        Ok(scope)
    }

    fn check_packages(&self, line: u64, entry: &ExportedEntry) -> Result<(), ImportError> {
        for (digest, size) in entry.packages() {
            let reason = match self.packages.get(&digest).map(PinnedBlob::size) {
                Some(found) if found == size => continue,
                Some(found) => format!("the package {digest} has {found} bytes, not {size}"),
                None => format!("the package {digest} is not in a line before this one"),
            };
            return Err(ImportError::at(line, reason));
        }
        Ok(())
    }

    /// Writes what has waited for later entries, and looks whether all that is written agrees with one another.
    ///
    /// # Errors
    /// [`ImportError`]; what is written is then no store to be used.
    pub fn finish(&mut self) -> Result<(), ImportError> {
        self.flush()?;
        for entry in exported_entries(self.backend) {
            self.check_agreement(&entry.map_err(|error| ImportError::failed("the store failed", error))?)?;
        }
        Ok(())
    }

    fn check_agreement(&self, entry: &ExportedEntry) -> Result<(), ImportError> {
        let scope =
            Scope::new(&entry.scope).map_err(|error| ImportError::failed("the store failed", error))?;
        // What lies in a scope of nobody's is of no kind that is known.
        let Some(caller) = keys::caller(&scope) else { return Ok(()) };
        let mut agreement = Ok(());
        let looked = self.backend.read(&scope, &mut |view| {
            let context = Context { view, caller: &caller, drawn: &Drawn::NOTHING };
            agreement = match check_agreement(&context, &entry.content) {
                Err(Disagreement::Stop(Stop::Read(error))) => return Err(error),
                other => other,
            };
            Ok(())
        });
        looked.map_err(|error| ImportError::failed("the store failed", error))?;
        agreement.map_err(|disagreement| match disagreement {
            Disagreement::Told(reason) => {
                let line = self.line(&scope, &entry.content.key());
                ImportError { line, reason: reason.to_owned(), source: None }
            }
            Disagreement::Stop(stop) => ImportError::failed("the store failed", stop),
        })
    }

    /// The line that an entry came from.
    fn line(&self, scope: &Scope, key: &[u8]) -> Option<u64> {
        let asked = hash(scope, key);
        self.lines.iter().find(|(hash, _)| *hash == asked).map(|(_, line)| *line)
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let Some(scope) = self.batch_scope.take().filter(|_| !batch.is_empty()) else { return Ok(()) };
        let id = TxnId::new(self.time_ms, self.ids.bytes());
        let mut refused = None;
        let written = self.backend.transact(&scope, id, &mut |tx| {
            refused = None;
            batch.iter().try_for_each(|entry| {
                entry.write(tx).map_err(|(abort, reason)| {
                    refused = Some(ImportError::at(entry.line, reason));
                    abort
                })
            })
        });
        match (written, refused) {
            (Ok(_), _) => Ok(()),
            (Err(CommitError::Refused | CommitError::Rule(_)), Some(refused)) => Err(refused),
            (Err(error), _) => Err(ImportError::failed("the store failed", error)),
        }
    }
}

fn hash(scope: &Scope, key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (scope.as_str(), key).hash(&mut hasher);
    hasher.finish()
}

impl Prepared {
    /// Plays the entry into a transaction; an error says why, too.
    fn write(&self, tx: &mut dyn Tx) -> Result<(), (Abort, String)> {
        if tx.get(&self.key).map_err(told)?.is_some() {
            return Err(refused("the same entry stands in a line before this one"));
        }
        if let Some(owner) = &self.owner
            && !is_there(owner, tx).map_err(told)?
        {
            return Err(refused("the function that this belongs to is in no line before this one"));
        }
        for (digest, size) in &self.packages {
            tx.hold(*digest, *size).map_err(told)?;
        }
        if self.code_bytes > 0 {
            let bytes = i64::try_from(self.code_bytes).unwrap_or(i64::MAX);
            tx.bounded_add(keys::CODE_BYTES, bytes, u64::MAX).map_err(told)?;
        }
        let concurrency = self.concurrency.max(self.provisioned_of_account(tx).map_err(told)?);
        if concurrency > 0 {
            let executions = concurrency.into();
            tx.bounded_add(keys::RESERVED_CONCURRENCY, executions, u64::MAX).map_err(told)?;
        }
        tx.put(&self.key, self.value.clone()).map_err(told)
    }
}

impl Prepared {
    /// How many executions it takes of the account's: none if some are reserved for its function, or if that is deleted.
    fn provisioned_of_account(&self, view: &dyn View) -> Result<u32, ReadError> {
        let Some(owner) = self.owner.as_ref().filter(|_| self.provisioned > 0) else { return Ok(0) };
        let function = view.get(&keys::function(&owner.function))?;
        let function = function.and_then(|value| StoredFunction::decode(&value).ok());
        let unreserved = function.is_some_and(|function| {
            function.incarnation == owner.incarnation && function.reserved_concurrent_executions.is_none()
        });
        Ok(if unreserved { self.provisioned } else { 0 })
    }
}

fn told(error: impl Into<Abort>) -> (Abort, String) {
    let abort = error.into();
    let reason = abort.to_string();
    (abort, reason)
}

fn refused(reason: &str) -> (Abort, String) {
    (Abort::Refused, reason.to_owned())
}

/// Looks for the function that something belongs to, or for what is left of it.
fn is_there(owner: &Owner, view: &dyn View) -> Result<bool, ReadError> {
    // What does not decode was not written here.
    let function = view.get(&keys::function(&owner.function))?;
    let function = function.and_then(|value| StoredFunction::decode(&value).ok());
    if let Some(function) = function.filter(|function| function.incarnation == owner.incarnation) {
        return Ok(owner.number.is_none_or(|number| (1..function.next_version).contains(&number)));
    }
    let gone = view.get(&keys::gone(&owner.incarnation))?;
    let gone = gone.and_then(|value| StoredGone::decode(&value).ok());
    Ok(gone.is_some_and(|gone| gone.name == owner.function))
}

/// Validates an entry and makes it what it will be in the store.
fn prepare(line: u64, scope: &Scope, entry: ExportedEntry) -> Result<Prepared, BadEntry> {
    let packages = entry.packages();
    let caller = || keys::caller(scope).ok_or_else(|| BadEntry::Misplaced(scope.to_string()));
    let (mut code_bytes, mut concurrency, mut provisioned, mut owner) = (0, 0, 0, None);
    let key = entry.content.key();
    let value = match entry.content {
        Content::Function { key, value } => {
            check_created(&key)?;
            value.check()?;
            validate(&caller()?, &key, &value.latest, Version::Latest)?;
            code_bytes = value.code_bytes;
            concurrency = value.reserved_concurrent_executions.unwrap_or(0);
            value.encode()?
        }
        Content::Version { key, value } => {
            validate(&caller()?, &key.function, &value, Version::Number(key.number))?;
            let VersionKey { function, incarnation, number } = key;
            owner = Some(Owner { function, incarnation, number: Some(number) });
            value.encode()?
        }
        Content::Gone { value, .. } => {
            caller()?;
            check_created(&value.name)?;
            value.encode()?
        }
        Content::Resource { key, value } => {
            caller()?;
            if !value.fits(&key) {
                return Err(BadEntry::Misplaced(key));
            }
            value.check()?;
            code_bytes = value.code_bytes();
            provisioned = value.provisioned_executions();
            owner = keys::parts_of_belonging(&key).map(|parts| Owner {
                function: parts.name.to_string(),
                incarnation: parts.incarnation,
                number: None,
            });
            value.encode()?
        }
        Content::Raw { key, value } => {
            if value.is_known() || keys::is_known(&key) {
                return Err(BadEntry::Misplaced(key.escape_ascii().to_string()));
            }
            value.encoded()
        }
    };
    Ok(Prepared { line, key, value, packages, code_bytes, concurrency, provisioned, owner })
}

/// Checks that a function can have been created under a name.
fn check_created(name: &str) -> Result<(), BadStored> {
    let parsed: FunctionName = parse(name)?;
    let fits = parsed.as_str().len() <= FunctionName::CREATED_LENGTH_MAX && !parsed.as_str().contains('.');
    if fits { Ok(()) } else { Err(BadStored::Text(name.to_owned())) }
}

/// Checks that every text of a version is one that the service could have put there, as every answer does.
fn validate(caller: &Caller, name: &str, stored: &StoredVersion, version: Version) -> Result<(), BadEntry> {
    let name: FunctionName = parse(name)?;
    code_location(stored)?;
    // No transaction could let go of more.
    ensure(stored.settings.layers.len() <= LAYERS_MAX, "the number of layers")?;
    for layer in &stored.settings.layers {
        parse::<LayerVersionArn>(&layer.arn)?;
    }
    let context = Context { view: &Nothing, caller, drawn: &Drawn::NOTHING };
    match context.configuration(stored, caller.function_arn(&name), version) {
        Err(Stop::Bad(text)) => Err(text.into()),
        // Nothing else is asked for: texts are all that an answer parses.
        _ => Ok(()),
    }
}

/// Validation reads nothing.
struct Nothing;

impl View for Nothing {
    fn get(&self, _: &[u8]) -> Result<Option<Value>, ReadError> {
        Ok(None)
    }

    fn scan(&self, _: &[u8], _: Option<&[u8]>, _: usize) -> Result<Page, ReadError> {
        Ok(Page::default())
    }

    fn holds(&self, _: &BlobDigest) -> Result<bool, ReadError> {
        Ok(false)
    }
}

//! Any bytes at all: the inspection answers, and what it accepts is true.

use std::fs;
use std::io::Cursor;
use std::sync::LazyLock;

use funclet_package_inspection::{InspectError, InspectOptions, Sha256Digest, inspect};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::forge::{Entry, accepted, archive};

/// The archives that mutations start from: the hostile set, and a sound one.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/hostile");
    let mut seeds: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    seeds.retain(|path| path.extension().is_some_and(|extension| extension == "zip"));
    seeds.sort();
    let mut seeds: Vec<_> = seeds.into_iter().map(|path| fs::read(path).unwrap()).collect();
    seeds.push(archive(&[
        Entry::new("app.py", b"x = 1"),
        Entry::new("lib/", b""),
        Entry::new("lib/b", b"2"),
    ]));
    seeds
});

/// The numbers that formats go wrong at.
const NUMBERS: [u32; 8] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, u32::MAX, 0x0201_4b50, 0x0605_4b50];

#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Overwrite(Index, u32),
    Cut(Index, Index),
    Repeat(Index, Index, u8),
    Splice(Index, usize, Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        (index(), 1..=u8::MAX).prop_map(|(at, bits)| Mutation::Flip(at, bits)),
        (index(), select(&NUMBERS)).prop_map(|(at, number)| Mutation::Overwrite(at, number)),
        (index(), index()).prop_map(|(from, to)| Mutation::Cut(from, to)),
        (index(), index(), 1..8_u8).prop_map(|(from, to, times)| Mutation::Repeat(from, to, times)),
        (index(), 0..SEEDS.len(), index(), index())
            .prop_map(|(at, seed, from, to)| Mutation::Splice(at, seed, from, to)),
    ]
}

fn range(bytes: &[u8], from: &Index, to: &Index) -> std::ops::Range<usize> {
    let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
    from.min(to)..from.max(to)
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    match mutation {
        Mutation::Flip(at, bits) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        Mutation::Overwrite(at, number) if bytes.len() >= 4 => {
            let at = at.index(bytes.len() - 3);
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        Mutation::Flip(..) | Mutation::Overwrite(..) => {}
        Mutation::Cut(from, to) => drop(bytes.drain(range(bytes, from, to))),
        Mutation::Repeat(from, to, times) => {
            let range = range(bytes, from, to);
            let repeated = bytes[range.clone()].repeat(usize::from(*times));
            bytes.splice(range.end..range.end, repeated);
        }
        Mutation::Splice(at, seed, from, to) => {
            let seed = &SEEDS[*seed];
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, seed[range(seed, from, to)].iter().copied());
        }
    }
}

/// Inspects the bytes, which must not panic, and checks what is said of them if they are accepted.
fn check(bytes: &[u8]) {
    let limits = InspectOptions::default().limits;
    match inspect(Cursor::new(bytes), &InspectOptions::default()) {
        Ok(report) => {
            assert_eq!(report.code_sha256, Sha256Digest::of(bytes));
            assert_eq!(report.code_size, bytes.len() as u64);
            assert!(report.unzipped_size < limits.unzipped_bytes_max);
            assert!((1..=bytes.len() as u64 / 46).contains(&report.entry_count));
            assert!(report.file_count <= report.entry_count);
            assert!(report.largest_entry.unzipped_size <= report.unzipped_size);
        }
        Err(InspectError::Refused(refusal)) => assert!(!refusal.to_string().is_empty()),
        Err(error) => panic!("memory does not fail: {error:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn mutated_archives(seed in 0..SEEDS.len(), mutations in vec(mutation(), 1..6)) {
        let mut bytes = SEEDS[seed].clone();
        for mutation in &mutations {
            mutate(&mut bytes, mutation);
        }
        check(&bytes);
    }

    #[test]
    fn arbitrary_bytes(bytes in vec(any::<u8>(), 0..4_096)) {
        check(&bytes);
    }

    #[test]
    fn bytes_that_end_like_an_archive(
        mut bytes in vec(prop_oneof![Just(b'P'), Just(b'K'), 0..8_u8], 0..512),
        (count, size, offset) in (any::<u16>(), any::<u32>(), any::<u32>()),
    ) {
        bytes.extend(crate::forge::end_record(count % 8, size % 1_024, offset % 1_024));
        check(&bytes);
    }
}

proptest! {
    #[test]
    fn sound_archives_are_described_as_they_were_written(
        files in vec(("[a-z]{1,8}(/[a-z]{1,8}){0,2}/?", vec(any::<u8>(), 0..200)), 1..20),
        (before, behind) in (vec(any::<u8>(), 0..40), vec(0..0x40_u8, 0..40)),
    ) {
        let entries: Vec<_> = files.iter().map(|(name, content)| Entry::new(name, content)).collect();
        let package = [before, archive(&entries), behind].concat();
        let report = accepted(&package);
        prop_assert_eq!(report.entry_count, files.len() as u64);
        prop_assert_eq!(report.file_count, files.iter().filter(|(name, _)| !name.ends_with('/')).count() as u64);
        prop_assert_eq!(report.unzipped_size, files.iter().map(|(_, content)| content.len() as u64).sum::<u64>());
        prop_assert_eq!(report.code_sha256, Sha256Digest::of(&package));
    }
}

//! Archives drawn at random: sound ones by the writer, then lies in their fields, then damage to their bytes.

use std::fmt;
use std::fs;
use std::ops::Range;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::elves;
use crate::forge::{Archive, Ends, Entry, Forged, archive, extra_field};

/// The hostile archives, and a sound one: what bytes are taken from.
pub(crate) static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
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
const NUMBERS: [u64; 14] = [
    0,
    1,
    2,
    8,
    20,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    u64::MAX - 1,
    u64::MAX,
];

/// The beginnings of all that an inspection tells apart, and of the records of an archive.
const HEADS: [&[u8]; 24] = [
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe\x0c\0\0\x01",
    b"\xfe\xed\xfa\xce\0\0\0\x07",
    b"\xca\xfe\xba\xbe\0\0\0\x02",
    b"\xca\xfe\xba\xbe\0\0\0\x34",
    b"\xca\xfe\xba\xbf\0\0\0\x01",
    b"MZ",
    b"\0asm",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"#!/bin/sh\n",
    b"#!/bin/sh\r\n",
    b"!<arch>\n",
    b"PK\x01\x02",
    b"PK\x07\x08",
    b"PK\x06\x06",
    b"PK\x06\x07",
    b"\x7fEL",
    b"P",
    b"\xca",
    b"",
    b"import json\n",
    b"\x89PNG",
    b"MD",
];

/// Names that mean something, and names that nobody should give.
const SPECIAL_NAMES: [&[u8]; 7] = [
    b"bootstrap",
    b"extensions/agent",
    b"lib/dep.jar",
    b"x.dist-info/WHEEL",
    b"caf\xc3\xa9.py",
    b"caf\xe9.py",
    b"a\x1b.py",
];
const ODD_NAMES: [&[u8]; 16] = [
    b"", b"a", b"A", b"a/", b"a/b", b"a//b", b"./a", b"a/.", b"/a", b"a\\b", b"..", b"../a", b"a/../b",
    b"c:a", b"a\0b", b"a.\xff",
];

/// What a member may have in it.
pub(crate) fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => (select(&HEADS), vec(any::<u8>(), 0..200)).prop_map(|(head, rest)| [head, &rest].concat()),
        2 => (select(&HEADS), "[a-z \n]{0,400}").prop_map(|(head, rest)| [head, rest.as_bytes()].concat()),
        1 => (select(&HEADS), 0..9000_usize).prop_map(|(head, zeros)| [head, &vec![0; zeros]].concat()),
        1 => elves::image().prop_map(|image| image.bytes()),
        // An archive, whose end could be taken for that of the archive around it.
        1 => (0..SEEDS.len()).prop_map(|seed| SEEDS[seed].clone()),
        1 => vec(("[a-c]{1,3}", vec(any::<u8>(), 0..40)), 0..3).prop_map(|files| {
            let entries: Vec<_> = files.iter().map(|(name, content)| Entry::new(name, content)).collect();
            archive(&entries)
        }),
    ]
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        40 => "[a-z]{1,6}(/[a-z]{1,6}){0,2}\\.(so|py|node|jar)".prop_map(String::into_bytes),
        6 => "[a-z]{1,6}(/[a-z]{1,6}){0,2}/".prop_map(String::into_bytes),
        4 => select(&SPECIAL_NAMES).prop_map(<[u8]>::to_vec),
        1 => select(&ODD_NAMES).prop_map(<[u8]>::to_vec),
    ]
}

fn extra() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        40 => Just(Vec::new()),
        4 => any::<u32>().prop_map(|time| extra_field(0x5455, &[&[1][..], &time.to_le_bytes()].concat())),
        1 => any::<[u8; 8]>().prop_map(|numbers| extra_field(1, &numbers)),
        1 => (1..4_usize).prop_map(|zeros| vec![0; zeros]),
        1 => (any::<u32>(), name()).prop_map(|(crc, name)| {
            extra_field(0x7075, &[&[1][..], &crc.to_le_bytes(), &name].concat())
        }),
        1 => vec(any::<u8>(), 0..12),
    ]
}

/// A member that is as it should be, but for its name and what is odd on purpose.
fn entry() -> impl Strategy<Value = Entry> {
    let layout = (0..12_u32, 0..6_u8, 0..32_u8, 0..12_u8);
    (name(), content(), layout, (extra(), extra(), vec(any::<u8>(), 0..4))).prop_map(
        |(name, content, (level, described, mode, zip64), (extra, local_extra, comment))| {
            let is_folder = name.ends_with(b"/");
            let content = if is_folder { Vec::new() } else { content };
            let mut entry = match level {
                10.. => Entry::new(&name, &content),
                _ if is_folder => Entry::new(&name, &content),
                level => Entry::deflated(&name, &content, level),
            };
            entry = match mode {
                0 => entry.mode(0o100_755),
                1 => entry.mode(0o120_777),
                2 => entry.mode(0o104_755),
                3 => entry.mode(0o010_644),
                4 => Entry { made_by: 20, external: 0x20, ..entry },
                5 => entry.mode(0o644),
                _ => entry,
            };
            entry.extra = extra;
            entry.local.extra = local_extra;
            if comment.len() == 3 {
                entry.comment = comment;
            }
            // Numbers that are left to a ZIP64 field although they need none.
            if zip64 == 0 {
                let size = u64::from(entry.unzipped).to_le_bytes();
                entry.extra = [entry.extra, extra_field(1, &size)].concat();
                entry.unzipped = u32::MAX;
                entry.local.unzipped = Some(content.len() as u32);
            }
            match described {
                0 => entry.described(true, false),
                1 => entry.described(true, true),
                2 => entry.described(false, false),
                _ => entry,
            }
        },
    )
}

/// An archive that is as it should be, but for what is odd on purpose.
pub(crate) fn model() -> impl Strategy<Value = Archive> {
    let bytes =
        || prop_oneof![20 => Just(Vec::new()), 1 => vec(any::<u8>(), 1..40), 1 => vec(Just(0), 1..40)];
    let comment = prop_oneof![
        16 => Just(Vec::new()),
        2 => vec(any::<u8>(), 0..40),
        1 => (0..SEEDS.len()).prop_map(|seed| SEEDS[seed].clone()),
    ];
    let ends = prop_oneof![6 => Just(Ends::Fitting), 1 => Just(Ends::Wide), 1 => Just(Ends::Twice)];
    let odd = (0..8_u8, 0..8_u8);
    (vec(entry(), 0..6), bytes(), bytes(), comment, bytes(), ends, odd).prop_map(
        |(entries, before, between, comment, behind, ends, (base, order))| Archive {
            entries,
            before,
            counts_from_itself: base < 4,
            between,
            comment,
            behind,
            ends,
            is_reversed: order == 0,
        },
    )
}

/// A field that says something else.
#[derive(Clone, Debug)]
pub(crate) enum Lie {
    Number(Index, u64),
    Add(Index, i8),
    Copy(Index, Index),
}

pub(crate) fn lie() -> impl Strategy<Value = Lie> {
    let index = any::<Index>;
    prop_oneof![
        2 => (index(), select(&NUMBERS)).prop_map(|(at, number)| Lie::Number(at, number)),
        3 => (index(), any::<i8>()).prop_map(|(at, more)| Lie::Add(at, more)),
        2 => (index(), index()).prop_map(|(at, from)| Lie::Copy(at, from)),
    ]
}

pub(crate) fn tell(forged: &mut Forged, lie: &Lie) {
    let count = forged.fields.len();
    match lie {
        Lie::Number(at, number) => forged.lie(at.index(count), *number),
        Lie::Add(at, more) => {
            let at = at.index(count);
            forged.lie(at, forged.says(at).wrapping_add_signed((*more).into()));
        }
        Lie::Copy(at, from) => {
            let number = forged.says(from.index(count));
            forged.lie(at.index(count), number);
        }
    }
}

/// Damage to bytes, whatever they are.
#[derive(Clone, Debug)]
pub(crate) enum Mutation {
    Flip(Index, u8),
    Overwrite(Index, u64),
    Cut(Index, Index),
    Repeat(Index, Index, u8),
    Splice(Index, usize, Index, Index),
}

pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
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

fn range(bytes: &[u8], from: &Index, to: &Index) -> Range<usize> {
    let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
    from.min(to)..from.max(to)
}

pub(crate) fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    match mutation {
        Mutation::Flip(at, bits) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        Mutation::Overwrite(at, number) if bytes.len() >= 4 => {
            let at = at.index(bytes.len() - 3);
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes()[..4]);
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

/// The bytes of a package, shown as a string that a test can begin with.
#[derive(Clone)]
pub(crate) struct Package(pub(crate) Vec<u8>);

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// An archive with up to three lies and, rarely, damage.
pub(crate) fn package() -> impl Strategy<Value = Package> {
    let lies = prop_oneof![4 => vec(lie(), 0..1), 4 => vec(lie(), 1..2), 1 => vec(lie(), 2..4)];
    let mutations = prop_oneof![8 => vec(mutation(), 0..1), 1 => vec(mutation(), 1..3)];
    (model(), lies, mutations).prop_map(|(model, lies, mutations)| {
        let mut forged = model.forge();
        for lie in &lies {
            tell(&mut forged, lie);
        }
        let mut bytes = forged.bytes;
        for mutation in &mutations {
            mutate(&mut bytes, mutation);
        }
        Package(bytes)
    })
}

/// How many cases of a property are played: `usual`, or what `FUNCLET_CASES` says.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("FUNCLET_CASES").ok();
    let cases = asked.map_or(usual, |cases| cases.parse().unwrap());
    ProptestConfig { cases, ..ProptestConfig::default() }
}

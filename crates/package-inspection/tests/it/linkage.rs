//! What the loader reads of ELF images, against another reader: where that can read an image, it is read alike or called
//! malformed.

use std::collections::BTreeSet;

use funclet_package_inspection::{Kind, Level, Linkage, Native};
use object::elf::{
    DT_NEEDED, DT_NULL, DT_STRTAB, FileHeader32, FileHeader64, PT_DYNAMIC, PT_INTERP, PT_LOAD,
};
use object::read::elf::{Dyn as _, FileHeader, ProgramHeader as _};
use object::{Endianness, StringTable};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::elves::{AARCH64, Image, LAYOUTS, X86_64, image};
use crate::forge::{Entry, archive, facts, facts_at};
use crate::models::{Mutation, cases, mutate, mutation};

fn renamed(native: &Native, path: &str) -> Native {
    let mut native = native.clone();
    native.path = path.to_owned();
    native
}

/// The only native file of a package that has it as it is and compressed; both have to be told alike.
fn inspected(image: &[u8]) -> Native {
    let facts = facts(&archive(&[Entry::new("stored.so", image), Entry::deflated("deflated.so", image, 1)]));
    let [deflated, stored] = &facts.natives[..] else { panic!("{:?}", facts.natives) };
    assert_eq!(&renamed(deflated, &stored.path), stored);
    stored.clone()
}

/// What the other reader tells: the interpreter, and the libraries that are needed.
type Told = (Option<Vec<u8>>, Vec<Vec<u8>>);

/// Reads an image by its program headers, as a loader does. `None` if it cannot.
fn told(image: &[u8]) -> Option<Told> {
    match image.get(4)? {
        1 => told_by::<FileHeader32<Endianness>>(image),
        2 => told_by::<FileHeader64<Endianness>>(image),
        _ => None,
    }
}

fn told_by<H: FileHeader<Endian = Endianness>>(image: &[u8]) -> Option<Told> {
    let header = H::parse(image).ok()?;
    let endian = header.endian().ok()?;
    let segments = header.program_headers(endian, image).ok()?;
    // The kernel takes the first interpreter, the loader the last dynamic segment and the last table of strings.
    let interpreter = match segments.iter().find(|segment| segment.p_type(endian) == PT_INTERP) {
        Some(segment) => Some(segment.interpreter(endian, image).ok()??.to_vec()),
        None => None,
    };
    let Some(dynamic) = segments.iter().rfind(|segment| segment.p_type(endian) == PT_DYNAMIC) else {
        return Some((interpreter, Vec::new()));
    };
    let entries = dynamic.dynamic(endian, image).ok()??;
    let entries: Vec<_> = entries.iter().take_while(|entry| entry.tag(endian) != DT_NULL).collect();
    let strings = entries.iter().rfind(|entry| entry.tag(endian) == DT_STRTAB);
    let strings = strings.and_then(|entry| {
        let address: u64 = entry.val(endian);
        segments.iter().filter(|segment| segment.p_type(endian) == PT_LOAD).find_map(|segment| {
            let within = address.checked_sub(segment.p_vaddr(endian).into())?;
            let offset: u64 = segment.p_offset(endian).into();
            let length: u64 = segment.p_filesz(endian).into();
            (within < length).then_some((offset.checked_add(within)?, offset.checked_add(length)?))
        })
    });
    let mut libraries = Vec::new();
    for entry in entries.iter().filter(|entry| entry.tag(endian) == DT_NEEDED) {
        let (start, end) = strings?;
        libraries.push(entry.string(endian, StringTable::new(image, start, end)).ok()?.to_vec());
    }
    Some((interpreter, libraries))
}

/// A text as reports show it.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(&text[..text.len().min(1024)]).into_owned();
    let escaped = |letter: char| {
        if letter.is_control() { letter.escape_default().collect() } else { letter.to_string() }
    };
    text.chars().take(256).map(escaped).collect()
}

/// Inspects an image that may be broken, and holds what is told of it against the other reader.
fn check(image: &[u8]) {
    let package = archive(&[Entry::new("a.so", image)]);
    let facts = facts(&package);
    let Some(native) = facts.natives.iter().find(|native| native.kind == Kind::Elf) else { return };
    let (Some(linkage), Some((interpreter, needed))) = (&native.linkage, told(image)) else { return };
    assert_eq!(linkage.interpreter, interpreter.as_deref().map(shown));
    assert_eq!(linkage.needed, needed.iter().map(|name| shown(name)).collect::<Vec<_>>());
}

/// What has to be told of an image that is as it should be.
fn check_sound(image: &Image) {
    let bytes = image.bytes();
    let native = inspected(&bytes);
    assert!(!native.malformed, "{image:?}");
    let Some(Linkage { interpreter, needed, run_path, glibc, .. }) = &native.linkage else {
        panic!("{image:?}")
    };
    assert_eq!((interpreter, needed, run_path), (&image.interpreter, &image.needed, &image.run_path));
    let numbers = |version: &String| -> Option<Vec<u32>> {
        version.strip_prefix("GLIBC_")?.split('.').map(|number| number.parse().ok()).collect()
    };
    let newest = image.versions.iter().flat_map(|(_, versions)| versions).filter_map(numbers).max();
    let newest = newest.map(|numbers| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join("."));
    assert_eq!(glibc.as_ref().map(ToString::to_string), newest);
    let told = told(&bytes).unwrap();
    assert_eq!(told.0, image.interpreter.as_ref().map(|text| text.as_bytes().to_vec()));
    assert_eq!(told.1, image.needed.iter().map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn sound_images_are_told_as_they_were_written(image in image()) {
        check_sound(&image);
    }
}

/// A number of an image that says something else; the beginning is where most numbers are.
fn broken() -> impl Strategy<Value = Vec<u8>> {
    let number = (
        0..1_000_usize,
        prop_oneof![Just(0_u64), Just(u64::MAX), Just(1), any::<u64>(), 0..4_096_u64],
        1..9_usize,
    );
    let image = image().prop_map(|image| Image { padding: image.padding % 5_000, ..image }.bytes());
    (image, vec(number, 0..3), vec(mutation(), 0..2)).prop_map(|(mut image, numbers, mutations)| {
        for (at, number, length) in numbers {
            let at = at % image.len();
            for (to, from) in image[at..].iter_mut().zip(&number.to_le_bytes()[..length]) {
                *to = *from;
            }
        }
        for mutation in mutations.iter().filter(|mutation| !matches!(mutation, Mutation::Splice(..))) {
            mutate(&mut image, mutation);
        }
        image
    })
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn broken_images_are_told_alike_or_called_malformed(image in broken()) {
        check(&image);
    }
}

/// An image is read once as it passes by. Wherever its parts lie, what has passed before it was known to be needed is read again.
#[test]
fn the_parts_of_a_large_image_may_lie_anywhere() {
    for layout in LAYOUTS {
        for padding in [0, 4_000, (3 << 20) - 700, 5 << 20] {
            for (strings_apart, address) in [(false, 0), (true, 0x40_0000)] {
                check_sound(&Image {
                    layout,
                    padding,
                    strings_apart,
                    address,
                    interpreter: Some("/lib64/ld-linux-x86-64.so.2".to_owned()),
                    run_path: Some("$ORIGIN/../lib".to_owned()),
                    ..Image::library(X86_64, "GLIBC_2.34")
                });
            }
        }
    }
}

/// Checks that images in archives of both kinds are told as one beside them.
fn check_nested(image: &[u8]) {
    let inner = archive(&[Entry::deflated("a.so", image, 6), Entry::new("b.so", image)]);
    let package = archive(&[
        Entry::new("a.jar", &inner),
        Entry::deflated("b.jar", &inner, 6),
        Entry::new("c.so", image),
    ]);
    let facts = facts(&package);
    let paths: BTreeSet<_> = facts.natives.iter().map(|native| native.path.as_str()).collect();
    let expected = ["a.jar!/a.so", "a.jar!/b.so", "b.jar!/a.so", "b.jar!/b.so", "c.so"];
    assert_eq!(paths, BTreeSet::from(expected));
    let alone = facts.natives.iter().find(|native| native.path == "c.so").unwrap();
    assert_eq!(alone.linkage.as_ref().unwrap().needed, ["libc.so.6"]);
    for native in &facts.natives {
        assert_eq!(&renamed(native, &alone.path), alone, "{}", native.path);
    }
    let heads = facts_at(Level::Heads, &package);
    assert!(heads.natives.iter().all(|native| native.linkage.is_none() && !native.malformed));
    assert_eq!(heads.natives.len(), 5);
}

#[test]
fn an_image_in_an_archive_in_the_package_is_told_as_one_beside_it() {
    let small = Image::library(AARCH64, "GLIBC_2.17");
    check_nested(&small.bytes());
    check_nested(&Image { padding: 2 << 20, ..small }.bytes());
}

/// Overwrites numbers of an image of 64 bits, each at its place.
fn with_numbers(mut image: Vec<u8>, numbers: &[(usize, u64)]) -> Vec<u8> {
    for &(at, number) in numbers {
        image[at..at + 8].copy_from_slice(&number.to_le_bytes());
    }
    image
}

/// Where the last entry of the dynamic segment lies that has this tag; the segment is the last part of the image.
fn dynamic_entry(image: &[u8], tag: u64) -> usize {
    (0..image.len() / 16)
        .rev()
        .map(|at| at * 16 + image.len() % 16)
        .find(|&at| image[at..at + 8] == tag.to_le_bytes())
        .unwrap()
}

#[test]
fn what_an_image_says_twice_counts_as_for_the_kernel_and_the_loader() {
    let image = Image {
        interpreter: Some("/lib64/ld-linux-x86-64.so.2".to_owned()),
        strings_apart: true,
        ..Image::library(X86_64, "GLIBC_2.17")
    };
    let bytes = image.bytes();
    // The first of the segments, which would be loaded, becomes another interpreter.
    let mut twice = bytes.clone();
    twice[64] = 3;
    let beginning = shown(b"\x7fELF\x02\x01\x01");
    assert_eq!(inspected(&twice).linkage.unwrap().interpreter.unwrap(), beginning);
    check(&twice);
    // The length of the table of strings becomes another table, which begins with the image.
    let twice =
        with_numbers(bytes.clone(), &[(dynamic_entry(&bytes, 10), 5), (dynamic_entry(&bytes, 10) + 8, 0)]);
    assert_eq!(inspected(&twice).linkage.unwrap().needed, [shown(b"ELF\x02\x01\x01")]);
    check(&twice);
}

#[test]
fn names_beyond_the_table_of_strings_are_malformed() {
    let bytes = Image { strings_apart: true, ..Image::library(X86_64, "GLIBC_2.17") }.bytes();
    let strings = 1 + ("libc.so.6".len() + 1) * 2 + "GLIBC_2.17".len() + 1;
    let needing =
        |index: u64| inspected(&with_numbers(bytes.clone(), &[(dynamic_entry(&bytes, 1) + 8, index)]));
    assert!(!needing(strings as u64 - 1).malformed);
    assert!(needing(strings as u64).malformed);
    assert!(needing(u64::MAX).malformed);
}

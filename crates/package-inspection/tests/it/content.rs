//! What is wrong with the content of members, which only reading all of it shows.

use funclet_package_inspection::{Code, Framing, Level, Usage, Verdict};

use crate::forge::{Entry, archive, deflate, facts, facts_at};

/// Checks what is found in a member beside a sound one, and that heads alone do not show it.
fn check(entry: Entry, expected: &[(Code, &str)], strict: Verdict, lenient: Verdict) {
    let package = archive(&[Entry::new("sound", b"x = 1"), entry]);
    let verified = facts(&package);
    let report = verified.report(&Usage::default());
    let found: Vec<_> = report.findings().map(|finding| (finding.code, finding.detail.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!((report.verdict(Framing::Strict), report.verdict(Framing::Lenient)), (strict, lenient));
    let heads = facts_at(Level::Heads, &package);
    assert_eq!(heads.report(&Usage::default()).findings().count(), 0);
}

fn rejected(entry: Entry, code: Code, detail: &str) {
    check(entry, &[(code, detail)], Verdict::Reject, Verdict::Reject);
}

#[test]
fn another_checksum() {
    let detail = "3610a686, declared is 00000001";
    rejected(Entry { crc: 1, ..Entry::new("a", b"hello") }, Code::CrcMismatch, detail);
    rejected(Entry { crc: 1, ..Entry::deflated("a", b"hello", 6) }, Code::CrcMismatch, detail);
}

#[test]
fn another_length() {
    let entry = |unzipped| Entry { unzipped, ..Entry::deflated("a", b"hello", 6) };
    rejected(entry(6), Code::SizeMismatch, "5 bytes, declared are 6");
    rejected(entry(4), Code::SizeMismatch, "more than 4 bytes");
    rejected(entry(0), Code::SizeMismatch, "more than 0 bytes");
}

#[test]
fn a_stream_that_breaks_off_or_is_none() {
    let entry = |stream: &[u8]| {
        let (stream, zipped) = (stream.to_vec(), stream.len() as u32);
        Entry { stream, zipped, ..Entry::deflated("a", &[7; 300], 6) }
    };
    let stream = deflate(&[7; 300], 6);
    rejected(entry(&stream[..stream.len() - 1]), Code::InflateError, "after 300 bytes");
    rejected(entry(&[7; 30]), Code::InflateError, "after 0 bytes");
    rejected(entry(&[]), Code::InflateError, "after 0 bytes");
}

#[test]
fn bytes_behind_a_stream() {
    for length in [1, 100, 200_000] {
        let stream = [deflate(b"hello", 6), vec![7; length]].concat();
        let entry = Entry { zipped: stream.len() as u32, stream, ..Entry::deflated("a", b"hello", 6) };
        let detail = format!("{length} bytes");
        check(entry, &[(Code::MemberTrailingData, &detail)], Verdict::Reject, Verdict::Warn);
    }
}

#[test]
fn all_findings_are_counted_and_the_first_are_told() {
    let wrong = |at: u32| Entry { crc: 1, ..Entry::new(format!("{at:03}"), &[7; 200][..200 - at as usize]) };
    let facts = facts(&archive(&(0..100).map(wrong).collect::<Vec<_>>()));
    let report = facts.report(&Usage::default());
    assert_eq!(report.count(Code::CrcMismatch), 100);
    let told: Vec<_> = report.findings().map(|finding| finding.entry.clone().unwrap()).collect();
    assert_eq!(told, (0..64).map(|at| format!("{at:03}")).collect::<Vec<_>>());
}

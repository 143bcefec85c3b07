//! Names as people can read them.

/// How many characters of a name are shown.
const CHARS_MAX: usize = 256;
/// How many bytes of a path are judged: Linux has no longer ones.
const JUDGED_BYTES_MAX: usize = 4096;

/// Shows a name: what is not UTF-8 replaced, control characters escaped, at most 256 characters of it.
pub(crate) fn display(name: &[u8]) -> String {
    // No character is longer than four bytes.
    readable(name.get(..CHARS_MAX * 4).unwrap_or(name), CHARS_MAX)
}

/// A path as it is judged: shown as names are, but to 4,096 bytes.
pub(crate) fn judged_path(name: &[u8]) -> String {
    let name = name.get(..JUDGED_BYTES_MAX).unwrap_or(name);
    cut(readable(name, JUDGED_BYTES_MAX), JUDGED_BYTES_MAX)
}

/// The path, as it is judged, of a member of an archive in the archive.
pub(crate) fn nested_path(archive: &str, name: &[u8]) -> String {
    cut(format!("{archive}!/{}", judged_path(name)), JUDGED_BYTES_MAX)
}

/// Splits a path as it is judged: into what is shown of it and, if that is less, the whole.
pub(crate) fn shown(judged: String) -> (String, Option<Box<str>>) {
    match judged.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => (judged.get(..end).unwrap_or_default().to_owned(), Some(judged.into_boxed_str())),
        None => (judged, None),
    }
}

fn readable(name: &[u8], chars_max: usize) -> String {
    let mut path = String::new();
    for letter in String::from_utf8_lossy(name).chars().take(chars_max) {
        if letter.is_control() {
            path.extend(letter.escape_default());
        } else {
            path.push(letter);
        }
    }
    path
}

fn cut(mut text: String, bytes_max: usize) -> String {
    // No character is longer than four bytes, so that one of the last four places is between two.
    let end = (bytes_max.saturating_sub(3)..=bytes_max).rfind(|&end| text.is_char_boundary(end));
    text.truncate(end.filter(|_| text.len() > bytes_max).unwrap_or(text.len()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_between_characters() {
        for letter in ["a", "\u{e4}", "\u{20ac}", "\u{1f980}"] {
            for before in 0..4 {
                let name = format!("{}{}", "b".repeat(before), letter.repeat(5000));
                let path = judged_path(name.as_bytes());
                assert!((JUDGED_BYTES_MAX - 3..=JUDGED_BYTES_MAX).contains(&path.len()), "{}", path.len());
                assert!(nested_path(&path, b"a.so").len() <= JUDGED_BYTES_MAX);
                let (shown, whole) = shown(path.clone());
                assert_eq!((shown, whole.as_deref()), (display(name.as_bytes()), Some(path.as_str())));
            }
        }
        assert_eq!(shown(nested_path("a.jar", b"b.so")), ("a.jar!/b.so".to_owned(), None));
    }
}

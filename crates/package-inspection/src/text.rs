//! Names as people can read them.

/// How many characters of a name are shown.
const CHARS_MAX: usize = 256;

/// Shows a name: what is not UTF-8 replaced, control characters escaped, at most 256 characters of it.
pub(crate) fn display(name: &[u8]) -> String {
    let mut path = String::new();
    // No character is longer than four bytes.
    let name = name.get(..CHARS_MAX * 4).unwrap_or(name);
    for letter in String::from_utf8_lossy(name).chars().take(CHARS_MAX) {
        if letter.is_control() {
            path.extend(letter.escape_default());
        } else {
            path.push(letter);
        }
    }
    path
}

/// Shows the path of a member of an archive in the archive, cut as names are.
pub(crate) fn nested_path(archive: &str, name: &[u8]) -> String {
    let path = format!("{archive}!/{}", display(name));
    match path.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => path.get(..end).unwrap_or_default().to_owned(),
        None => path,
    }
}

//! Texts with placeholders.

use crate::conformance::Setting;
use crate::conformance::bindings::Bindings;

/// What a placeholder may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Anything; nothing is bound.
    Anything,
    /// 32 hexadecimal digits in five groups.
    Uuid,
    /// A SHA-256: 44 characters of base64 or 64 hexadecimal digits.
    Digest,
    /// The last part of an ARN.
    Resource,
    /// A text that the case itself has sent.
    Sent,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(String),
    Placeholder { kind: &'a str, number: &'a str, class: Class },
}

/// A text with placeholders, ready to be matched.
#[derive(Debug)]
pub(crate) struct Pattern<'a> {
    source: &'a str,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Pattern<'a> {
    /// Reads a pattern; account, region and partition are put in.
    ///
    /// # Errors
    /// The text of a placeholder that is not known: it would match nothing, or worse, itself.
    pub(crate) fn parse(source: &'a str, setting: &Setting) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = source;
        let mut text = String::new();
        while let Some((before, from)) = rest.split_once('<') {
            text.push_str(before);
            let inner = from.split_once('>').filter(|(inner, _)| looks_like_placeholder(inner));
            let Some((inner, after)) = inner else {
                text.push('<');
                rest = from;
                continue;
            };
            rest = after;
            match inner {
                "region" => text.push_str(&setting.region),
                "partition" => text.push_str(&setting.partition),
                _ => {
                    let (kind, number) = inner.split_once(':').unwrap_or((inner, ""));
                    let class = class(kind, number).ok_or_else(|| format!("<{inner}>"))?;
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                    pieces.push(Piece::Placeholder { kind, number, class });
                }
            }
        }
        text.push_str(rest);
        pieces.push(Piece::Text(text));
        for piece in &mut pieces {
            if let Piece::Text(text) = piece {
                *text = text.replace("111111111111", &setting.account);
            }
        }
        Ok(Self { source, pieces })
    }

    /// Tells whether the whole pattern is a placeholder that stands for any value, not only for texts.
    pub(crate) fn is_anything(&self) -> bool {
        match self.pieces.as_slice() {
            [Piece::Text(before), Piece::Placeholder { class: Class::Anything, .. }, Piece::Text(after)] => {
                before.is_empty() && after.is_empty()
            }
            _ => false,
        }
    }

    /// Matches the whole text. What is bound stays bound if it matches, and only then.
    pub(crate) fn matches(&self, text: &str, bindings: &mut Bindings, sent: &[String]) -> bool {
        match_pieces(&self.pieces, text, bindings, sent, true)
    }

    /// Matches the beginning of a text.
    pub(crate) fn begins(&self, text: &str, bindings: &mut Bindings, sent: &[String]) -> bool {
        match_pieces(&self.pieces, text, bindings, sent, false)
    }

    /// Prints the pattern, with what its placeholders stand for already.
    pub(crate) fn explain(&self, bindings: &Bindings) -> String {
        let mut kinds: Vec<&str> = self.pieces.iter().filter_map(Piece::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let bound: Vec<_> =
            kinds.iter().map(|kind| bindings.explain(kind)).filter(|t| !t.is_empty()).collect();
        if bound.is_empty() {
            format!("{:?}", self.source)
        } else {
            format!("{:?} where {}", self.source, bound.join(", "))
        }
    }
}

impl<'a> Piece<'a> {
    fn kind(&self) -> Option<&'a str> {
        match self {
            Self::Placeholder { kind, .. } => Some(kind),
            Self::Text(_) => None,
        }
    }
}

fn looks_like_placeholder(inner: &str) -> bool {
    inner.starts_with(|c: char| c.is_ascii_lowercase())
        && inner.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-:".contains(c))
}

fn class(kind: &str, number: &str) -> Option<Class> {
    let class = match kind {
        "uuid" => Class::Uuid,
        "code-sha256" if number.is_empty() => Class::Anything,
        "code-sha256" => Class::Digest,
        "resource" => Class::Resource,
        "code-size" | "location" | "layer-location" | "min_unreserved_concurrency" => Class::Anything,
        "function-name"
        | "fn-name"
        | "nonexisting-fn-name"
        | "resource-name"
        | "custom-tag"
        | "description"
        | "license-info"
        | "csc_arn_invalid"
        | "user_arn"
        | "vpc_id"
        | "subnet_id_1"
        | "subnet_id_2"
        | "security_group_id_1"
        | "security_group_id_2"
        | "repo_uri"
        | "repo_uri_2"
        | "wrong-region"
        | "layer-name" => Class::Sent,
        _ => return None,
    };
    Some(class)
}

impl Class {
    fn admits(self, text: &str, sent: &[String]) -> bool {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match self {
            Self::Anything => true,
            Self::Uuid => {
                let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
                text.len() == 36
                    && text.bytes().enumerate().all(|(at, byte)| (byte == b'-') == is_dash(at))
                    && text.bytes().all(|byte| byte == b'-' || is_hex(byte))
            }
            Self::Digest => {
                let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
                let base64 =
                    text.strip_suffix('=').is_some_and(|t| t.len() == 43 && t.bytes().all(is_base64));
                base64 || (text.len() == 64 && text.bytes().all(is_hex))
            }
            Self::Resource => text.chars().all(|c| c != ':' && !c.is_whitespace()),
            Self::Sent => sent.iter().any(|sent| sent.contains(text)),
        }
    }
}

/// Tries every text that an unbound placeholder could stand for, the shortest first.
fn match_pieces(
    pieces: &[Piece<'_>],
    text: &str,
    bindings: &mut Bindings,
    sent: &[String],
    whole: bool,
) -> bool {
    let Some((piece, later)) = pieces.split_first() else { return !whole || text.is_empty() };
    let (kind, number, class) = match piece {
        Piece::Text(literal) => {
            let rest = text.strip_prefix(literal.as_str());
            return rest.is_some_and(|rest| match_pieces(later, rest, bindings, sent, whole));
        }
        Piece::Placeholder { kind, number, class } => (*kind, *number, *class),
    };
    if let Some(bound) = bindings.get(kind, number).filter(|_| class != Class::Anything) {
        let rest = text.strip_prefix(bound);
        return rest.is_some_and(|rest| match_pieces(later, rest, bindings, sent, whole));
    }
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    for (candidate, rest) in ends.filter_map(|end| text.split_at_checked(end)) {
        if !class.admits(candidate, sent) {
            continue;
        }
        if class == Class::Anything {
            if match_pieces(later, rest, bindings, sent, whole) {
                return true;
            }
        } else if bindings.is_free(kind, candidate) {
            bindings.bind(kind, number, candidate);
            if match_pieces(later, rest, bindings, sent, whole) {
                return true;
            }
            bindings.unbind(kind, number);
        }
    }
    false
}

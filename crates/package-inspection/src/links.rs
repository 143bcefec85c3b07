//! Symbolic links: where they lead.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding, Findings};

/// How many links are followed from one, as Linux has it.
const HOPS_MAX: usize = 40;
/// How many bytes of paths and targets are kept of all links together.
const BYTES_MAX: usize = 1 << 20;
/// The longest target, in bytes, as Linux has it.
pub(crate) const TARGET_BYTES_MAX: usize = 4096;

/// The links of a package, by their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Links {
    targets: BTreeMap<Vec<u8>, Vec<u8>>,
    bytes: usize,
    left_out: bool,
}

impl Links {
    pub(crate) fn add(&mut self, path: &[u8], target: Vec<u8>) {
        self.bytes += path.len() + target.len();
        if self.bytes > BYTES_MAX {
            self.left_out = true;
            return;
        }
        self.targets.insert(path.to_vec(), target);
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.bytes.min(BYTES_MAX)
    }

    /// Tells which links leave the package or lead back to themselves.
    pub(crate) fn review(&self, findings: &mut Findings) {
        for (path, target) in &self.targets {
            let detail = crate::text::display(target);
            if target.starts_with(b"/") {
                findings.add(Finding::new(Code::SymlinkAbsolute, Some(path), detail));
                continue;
            }
            match self.follow(path) {
                Followed::Escapes => findings.add(Finding::new(Code::SymlinkEscape, Some(path), detail)),
                Followed::Loops => findings.add(Finding::new(Code::SymlinkLoop, Some(path), detail)),
                Followed::Leads(_) | Followed::Outside => {}
            }
        }
        if self.left_out {
            findings.add(Finding::new(Code::SymlinkEscape, None, "more links than are followed"));
        }
    }

    /// Returns the path to which a path leads once links are followed; `None` if it leads out of the package.
    pub(crate) fn resolve(&self, path: &[u8]) -> Option<Vec<u8>> {
        match self.follow(path) {
            Followed::Leads(path) => Some(path),
            _ => None,
        }
    }

    fn follow(&self, path: &[u8]) -> Followed {
        let mut path = path.to_vec();
        for _ in 0..HOPS_MAX {
            let Some(target) = self.targets.get(&path) else { return Followed::Leads(path) };
            if target.starts_with(b"/") {
                return Followed::Outside;
            }
            let folder = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
            let mut parts: Vec<&[u8]> = Vec::new();
            let folder = path.get(..folder).unwrap_or_default();
            for part in folder.split(|&byte| byte == b'/').chain(target.split(|&byte| byte == b'/')) {
                match part {
                    b"" | b"." => {}
                    b".." if parts.pop().is_none() => return Followed::Escapes,
                    b".." => {}
                    part => parts.push(part),
                }
            }
            path = parts.join(&b'/');
        }
        Followed::Loops
    }
}

enum Followed {
    Leads(Vec<u8>),
    Escapes,
    Loops,
    /// An absolute path, mostly into a layer.
    Outside,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(links: &[(&str, &str)]) -> Vec<String> {
        let mut all = Links::default();
        for (path, target) in links {
            all.add(path.as_bytes(), target.as_bytes().to_vec());
        }
        let mut findings = Findings::default();
        all.review(&mut findings);
        findings
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.entry.as_deref().unwrap_or("-")))
            .collect()
    }

    #[test]
    fn links_are_followed_lexically() {
        assert!(codes(&[("lib/a.so", "a.so.1"), ("lib/b", "../c/d"), ("x", "./lib//a.so")]).is_empty());
        assert_eq!(codes(&[("node_modules", "/opt/nodejs")]), ["symlink_absolute node_modules"]);
        assert_eq!(codes(&[("lib/a", "../../etc/passwd")]), ["symlink_escape lib/a"]);
        assert_eq!(codes(&[("a", "b"), ("b", "a")]), ["symlink_loop a", "symlink_loop b"]);
    }

    #[test]
    fn a_chain_leads_to_its_end() {
        let mut links = Links::default();
        links.add(b"bootstrap", b"bin/start".to_vec());
        links.add(b"bin/start", b"../lib/main".to_vec());
        assert_eq!(links.resolve(b"bootstrap").unwrap(), b"lib/main");
        assert_eq!(links.resolve(b"elsewhere").unwrap(), b"elsewhere");
    }

    #[test]
    fn very_many_links_are_not_kept() {
        let mut links = Links::default();
        for at in 0..1000 {
            links.add(format!("{at}").as_bytes(), vec![b'x'; TARGET_BYTES_MAX]);
        }
        assert!(links.targets.len() < 300);
        let mut findings = Findings::default();
        links.review(&mut findings);
        assert_eq!(findings.count(Code::SymlinkEscape), 1);
    }
}

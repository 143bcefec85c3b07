//! Symbolic links: where they lead.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding, Findings};
use crate::resolved::{self, ResolvedPath};

/// How many links are followed from one, as Linux has it.
const HOPS_MAX: usize = 40;
/// How many bytes of paths and targets are kept of all links together.
const BYTES_MAX: usize = 1 << 20;
/// The longest target, in bytes, as Linux has it.
pub(crate) const TARGET_BYTES_MAX: usize = 4096;
/// How many parts of paths are gone through to review all links: some ten times as many as links of that size have that nobody made
/// for it.
const STEPS_MAX: usize = 1 << 21;

/// The links of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Links {
    /// In the order in which they came.
    links: Vec<Link>,
    /// The indexes of those that count, by the hashes of their paths.
    by_path: BTreeMap<u64, usize>,
    bytes: usize,
    left_out: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    path: Vec<u8>,
    target: Vec<u8>,
}

/// Where a path leads once links are followed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    /// To this path, whether something is there or not.
    Leads(Vec<u8>),
    /// Above the package.
    Escapes,
    /// Nowhere: there are more links than are followed.
    Loops,
    /// To an absolute path, mostly into a layer.
    Outside,
    /// It is not known.
    Unknown,
}

impl Links {
    pub(crate) fn add(&mut self, path: &[u8], target: Vec<u8>) {
        self.bytes += path.len() + target.len();
        if self.bytes > BYTES_MAX {
            self.left_out = true;
            return;
        }
        self.by_path.insert(resolved::hash(path), self.links.len());
        self.links.push(Link { path: path.to_vec(), target });
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        // With an entry of the map, which is not always full.
        const EACH_BYTES: usize = size_of::<Link>() + 2 * size_of::<(u64, usize)>();
        self.bytes.min(BYTES_MAX) + self.links.len() * EACH_BYTES
    }

    /// Tells which links leave the package or lead back to themselves.
    pub(crate) fn review(&self, findings: &mut Findings) {
        let mut steps = STEPS_MAX;
        let mut unknown = self.left_out;
        for Link { path, target } in &self.links {
            let found = |code| Finding::new(code, Some(path), crate::text::display(target));
            // The link itself, wherever other links have its folder.
            let mut folder = resolved::lexically(path);
            folder.pop();
            match self.walk(folder, target, 1, &mut steps) {
                _ if target.starts_with(b"/") => findings.add(found(Code::SymlinkAbsolute)),
                Followed::Escapes => findings.add(found(Code::SymlinkEscape)),
                Followed::Loops => findings.add(found(Code::SymlinkLoop)),
                Followed::Leads(_) | Followed::Outside => {}
                Followed::Unknown => unknown = true,
            }
        }
        if unknown {
            findings.add(Finding::new(Code::SymlinkEscape, None, "more links than are followed"));
        }
    }

    /// Follows a path part by part, as Linux does.
    pub(crate) fn follow(&self, path: &[u8]) -> Followed {
        match self.walk(ResolvedPath::default(), path, 0, &mut { STEPS_MAX }) {
            // One of the links that are not kept may lie on the way.
            Followed::Leads(_) if self.left_out => Followed::Unknown,
            followed => followed,
        }
    }

    /// Returns the path to which a path leads once links are followed; `None` if it does not lead into the package, or if that is
    /// not known.
    pub(crate) fn resolve(&self, path: &[u8]) -> Option<Vec<u8>> {
        match self.follow(path) {
            Followed::Leads(path) => Some(path),
            _ => None,
        }
    }

    /// Goes a path from a folder, and takes what that needs from `steps`. No more than `HOPS_MAX` links are followed together with
    /// those that were before.
    fn walk<'l>(
        &'l self,
        mut at: ResolvedPath,
        path: &'l [u8],
        mut hops: usize,
        steps: &mut usize,
    ) -> Followed {
        if path.starts_with(b"/") {
            return Followed::Outside;
        }
        let separates = |byte: &u8| *byte == b'/';
        // What is left of the path, and of the targets of the links on the way, the last one first.
        let mut ways = vec![path.split(separates)];
        while let Some(way) = ways.last_mut() {
            let Some(part) = way.next() else {
                ways.pop();
                continue;
            };
            *steps = steps.saturating_sub(1);
            if *steps == 0 {
                return Followed::Unknown;
            }
            match part {
                part if resolved::is_here(part) => continue,
                b".." if at.pop() => continue,
                b".." => return Followed::Escapes,
                part => at.push(part),
            }
            let link = self.by_path.get(&at.hash()).and_then(|&index| self.links.get(index));
            let Some(Link { target, .. }) = link else { continue };
            hops += 1;
            if hops > HOPS_MAX {
                return Followed::Loops;
            }
            if target.starts_with(b"/") {
                return Followed::Outside;
            }
            at.pop();
            ways.push(target.split(separates));
        }
        Followed::Leads(at.into_bytes())
    }
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
    fn what_leaves_the_package_or_leads_back_is_told() {
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
    fn folders_on_the_way_may_be_links() {
        let mut links = Links::default();
        for (path, target) in [
            ("bootstrap", "cur/boot"),
            ("cur", "./releases/2/"),
            ("releases/2", "../store/v2"),
            ("lib", "src"),
            ("layer", "/opt/lib"),
            ("up", "lib/../../etc"),
            ("a", "b/x"),
            ("b", "a"),
        ] {
            links.add(path.as_bytes(), target.as_bytes().to_vec());
        }
        let leads = |path: &str| Followed::Leads(path.as_bytes().to_vec());
        let follow = |path: &str| links.follow(path.as_bytes());
        assert_eq!(follow("bootstrap"), leads("store/v2/boot"));
        assert_eq!(follow("./lib//app.js"), leads("src/app.js"));
        // The folder above is that of where the link leads.
        assert_eq!(follow("cur/../other"), leads("store/other"));
        assert_eq!(follow("layer/a.js"), Followed::Outside);
        assert_eq!(follow("up"), Followed::Escapes);
        assert_eq!(follow("a"), Followed::Loops);
        assert_eq!(follow("../x"), Followed::Escapes);
        assert_eq!(follow("/opt/x"), Followed::Outside);
    }

    #[test]
    fn forty_links_are_followed() {
        for (count, expected) in [(40, Followed::Leads(b"40".to_vec())), (41, Followed::Loops)] {
            let mut links = Links::default();
            for at in 0..count {
                links.add(at.to_string().as_bytes(), (at + 1).to_string().into_bytes());
            }
            assert_eq!(links.follow(b"0"), expected);
            let mut findings = Findings::default();
            links.review(&mut findings);
            assert_eq!(findings.count(Code::SymlinkLoop), count - 40);
        }
    }

    /// Of a folder's link that is itself under a link, both are looked at.
    #[test]
    fn links_below_links_are_reviewed() {
        assert_eq!(codes(&[("lib", "src"), ("lib/a", "../../etc")]), ["symlink_escape lib/a"]);
    }

    /// Ten thousand links that all lead through forty of the longest.
    #[test]
    fn of_hostile_links_some_are_not_followed() {
        let mut links = Links::default();
        for at in 0..40 {
            let target = format!("{}{}", "a/../".repeat(800), at + 1);
            links.add(at.to_string().as_bytes(), target.into_bytes());
        }
        for at in 0..10_000 {
            links.add(format!("link/{at}").as_bytes(), b"../0".to_vec());
        }
        assert!(!links.left_out);
        let mut findings = Findings::default();
        links.review(&mut findings);
        assert!(findings.iter().any(|finding| finding.detail == "more links than are followed"));
    }

    #[test]
    fn very_many_links_are_not_kept() {
        let mut links = Links::default();
        for at in 0..1000 {
            links.add(format!("{at}").as_bytes(), vec![b'x'; TARGET_BYTES_MAX]);
        }
        assert!(links.links.len() < 300);
        let mut findings = Findings::default();
        links.review(&mut findings);
        assert_eq!(findings.count(Code::SymlinkEscape), 1);
    }
}

//! What a runtime starts, and on which system.

use crate::native::GlibcVersion;

/// The C library of Amazon Linux 1, 2 and 2023.
const AL1: &[u32] = &[2, 17];
const AL2: &[u32] = &[2, 26];
const AL2023: &[u32] = &[2, 34];

/// A runtime, as its identifier has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Runtime {
    family: Family,
    glibc: &'static [u32],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Python,
    Node,
    Java,
    Dotnet,
    Ruby,
    /// The program `bootstrap` of the package.
    Provided,
    /// The program that the handler names.
    Go,
}

/// What a package needs for a handler to be found.
pub(crate) enum Start {
    /// A program of this name.
    Program(String),
    /// One of these files.
    Any(Vec<String>),
}

impl Runtime {
    /// Reads an identifier such as `python3.12`. `None` if its family is not known; a newer version of a known one counts
    /// as running on the newest system.
    pub(crate) fn of(identifier: &str) -> Option<Self> {
        let split = identifier.find(|letter: char| letter.is_ascii_digit()).unwrap_or(identifier.len());
        let (family, version) = identifier.split_at(split);
        let mut numbers =
            version.split(|letter: char| !letter.is_ascii_digit()).map_while(|part| part.parse().ok());
        let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        // Up to which version each runs on the first and on the second system.
        let (family, first, second) = match family {
            "python" => (Family::Python, (3, 7), (3, 11)),
            "nodejs" => (Family::Node, (8, 99), (18, 99)),
            "java" if identifier == "java8" => (Family::Java, (8, 0), (8, 0)),
            "java" => (Family::Java, (0, 0), (17, 99)),
            "dotnet" => (Family::Dotnet, (0, 0), (7, 99)),
            "dotnetcore" => (Family::Dotnet, (2, 99), (3, 99)),
            "ruby" => (Family::Ruby, (2, 5), (3, 2)),
            "go" => return Some(Self { family: Family::Go, glibc: AL1 }),
            "provided" => return Some(Self { family: Family::Provided, glibc: AL1 }),
            "provided.al" if version.0 == 2 => return Some(Self { family: Family::Provided, glibc: AL2 }),
            "provided.al" => return Some(Self { family: Family::Provided, glibc: AL2023 }),
            _ => return None,
        };
        let glibc = match version {
            version if version <= first => AL1,
            version if version <= second => AL2,
            _ => AL2023,
        };
        Some(Self { family, glibc })
    }

    /// Returns the version of its C library.
    pub(crate) fn glibc(&self) -> GlibcVersion {
        GlibcVersion::of(self.glibc)
    }

    /// Returns the version of the newest runtimes' C library.
    pub(crate) fn newest_glibc() -> GlibcVersion {
        GlibcVersion::of(AL2023)
    }

    /// Returns what has to be in a package for a handler; `None` if that does not follow from its name.
    pub(crate) fn start(&self, handler: Option<&str>) -> Option<Start> {
        if self.family == Family::Provided {
            return Some(Start::Program("bootstrap".to_owned()));
        }
        let handler = handler?;
        let with =
            |stem: &str, endings: &[&str]| endings.iter().map(|ending| format!("{stem}{ending}")).collect();
        let files = match self.family {
            Family::Python => {
                let module = handler.rsplit_once('.')?.0.replace('.', "/");
                with(&module, &[".py", "/__init__.py", ".pyc", ".so"])
            }
            Family::Node => with(file_stem(handler)?, &[".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ""]),
            Family::Ruby => with(file_stem(handler)?, &[".rb"]),
            Family::Java => {
                let class = handler.split("::").next()?.replace('.', "/");
                with(&class, &[".class"])
            }
            Family::Dotnet => with(handler.split("::").next()?, &[".dll", ""]),
            Family::Go | Family::Provided => return Some(Start::Program(handler.to_owned())),
        };
        Some(Start::Any(files))
    }

    /// Tells what an import of native code for another machine is reported as.
    pub(crate) fn import_error(&self) -> Option<&'static str> {
        match self.family {
            Family::Python => Some("Runtime.ImportModuleError"),
            Family::Node => Some("Runtime.ImportModuleError"),
            Family::Java => Some("java.lang.UnsatisfiedLinkError"),
            _ => None,
        }
    }
}

/// The path of a handler up to the first dot of its last part.
fn file_stem(handler: &str) -> Option<&str> {
    let name = handler.rfind('/').map_or(0, |slash| slash + 1);
    let dot = handler.get(name..)?.find('.')?;
    handler.get(..name + dot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_have_the_library_of_their_system() {
        let glibc = |identifier| Runtime::of(identifier).map(|runtime| runtime.glibc().to_string());
        let expected = [
            ("2.17", &["python3.7", "nodejs8.10", "java8", "go1.x", "provided", "ruby2.5"][..]),
            (
                "2.26",
                &["python3.11", "nodejs18.x", "java8.al2", "java17", "dotnet6", "ruby3.2", "provided.al2"],
            ),
            (
                "2.34",
                &[
                    "python3.12",
                    "nodejs20.x",
                    "nodejs22.x",
                    "java21",
                    "dotnet8",
                    "ruby3.3",
                    "provided.al2023",
                ],
            ),
        ];
        for (version, identifiers) in expected {
            for identifier in identifiers {
                assert_eq!(glibc(identifier).as_deref(), Some(version), "{identifier}");
            }
        }
        assert_eq!(glibc("cobol85"), None);
    }

    #[test]
    fn handlers_name_files() {
        let first = |runtime: &str, handler| match Runtime::of(runtime)?.start(Some(handler))? {
            Start::Program(name) => Some(name),
            Start::Any(files) => files.into_iter().next(),
        };
        assert_eq!(first("python3.12", "app.handler").as_deref(), Some("app.py"));
        assert_eq!(first("python3.12", "a/b.mod.fn").as_deref(), Some("a/b/mod.py"));
        assert_eq!(first("nodejs22.x", "dist/index.handler").as_deref(), Some("dist/index.js"));
        assert_eq!(first("nodejs22.x", "dist.d/index.a.b").as_deref(), Some("dist.d/index.js"));
        assert_eq!(first("java21", "org.example.H::handle").as_deref(), Some("org/example/H.class"));
        assert_eq!(first("dotnet8", "Asm::Ns.Type::Do").as_deref(), Some("Asm.dll"));
        assert_eq!(first("ruby3.3", "lib/fn.Klass.call").as_deref(), Some("lib/fn.rb"));
        assert_eq!(first("provided.al2023", "whatever").as_deref(), Some("bootstrap"));
        assert_eq!(first("go1.x", "main").as_deref(), Some("main"));
        assert_eq!(first("python3.12", "no_dot"), None);
    }
}

//! What a runtime starts, and on which system.

use crate::native::GlibcVersion;

/// The C library of Amazon Linux 1, 2 and 2023.
const AL1: &[u32] = &[2, 17];
const AL2: &[u32] = &[2, 26];
const AL2023: &[u32] = &[2, 34];

/// Where the package of a function lies.
const TASK_ROOT: &str = "/var/task/";
/// How the files end that are tried under the name of a handler, and what is in a folder of that name.
const NODE_FILES: &[&str] = &[".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ""];
const NODE_FOLDERS: &[&str] = &["/package.json", "/index.js", "/index.json", "/index.node"];
/// How files end that are packages.
const NODE_PACKAGES: &[&str] = &["", ".js", ".json", ".node"];

/// A runtime, as its identifier has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Runtime {
    family: Family,
    /// The major and the minor version, 0 where its identifier has none.
    version: (u32, u32),
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
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        // Up to which version each runs on the first and on the second system.
        let (family, first, second) = match family {
            "python" => (Family::Python, (3, 7), (3, 11)),
            "nodejs" => (Family::Node, (8, 99), (18, 99)),
            "java" if identifier == "java8" => (Family::Java, (8, 0), (8, 0)),
            "java" => (Family::Java, (0, 0), (17, 99)),
            "dotnet" => (Family::Dotnet, (0, 0), (7, 99)),
            "dotnetcore" => (Family::Dotnet, (2, 99), (3, 99)),
            "ruby" => (Family::Ruby, (2, 5), (3, 2)),
            "go" => return Some(Self { family: Family::Go, version, glibc: AL1 }),
            "provided" => return Some(Self { family: Family::Provided, version, glibc: AL1 }),
            "provided.al" => {
                let glibc = if version.0 == 2 { AL2 } else { AL2023 };
                return Some(Self { family: Family::Provided, version, glibc });
            }
            _ => return None,
        };
        let glibc = match version {
            version if version <= first => AL1,
            version if version <= second => AL2,
            _ => AL2023,
        };
        Some(Self { family, version, glibc })
    }

    /// Returns the version of its C library.
    pub(crate) fn glibc(&self) -> GlibcVersion {
        GlibcVersion::of(self.glibc)
    }

    /// Returns the version of the newest runtimes' C library.
    pub(crate) fn newest_glibc() -> GlibcVersion {
        GlibcVersion::of(AL2023)
    }

    /// Returns what has to be in a package for a handler; `None` if that does not follow from its name, and if that leads out of the
    /// package: into a layer, mostly.
    pub(crate) fn start(&self, handler: Option<&str>) -> Option<Start> {
        if self.family == Family::Provided {
            return Some(Start::Program("bootstrap".to_owned()));
        }
        let handler = handler?;
        let handler = handler.strip_prefix(TASK_ROOT).unwrap_or(handler);
        if handler.starts_with('/') {
            return None;
        }
        let with = |stem: &str, endings: &[&str]| -> Vec<String> {
            endings.iter().map(|ending| format!("{stem}{ending}")).collect()
        };
        let files = match self.family {
            Family::Python => {
                let module = handler.rsplit_once('.')?.0.replace('.', "/");
                let endings = self.python_endings();
                let packages = endings.iter().map(|ending| format!("{module}/__init__{ending}"));
                endings.iter().map(|ending| format!("{module}{ending}")).chain(packages).collect()
            }
            Family::Node => {
                let stem = file_stem(handler)?;
                let endings = [NODE_FILES, NODE_FOLDERS].into_iter();
                let mut files: Vec<String> = endings.flat_map(|endings| with(stem, endings)).collect();
                // What is no file is required as a package, from the root and from the folder that the handler names.
                let (folder, name) = stem.split_at(stem.rfind('/').map_or(0, |slash| slash + 1));
                for package in [format!("node_modules/{name}"), format!("{folder}node_modules/{name}")] {
                    let endings = [NODE_PACKAGES, NODE_FOLDERS].into_iter();
                    files.extend(endings.flat_map(|endings| with(&package, endings)));
                }
                files
            }
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

    /// How the files end that are imported as a module. A file for another machine is there, too, and does not fit.
    fn python_endings(&self) -> Vec<String> {
        let (major, minor) = self.version;
        // Until then builds had a flag for their allocator.
        let flag = if self.version <= (3, 7) { "m" } else { "" };
        let plain = [".py", ".pyc", ".so", ".abi3.so"].map(str::to_owned);
        let tagged = ["x86_64", "aarch64"]
            .map(|machine| format!(".cpython-{major}{minor}{flag}-{machine}-linux-gnu.so"));
        plain.into_iter().chain(tagged).collect()
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
        assert_eq!(first("nodejs22.x", "/var/task/dist/index.handler").as_deref(), Some("dist/index.js"));
        for runtime in ["python3.12", "nodejs22.x", "java21", "dotnet8", "ruby3.3", "go1.x"] {
            assert_eq!(first(runtime, "/opt/nodejs/index.handler"), None);
        }
        assert_eq!(first("provided.al2023", "/opt/x").as_deref(), Some("bootstrap"));
    }
}

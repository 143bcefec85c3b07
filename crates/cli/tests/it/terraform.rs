//! Terraform with its AWS provider against the real binary.
//!
//! `terraform` is looked for on the machine; its provider in the directory that `FUNCLET_TERRAFORM_PLUGINS` names (a filesystem
//! mirror), else where terraform's own configuration says. Where either is missing the test says so and passes, unless
//! `FUNCLET_REQUIRE_TERRAFORM=1` is set: then it fails.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{HELLO, Running, zip};

const PROVIDER: &str = include_str!("../terraform/provider.tf");
const FUNCTION: &str = include_str!("../terraform/function.tf");
const EVERYTHING: &str = include_str!("../terraform/everything.tf");

/// Names the mirror with the provider.
const PLUGINS: &str = "FUNCLET_TERRAFORM_PLUGINS";

/// A folder with a configuration, in which terraform runs.
struct Terraform {
    folder: tempfile::TempDir,
    variables: RefCell<BTreeMap<&'static str, String>>,
}

impl Terraform {
    fn command(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1");
        for (name, value) in &*self.variables.borrow() {
            command.env(format!("TF_VAR_{name}"), value);
        }
        if std::env::var_os(PLUGINS).is_some() {
            // Then nothing of the machine's own configuration is needed, and nothing about it is printed.
            self.write("terraform.rc", "");
            command.env("TF_CLI_CONFIG_FILE", self.path("terraform.rc"));
        }
        command.output().expect("terraform starts")
    }

    /// Sets a variable of the configuration.
    fn set(&self, name: &'static str, value: impl ToString) {
        self.variables.borrow_mut().insert(name, value.to_string());
    }

    /// Applies the configuration; afterwards nothing is left to do.
    #[track_caller]
    fn apply(&self) {
        self.run(&["apply", "-auto-approve", "-input=false", "-no-color"], 0);
        self.run(&["plan", "-detailed-exitcode", "-input=false", "-no-color"], 0);
    }

    #[track_caller]
    fn destroy(&self) {
        self.run(&["destroy", "-auto-approve", "-input=false", "-no-color"], 0);
    }

    /// Returns the output `version`.
    #[track_caller]
    fn version(&self) -> String {
        self.run(&["output", "-raw", "version"], 0)
    }

    /// Runs a command that has to end with this status. Returns what it printed.
    #[track_caller]
    fn run(&self, arguments: &[&str], status: i32) -> String {
        let output = self.command(arguments);
        let (printed, complaint) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "terraform {arguments:?}: {printed}{complaint}");
        printed.into_owned()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Looks for terraform and its provider, and makes the folder ready.
    fn find(endpoint: &str, resources: &str) -> Result<Self, String> {
        let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !quiet(Command::new("terraform").arg("version")).is_ok_and(|status| status.success()) {
            return Err("terraform was not found".into());
        }
        let terraform = Self { folder: tempfile::tempdir().unwrap(), variables: RefCell::default() };
        terraform.write("provider.tf", PROVIDER);
        terraform.write("resources.tf", resources);
        terraform.set("endpoint", endpoint);
        let plugins = std::env::var(PLUGINS).map(|path| format!("-plugin-dir={path}"));
        let mut arguments = vec!["init", "-input=false", "-no-color"];
        arguments.extend(plugins.as_deref());
        let output = terraform.command(&arguments);
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("terraform has no AWS provider: {complaint}"));
        }
        Ok(terraform)
    }
}

fn find(endpoint: &str, resources: &str) -> Option<Terraform> {
    match Terraform::find(endpoint, resources) {
        Ok(terraform) => Some(terraform),
        Err(missing) => {
            let required = std::env::var_os("FUNCLET_REQUIRE_TERRAFORM").is_some_and(|value| value == "1");
            assert!(!required, "{missing}");
            // Not by a macro: the test runner would keep what those print to itself.
            std::io::stderr().write_all(format!("SKIPPED: terraform: {missing}\n").as_bytes()).unwrap();
            None
        }
    }
}

/// Applies a function with a version, applies another package, and another configuration, and destroys it.
#[test]
fn a_function_is_applied_changed_and_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let Some(terraform) = find(&server.endpoint, FUNCTION) else { return };
    let found = || server.call("GET", HELLO, "");

    terraform.set("stage", "test");
    terraform.set("memory_size", 256);
    terraform.write("code.zip", zip("one"));
    terraform.apply();
    let (status, one) = found();
    assert_eq!((status, terraform.version().as_str()), (200, "1"), "{one}");
    assert_eq!(one["Tags"]["stage"], "test");

    // Another package: another version.
    terraform.write("code.zip", zip("two"));
    terraform.apply();
    let (_, two) = found();
    assert_eq!(terraform.version(), "2");
    assert_ne!(one["Configuration"]["CodeSha256"], two["Configuration"]["CodeSha256"]);

    // Another configuration: another version, too.
    terraform.set("stage", "next");
    terraform.set("memory_size", 512);
    terraform.apply();
    let (_, three) = found();
    assert_eq!(terraform.version(), "3");
    assert_eq!(
        (&three["Configuration"]["MemorySize"], &three["Tags"]["stage"]),
        (&512.into(), &"next".into())
    );

    terraform.destroy();
    assert_eq!(found().0, 404);
}

/// Everything that the provider can put around a function, in the same way.
#[test]
fn everything_around_a_function_is_applied_changed_and_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let Some(terraform) = find(&server.endpoint, EVERYTHING) else { return };
    let alias = || server.call("GET", &format!("{HELLO}/aliases/live"), "").1;

    terraform.set("stage", "test");
    terraform.set("memory_size", 256);
    terraform.set("weights", "{}");
    terraform.write("code.zip", zip("one"));
    terraform.write("layer.zip", zip("tools"));
    terraform.apply();
    assert_eq!((terraform.version().as_str(), &alias()["FunctionVersion"]), ("1", &"1".into()));

    // A new version gets most of the invocations, the one before the others.
    terraform.write("code.zip", zip("two"));
    terraform.set("weights", r#"{"1":0.25}"#);
    terraform.apply();
    assert_eq!((terraform.version().as_str(), &alias()["FunctionVersion"]), ("2", &"2".into()));
    assert_eq!(alias()["RoutingConfig"]["AdditionalVersionWeights"]["1"], 0.25);

    // Everything else, too; the new version stands alone.
    terraform.write("layer.zip", zip("better tools"));
    terraform.set("stage", "next");
    terraform.set("memory_size", 512);
    terraform.set("weights", "{}");
    terraform.apply();
    let (_, function) = server.call("GET", HELLO, "");
    assert_eq!((terraform.version().as_str(), &alias()["RoutingConfig"]), ("3", &serde_json::Value::Null));
    let layer = function["Configuration"]["Layers"][0]["Arn"].as_str().unwrap();
    assert!(layer.ends_with(":layer:tools:2"), "{layer}");

    terraform.destroy();
    assert_eq!(server.call("GET", HELLO, "").0, 404);
}

fn serve(folder: &Path) -> Running {
    let store = folder.join("store");
    // Long enough to be met by a client that does not wait.
    Running::with(&["--data-dir", store.to_str().unwrap(), "--transition-delay", "1s"])
}

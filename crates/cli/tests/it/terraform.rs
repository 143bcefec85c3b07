//! Terraform with its AWS provider against the real binary.
//!
//! `terraform` is looked for on the machine; its provider in the directory that `FUNCLET_TERRAFORM_PLUGINS` names (a filesystem
//! mirror), else where terraform's own configuration says. Where either is missing the test says so and passes, unless
//! `FUNCLET_REQUIRE_TERRAFORM=1` is set: then it fails.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{HELLO, Running, zip};

/// Names the mirror with the provider.
const PLUGINS: &str = "FUNCLET_TERRAFORM_PLUGINS";

/// A folder with a configuration, in which terraform runs.
struct Terraform {
    folder: tempfile::TempDir,
}

impl Terraform {
    fn command(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1");
        if std::env::var_os(PLUGINS).is_some() {
            // Then nothing of the machine's own configuration is needed, and nothing about it is printed.
            self.write("terraform.rc", "");
            command.env("TF_CLI_CONFIG_FILE", self.path("terraform.rc"));
        }
        command.output().expect("terraform starts")
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
    fn find(configuration: &str) -> Result<Self, String> {
        let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !quiet(Command::new("terraform").arg("version")).is_ok_and(|status| status.success()) {
            return Err("terraform was not found".into());
        }
        let terraform = Self { folder: tempfile::tempdir().unwrap() };
        terraform.write("main.tf", configuration);
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

fn configuration(endpoint: &str) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    aws = {{
      source = "hashicorp/aws"
    }}
  }}
}}

provider "aws" {{
  region                      = "us-east-1"
  access_key                  = "000000000000"
  secret_key                  = "secret"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {{
    lambda = "{endpoint}"
  }}
}}

resource "aws_lambda_function" "hello" {{
  function_name    = "hello"
  role             = "arn:aws:iam::000000000000:role/hello"
  runtime          = "python3.13"
  handler          = "index.handler"
  filename         = "code.zip"
  source_code_hash = filebase64sha256("code.zip")
  publish          = true
  timeout          = 5
  memory_size      = 256
  tags = {{
    stage = "test"
  }}
  environment {{
    variables = {{
      STAGE = "test"
    }}
  }}
}}

output "version" {{
  value = aws_lambda_function.hello.version
}}
"#
    )
}

fn find(endpoint: &str) -> Option<Terraform> {
    match Terraform::find(&configuration(endpoint)) {
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

/// Applies a function with a version, applies another package, finds nothing left to do, and destroys it.
#[test]
fn a_function_is_applied_changed_and_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let Some(terraform) = find(&server.endpoint) else { return };
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color"];
    let no_difference = ["plan", "-detailed-exitcode", "-input=false", "-no-color"];
    let version = || terraform.run(&["output", "-raw", "version"], 0);
    let found = || server.call("GET", HELLO, "");

    terraform.write("code.zip", zip("one"));
    terraform.run(&apply, 0);
    let (status, one) = found();
    assert_eq!((status, version().as_str()), (200, "1"), "{one}");
    assert_eq!(one["Tags"]["stage"], "test");

    // Another package: another version.
    terraform.write("code.zip", zip("two"));
    terraform.run(&apply, 0);
    terraform.run(&no_difference, 0);
    let (_, two) = found();
    assert_eq!(version(), "2");
    assert_ne!(one["Configuration"]["CodeSha256"], two["Configuration"]["CodeSha256"]);

    // Another configuration: another version, too.
    let changed = configuration(&server.endpoint).replace("= 256", "= 512").replace("\"test\"", "\"next\"");
    terraform.write("main.tf", changed);
    terraform.run(&apply, 0);
    terraform.run(&no_difference, 0);
    let (_, three) = found();
    assert_eq!(version(), "3");
    assert_eq!(
        (&three["Configuration"]["MemorySize"], &three["Tags"]["stage"]),
        (&512.into(), &"next".into())
    );

    terraform.run(&["destroy", "-auto-approve", "-input=false", "-no-color"], 0);
    assert_eq!(found().0, 404);
}

fn serve(folder: &Path) -> Running {
    let store = folder.join("store");
    // Long enough to be met by a client that does not wait.
    Running::with(&["--data-dir", store.to_str().unwrap(), "--transition-delay", "1s"])
}

//! Power cuts of the real binary on a real file system. The script says how, and what it needs; where that is missing it
//! says so and succeeds, unless `FUNCLET_REQUIRE_POWERCUT=1` is set.

use std::process::Command;

fn cut(arguments: &[&str]) {
    let status = Command::new("bash")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/powercut.sh"))
        .args(arguments)
        .arg(env!("CARGO_BIN_EXE_funclet"))
        .status()
        .expect("bash starts");
    assert!(status.success(), "see the output above");
}

#[test]
fn a_power_cut_loses_nothing_acknowledged() {
    cut(&["--rounds", "2"]);
}

#[test]
fn without_syncs_the_loss_is_noticed() {
    cut(&["--rounds", "1", "--sabotage"]);
}

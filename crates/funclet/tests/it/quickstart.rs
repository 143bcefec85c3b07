//! The example runs and shows what it says.

#[path = "../../examples/quickstart.rs"]
#[allow(dead_code, reason = "its main function is for cargo run")]
mod example;

#[test]
fn the_example_creates_updates_loses_a_race_publishes_and_reads_back() {
    let directory = tempfile::tempdir().unwrap();
    let mut shown = Vec::new();
    example::run(directory.path(), &mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    let lines: Vec<_> = shown.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(lines, ["created", "updated", "lost the race", "published", "opened again"], "{shown}");
    // Once more on the same directory: the function is there already, and everything goes on.
    let mut again = Vec::new();
    example::run(directory.path(), &mut again).unwrap();
    assert!(String::from_utf8(again).unwrap().starts_with("found"));
}

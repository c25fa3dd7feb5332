use crate::harness::run;
use protoloupe::app::shortcut_table;

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

#[test]
fn the_keys_of_the_readme_are_those_of_the_table() {
    let readme = readme();
    let table = shortcut_table();
    if std::env::var_os("BLESS").is_some() {
        let (before, rest) = readme.split_once("## Keys\n").unwrap();
        let (_, after) = rest.split_once("## What it does with your files").unwrap();
        let text = format!("{before}## Keys\n\n{table}\n## What it does with your files{after}");
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), text).unwrap();
        return;
    }
    assert!(readme.contains(&table), "BLESS=1 cargo test --test cli readme writes it anew:\n{table}");
}

#[test]
fn every_command_of_the_readme_is_there() {
    let readme = readme();
    let commands: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("protoloupe "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() >= 7, "{commands:?}");
    for command in commands {
        let help = run([command, "--help"]).exits(0);
        assert!(help.text().contains(&format!("protoloupe {command}")), "{command}: {}", help.text());
    }
}

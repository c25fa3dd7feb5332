//! Screens of schema sources: what became of them, and `protoc`, where there is one.

use super::Screen;
use super::Touch::{Click, ClickOn, Do, Still};
use super::begun::sample;
use super::running::folder;
use egui::Role;
use protoloupe::app::{Action, Pane};
use protoloupe::schema::Address;
use std::path::PathBuf;
use std::sync::OnceLock;

fn file(name: &str, text: &str) -> PathBuf {
    let path = folder().join("sources").join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, text).expect("a file");
    path
}

/// One that is larger than is read here, and one that nobody can read.
fn refused() -> Vec<PathBuf> {
    static FILES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let write = || {
        let lines = "// and so on\n".repeat((17 << 20) / 13);
        let beyond = format!("syntax = \"proto3\"; package shop; message Order {{ int64 id = 1; }}\n{lines}");
        let worse = "syntax = \"proto3\"; message W { int32 x = ; }";
        vec![file("refused/beyond.proto", &beyond), file("refused/worse.proto", worse)]
    };
    FILES.get_or_init(write).clone()
}

fn has_protoc() -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("protoc{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&folders).any(|folder| folder.is_absolute() && folder.join(&name).is_file())
}

/// The same name declared in two ways.
fn twice() -> Vec<PathBuf> {
    let one = |name: &str, kind: &str| {
        let text = format!("syntax = \"proto3\"; package p; message Twice {{ {kind} x = 1; }}");
        file(name, &text)
    };
    vec![one("twice/a.proto", "int32"), one("twice/b.proto", "string")]
}

/// An import that is under two roots.
fn two_roots() -> Vec<PathBuf> {
    for root in ["one", "two"] {
        file(
            &format!("roots/{root}/common/money.proto"),
            "syntax = \"proto3\"; package common; message Money { int64 cents = 1; }",
        );
    }
    file(
        "roots/three/shop.proto",
        "syntax = \"proto3\"; package shop; import \"common/money.proto\"; message Cart { common.Money sum = 1; }",
    );
    vec![folder().join("sources/roots")]
}

pub fn screens() -> Vec<Screen> {
    let sources = || [Do(Action::ShowSources(true))];
    let add = |paths: Vec<PathBuf>| Do(Action::AddSchema(paths));
    let of_p = || Address { full_name: "p.Twice".to_owned(), ..Address::default() };
    let twice_first = || twice().remove(0);
    let mut screens = vec![
        Screen::new("sources declared twice", sample).and(sources()).and([add(twice())]),
        Screen::new("sources two roots", sample).and(sources()).and([add(two_roots())]),
        Screen::new("sources removed", sample)
            .and(sources())
            .and([add(twice()), Click(Role::Button, "Remove a.proto")]),
        Screen::new("sources of own only", sample)
            .and(sources())
            .and([add(vec![twice_first()]), Click(Role::CheckBox, "RocketMQ v2 API")]),
        Screen::new("schema page gone", sample).and([
            add(vec![twice_first()]),
            Do(Action::ShowPane(Pane::Schema)),
            Do(Action::ShowPage(of_p())),
            Do(Action::RemoveSource(twice_first())),
        ]),
        Screen::new("schema page source", sample)
            .and([
                Do(Action::ShowPage(of_rocketmq("Digest"))),
                // What is above leaves no room for it.
                ClickOn(Role::DisclosureTriangle, "Fields"),
                ClickOn(Role::DisclosureTriangle, "Used in"),
                ClickOn(Role::DisclosureTriangle, "Source text"),
            ])
            .if_wide(1_600.0..f32::MAX),
    ];
    if has_protoc() {
        screens.extend([
            Screen::new("protoc asked", sample).and(sources()).and([add(refused())]),
            Screen::new("protoc refused", sample)
                .and(sources())
                .and([add(refused()), Do(Action::UseProtoc(false))]),
            Screen::new("protoc running", sample).and(sources()).and([
                add(refused()),
                Still,
                Do(Action::UseProtoc(true)),
            ]),
            Screen::new("protoc used and failed", sample)
                .and(sources())
                .and([add(refused()), Do(Action::UseProtoc(true))]),
        ]);
    } else {
        screens.push(
            Screen::new("protoc missing", sample)
                .and(sources())
                .and([add(refused()), Do(Action::UseProtoc(true))]),
        );
    }
    screens
}

fn of_rocketmq(name: &str) -> Address {
    Address { full_name: format!("apache.rocketmq.v2.{name}"), ..Address::default() }
}

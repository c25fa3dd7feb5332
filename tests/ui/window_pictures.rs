//! Pictures of the whole window, to be looked at: set `GALLERY_DIR` and run
//! `cargo test --test ui window_pictures`.
//!
//! Without it a few are drawn, so that no state of the window panics.

use protoloupe::app::{Action, ByteAct, Dialog, FileDialog, Move, Pane, SelectTarget, TabId, TreeFilter};
use protoloupe::document::{Facet, RowId};
use protoloupe::schema::{Address, Schema};
use protoloupe::ui::picture::{RenderArgs, render_window};

/// A topic whose name is not UTF-8, an unknown field, a kind that clashes, damage at the end.
const ODD: &str = "0a 06 12 04 61 ff 62 00  9a 06 03 01 02 03  20 05  1a 04 50 96 81 00  12 7f 01";

/// A topic in two records that both name it, two values of a number, and one key of a map twice.
const SPLIT: &str = "0a 03 12 01 61 12 06 0a 01 6b 12 01 76 1a 04 68 01 68 02 12 06 0a 01 6b 12 01 77 \
                     0a 06 12 01 62 0a 01 6e";

/// Sixty messages in one another.
fn deep() -> String {
    let mut bytes = vec![0x08, 0x01];
    for _ in 0..60 {
        let len = bytes.len() as u8;
        bytes.splice(0..0, [0x0a, len]);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub struct Scene {
    pub name: &'static str,
    pub size: (f32, f32),
    pub select: Option<&'static str>,
    pub actions: Vec<Action>,
}

fn scene(name: &'static str, select: &'static str, actions: Vec<Action>) -> Scene {
    let select = (!select.is_empty()).then_some(select);
    Scene { name, size: (1200.0, 800.0), select, actions }
}

/// All of them, and a folder that some are about.
pub fn scenes() -> (Vec<Scene>, tempfile::TempDir) {
    let mut scenes = vec![
        scene("sample", "", vec![]),
        scene("string", "messages[0].topic.name", vec![]),
        scene("timestamp", "messages[0].system_properties.born_timestamp", vec![]),
        scene("bytes", "messages[0].body", vec![]),
        scene("enum", "messages[0].system_properties.message_type", vec![]),
        scene("message", "messages[0].topic", vec![]),
        scene("palette", "messages[0].topic.name", vec![Action::Show(Dialog::Palette)]),
        scene("go-to", "messages[0].topic.name", vec![Action::Show(Dialog::GoTo)]),
        scene("add-field", "", vec![Action::Show(Dialog::AddField { row: None })]),
        scene("shortcuts", "", vec![Action::Show(Dialog::Shortcuts)]),
        scene(
            "problems-and-history",
            "messages[0].topic.name",
            vec![Action::TogglePane(Pane::Problems), Action::TogglePane(Pane::History)],
        ),
        scene("pasted", "", vec![Action::OpenPasted("08 96 01 12 03 68 69 21 1a 03 08 01 10".to_owned())]),
        scene(
            "bytes-selected",
            "messages[0].topic",
            vec![
                Action::Bytes(ByteAct::Insert(true)),
                Action::Bytes(ByteAct::KeepLengths(true)),
                Action::Bytes(ByteAct::Select { from: 20, to: 41 }),
            ],
        ),
        scene(
            "bytes-typed",
            "messages[0].topic.name",
            vec![
                Action::Bytes(ByteAct::Move { to: Move::To(9), extends: false }),
                Action::Bytes(ByteAct::Digit(7)),
                Action::TogglePane(Pane::Problems),
            ],
        ),
        scene(
            "paste-choices",
            "messages[0].topic.name",
            vec![Action::Paste("98 06 05 9a 06 01 61".to_owned())],
        ),
        scene("bytes-all", "", vec![Action::Bytes(ByteAct::SelectAll), Action::TogglePane(Pane::Inspector)]),
        scene("types", "", vec![Action::Show(Dialog::TypePicker(TabId(1)))]),
        scene("question", "", vec![Action::OpenPasted("08 96 01".to_owned()), Action::Close(TabId(2))]),
        scene("save-as", "", vec![Action::Show(Dialog::File(FileDialog::SaveAs { tab: TabId(1) }))]),
        scene("about", "", vec![Action::Show(Dialog::About)]),
        scene("map-entry", "messages[0].user_properties", vec![Action::Select(SelectTarget::Offset(0x20))]),
        scene("nothing-open", "", vec![Action::Close(TabId(1))]),
        scene(
            "odd",
            "",
            vec![
                Action::OpenPasted(ODD.to_owned()),
                Action::ReadAs { tab: TabId(2), message: Some("apache.rocketmq.v2.Message".to_owned()) },
                Action::ExpandLevels(9),
                Action::TogglePane(Pane::Problems),
                Action::Select(SelectTarget::Offset(9)),
            ],
        ),
        scene(
            "deep",
            "",
            vec![
                Action::OpenPasted(deep()),
                Action::ExpandLevels(60),
                Action::Select(SelectTarget::Offset(70)),
            ],
        ),
        scene(
            "absent",
            "messages[0].system_properties.tag",
            vec![
                Action::ShowAbsent(true),
                Action::Select(SelectTarget::Path(
                    "messages[0].system_properties.store_host".parse().expect("a path"),
                )),
            ],
        ),
        scene(
            "oneof",
            "",
            vec![
                Action::OpenPasted("0a 02 08 01 12 04 08 02 12 00 1a 00".to_owned()),
                Action::ReadAs {
                    tab: TabId(2),
                    message: Some("apache.rocketmq.v2.TelemetryCommand".to_owned()),
                },
                Action::ExpandLevels(9),
                Action::Select(SelectTarget::Path("thread_stack_trace".parse().expect("a path"))),
            ],
        ),
        scene(
            "oneof-members",
            "",
            vec![
                Action::OpenPasted("12 00".to_owned()),
                Action::ReadAs {
                    tab: TabId(2),
                    message: Some("apache.rocketmq.v2.TelemetryCommand".to_owned()),
                },
                Action::Select(SelectTarget::Offset(0)),
                Action::Show(Dialog::OneofMember { row: RowId { offset: 0, facet: Facet::Record } }),
            ],
        ),
        scene(
            "split",
            "",
            vec![
                Action::OpenPasted(SPLIT.to_owned()),
                Action::ReadAs { tab: TabId(2), message: Some("apache.rocketmq.v2.Message".to_owned()) },
                Action::ExpandLevels(9),
                Action::ShowAbsent(true),
                Action::Select(SelectTarget::Offset(4)),
            ],
        ),
        scene("failed", "", vec![Action::Open(vec!["/nowhere/orders.bin".into()])]),
    ];
    let search = |text: &str| Action::Search(text.to_owned());
    scenes.extend([
        scene("search", "", vec![search("order"), Action::StepHit { forward: true }]),
        scene("search-values", "", vec![search("messages[0].system_properties.*")]),
        scene("search-error", "", vec![search("body.len > much")]),
        scene("search-nothing", "", vec![search("topik == 1")]),
        scene("filter-unknown", "messages[0].99", vec![Action::Filter(TreeFilter::Unknown)]),
        scene(
            "filter-matches",
            "messages[0].topic.name",
            vec![search("name"), Action::Filter(TreeFilter::Matches)],
        ),
    ]);
    let address =
        |name: &str| Address { full_name: format!("apache.rocketmq.v2.{name}"), ..Address::default() };
    let filter = |text: &str| Action::FilterSchema(text.to_owned());
    scenes.extend([
        scene("schema", "", vec![Action::ShowPane(Pane::Schema)]),
        scene("schema-message", "messages[0]", vec![Action::ShowPage(address("Message"))]),
        scene(
            "schema-field",
            "",
            vec![Action::ShowPage(address("SystemProperties").with_member("message_id"))],
        ),
        scene("schema-enum", "", vec![filter("code"), Action::ShowPage(address("Code"))]),
        scene("schema-service", "", vec![Action::ShowPage(address("MessagingService"))]),
        scene("schema-method", "", vec![Action::ShowPage(address("MessagingService.Telemetry"))]),
        scene("schema-nothing", "", vec![Action::ShowPane(Pane::Schema), filter("zzqq")]),
    ]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
    };
    file("shop/order.proto", "syntax = \"proto3\";\npackage shop;\nmessage Order { int64 id = ; }");
    file(
        "shop/item.proto",
        "syntax = \"proto3\"; package shop; import \"far/away.proto\"; message Item { int64 id = 1; }",
    );
    file(
        "shop/user.proto",
        "syntax = \"proto3\"; package shop; import \"shop/item.proto\"; message User { Item x = 1; }",
    );
    file(
        "shop/twice.proto",
        "syntax = \"proto3\"; package shop; import \"validate/validate.proto\";\n\
         message Item { string name = 1 [(validate.rules).string.min_len = 1]; }",
    );
    let sources = ["shop", "gone.binpb"].map(|name| folder.path().join(name)).to_vec();
    let add = Action::AddSchema(sources);
    scenes.push(scene("schema-sources", "", vec![add, Action::ShowSources(true)]));
    scenes.push(scene("schema-no-sources", "", vec![Action::ShowSources(true)]));
    let wide = vec![filter("send"), Action::ShowPage(address("SendMessageRequest"))];
    scenes.push(Scene { size: (1600.0, 1000.0), ..scene("schema-large", "messages[0].topic.name", wide) });
    let narrow = vec![search("order"), Action::Filter(TreeFilter::Problems)];
    scenes.push(Scene { size: (760.0, 520.0), ..scene("search-narrow", "", narrow) });
    let unreadable = vec![
        Action::OpenPasted("0a 06 ff ff ff ff ff 7f 12 02 ff fe".to_owned()),
        Action::Select(SelectTarget::Offset(0)),
        Action::Show(Dialog::RecordType { row: RowId { offset: 0, facet: Facet::Record } }),
    ];
    scenes.push(scene("types-none-fits", "", unreadable));
    scenes.push(scene("id", "messages[0].system_properties.message_id", vec![]));
    let tiny = vec![search("order"), Action::Filter(TreeFilter::Matches)];
    scenes.push(Scene { size: (600.0, 420.0), ..scene("filter-tiny", "messages[0].topic.name", tiny) });
    let sizes = [("tiny", (600.0, 420.0)), ("small", (900.0, 600.0)), ("large", (1600.0, 1000.0))];
    for (name, size) in sizes {
        scenes.push(Scene { size, ..scene(name, "messages[0].topic.name", vec![]) });
    }
    (scenes, folder)
}

#[test]
fn every_state_of_the_window_can_be_drawn() {
    let dir = std::env::var_os("GALLERY_DIR").map(std::path::PathBuf::from);
    let (scenes, _folder) = scenes();
    for scene in scenes {
        for (is_dark, theme) in [(false, "light"), (true, "dark")] {
            if dir.is_none() && is_dark {
                continue;
            }
            let args = RenderArgs {
                size: scene.size,
                is_dark,
                select: scene.select.map(|path| path.parse().expect("a path")),
                actions: scene.actions.clone(),
                system_fonts: false,
                ..RenderArgs::new(Schema::builtin())
            };
            let png = render_window(args).expect("a picture");
            if let Some(dir) = &dir {
                std::fs::write(dir.join(format!("{}-{theme}.png", scene.name)), png).expect("a folder");
            }
        }
    }
}

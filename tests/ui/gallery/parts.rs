//! One widget beside the other, in every state that a picture can show.

use egui::{CentralPanel, Context, Frame, Margin, Ui};
use protoloupe::ui::icons::Icon;
use protoloupe::ui::theme::theme;
use protoloupe::ui::widgets::{
    Choice, IconButton, KeyValue, PaletteState, PathField, PathFieldState, SlideHandle, Tab, TabBarState,
    TextButton, TextField, Toast, Toasts, Tone, banner_ui, bar_separator_ui, empty_state_ui, error_line_ui,
    menu_item_ui, palette, progress_ui, section_ui, tab_bar_ui,
};

pub struct Parts {
    few: TabBarState,
    many: TabBarState,
    texts: [String; 6],
    is_checked: bool,
    choice: usize,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            few: TabBarState::default(),
            many: TabBarState::default(),
            texts: ["", "orders", "12x", "disabled", "0a 06 6f 72\n64 65 72 73", "needle"].map(str::to_owned),
            is_checked: true,
            choice: 1,
        }
    }
}

const CHOICES: &[Choice<'static>] = &[
    Choice { icon: Some(Icon::Open), title: "Open…", hint: "", shortcut: "Ctrl+O", disabled: None },
    Choice { icon: Some(Icon::Save), title: "Save", hint: "", shortcut: "Ctrl+S", disabled: None },
    Choice {
        icon: None,
        title: "Save as…",
        hint: "Writes all bytes to another file",
        shortcut: "Ctrl+Shift+S",
        disabled: None,
    },
    Choice {
        icon: Some(Icon::Undo),
        title: "Undo",
        hint: "Takes back the last edit",
        shortcut: "Ctrl+Z",
        disabled: Some("Nothing to undo"),
    },
    Choice {
        icon: Some(Icon::Send),
        title: "Send",
        hint: "Calls the method with these bytes",
        shortcut: "Ctrl+Enter",
        disabled: None,
    },
    Choice { icon: Some(Icon::Search), title: "Search values", hint: "", shortcut: "Ctrl+F", disabled: None },
    Choice { icon: None, title: "Show schema sidebar", hint: "", shortcut: "Ctrl+1", disabled: None },
];

pub fn parts_ui(ui: &mut Ui, parts: &mut Parts) {
    let theme = theme(ui);
    let frame = Frame::new().fill(theme.color.surface_1).inner_margin(Margin::same(12));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        banner_ui(ui, Tone::Note, "This file is 2.1 GiB. It is indexed in the background and can be edited meanwhile.", &["Details"], true);
        banner_ui(ui, Tone::Warning, "The file changed on disk. Your edits are kept.", &["Compare", "Reload"], true);
        banner_ui(ui, Tone::Problem, "Could not read 'orders.proto': line 12, column 5: expected ';'. The other 13 files are loaded, and this long sentence goes on so that it wraps onto a second line.", &["Open file"], true);
        ui.add_space(8.0);
        few_and_many_ui(ui, parts);
        ui.add_space(8.0);
        ui.columns(3, |columns| {
            buttons_ui(&mut columns[0]);
            fields_ui(&mut columns[1], parts);
            rows_ui(&mut columns[2], parts);
        });
    });
}

fn few_and_many_ui(ui: &mut Ui, parts: &mut Parts) {
    let tab = |title, is_modified| Tab { title, hint: title, is_modified };
    let few = [
        tab("send.bin", true),
        tab("reply 1", false),
        tab("a-very-long-file-name-that-does-not-fit.bin", false),
    ];
    tab_bar_ui(ui, &mut parts.few, &few, 1);
    ui.add_space(4.0);
    let many: Vec<Tab<'_>> = (0..12).map(|idx| tab("captured-request.bin", idx % 3 == 0)).collect();
    ui.push_id("many", |ui| tab_bar_ui(ui, &mut parts.many, &many, 4));
}

fn buttons_ui(ui: &mut Ui) {
    let theme = theme(ui);
    section_ui(ui, "Buttons", "", None);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        IconButton::new(Icon::Open, "Open").show(ui);
        IconButton::new(Icon::Save, "Save").disabled(Some("Nothing to save")).show(ui);
        IconButton::new(Icon::SidebarLeft, "Sidebar").selected(true).show(ui);
        bar_separator_ui(ui);
        IconButton::new(Icon::Trash, "Delete").small().show(ui);
        IconButton::new(Icon::Warning, "Warning").color(theme.color.warning).show(ui);
    });
    ui.horizontal(|ui| {
        TextButton::new("Send").icon(Icon::Send).primary().show(ui);
        TextButton::new("Cancel").outlined().show(ui);
        TextButton::new("Quiet").show(ui);
        TextButton::new("Off").primary().disabled(Some("No endpoint")).show(ui);
    });
    ui.horizontal(|ui| {
        TextButton::new("raw").menu().show(ui);
        TextButton::new("Add field").icon(Icon::Plus).show(ui);
    });
    section_ui(ui, "Menu", "", None);
    theme.popup_frame().inner_margin(4).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.set_width(240.0);
        for choice in CHOICES {
            menu_item_ui(ui, choice);
        }
    });
    section_ui(ui, "Icons", "", None);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(2.0, 2.0);
        for icon in Icon::ALL {
            let (rect, _) = ui.allocate_exact_size(egui::vec2(22.0, 22.0), egui::Sense::hover());
            icon.paint(ui.painter(), rect.center(), theme.color.text);
        }
    });
}

fn fields_ui(ui: &mut Ui, parts: &mut Parts) {
    section_ui(ui, "Fields", "", None);
    let [empty, filled, wrong, disabled, many, needle] = &mut parts.texts;
    TextField::new("Empty", empty).hint("5s").show(ui);
    let (at, width) = (ui.cursor().min, ui.available_width() - SlideHandle::WIDTH);
    TextField::new("Filled", filled).width(width).show(ui).request_focus();
    SlideHandle::new("Slide", "5s", egui::Id::unique("slide")).put(ui, at + egui::vec2(width, 0.0));
    TextField::new("Wrong", wrong).mono().invalid(true).show(ui);
    error_line_ui(ui, Some("'12x' is not an int32"));
    ui.add_enabled_ui(false, |ui| TextField::new("Disabled", disabled).show(ui));
    TextField::new("Many", many).rows(3).mono().show(ui);
    TextField::search("Search", needle).show(ui);
    section_ui(ui, "Stock egui", "", None);
    ui.horizontal(|ui| {
        let _ = ui.button("Button");
        ui.checkbox(&mut parts.is_checked, "Checked");
    });
    ui.horizontal(|ui| {
        ui.radio_value(&mut parts.choice, 0, "First");
        ui.radio_value(&mut parts.choice, 1, "Second");
    });
    egui::ComboBox::from_label("Combo").selected_text("delimited").show_ui(ui, |ui| {
        ui.selectable_value(&mut parts.choice, 0, "raw");
    });
    ui.text_edit_singleline(filled);
    let _ = ui.link("https://lucide.dev");
}

fn rows_ui(ui: &mut Ui, parts: &mut Parts) {
    let theme = theme(ui);
    section_ui(ui, "Readings", "4", Some(&mut true));
    KeyValue::new("Varint", "150").show(ui);
    KeyValue::new("Zigzag", "75").color(theme.color.number).show(ui);
    KeyValue::new("Text", "two\nlines\u{200b} and \u{202e}more").show(ui);
    KeyValue::new("Path", "/home/ada/captures/2026-11-23/send-message-request.bin").elide_middle().show(ui);
    KeyValue::new("Note", "words, not values").prose().show(ui);
    section_ui(ui, "Used in", "12", Some(&mut false));
    section_ui(ui, "Progress", "", None);
    progress_ui(ui, "Indexing", "412 of 1 024 MiB", Some(0.4), true);
    progress_ui(ui, "Searching for “orders”", "12 found", None, true);
    progress_ui(ui, "Saved", "1 024 MiB", Some(1.0), false);
    section_ui(ui, "Labels", "", None);
    ui.label("Text on surface 1");
    ui.weak("Muted text on surface 1");
    ui.colored_label(theme.color.problem, "A problem");
    ui.colored_label(theme.color.warning, "A warning");
    ui.colored_label(theme.color.ok, "OK, 20000, 12 ms");
    ui.monospace("0a 06 6f 72 64 65 72 73  -> != 0O 1lI");
    ui.code("grpcurl -d @ host:8081");
    ui.separator();
    let _ = &parts.choice;
}

pub fn palette_state() -> PaletteState {
    PaletteState::with_query("s")
}

pub fn palette_over(ctx: &Context, state: &mut PaletteState) {
    palette(ctx, state, "Run a command", CHOICES);
}

pub fn path_field_over(ctx: &Context, state: &mut PathFieldState) {
    let completions = [
        "/home/ada/captures/",
        "/home/ada/capture-1.bin",
        "/home/ada/capture-2-with-a-name-that-goes-on-and-on-until-it-does-not-fit-any-more.bin",
    ]
    .map(str::to_owned);
    let field = PathField {
        title: "Open a message",
        verb: "Open",
        completions: &completions,
        recent: &[],
        error: Some("No file '/home/ada/cap'"),
        is_of_folders: false,
    };
    field.show(ctx, state);
}

pub fn toasts() -> Toasts {
    let mut toasts = Toasts::default();
    toasts.push(Toast::new(Tone::Problem, "Could not save 'send.bin': the disk is full. Your edits are kept; free some space and save again.").action("Save as…"));
    toasts.push(Toast::new(Tone::Note, "3 records deleted").action("Undo"));
    toasts.push(Toast::new(Tone::Ok, "Saved"));
    toasts
}

pub fn empty_ui(ui: &mut Ui) {
    let choices = [Choice::new("Open…").icon(Icon::Open), Choice::new("Paste bytes").icon(Icon::Paste)];
    empty_state_ui(
        ui,
        Icon::File,
        "No message is open",
        "Open a file, drop one here, or paste hex or base64.",
        &choices,
    );
}

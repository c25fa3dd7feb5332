//! A window as product.md sketches it, from the toolkit's parts and made-up data.

use egui::{Align, CentralPanel, Color32, Frame, Margin, Panel, Rect, Ui, pos2, vec2};
use protoloupe::ui::fonts;
use protoloupe::ui::icons::Icon;
use protoloupe::ui::theme::{Theme, theme};
use protoloupe::ui::widgets::{
    Column, IconButton, KeyValue, Row, RowLabel, RowList, RowListState, Tab, TabBarState, TextButton,
    TextField, bar_separator_ui, cell, header_ui, section_ui, tab_bar_ui, tree_cell,
};

#[derive(Default)]
pub struct Window {
    query: String,
    filter: String,
    value: String,
    tabs: TabBarState,
    tree: RowListState,
    schema: RowListState,
    hex: RowListState,
    widths: Vec<f32>,
}

type Record = (u32, usize, Option<bool>, &'static str, &'static str, &'static str, &'static str, char);

/// Number, depth, open, name, kind, value, bytes, tone of the value.
#[rustfmt::skip]
const RECORDS: &[Record] = &[
    (1, 0, Some(true), "messages", "repeated Message", "100 000 elements", "98 MiB", 'm'),
    (1, 1, Some(true), "[3]", "Message", "topic \"orders\" · NORMAL", "1.1 KiB", 'm'),
    (1, 2, Some(true), "topic", "Resource", "2 fields", "26 B", 'm'),
    (1, 3, None, "resource_namespace", "string", "\"\"", "2 B", 's'),
    (2, 3, None, "name", "string", "\"orders-eu-west-1 with a rather long name that does not fit into the column\"", "78 B", 's'),
    (2, 2, Some(true), "user_properties", "map<string, string>", "2 entries", "34 B", 'm'),
    (1, 3, None, "[\"traceId\"]", "string", "\"7f3a-91\"", "19 B", 's'),
    (1, 3, None, "[\"retry\"]", "string", "\"true\"", "15 B", 's'),
    (3, 2, Some(true), "system_properties", "SystemProperties", "9 fields", "210 B", 'm'),
    (1, 3, None, "tag", "string", "\"TagA\"", "6 B", 's'),
    (2, 3, Some(false), "keys", "repeated string", "3 elements", "42 B", 'm'),
    (3, 3, None, "message_id", "string", "\"01D7A0…\"", "36 B", 's'),
    (4, 3, Some(true), "body_digest", "Digest", "2 fields", "14 B", 'm'),
    (1, 4, None, "type", "DigestType", "CRC32 = 1", "2 B", 'e'),
    (2, 4, None, "checksum", "string", "\"9a71b2c4\"", "10 B", 's'),
    (7, 3, None, "born_timestamp", "Timestamp", "2026-11-23 09:14:07.250 UTC", "12 B", 'n'),
    (9, 3, None, "delivery_attempt", "int32", "3", "2 B", 'n'),
    (4, 2, None, "body", "bytes", "5 B  68 65 6c 6c 6f", "7 B", 'b'),
    (99, 2, None, "unknown", "LEN", "12 B kept as is · 4 readings", "14 B", 'u'),
    (2, 0, None, "damaged", "rest", "Length 1 024 runs past the end of the message by 1 011 bytes", "13 B", 'p'),
];

const COLUMNS: &[Column] = &[
    Column::right("#", 40.0),
    Column::new("Field", 180.0),
    Column::new("Kind", 120.0),
    Column::new("Value", 160.0),
    Column::right("Bytes", 72.0),
];

const SELECTED: u64 = 15;

pub fn window_ui(ui: &mut Ui, window: &mut Window) {
    let theme = theme(ui);
    let bar = Frame::new().fill(theme.color.surface_1).inner_margin(Margin::symmetric(8, 0));
    Panel::top("toolbar").frame(bar).exact_size(theme.size.toolbar).show(ui, |ui| {
        toolbar_ui(ui, window);
    });
    Panel::bottom("status").frame(bar).exact_size(24.0).show(ui, status_ui);
    let side = Frame::new().fill(theme.color.surface_1);
    Panel::bottom("hex")
        .frame(Frame::new().fill(theme.color.surface_0))
        .default_size(190.0)
        .resizable(true)
        .show(ui, |ui| {
            hex_ui(ui, window);
        });
    Panel::left("schema").frame(side).default_size(220.0).show(ui, |ui| schema_ui(ui, window));
    Panel::right("inspector").frame(side.inner_margin(Margin::symmetric(12, 0))).default_size(290.0).show(
        ui,
        |ui| {
            inspector_ui(ui, window);
        },
    );
    CentralPanel::default().frame(Frame::new().fill(theme.color.surface_0)).show(ui, |ui| {
        ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
        let tabs = [
            Tab { title: "send.bin", hint: "/home/ada/captures/send.bin", is_modified: true },
            Tab { title: "reply 1", hint: "", is_modified: false },
            Tab { title: "orders.bin", hint: "", is_modified: false },
        ];
        tab_bar_ui(ui, &mut window.tabs, &tabs, 0);
        path_ui(ui);
        tree_ui(ui, window);
    });
}

fn toolbar_ui(ui: &mut Ui, window: &mut Window) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        IconButton::new(Icon::Open, "Open").shortcut("Ctrl+O").show(ui);
        IconButton::new(Icon::Save, "Save").shortcut("Ctrl+S").show(ui);
        bar_separator_ui(ui);
        IconButton::new(Icon::Undo, "Undo").shortcut("Ctrl+Z").show(ui);
        IconButton::new(Icon::Redo, "Redo").disabled(Some("Nothing to redo")).show(ui);
        bar_separator_ui(ui);
        ui.weak("Type");
        TextButton::new("apache.rocketmq.v2.SendMessageRequest").menu().show(ui);
        ui.weak("Framing");
        TextButton::new("raw").menu().show(ui);
        ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
            IconButton::new(Icon::SidebarRight, "Inspector").selected(true).show(ui);
            IconButton::new(Icon::SidebarBottom, "Hex").selected(true).show(ui);
            IconButton::new(Icon::SidebarLeft, "Schema").selected(true).show(ui);
            bar_separator_ui(ui);
            TextButton::new("Send").icon(Icon::Send).primary().show(ui);
            ui.add_space(4.0);
            TextField::search("Find field or value", &mut window.query).width(220.0).show(ui);
        });
    });
}

fn status_ui(ui: &mut Ui) {
    let theme = theme(ui);
    ui.horizontal_centered(|ui| {
        ui.style_mut().override_font_id = Some(fonts::regular(theme.size.text_dense));
        ui.spacing_mut().item_spacing.x = 16.0;
        ui.add_space(4.0);
        ui.weak("1 482 bytes");
        ui.weak("3 edits, +2 bytes");
        ui.weak("Selection 0x1f4..0x200");
        ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.colored_label(theme.color.warning, "1 unknown field");
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 14.0), egui::Sense::hover());
            Icon::Warning.paint_sized(ui.painter(), rect.center(), 13.0, theme.color.warning);
        });
    });
}

fn schema_ui(ui: &mut Ui, window: &mut Window) {
    let theme = theme(ui);
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    Frame::new().inner_margin(Margin { left: 12, right: 8, top: 0, bottom: 6 }).show(ui, |ui| {
        section_ui(ui, "Schema", "14 files", None);
        TextField::search("Filter types", &mut window.filter).show(ui);
    });
    let names = [
        (0, Some(true), "apache.rocketmq.v2"),
        (1, Some(true), "MessagingService"),
        (2, None, "SendMessage"),
        (2, None, "ReceiveMessage"),
        (2, None, "Telemetry"),
        (1, Some(false), "Message"),
        (1, Some(false), "Settings"),
        (1, Some(false), "Resource"),
        (0, Some(false), "google.protobuf"),
    ];
    RowList::tree("Schema", names.len() as u64).selected(|row| row == 2).show(
        ui,
        &mut window.schema,
        |ui, row| {
            let (depth, open, name) = names[row.idx as usize];
            name_ui(
                ui,
                theme,
                row.rect.with_min_x(row.rect.left() + 6.0),
                depth,
                open,
                name,
                theme.color.text,
            );
            RowLabel::new(name).level(depth).expanded(open)
        },
    );
}

fn path_ui(ui: &mut Ui) {
    let theme = theme(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.bar), egui::Sense::hover());
    let font = fonts::regular(theme.size.text_dense);
    let mut x = rect.left() + theme.size.margin;
    let parts = ["messages[3]", "system_properties", "born_timestamp"];
    for (idx, part) in parts.iter().enumerate() {
        let color = if idx == 2 { theme.color.text } else { theme.color.muted };
        let shown = cell(ui.painter(), rect.with_min_x(x), part, &font, color, Align::Min);
        x = shown.rect.right() + 3.0;
        if idx < 2 {
            Icon::ChevronRight.paint_sized(
                ui.painter(),
                pos2(x + 7.0, rect.center().y),
                12.0,
                theme.color.muted,
            );
            x += 16.0;
        }
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.line());
}

fn name_ui(ui: &Ui, theme: &Theme, rect: Rect, depth: usize, open: Option<bool>, name: &str, color: Color32) {
    let tree = tree_cell(ui.painter(), theme, rect, depth, open);
    let font = fonts::regular(theme.size.text);
    cell(ui.painter(), tree.text, name, &font, color, Align::Min);
}

fn tree_ui(ui: &mut Ui, window: &mut Window) {
    let theme = theme(ui);
    if window.widths.is_empty() {
        window.widths = vec![44.0, 230.0, 130.0, 240.0, 80.0];
    }
    let layout = header_ui(ui, COLUMNS, &mut window.widths);
    RowList::tree("Fields", RECORDS.len() as u64).selected(|row| row == SELECTED).show(
        ui,
        &mut window.tree,
        |ui, row| record_ui(ui, theme, row, &layout),
    );
}

fn record_ui(ui: &Ui, theme: &Theme, row: &Row, layout: &protoloupe::ui::widgets::ColumnLayout) -> RowLabel {
    let (number, depth, open, name, kind, value, bytes, tone) = RECORDS[row.idx as usize];
    let painter = ui.painter();
    let mono = fonts::mono(theme.size.text_mono);
    let dense = fonts::regular(theme.size.text_dense);
    let muted = theme.color.muted;
    cell(painter, layout.cell(row.rect, 0), &number.to_string(), &mono, muted, Align::Max);
    let ink = match tone {
        'u' => theme.color.unknown,
        'p' => theme.color.problem,
        _ => theme.color.text,
    };
    name_ui(ui, theme, layout.cell(row.rect, 1), depth, open, name, ink);
    cell(painter, layout.cell(row.rect, 2), kind, &dense, muted, Align::Min);
    let mut at = layout.cell(row.rect, 3);
    let (font, color) = match tone {
        's' => (&mono, theme.color.string),
        'n' => (&mono, theme.color.number),
        'b' => (&mono, theme.color.bytes),
        'e' => (&mono, theme.color.enumeration),
        'u' | 'p' => (&dense, ink),
        _ => (&dense, muted),
    };
    if matches!(tone, 'u' | 'p') {
        let icon = if tone == 'u' { Icon::Warning } else { Icon::Error };
        icon.paint_sized(painter, pos2(at.left() + 7.0, at.center().y), 14.0, ink);
        at.min.x += 20.0;
    }
    let shown = cell(painter, at, value, font, color, Align::Min);
    shown.full_text_on_hover(ui, &row.response, || value.to_owned());
    cell(painter, layout.cell(row.rect, 4), bytes, &mono, muted, Align::Max);
    RowLabel::new(name).value(value).level(depth).expanded(open)
}

fn inspector_ui(ui: &mut Ui, window: &mut Window) {
    let theme = theme(ui);
    ui.add_space(8.0);
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.horizontal(|ui| {
        ui.label(egui::RichText::new("born_timestamp").heading());
        ui.weak("= 7");
    });
    ui.weak("google.protobuf.Timestamp");
    ui.add_space(6.0);
    ui.add(egui::Label::new("When the message was made, by the clock of the producer.").wrap());
    ui.add_space(8.0);
    if window.value.is_empty() {
        window.value = "2026-11-23 09:14:07.250 UTC".to_owned();
    }
    TextField::new("Value", &mut window.value).mono().show(ui);
    section_ui(ui, "Readings", "4", Some(&mut true));
    KeyValue::new("Seconds", "1795425247").show(ui);
    KeyValue::new("Nanos", "250000000").show(ui);
    KeyValue::new("Local time", "2026-11-23 10:14:07.250 +01:00").show(ui);
    KeyValue::new("Raw", "08 9f b5 90 d8 06 10 80 e5 9a 77").color(theme.color.bytes).show(ui);
    section_ui(ui, "Wire", "", Some(&mut true));
    KeyValue::new("Offset", "0x1f4").show(ui);
    KeyValue::new("Tag", "3a  field 7, LEN").color(theme.color.tag_text).show(ui);
    KeyValue::new("Length", "0a  10").color(theme.color.length_text).show(ui);
    section_ui(ui, "Used in", "2", Some(&mut false));
    section_ui(ui, "Problems", "none", Some(&mut false));
}

fn hex_ui(ui: &mut Ui, window: &mut Window) {
    let theme = theme(ui);
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.bar), egui::Sense::hover());
    ui.painter().rect_filled(head, 0.0, theme.color.surface_1);
    ui.painter().hline(head.x_range(), head.bottom() - 0.5, theme.line());
    let font = fonts::semibold(theme.size.text_dense);
    cell(ui.painter(), head.shrink2(vec2(12.0, 0.0)), "Hex", &font, theme.color.text, Align::Min);
    let mono = fonts::mono(theme.size.text_mono);
    RowList::new("Bytes", 93).row_height(theme.size.row_dense).without_hover().show(
        ui,
        &mut window.hex,
        |ui, row| {
            let offset = row.idx * 16;
            let painter = ui.painter();
            let text = row.rect.with_min_x(row.rect.left() + 12.0);
            cell(painter, text, &format!("{offset:08x}"), &mono, theme.color.muted, Align::Min);
            for byte_idx in 0..16_u64 {
                let byte = (offset + byte_idx).wrapping_mul(2_654_435_761) >> 7;
                let gap = if 7 < byte_idx { 10.0 } else { 0.0 };
                let left = row.rect.left() + 96.0 + byte_idx as f32 * 23.0 + gap;
                let at = Rect::from_min_size(pos2(left, row.rect.top()), vec2(23.0, row.rect.height()));
                let (tint, ink) = match (offset + byte_idx) % 29 {
                    0 => (theme.color.tag_tint, theme.color.tag_text),
                    1 => (theme.color.length_tint, theme.color.length_text),
                    _ => (theme.color.value_tint, theme.color.value_text),
                };
                let is_selected = (24..36).contains(&(offset + byte_idx));
                let (tint, ink) =
                    if is_selected { (theme.color.highlight, theme.color.text) } else { (tint, ink) };
                painter.rect_filled(at, 0.0, tint);
                cell(painter, at, &format!("{:02x}", byte as u8), &mono, ink, Align::Center);
            }
            let ascii = row.rect.with_min_x(row.rect.left() + 96.0 + 16.0 * 23.0 + 30.0);
            cell(painter, ascii, "..orders..hello.", &mono, theme.color.text, Align::Min);
            RowLabel::new(format!("{offset:08x}"))
        },
    );
}

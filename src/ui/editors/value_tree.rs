//! Struct, Value and ListValue: a small tree of values, or JSON.
//!
//! The tree is a reading of the draft's text, which is JSON; each change writes that text anew.

use super::{Draft, Editing, Editor, Form, Subject, draft_ui, field_id, forms_ui, message, time};
use crate::app::Action;
use crate::document::value::{ValueError, grouped};
use crate::schema::WellKnown;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::view::Place;
use crate::ui::widgets::{Choice, IconButton, TextButton, TextField, cell, menu_below, menu_item_ui};
use egui::{Align, Id, Key, Label, Modifiers, RichText, Sense, Ui, vec2};
use serde_json::{Map, Number, Value};

pub const EDITOR: Editor = Editor { name: "value tree", fits, ui: value_tree_ui };

const FORMS: [(Form, &str); 3] = [(Form::Tree, "Tree"), (Form::Text, "JSON"), (Form::Hex, "Raw")];
/// Values that are shown at once.
const PAGE: usize = 100;
const KEY_WIDTH: f32 = 84.0;
const INDEX_WIDTH: f32 = 36.0;
const INDENT: f32 = 12.0;

fn fits(subject: &Subject) -> bool {
    matches!(time::known(subject), Some(WellKnown::Struct | WellKnown::Value | WellKnown::ListValue))
        && subject.is_whole()
}

/// From a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Key(String),
    Index(usize),
}

/// A part of the tree that is being typed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub path: Vec<Step>,
    /// The key and not the value.
    pub is_key: bool,
    pub text: String,
}

/// What a value can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Null,
    Bool,
    Number,
    String,
    List,
    Struct,
}

impl Sort {
    const ALL: [(Sort, &'static str); 6] = [
        (Sort::Null, "null"),
        (Sort::Bool, "bool"),
        (Sort::Number, "number"),
        (Sort::String, "string"),
        (Sort::List, "list"),
        (Sort::Struct, "struct"),
    ];

    fn of(value: &Value) -> Sort {
        match value {
            Value::Null => Sort::Null,
            Value::Bool(_) => Sort::Bool,
            Value::Number(_) => Sort::Number,
            Value::String(_) => Sort::String,
            Value::Array(_) => Sort::List,
            Value::Object(_) => Sort::Struct,
        }
    }

    fn name(self) -> &'static str {
        Sort::ALL.iter().find(|(sort, _)| *sort == self).map_or("", |(_, name)| name)
    }

    fn value(self) -> Value {
        match self {
            Sort::Null => Value::Null,
            Sort::Bool => Value::Bool(false),
            Sort::Number => Value::Number(Number::from(0)),
            Sort::String => Value::String(String::new()),
            Sort::List => Value::Array(Vec::new()),
            Sort::Struct => Value::Object(Map::new()),
        }
    }
}

/// A change of the tree.
#[derive(Debug, PartialEq)]
enum Change {
    Set(Vec<Step>, Value),
    Rename(Vec<Step>, String),
    Add(Vec<Step>),
    Remove(Vec<Step>),
}

/// One row.
struct Row {
    path: Vec<Step>,
    value: Value,
    /// It has the field that the keyboard goes to first.
    is_first: bool,
}

/// A step on the way to a value, as it stands in the JSON.
#[derive(Clone, Copy)]
enum StepRef<'a> {
    Key(&'a str),
    Index(usize),
}

impl StepRef<'_> {
    fn step(self) -> Step {
        match self {
            StepRef::Key(key) => Step::Key(key.to_owned()),
            StepRef::Index(idx) => Step::Index(idx),
        }
    }
}

/// What is inside a value and still to come.
enum Inside<'a> {
    Fields(serde_json::map::Iter<'a>),
    Values(std::iter::Enumerate<std::slice::Iter<'a, Value>>),
}

impl<'a> Inside<'a> {
    fn of(value: &'a Value) -> Option<Inside<'a>> {
        match value {
            Value::Object(fields) => Some(Inside::Fields(fields.iter())),
            Value::Array(values) => Some(Inside::Values(values.iter().enumerate())),
            _ => None,
        }
    }

    fn next(&mut self) -> Option<(StepRef<'a>, &'a Value)> {
        match self {
            Inside::Fields(fields) => fields.next().map(|(key, value)| (StepRef::Key(key), value)),
            Inside::Values(values) => values.next().map(|(idx, value)| (StepRef::Index(idx), value)),
        }
    }
}

/// A page of the values in the order of the text, each before those inside it, from the `first` on; and
/// how many there are in all.
fn rows(root: &Value, first: usize) -> (Vec<Row>, usize) {
    let (mut found, mut n_values, mut has_first) = (Vec::new(), 0, false);
    let mut path: Vec<StepRef<'_>> = Vec::new();
    let mut open: Vec<Inside<'_>> = Vec::new();
    let mut next = Some(root);
    while let Some(value) = next {
        if (first..first + PAGE).contains(&n_values) {
            let shown = match value {
                Value::Object(_) => Value::Object(Map::new()),
                Value::Array(_) => Value::Array(Vec::new()),
                value => value.clone(),
            };
            let has_field = matches!(path.last(), Some(StepRef::Key(_)))
                || matches!(shown, Value::Number(_) | Value::String(_));
            let is_first = has_field && !has_first;
            has_first |= has_field;
            found.push(Row { path: path.iter().map(|step| step.step()).collect(), value: shown, is_first });
        }
        n_values += 1;
        match Inside::of(value) {
            Some(inside) => open.push(inside),
            None => drop(path.pop()),
        }
        next = None;
        while let Some(inside) = open.last_mut() {
            if let Some((step, value)) = inside.next() {
                path.push(step);
                next = Some(value);
                break;
            }
            open.pop();
            path.pop();
        }
    }
    (found, n_values)
}

fn at<'a>(root: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(root, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(idx) => value.get_mut(*idx),
    })
}

/// Makes a change; says what speaks against it.
fn change(root: &mut Value, change: Change) -> Result<(), &'static str> {
    const GONE: &str = "This value is no longer there";
    match change {
        Change::Set(path, value) => *at(root, &path).ok_or(GONE)? = value,
        Change::Rename(path, new) => {
            let (Some(Step::Key(old)), around) = (path.last(), &path[..path.len().saturating_sub(1)]) else {
                return Err(GONE);
            };
            let fields = at(root, around).and_then(Value::as_object_mut).ok_or(GONE)?;
            if *old != new && fields.contains_key(&new) {
                return Err("There is a value with this key already");
            }
            let value = fields.remove(old).ok_or(GONE)?;
            fields.insert(new, value);
        }
        Change::Add(path) => match at(root, &path).ok_or(GONE)? {
            Value::Array(values) => values.push(Value::Null),
            Value::Object(fields) => {
                let names = (1..).map(|n| if n == 1 { "key".to_owned() } else { format!("key{n}") });
                let free = names.into_iter().find(|name| !fields.contains_key(name));
                fields.insert(free.unwrap_or_default(), Value::Null);
            }
            _ => return Err(GONE),
        },
        Change::Remove(path) => {
            let around = &path[..path.len().saturating_sub(1)];
            match (path.last(), at(root, around).ok_or(GONE)?) {
                (Some(Step::Key(key)), Value::Object(fields)) => drop(fields.remove(key)),
                (Some(Step::Index(idx)), Value::Array(values)) if *idx < values.len() => {
                    drop(values.remove(*idx));
                }
                _ => return Err(GONE),
            }
        }
    }
    Ok(())
}

fn value_tree_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let no_json = editing.subject.edit_text.is_none();
    if no_json {
        let why = "JSON cannot carry all that is in this message, so that it is written as its bytes";
        ui.add(Label::new(RichText::new(why).color(theme(ui).color.muted)).wrap());
        ui.add_space(theme(ui).size.gap_small);
        if editing.draft.form != Form::Hex && editing.subject.is_whole() {
            editing.draft.write_as(Form::Hex, editing.subject);
        }
    } else {
        forms_ui(ui, editing, "Written as", &FORMS, None);
    }
    match editing.draft.form {
        Form::Tree if !no_json => tree_ui(ui, editing),
        Form::Text if !no_json => message::json_ui(ui, editing),
        Form::Tree | Form::Text => None,
        _ => {
            let rows = super::string::rows_for(&editing.draft.text);
            draft_ui(ui, editing, rows, true)
        }
    }
}

fn tree_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let Ok(root) = serde_json::from_str::<Value>(&editing.draft.text) else {
        ui.weak("The JSON does not parse; go on with it as text");
        return None;
    };
    let (rows, n_values) = rows(&root, editing.draft.first_value);
    if rows.is_empty() {
        editing.draft.first_value = 0;
    }
    pages_ui(ui, editing.draft, n_values);
    let can_be_anything = time::known(editing.subject) == Some(WellKnown::Value);
    let (mut asked, mut action) = (None, None);
    for row in &rows {
        let drawn = row_ui(ui, editing, row, can_be_anything || !row.path.is_empty());
        asked = drawn.0.or(asked);
        action = drawn.1.or(action);
    }
    super::error_ui(ui, Some(editing.draft));
    ui.weak("Numbers are doubles in this type.");
    match asked {
        Some(asked) => apply(editing.draft, editing.subject, root, asked),
        None => action,
    }
}

/// Which of the values are shown, and the ways to the others.
fn pages_ui(ui: &mut Ui, draft: &mut Draft, n_values: usize) {
    if n_values <= PAGE {
        return;
    }
    let first = draft.first_value;
    let last = n_values.min(first + PAGE);
    ui.weak(format!("{} to {} of {}", first + 1, grouped(last as u64), grouped(n_values as u64)));
    ui.horizontal(|ui| {
        let at_start = (first == 0).then_some("These are the first values");
        if TextButton::new("Earlier values").outlined().disabled(at_start).show(ui).clicked() {
            draft.first_value = first.saturating_sub(PAGE);
        }
        let at_end = (last == n_values).then_some("These are the last values");
        if TextButton::new("Later values").outlined().disabled(at_end).show(ui).clicked() {
            draft.first_value = last;
        }
    });
}

/// Writes the tree with a change as the draft's text.
fn apply(draft: &mut Draft, subject: &Subject, mut root: Value, asked: Change) -> Option<Action> {
    match change(&mut root, asked) {
        Ok(()) => {
            draft.text = message::spread(&root.to_string());
            draft.set(subject)
        }
        Err(reason) => {
            draft.error = Some(reason.to_owned());
            draft.hint = None;
            draft.give_back()
        }
    }
}

/// A change asked for, or what came of leaving a field.
type Drawn = (Option<Change>, Option<Action>);

fn row_ui(ui: &mut Ui, editing: &mut Editing<'_>, row: &Row, can_change_sort: bool) -> Drawn {
    let (mut asked, mut action) = (None, None);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme(ui).size.gap_small;
        ui.add_space(INDENT * row.path.len().saturating_sub(1).min(8) as f32);
        match row.path.last() {
            Some(Step::Key(key)) => {
                let name = format!("Key {key}");
                let (typed, left) = leaf_ui(ui, editing, row, (&name, KEY_WIDTH, true), key.clone());
                asked = typed.map(|text| Change::Rename(row.path.clone(), text));
                action = left;
            }
            Some(Step::Index(idx)) => {
                let size = vec2(INDEX_WIDTH, theme(ui).size.field);
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                let font = fonts::mono(theme(ui).size.text_mono);
                let color = theme(ui).color.muted;
                cell(ui.painter(), rect, &format!("[{idx}]"), &font, color, Align::Min);
            }
            None => {}
        }
        if let Some(sort) = sort_ui(ui, row, can_change_sort) {
            editing.draft.begin();
            editing.draft.leaf = None;
            asked = Some(Change::Set(row.path.clone(), sort.value()));
        }
        let (typed, left) = value_ui(ui, editing, row);
        asked = typed.or(asked.take());
        action = left.or(action.take());
    });
    (asked, action)
}

fn sort_ui(ui: &mut Ui, row: &Row, can_change: bool) -> Option<Sort> {
    let now = Sort::of(&row.value);
    if !can_change {
        ui.weak(now.name());
        return None;
    }
    // All kinds are as wide as the widest, so that the values stand in one column.
    let width = |name: &'static str| TextButton::new(name).menu().width(ui);
    let widest = Sort::ALL.iter().map(|(_, name)| width(name)).fold(0.0, f32::max);
    let left = widest - width(now.name());
    let button = TextButton::new(now.name()).menu().show(ui);
    ui.add_space(left);
    let mut picked = None;
    menu_below(&button).show(|ui| {
        for (sort, name) in Sort::ALL {
            let icon = (sort == now).then_some(Icon::Check);
            if menu_item_ui(ui, &Choice { icon, ..Choice::new(name) }) && sort != now {
                picked = Some(sort);
            }
        }
    });
    picked
}

fn value_ui(ui: &mut Ui, editing: &mut Editing<'_>, row: &Row) -> Drawn {
    let place = place_name(&row.path);
    let (mut asked, mut action) = (None, None);
    let side = theme(ui).size.row_dense + theme(ui).size.gap_small;
    let n_buttons = usize::from(!row.path.is_empty());
    let width = (ui.available_width() - side * n_buttons as f32).max(40.0);
    match &row.value {
        Value::Null => {}
        Value::Bool(value) => {
            if TextButton::new(if *value { "true" } else { "false" })
                .hint("Turns it into the other")
                .outlined()
                .show(ui)
                .clicked()
            {
                editing.draft.begin();
                asked = Some(Change::Set(row.path.clone(), Value::Bool(!value)));
            }
        }
        Value::Number(number) => {
            let name = format!("Number {place}");
            let (typed, left) = leaf_ui(ui, editing, row, (&name, width, false), number_text(number));
            action = left;
            if let Some(text) = typed {
                match serde_json::from_str::<Number>(text.trim()) {
                    Ok(number) => asked = Some(Change::Set(row.path.clone(), Value::Number(number))),
                    Err(_) => editing.draft.say(Some(&ValueError::Float { text })),
                }
            }
        }
        Value::String(text) => {
            let name = format!("String {place}");
            let (typed, left) = leaf_ui(ui, editing, row, (&name, width, false), text.clone());
            action = left;
            asked = typed.map(|text| Change::Set(row.path.clone(), Value::String(text)));
        }
        Value::Array(_) | Value::Object(_) => {
            let name = format!("Add to {place}");
            if IconButton::new(Icon::Plus, &name).small().show(ui).clicked() {
                editing.draft.begin();
                asked = Some(Change::Add(row.path.clone()));
            }
        }
    }
    if n_buttons > 0 {
        let name = format!("Remove {place}");
        let color = theme(ui).color.muted;
        ui.add_space((ui.available_width() - theme(ui).size.row_dense).max(0.0));
        if IconButton::new(Icon::Close, &name).small().color(color).show(ui).clicked() {
            editing.draft.begin();
            editing.draft.leaf = None;
            asked = Some(Change::Remove(row.path.clone()));
        }
    }
    (asked, action)
}

/// The text typed into a part of the tree, and what came of leaving its field. A value is taken as
/// it is typed, a key when its field is left.
fn leaf_ui(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    row: &Row,
    (name, width, is_key): (&str, f32, bool),
    now: String,
) -> (Option<String>, Option<Action>) {
    let is_of = |leaf: &Leaf| leaf.path == row.path && leaf.is_key == is_key;
    let mut is_mine = editing.draft.leaf.as_ref().is_some_and(is_of);
    let mut text = match &editing.draft.leaf {
        Some(leaf) if is_mine => leaf.text.clone(),
        _ => now.clone(),
    };
    let is_first = row.is_first && (is_key || !matches!(row.path.last(), Some(Step::Key(_))));
    let id = match is_first {
        true => field_id(editing.tab, Place::Inspector),
        false => Id::unique(("value tree", editing.tab, &row.path, is_key)),
    };
    let invalid = is_mine && editing.draft.error.is_some();
    let field = TextField::new(name, &mut text).id(id).width(width).mono().invalid(invalid).show(ui);
    if !is_mine && (field.gained_focus() || field.changed()) {
        editing.draft.say(None);
        editing.draft.begin();
        is_mine = true;
    }
    if !is_mine {
        return (None, None);
    }
    if field.lost_focus() {
        let is_escaped = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if is_escaped {
            editing.draft.is_left = true;
            return (None, editing.draft.take_back(editing.subject));
        }
        editing.draft.leaf = None;
        let renamed = is_key && text != now;
        return (renamed.then_some(text), None);
    }
    editing.draft.focus = Some(id);
    editing.draft.leaf = Some(Leaf { path: row.path.clone(), is_key, text: text.clone() });
    ((field.changed() && !is_key).then_some(text), None)
}

fn place_name(path: &[Step]) -> String {
    let mut name = String::new();
    for step in path {
        match step {
            Step::Key(key) if name.is_empty() => name.push_str(key),
            Step::Key(key) => {
                name.push('.');
                name.push_str(key);
            }
            Step::Index(idx) => name.push_str(&format!("[{idx}]")),
        }
    }
    if name.is_empty() { "the value".to_owned() } else { name }
}

/// Whole numbers without a fraction, as the row shows them.
fn number_text(number: &Number) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(steps: &[&str]) -> Vec<Step> {
        let step = |text: &&str| match text.parse() {
            Ok(idx) => Step::Index(idx),
            Err(_) => Step::Key((*text).to_owned()),
        };
        steps.iter().map(step).collect()
    }

    #[test]
    fn a_tree_of_values_is_changed_where_it_is_meant() {
        let mut root = json!({"a": [1, {"b": null}], "c": "x"});
        change(&mut root, Change::Set(path(&["a", "1", "b"]), json!(true))).unwrap();
        change(&mut root, Change::Add(path(&["a"]))).unwrap();
        change(&mut root, Change::Add(path(&[]))).unwrap();
        change(&mut root, Change::Add(path(&[]))).unwrap();
        change(&mut root, Change::Rename(path(&["c"]), "d".to_owned())).unwrap();
        change(&mut root, Change::Remove(path(&["a", "0"]))).unwrap();
        assert_eq!(root, json!({"a": [{"b": true}, null], "d": "x", "key": null, "key2": null}));
        let before = root.clone();
        assert!(change(&mut root, Change::Rename(path(&["d"]), "a".to_owned())).is_err());
        assert!(change(&mut root, Change::Remove(path(&["a", "7"]))).is_err());
        assert!(change(&mut root, Change::Set(path(&["z"]), json!(1))).is_err());
        assert_eq!(root, before);
    }

    #[test]
    fn rows_stand_in_order_and_come_in_pages() {
        let root = json!({"a": [1, {"b": null}], "c": "x"});
        let names = |root: &Value, first: usize| {
            let (found, n_values) = rows(root, first);
            let names: Vec<String> = found.iter().map(|row| place_name(&row.path)).collect();
            (names.join(" "), n_values)
        };
        assert_eq!(names(&root, 0), ("the value a a[0] a[1] a[1].b c".to_owned(), 6));
        assert_eq!(names(&root, 4), ("a[1].b c".to_owned(), 6));
        let deep = json!([{}, [[], {"x": []}], {"y": 1}]);
        assert_eq!(names(&deep, 0).0, "the value [0] [1] [1][0] [1][1] [1][1].x [2] [2].y");
        let long = json!({"head": vec![Value::Null; 1_000], "tail": 1});
        let page = rows(&long, 1_000);
        assert_eq!((page.0.len(), page.1), (3, 1_003));
        assert_eq!(place_name(&page.0[2].path), "tail");
        assert_eq!(rows(&long, 300).0.len(), PAGE);
    }
}

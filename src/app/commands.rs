//! The table of commands. To add one: a variant of [`Command`], its arm in `Command::resolve`, and a
//! row here.

use super::command::{Command, CommandRow, Key, Shortcut};
use std::fmt::Write as _;

/// All of them, in menu order.
pub const COMMANDS: &[CommandRow] = &[
    row(Command::Open, "File", "Open…", "Opens a file", [ctrl("O"), None]),
    row(
        Command::OpenSample,
        "File",
        "Open the sample",
        "Opens a captured RocketMQ request to look around in",
        [None, None],
    ),
    row(
        Command::PasteAsDocument,
        "File",
        "Paste as new document",
        "Opens the path, hex, base64 or escaped text on the clipboard",
        [ctrl_shift("V"), None],
    ),
    row(
        Command::AddSchema,
        "File",
        "Add schema…",
        "Loads declarations from a .proto file, an archive of them or a descriptor set",
        [None, None],
    ),
    row(
        Command::AddSchemaFolder,
        "File",
        "Add schema folder…",
        "Loads declarations from all .proto files in a folder",
        [None, None],
    ),
    row(Command::Save, "File", "Save", "Writes the bytes back to the file", [ctrl("S"), None]),
    row(Command::SaveAs, "File", "Save as…", "Writes the bytes to another file", [ctrl_shift("S"), None]),
    row(
        Command::ReviewChanges,
        "File",
        "Review changes…",
        "Lists what saving will change, field by field",
        [ctrl_shift("D"), None],
    ),
    row(
        Command::CompareTabs,
        "File",
        "Compare with another tab…",
        "Lists what differs between two open documents",
        [None, None],
    ),
    row(
        Command::ExportJson,
        "File",
        "Export as JSON…",
        "Writes the whole message as ProtoJSON",
        [ctrl("E"), None],
    ),
    row(
        Command::ExportSelectionJson,
        "File",
        "Export selection as JSON…",
        "Writes the selected field as ProtoJSON",
        [ctrl_shift("E"), None],
    ),
    row(
        Command::Reload,
        "File",
        "Reload from disk",
        "Reads the file again and drops the edits",
        [ctrl("R"), None],
    ),
    row(Command::CloseTab, "File", "Close tab", "Closes the document in front", [ctrl("W"), None]),
    row(Command::Quit, "File", "Quit", "Closes all documents and the window", [ctrl("Q"), None]),
    row(Command::Undo, "Edit", "Undo", "Takes the last edit back", [ctrl("Z"), None]),
    row(Command::Redo, "Edit", "Redo", "Does again what was taken back", [ctrl("Y"), ctrl_shift("Z")]),
    row(
        Command::EditValue,
        "Edit",
        "Edit value",
        "Starts editing the selected value",
        [plain("Enter"), None],
    ),
    row(
        Command::AddField,
        "Edit",
        "Add field…",
        "Adds a field to the selected message, or to the one around the selection",
        [ctrl("N"), plain("Insert")],
    ),
    row(
        Command::AddElement,
        "Edit",
        "Add element",
        "Adds an element or map entry behind the selected one",
        [ctrl_shift("N"), None],
    ),
    row(
        Command::InsertBefore,
        "Edit",
        "Insert element before",
        "Adds an element in front of the selected one",
        [None, None],
    ),
    row(
        Command::MoveUp,
        "Edit",
        "Move up",
        "Moves the selected element or record before the one above",
        [alt("Up"), None],
    ),
    row(
        Command::MoveDown,
        "Edit",
        "Move down",
        "Moves the selected element or record behind the one below",
        [alt("Down"), None],
    ),
    row(
        Command::ChooseMember,
        "Edit",
        "Choose oneof member…",
        "Sets another member of the selected oneof, or none",
        [ctrl("J"), None],
    ),
    row(
        Command::RenameKey,
        "Edit",
        "Rename key…",
        "Gives the selected map entry another key; edits the value of any other row",
        [plain("F2"), None],
    ),
    row(
        Command::Duplicate,
        "Edit",
        "Duplicate",
        "Puts a second copy of the selected record behind it",
        [ctrl("D"), None],
    ),
    row(Command::Remove, "Edit", "Remove", "Removes the selected record", [plain("Delete"), None]),
    row(
        Command::Cut,
        "Edit",
        "Cut",
        "Copies the selected record or bytes and removes them",
        [ctrl("X"), None],
    ),
    row(
        Command::Copy,
        "Edit",
        "Copy",
        "Copies the selected record, or the selected bytes in the hex pane",
        [ctrl("C"), None],
    ),
    row(
        Command::Paste,
        "Edit",
        "Paste",
        "Puts records where the selection is, or gives it the value on the clipboard",
        [ctrl("V"), None],
    ),
    row(
        Command::FixProblem,
        "Edit",
        "Fix problem",
        "Puts the selected field's problem right, where there is no doubt how",
        [ctrl("Period"), None],
    ),
    row(
        Command::FixAllLikeIt,
        "Edit",
        "Fix all problems of this kind",
        "Puts every problem right that is of the same kind as the selected field's",
        [None, None],
    ),
    row(
        Command::Canonicalize,
        "Edit",
        "Canonicalize…",
        "Shows what the one canonical spelling of the message would change, and writes it",
        [None, None],
    ),
    row(
        Command::CopyValue,
        "Edit",
        "Copy value",
        "Copies the selected value as text that can be typed again",
        [None, None],
    ),
    row(
        Command::CopyPath,
        "Edit",
        "Copy path",
        "Copies the path of the selected field",
        [ctrl_shift("C"), None],
    ),
    row(
        Command::ShowAbsent,
        "Tree",
        "Fields that are not set",
        "Shows or hides the fields of the type that are not there",
        [ctrl_shift("A"), None],
    ),
    row(Command::ExpandAll, "Tree", "Expand all", "Opens all rows, up to a bound", [None, None]),
    row(Command::CollapseAll, "Tree", "Collapse all", "Closes all rows but the first level", [None, None]),
    row(
        Command::ExpandBelow,
        "Tree",
        "Expand all below",
        "Opens the selected row and everything in it; so does *",
        [shift("Right"), None],
    ),
    row(
        Command::ExpandSiblings,
        "Tree",
        "Expand siblings",
        "Opens all rows beside the selected one",
        [alt("Right"), None],
    ),
    depth(Command::ExpandTo1, "Expand to depth 1", "1"),
    depth(Command::ExpandTo2, "Expand to depth 2", "2"),
    depth(Command::ExpandTo3, "Expand to depth 3", "3"),
    depth(Command::ExpandTo4, "Expand to depth 4", "4"),
    depth(Command::ExpandTo5, "Expand to depth 5", "5"),
    depth(Command::ExpandTo6, "Expand to depth 6", "6"),
    depth(Command::ExpandTo7, "Expand to depth 7", "7"),
    depth(Command::ExpandTo8, "Expand to depth 8", "8"),
    depth(Command::ExpandTo9, "Expand to depth 9", "9"),
    row(
        Command::ChooseType,
        "View",
        "Message type…",
        "Chooses the type that the bytes are read as",
        [ctrl("T"), None],
    ),
    row(
        Command::ReadRecordAs,
        "View",
        "Read bytes as type…",
        "Chooses the message type that a bytes field or an undeclared record is read as",
        [ctrl_shift("T"), None],
    ),
    row(Command::ToggleSchema, "View", "Schema", "Shows or hides all declarations", [ctrl_shift("K"), None]),
    row(
        Command::ToggleInspector,
        "View",
        "Inspector",
        "Shows or hides the inspector with the value's editor",
        [ctrl("I"), None],
    ),
    row(Command::ToggleHex, "View", "Hex pane", "Shows or hides the bytes", [ctrl("H"), None]),
    row(
        Command::ToggleData,
        "View",
        "Data inspector",
        "Shows or hides the readings of the bytes at the cursor",
        [ctrl_shift("I"), None],
    ),
    row(
        Command::ToggleProblems,
        "View",
        "Problems",
        "Shows or hides the list of problems",
        [ctrl("M"), None],
    ),
    row(
        Command::ToggleHistory,
        "View",
        "History",
        "Shows or hides the list of edits",
        [ctrl_shift("H"), None],
    ),
    row(
        Command::ToggleResults,
        "View",
        "Search results",
        "Shows or hides what the search found",
        [ctrl_shift("F"), None],
    ),
    row(
        Command::ResetPanes,
        "View",
        "Reset panes",
        "Puts all panes and columns back to where they were at first",
        [None, None],
    ),
    row(Command::ShowAll, "View", "Show everything", "Ends the filter of the tree", [None, None]),
    row(Command::ShowSet, "View", "Only set fields", "Leaves absent fields out of the tree", [None, None]),
    row(
        Command::ShowUnknown,
        "View",
        "Only unknown fields",
        "Shows only what the type does not declare, and what is around it",
        [None, None],
    ),
    row(
        Command::ShowProblems,
        "View",
        "Only problems",
        "Shows only rows that have a problem, and what is around them",
        [None, None],
    ),
    row(
        Command::ShowMatches,
        "View",
        "Only matches",
        "Shows only rows that the search finds, and what is around them",
        [None, None],
    ),
    row(
        Command::ThemeSystem,
        "View",
        "Theme of the system",
        "Follows the system in light or dark",
        [None, None],
    ),
    row(Command::ThemeLight, "View", "Light theme", "Dark text on light ground", [None, None]),
    row(Command::ThemeDark, "View", "Dark theme", "Light text on dark ground", [None, None]),
    row(Command::ZoomIn, "View", "Zoom in", "Makes everything larger", [ctrl("Plus"), ctrl("Equals")]),
    row(Command::ZoomOut, "View", "Zoom out", "Makes everything smaller", [ctrl("Minus"), None]),
    row(Command::ZoomReset, "View", "Actual size", "Puts the zoom back to 100 %", [ctrl("0"), None]),
    row(Command::GoTo, "Go", "Go to…", "Goes to an offset or a field path", [ctrl("G"), None]),
    row(
        Command::FocusBytes,
        "Go",
        "Bytes",
        "Gives the keyboard to the bytes, where digits are typed over them",
        [ctrl("B"), None],
    ),
    row(
        Command::SelectParent,
        "Go",
        "Message around",
        "Selects the message around the selection",
        [alt("Left"), None],
    ),
    row(
        Command::NextSibling,
        "Go",
        "Next sibling",
        "Selects the next row of the same message or field",
        [ctrl("Down"), None],
    ),
    row(
        Command::PreviousSibling,
        "Go",
        "Previous sibling",
        "Selects the row before this one of the same message or field",
        [ctrl("Up"), None],
    ),
    row(
        Command::NextProblem,
        "Go",
        "Next problem",
        "Selects the next field with a problem",
        [plain("F8"), None],
    ),
    row(
        Command::PreviousProblem,
        "Go",
        "Previous problem",
        "Selects the field with a problem before this one",
        [shift("F8"), None],
    ),
    row(
        Command::NextChange,
        "Go",
        "Next change",
        "Selects the next place that differs from what was saved",
        [plain("F7"), None],
    ),
    row(
        Command::PreviousChange,
        "Go",
        "Previous change",
        "Selects the place before this one that differs from what was saved",
        [shift("F7"), None],
    ),
    row(
        Command::Find,
        "Go",
        "Find…",
        "Puts the keyboard into the search box: text, numbers, bytes, paths and comparisons",
        [ctrl("F"), None],
    ),
    row(
        Command::FindNext,
        "Go",
        "Next match",
        "Selects the next record that the search found",
        [plain("F3"), None],
    ),
    row(
        Command::FindPrevious,
        "Go",
        "Previous match",
        "Selects the record that the search found before this one",
        [shift("F3"), None],
    ),
    row(
        Command::ClearSearch,
        "Go",
        "End the search",
        "Empties the search box and closes its results",
        [None, None],
    ),
    row(Command::FindDeclaration, "Go", "Find a declaration", "Finds a type, a field, …", [ctrl("K"), None]),
    row(
        Command::ShowDocs,
        "Go",
        "Docs of the field",
        "Shows the selected field's docs",
        [plain("F12"), None],
    ),
    row(Command::PageBack, "Go", "Page back", "Shows the docs seen before these", [ctrl("Left"), None]),
    row(Command::PageForward, "Go", "Page forward", "Goes on to the docs left last", [ctrl("Right"), None]),
    row(Command::NextTab, "Go", "Next tab", "Brings the next document to the front", [ctrl("Tab"), None]),
    row(
        Command::PreviousTab,
        "Go",
        "Previous tab",
        "Brings the document before this one to the front",
        [ctrl_shift("Tab"), None],
    ),
    row(
        Command::CopyHex,
        "Bytes",
        "Copy as hex",
        "Copies the selected bytes, or the selected record with tag and length, as two digits each",
        [None, None],
    ),
    row(
        Command::CopyBase64,
        "Bytes",
        "Copy as base64",
        "Copies the selected bytes or record as base64",
        [None, None],
    ),
    row(
        Command::CopyEscaped,
        "Bytes",
        "Copy as escaped text",
        "Copies the selected bytes or record in quotes, with escapes such as \\n and \\003",
        [None, None],
    ),
    row(
        Command::CopyC,
        "Bytes",
        "Copy as C",
        "Copies the selected bytes or record as an array in C",
        [None, None],
    ),
    row(
        Command::CopyRust,
        "Bytes",
        "Copy as Rust",
        "Copies the selected bytes or record as a slice in Rust",
        [None, None],
    ),
    row(
        Command::CopyGo,
        "Bytes",
        "Copy as Go",
        "Copies the selected bytes or record as a slice in Go",
        [None, None],
    ),
    row(
        Command::CopyJava,
        "Bytes",
        "Copy as Java",
        "Copies the selected bytes or record as an array in Java",
        [None, None],
    ),
    row(
        Command::CopyPython,
        "Bytes",
        "Copy as Python",
        "Copies the selected bytes or record as a bytes literal in Python",
        [None, None],
    ),
    row(
        Command::BytesToFile,
        "Bytes",
        "Write bytes to file…",
        "Writes the selected bytes, or those of the selected record, to a file",
        [None, None],
    ),
    row(
        Command::SelectAllBytes,
        "Bytes",
        "Select all bytes",
        "Selects every byte of the document in the hex pane",
        [ctrl("A"), None],
    ),
    row(
        Command::SelectValue,
        "Bytes",
        "Select value bytes",
        "Selects the bytes of the selected value in the hex pane, without tag and length",
        [None, None],
    ),
    row(
        Command::ToggleInsert,
        "Bytes",
        "Insert mode",
        "Lets typing in the hex pane move what follows instead of going over it",
        [None, None],
    ),
    row(
        Command::ToggleKeepLengths,
        "Bytes",
        "Keep lengths in step",
        "Lets the lengths of the records around follow when bytes come or go in the hex pane",
        [None, None],
    ),
    row(Command::Palette, "Help", "Commands…", "Finds a command by its name", [ctrl_shift("P"), None]),
    row(
        Command::Shortcuts,
        "Help",
        "Keyboard shortcuts",
        "Lists every key that does something",
        [plain("F1"), None],
    ),
    row(
        Command::About,
        "Help",
        "About Protoloupe",
        "Says which version this is and where it comes from",
        [None, None],
    ),
];

const fn row(
    command: Command,
    menu: &'static str,
    title: &'static str,
    hint: &'static str,
    [shortcut, also]: [Option<Shortcut>; 2],
) -> CommandRow {
    CommandRow { command, menu: Some(menu), title, hint, shortcut, also }
}

const fn depth(command: Command, title: &'static str, digit: &'static str) -> CommandRow {
    row(
        command,
        "Tree",
        title,
        "Opens the rows down to this depth and closes what is deeper",
        [alt(digit), None],
    )
}

const fn plain(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: false, shift: false, alt: false, key: Key(key) })
}

const fn shift(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: false, shift: true, alt: false, key: Key(key) })
}

const fn ctrl(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: true, shift: false, alt: false, key: Key(key) })
}

const fn ctrl_shift(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: true, shift: true, alt: false, key: Key(key) })
}

const fn alt(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: false, shift: false, alt: true, key: Key(key) })
}

/// The table of shortcuts for the README, in Markdown; neighbours that do the same share a row.
pub fn shortcut_table() -> String {
    let mut rows: Vec<(Vec<String>, &str)> = Vec::new();
    for row in COMMANDS.iter().filter(|row| row.shortcut.is_some()) {
        let keys = row.shortcuts().map(|shortcut| format!("`{shortcut}`"));
        match rows.last_mut().filter(|(_, hint)| *hint == row.hint) {
            Some((before, _)) => before.extend(keys),
            None => rows.push((keys.collect(), row.hint)),
        }
    }
    let mut table = String::from("| keys | does |\n| --- | --- |\n");
    for (keys, hint) in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {} | {hint} |", keys.join(", "));
    }
    table
}

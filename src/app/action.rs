//! What was asked for, with everything it needs: replayable in tests.

use super::calls::{CallAct, FormField};
use super::comparing::Compare;
use super::cursor::ByteAct;
use super::filtering::TreeFilter;
use super::state::TabId;
use crate::document::ops::{Lifted, Occupied};
use crate::document::problem::ProblemKind;
use crate::document::reading::Reading;
use crate::document::{Act, Gesture, Path as FieldPath, RowId};
use crate::schema::Address;
use crate::worker::SchemaSources;
use crate::worker::{Input, JobId};
use std::ops::Range;
use std::path::PathBuf;

/// A change of the session. `apply` is one match over it, whose arms are single calls.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    // Documents
    /// What the program was started on.
    Begin(Opening),
    Open(Vec<PathBuf>),
    OpenSample,
    /// Text or bytes from the clipboard that is a path, a `file://` address, hex or base64.
    OpenPasted(String),
    Activate(TabId),
    /// Asks first if there are unsaved edits.
    Close(TabId),
    /// Reads the file again; asks first if that drops edits.
    Reload(TabId),
    /// The person has seen that the file changed and goes on with what is open.
    KeepMine(TabId),
    /// Reads the file again and drops the edits, unasked.
    TakeTheirs(TabId),
    ReadAs {
        tab: TabId,
        message: Option<String>,
    },

    /// Reads a bytes record or one that no declaration explains as something else, here and
    /// wherever the same fields lead to it; with `None` as declared again.
    ReadRecordAs {
        row: RowId,
        reading: Option<Reading>,
    },

    // Selection and tree (of the active document)
    Select(SelectTarget),
    ExpandRow(u64),
    CollapseRow(u64),
    /// Opens this many levels from the root on.
    ExpandLevels(u32),
    CollapseAll,
    /// Opens this many levels and closes what is deeper.
    OpenToDepth(u32),
    /// Opens everything below a row.
    ExpandBelow(u64),
    /// Opens all rows beside a row.
    ExpandSiblings(u64),
    /// These rows are in view now; see `OpenDocument::wants_opening`.
    Reach(Range<u64>),
    /// Whether fields that are not there have rows.
    ShowAbsent(bool),

    // Search and filter (of the active document)
    /// Looks for what the text asks for; blank text ends it.
    Search(String),
    ClearSearch,
    /// The next hit behind the selection, or the one before it.
    StepHit {
        forward: bool,
    },
    /// The hit with this place in the list.
    GoToHit(u64),
    /// The row with this place in the filtered tree.
    GoToFiltered(u64),
    /// Closes or opens the row with this place in the filtered tree.
    FoldFiltered {
        nth: u64,
        is_folded: bool,
    },
    ToggleResults,
    Filter(TreeFilter),

    // Editing (of the active document)
    Edit(Act),
    /// A value as typed, for this row; one gesture is one undo step.
    SetValue {
        row: RowId,
        text: String,
        gesture: Option<Gesture>,
    },
    /// The payload as bytes, for the selected bytes field or unknown LEN.
    SetBytes {
        row: RowId,
        bytes: Vec<u8>,
    },
    /// The payload as it is to stand on the wire, for this row's record or element.
    SetPayload {
        row: RowId,
        payload: Vec<u8>,
        gesture: Option<Gesture>,
    },
    /// Adds a field of the message that the row is or is in, with its default value.
    AddField {
        row: Option<RowId>,
        number: u32,
    },
    /// One more element or map entry after the selected one; a new map entry needs a key.
    AddElement {
        row: RowId,
        key: Option<String>,
    },
    /// One more element in front of this one.
    InsertBefore(RowId),
    /// Sets this member of the row's oneof and takes the others away; none clears the oneof.
    ChooseMember {
        row: RowId,
        number: Option<u32>,
    },
    /// Puts all records that the row's message is split into in the first of them.
    MergeParts(RowId),
    RenameKey {
        row: RowId,
        key: String,
    },
    /// One place up or down.
    MoveRow {
        row: RowId,
        down: bool,
    },
    /// Right in front of another row of its message, or right behind it.
    MoveTo {
        row: RowId,
        to: RowId,
        below: bool,
    },
    /// The same for rows of the filtered tree, by their places in it; rows that it hides stay where they
    /// are.
    MoveFiltered {
        from: u64,
        to: u64,
        below: bool,
    },
    Duplicate(RowId),
    Remove(RowId),
    /// Removes all occurrences of the row's field, not only this record.
    RemoveAll(RowId),
    /// Removes this record, whatever older value comes back.
    RemoveThis(RowId),
    /// Like `SetValue`, whatever the text does not carry.
    ReplaceValue {
        row: RowId,
        text: String,
        gesture: Option<Gesture>,
    },
    /// Puts the problem of this kind at this place right.
    FixProblem {
        kind: ProblemKind,
        range: Range<u64>,
    },
    /// Adds the required field that is missing at this path, with its default value.
    AddMissing(FieldPath),
    /// Puts all problems of a kind right, as one step.
    FixAll(ProblemKind),
    Undo,
    Redo,
    /// Takes the last step back if it is of this gesture, which then was as if it had not been.
    TakeBack(Gesture),
    /// Moving and typing in the bytes.
    Bytes(ByteAct),

    // Clipboard
    /// These bytes as text; the name is one of `format::LITERALS`.
    CopyBytes {
        range: Range<u64>,
        name: String,
    },
    /// The records that a row stands for, and a text for other programs.
    CopyRecords(RowId),
    CutRecords(RowId),
    /// What the clipboard holds, where the selection is.
    Paste(String),
    /// What the clipboard holds, in a tab of its own.
    PasteAsDocument(String),
    /// Records into the message that the row is or is in.
    PutRecords {
        row: Option<RowId>,
        records: Box<Lifted>,
        occupied: Occupied,
    },
    /// Takes steps back or does them again until so many are applied.
    GoToStep(usize),

    // Differences
    /// Shows what differs between two messages.
    Compare(Compare),
    /// Closes the list of differences and selects the field of this one.
    GoToDifference(usize),
    /// Shows what writing the document canonically would change.
    Canonicalize(TabId),
    /// Makes the act that was shown.
    ApplyCanonical,

    Call(CallAct),

    // Files
    Save(TabId),
    SaveAs {
        tab: TabId,
        path: PathBuf,
        overwrite: bool,
    },
    SaveInPlace(TabId),
    /// The whole message, or the field at `part`.
    Export {
        tab: TabId,
        path: PathBuf,
        format: String,
        part: Option<FieldPath>,
        overwrite: bool,
    },
    /// A file's bytes into the selected field.
    PayloadFromFile {
        row: RowId,
        path: PathBuf,
    },
    /// Bytes of the active document into a file.
    BytesToFile {
        range: Range<u64>,
        path: PathBuf,
        overwrite: bool,
    },

    // Window
    Show(Dialog),
    Dismiss,
    /// What a question or a file dialog was answered with.
    Answer(Answer),
    TogglePane(Pane),
    /// Shows a pane that is hidden.
    ShowPane(Pane),
    ResetPanes,
    SetTheme(super::ThemeSetting),
    /// In steps of 10 %; 0 resets.
    Zoom(i32),
    /// Adds declarations: `.proto` files, folders and archives of them, descriptor sets.
    AddSchema(Vec<PathBuf>),
    /// Loads declarations from these sources, and from no others.
    SetSources(SchemaSources),
    RemoveSource(PathBuf),
    /// A folder that imports are looked up in first.
    RemoveImportRoot(String),
    /// Puts back what was removed last from the sources.
    PutBackSource,
    /// Whether `protoc` compiles what is refused here.
    UseProtoc(bool),
    /// Has a source looked up earlier or later.
    MoveSource {
        path: PathBuf,
        up: bool,
    },
    /// A folder that imports are looked up in before any other.
    AddImportRoot(PathBuf),
    /// The sources of declarations, or with `false` the declarations.
    ShowSources(bool),
    /// Looks for declarations by some of their letters; blank text shows the tree of all.
    FilterSchema(String),
    /// The page of the declaration with this place among those that were found.
    ShowFound(usize),
    /// The page of a declaration.
    ShowPage(Address),
    /// Back to the page before this one, or on again.
    StepPage {
        forward: bool,
    },
    /// A new document of a message type: empty, or with values that look real.
    NewDocument {
        of: Address,
        is_sample: bool,
    },
    /// A new document of a method's input type, to be sent to it.
    NewRequest(Address),
    /// Sizes after the person dragged something.
    Arrange(Layout),
    CancelJob(JobId),
    RestoreJournal,
    DiscardJournal,
    ClearRecent,
    /// Looks up what a path being typed can go on with; see `State::listing`.
    ListFolder(PathBuf),
    /// Text for the clipboard, such as the selected path or value; the window takes it.
    Copy(String),
    Quit,
}

/// What a call of the program asks to see. If it names nothing: what was open when the program was
/// left, or else the sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opening {
    /// Standard input, read to its end.
    pub input: Option<Input>,
    /// The last one is in front.
    pub files: Vec<PathBuf>,
    /// The name of the type that all are read as; ranked if not given.
    pub message: Option<String>,
    /// Declarations to be loaded first; `None` for those that are there.
    pub sources: Option<SchemaSources>,
}

/// Sizes in points; `None` leaves one as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    pub inspector_width: Option<f32>,
    pub bottom_height: Option<f32>,
    /// Of the schema pane: its width, and the height of its list.
    pub schema: Option<(f32, f32)>,
    pub tree_columns: Option<Vec<f32>>,
    pub window: Option<(f32, f32)>,
}

/// What to select.
#[derive(Clone, Debug, PartialEq)]
pub enum SelectTarget {
    /// A row of the tree by its number.
    Row(u64),
    /// The innermost record that holds this byte; opens the tree down to it.
    Offset(u64),
    Path(FieldPath),
    /// What the path leads to, else the innermost record at the offset.
    PathOrOffset(FieldPath, u64),
    /// The message around the selected row.
    Parent,
    /// The next or previous row of the same message or run.
    Sibling {
        forward: bool,
    },
    /// The next or previous place that differs from what was saved.
    Change {
        forward: bool,
    },
    /// The next visible row whose name starts with this; the selected one counts with `here`.
    Named {
        start: String,
        here: bool,
    },
}

/// Panes that can be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pane {
    /// All declarations and their docs.
    Schema,
    Inspector,
    Hex,
    /// Readings of the bytes at the cursor.
    Data,
    Problems,
    History,
    /// Calls to servers.
    Call,
}

/// A floating window that waits for the person.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    Palette,
    /// Ctrl+G: an offset or a path.
    GoTo,
    /// The ranked list of types.
    TypePicker(TabId),
    /// The ranked list of types for the payload of one record.
    RecordType {
        row: RowId,
    },
    /// Fields of a message that can be added.
    AddField {
        row: Option<RowId>,
    },
    /// The members of the row's oneof.
    OneofMember {
        row: RowId,
    },
    /// Another key for a map entry.
    RenameKey {
        row: RowId,
    },
    /// A new map entry's key.
    MapKey {
        row: RowId,
    },
    File(FileDialog),
    Question(Question),
    /// What differs; see `State::comparison`.
    Differences,
    /// The open documents that this one can be compared with.
    CompareWith(TabId),
    Choose(Choosing),
    /// The methods that can be called with the document in front.
    MethodPicker,
    /// The name of a request that is to be saved, or another name of one by its file.
    RequestName {
        renamed: Option<PathBuf>,
    },
    /// All shortcuts.
    Shortcuts,
    About,
}

/// A choice of a file: the system's dialog, or our own path field where there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum FileDialog {
    Open,
    SaveAs {
        tab: TabId,
    },
    Export {
        tab: TabId,
        format: String,
        part: Option<FieldPath>,
    },
    PayloadFromFile {
        row: RowId,
    },
    BytesToFile {
        range: Range<u64>,
    },
    /// A folder that imports are looked up in.
    ImportRoot,
    /// The folder of the saved requests.
    RequestsFolder,
    /// A file that a field of a call names.
    OfCall(FormField),
    /// A schema: one file, or a folder.
    Schema {
        is_folder: bool,
    },
}

/// Ways to go on, of which the person picks one.
#[derive(Clone, Debug, PartialEq)]
pub struct Choosing {
    pub title: String,
    pub text: String,
    /// The likeliest first.
    pub choices: Vec<ChoiceRow>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceRow {
    pub title: String,
    /// What it comes to, in a line.
    pub detail: String,
    pub action: Action,
}

/// Something to be decided before going on.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Save, discard or stay.
    UnsavedTab(TabId),
    UnsavedOnQuit(Vec<TabId>),
    /// Reading the file again drops the edits.
    DropEdits(TabId),
    /// A file stands where one is to be written.
    Overwrite {
        path: PathBuf,
        then: Box<Action>,
    },
    /// Saving beside and renaming is not possible; why, and whether to write in place with a backup.
    InPlace {
        tab: TabId,
        reason: String,
    },
    /// The file changed on disk since it was opened.
    ChangedOnDisk(TabId),
    /// Removing this record lets an older value come back.
    OlderValue {
        row: RowId,
        n_older: u64,
    },
    /// Unsaved edits of an earlier run.
    Journal {
        labels: Vec<String>,
    },
    /// The document is read as another type than the method takes.
    OtherType {
        title: String,
        message: String,
        input: String,
    },
    /// What is to be sent is not what the method takes.
    DoesNotDecode {
        title: String,
        message: String,
        problem: String,
        offset: u64,
    },
    /// Nothing was sent to this server yet, which is not this machine.
    NewTarget {
        endpoint: String,
        method: String,
        /// Who the caller is; nobody if empty.
        identity: Vec<String>,
        /// Its certificate is not verified.
        is_unverified: bool,
        /// Of the message; `None` if the call begins without one.
        n_bytes: Option<u64>,
    },
    /// Replacing a message by typed text loses what text cannot carry.
    LosesOnReplace {
        losses: Vec<String>,
        then: Box<Action>,
    },
}

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    Cancel,
    /// To look at what it is about first; the question is asked again after that.
    Look,
}

//! What survives a restart.

use crate::worker::SchemaSources;
use crate::worker::settings_file;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Of the file; a newer one is read as far as it is understood.
const VERSION: u64 = 1;
/// Paths that are remembered.
pub(super) const MAX_RECENT: usize = 20;
/// Sources of declarations that are remembered.
const MAX_SOURCES: usize = 200;
/// Choices of a reading that are remembered.
pub(super) const MAX_READINGS: usize = 500;
/// Field numbers that lead to a record with a remembered reading.
const MAX_NUMBERS: usize = 100;
pub(super) const MIN_ZOOM: u32 = 50;
pub(super) const MAX_ZOOM: u32 = 300;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeSetting {
    #[default]
    System,
    Light,
    Dark,
}

/// What records are read as that a type leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RememberedReading {
    /// The full name of the document's type.
    pub message: String,
    /// The field numbers that lead to the records.
    pub numbers: Vec<u32>,
    /// The name of the reading.
    pub reading: String,
}

/// Choices and arrangement; read and written as a small versioned JSON file.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub theme: ThemeSetting,
    /// Percent, 50 to 300.
    pub zoom: u32,
    pub show_schema: bool,
    pub show_inspector: bool,
    pub show_hex: bool,
    /// The readings beside the bytes.
    pub show_data: bool,
    pub show_problems: bool,
    pub show_history: bool,
    pub show_call: bool,
    /// Fields that are not there have rows.
    pub show_absent: bool,
    /// Points.
    pub inspector_width: f32,
    pub bottom_height: f32,
    pub schema_width: f32,
    /// The list of declarations, over a page.
    pub schema_list_height: f32,
    /// Widths of the tree's columns in points: number, name, kind, value, bytes.
    pub tree_columns: Vec<f32>,
    /// Newest first.
    pub recent: Vec<PathBuf>,
    /// Servers that something was sent to, newest first.
    pub endpoints: Vec<String>,
    /// Files open at the last exit.
    pub open: Vec<PathBuf>,
    /// Width and height of the window in points.
    pub window: Option<(f32, f32)>,
    /// The type a person chose for a file.
    pub types: Vec<(PathBuf, String)>,
    /// Where declarations are loaded from.
    pub sources: SchemaSources,
    /// The source that declares the type a person chose for a file.
    pub type_sources: Vec<(PathBuf, PathBuf)>,
    /// Newest first.
    pub readings: Vec<RememberedReading>,
    /// The folder of saved requests, if not the person's own.
    pub requests: Option<PathBuf>,
    pub reduce_motion: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: ThemeSetting::System,
            zoom: 100,
            show_schema: false,
            show_inspector: true,
            show_hex: true,
            show_data: true,
            show_problems: false,
            show_history: false,
            show_call: false,
            show_absent: false,
            inspector_width: 320.0,
            bottom_height: 220.0,
            schema_width: 340.0,
            schema_list_height: 240.0,
            tree_columns: Vec::new(),
            recent: Vec::new(),
            endpoints: Vec::new(),
            open: Vec::new(),
            window: None,
            types: Vec::new(),
            sources: SchemaSources::default(),
            type_sources: Vec::new(),
            readings: Vec::new(),
            requests: None,
            reduce_motion: false,
        }
    }
}

/// Reads the settings; what is missing or makes no sense is as at a first start. A file that is no
/// JSON object is set aside.
pub(super) fn load(path: &Path) -> Settings {
    let Some(text) = settings_file::load(path) else { return Settings::default() };
    match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => of_object(&object),
        _ => {
            settings_file::set_aside(path);
            Settings::default()
        }
    }
}

pub(super) fn to_text(settings: &Settings) -> String {
    let paths =
        |paths: &[PathBuf]| -> Vec<Value> { paths.iter().filter_map(|path| path_value(path)).collect() };
    let types = settings.types.iter().filter_map(|(path, name)| Some(json!([path_value(path)?, name])));
    let type_sources = settings.type_sources.iter();
    let type_sources =
        type_sources.filter_map(|(path, source)| Some(json!([path_value(path)?, path_value(source)?])));
    let readings = settings.readings.iter().map(|known| json!([known.message, known.numbers, known.reading]));
    let value = json!({
        "version": VERSION,
        "theme": theme_name(settings.theme),
        "zoom": settings.zoom,
        "show": {
            "schema": settings.show_schema,
            "inspector": settings.show_inspector,
            "hex": settings.show_hex,
            "data": settings.show_data,
            "problems": settings.show_problems,
            "history": settings.show_history,
            "call": settings.show_call,
            "absent": settings.show_absent,
        },
        "inspector_width": settings.inspector_width,
        "bottom_height": settings.bottom_height,
        "schema_width": settings.schema_width,
        "schema_list_height": settings.schema_list_height,
        "tree_columns": settings.tree_columns,
        "window": settings.window.map(|(width, height)| [width, height]),
        "reduce_motion": settings.reduce_motion,
        "recent": paths(&settings.recent),
        "endpoints": settings.endpoints,
        "requests": settings.requests.as_deref().and_then(path_value),
        "open": paths(&settings.open),
        "types": types.collect::<Vec<Value>>(),
        "readings": readings.collect::<Vec<Value>>(),
        "sources": {
            "paths": paths(&settings.sources.paths),
            "includes": settings.sources.includes,
            "no_builtin": settings.sources.no_builtin,
            "protoc": settings.sources.protoc,
        },
        "type_sources": type_sources.collect::<Vec<Value>>(),
    });
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

/// A path that is no text is not remembered.
fn path_value(path: &Path) -> Option<Value> {
    path.to_str().map(Value::from)
}

fn theme_name(theme: ThemeSetting) -> &'static str {
    match theme {
        ThemeSetting::System => "system",
        ThemeSetting::Light => "light",
        ThemeSetting::Dark => "dark",
    }
}

fn of_object(object: &Map<String, Value>) -> Settings {
    let default = Settings::default();
    let show = |name: &str, otherwise| {
        object.get("show").and_then(|show| show.get(name)).and_then(Value::as_bool).unwrap_or(otherwise)
    };
    let size = |name: &str, otherwise| object.get(name).and_then(points).unwrap_or(otherwise);
    let list = |name: &str| object.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let paths = |name: &str| -> Vec<PathBuf> {
        list(name).iter().filter_map(Value::as_str).map(PathBuf::from).take(MAX_RECENT).collect()
    };
    let texts = |name: &str| -> Vec<String> {
        list(name).iter().filter_map(Value::as_str).map(str::to_owned).take(MAX_RECENT).collect()
    };
    let themes = [ThemeSetting::System, ThemeSetting::Light, ThemeSetting::Dark];
    let theme = object.get("theme").and_then(Value::as_str);
    let zoom = object.get("zoom").and_then(Value::as_u64).and_then(|zoom| u32::try_from(zoom).ok());
    let pair = |value: &Value| match value.as_array().map(Vec::as_slice) {
        Some([path, name]) => Some((PathBuf::from(path.as_str()?), name.as_str()?.to_owned())),
        _ => None,
    };
    Settings {
        theme: themes.into_iter().find(|known| Some(theme_name(*known)) == theme).unwrap_or(default.theme),
        zoom: zoom.unwrap_or(default.zoom).clamp(MIN_ZOOM, MAX_ZOOM),
        show_schema: show("schema", default.show_schema),
        show_inspector: show("inspector", default.show_inspector),
        show_hex: show("hex", default.show_hex),
        show_data: show("data", default.show_data),
        show_problems: show("problems", default.show_problems),
        show_history: show("history", default.show_history),
        show_absent: show("absent", default.show_absent),
        show_call: show("call", default.show_call),
        inspector_width: size("inspector_width", default.inspector_width),
        bottom_height: size("bottom_height", default.bottom_height),
        schema_width: size("schema_width", default.schema_width),
        schema_list_height: size("schema_list_height", default.schema_list_height),
        tree_columns: list("tree_columns").iter().map(points).collect::<Option<_>>().unwrap_or_default(),
        recent: paths("recent"),
        endpoints: texts("endpoints"),
        open: paths("open"),
        window: match list("window").as_slice() {
            [width, height] => points(width).zip(points(height)),
            _ => None,
        },
        types: list("types").iter().filter_map(pair).collect(),
        sources: sources(object.get("sources")),
        type_sources: list("type_sources")
            .iter()
            .filter_map(pair)
            .map(|(path, source)| (path, PathBuf::from(source)))
            .collect(),
        readings: list("readings").iter().filter_map(remembered_reading).take(MAX_READINGS).collect(),
        requests: object.get("requests").and_then(Value::as_str).map(PathBuf::from),
        reduce_motion: object.get("reduce_motion").and_then(Value::as_bool).unwrap_or(default.reduce_motion),
    }
}

fn sources(value: Option<&Value>) -> SchemaSources {
    let texts = |name: &str| -> Vec<String> {
        let list = value.and_then(|value| value.get(name)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).take(MAX_SOURCES).collect()
    };
    SchemaSources {
        paths: texts("paths").into_iter().map(PathBuf::from).collect(),
        includes: texts("includes"),
        no_builtin: value.and_then(|value| value.get("no_builtin")).and_then(Value::as_bool).unwrap_or(false),
        protoc: value.and_then(|value| value.get("protoc")).and_then(Value::as_bool),
    }
}

fn remembered_reading(value: &Value) -> Option<RememberedReading> {
    let [message, numbers, reading] = value.as_array()?.as_slice() else { return None };
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    let numbers: Vec<u32> = numbers.as_array()?.iter().map(number).collect::<Option<_>>()?;
    (1..=MAX_NUMBERS).contains(&numbers.len()).then_some(RememberedReading {
        message: message.as_str()?.to_owned(),
        numbers,
        reading: reading.as_str()?.to_owned(),
    })
}

/// A size that a window can have.
fn points(value: &Value) -> Option<f32> {
    value.as_f64().map(|size| size as f32).filter(|size| (0.0..=100_000.0).contains(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Settings {
        Settings {
            theme: ThemeSetting::Dark,
            zoom: 130,
            show_schema: true,
            show_hex: false,
            show_history: true,
            schema_width: 401.0,
            schema_list_height: 123.5,
            show_absent: true,
            inspector_width: 400.5,
            tree_columns: vec![40.0, 200.0, 120.0, 300.0, 60.0],
            recent: vec!["/a b/ä.bin".into(), "/c".into()],
            open: vec!["/c".into()],
            window: Some((1280.0, 800.0)),
            types: vec![("/c".into(), "pkg.Type".to_owned())],
            sources: SchemaSources {
                paths: vec!["/protos".into()],
                includes: vec!["/root".to_owned()],
                no_builtin: true,
                protoc: Some(false),
            },
            type_sources: vec![("/c".into(), "/protos".into())],
            readings: vec![RememberedReading {
                message: "pkg.Type".to_owned(),
                numbers: vec![1, 99],
                reading: "message pkg.Other".to_owned(),
            }],
            requests: Some("/git/requests".into()),
            reduce_motion: true,
            ..Settings::default()
        }
    }

    #[test]
    fn settings_come_back_from_their_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        for settings in [Settings::default(), some()] {
            settings_file::store(&path, &to_text(&settings)).unwrap();
            assert_eq!(load(&path), settings);
        }
    }

    #[test]
    fn what_makes_no_sense_is_as_at_a_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        assert_eq!(load(&path), Settings::default());
        let odd = [
            "{}",
            r#"{"version": 99, "new": [1], "theme": "pink", "zoom": "big", "show": 7, "inspector_width": -1}"#,
            r#"{"tree_columns": [1, "x"], "window": [1], "recent": [1, null], "types": [["a"], 3, [1, 2]], "sources": {"paths": [1]}, "type_sources": [["a", 1]], "readings": [1, ["a", [], "hex"], ["a", ["x"], "hex"]]}"#,
        ];
        for text in odd {
            settings_file::store(&path, text).unwrap();
            assert_eq!(load(&path), Settings::default(), "{text}");
            assert!(path.exists());
        }
        settings_file::store(&path, r#"{"zoom": 4000}"#).unwrap();
        assert_eq!(load(&path).zoom, MAX_ZOOM);
        for broken in ["", "{", "[]", "\"text\""] {
            settings_file::store(&path, broken).unwrap();
            assert_eq!(load(&path), Settings::default(), "{broken}");
            assert!(!path.exists(), "set aside: {broken}");
        }
    }
}

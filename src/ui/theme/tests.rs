#![allow(clippy::disallowed_methods, reason = "tests look at the disk")]

use super::*;

/// WCAG 2.1 relative luminance.
fn luminance(color: Color32) -> f64 {
    let channel = |byte: u8| {
        let value = f64::from(byte) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
}

fn contrast(one: Color32, other: Color32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

type Role = (&'static str, Color32);

macro_rules! roles {
    ($color:expr; $($role:ident),* $(,)?) => { [$((stringify!($role), $color.$role)),*] };
}

fn failures(theme: &Theme, least: f64, fronts: &[Role], grounds: &[Role]) -> Vec<String> {
    let name = if theme.dark { "dark" } else { "light" };
    let mut failures = Vec::new();
    for (front, front_color) in fronts {
        for (ground, ground_color) in grounds {
            let ratio = contrast(*front_color, *ground_color);
            if ratio < least {
                failures.push(format!("{name}: {front} on {ground} is {ratio:.2} : 1"));
            }
        }
    }
    failures
}

fn check(least: f64, roles: impl Fn(&Colors) -> (Vec<Role>, Vec<Role>)) {
    let failures: Vec<String> = THEMES
        .iter()
        .flat_map(|theme| {
            let (fronts, grounds) = roles(&theme.color);
            failures(theme, least, &fronts, &grounds)
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn text_can_be_read_on_every_surface() {
    check(4.5, |color| {
        let fronts = roles!(color; text, muted, accent, problem, warning, ok, note, unknown);
        let grounds = roles!(
            color; surface_0, surface_1, surface_2, popup, hover, selection
        );
        (fronts.to_vec(), grounds.to_vec())
    });
}

#[test]
fn values_can_be_read_in_every_row() {
    check(4.5, |color| {
        let fronts = roles!(color; string, number, bytes, enumeration);
        let grounds = roles!(
            color; surface_0, surface_1, popup, hover, selection
        );
        (fronts.to_vec(), grounds.to_vec())
    });
}

#[test]
fn text_can_be_read_on_fills_and_tints() {
    check(4.5, |color| {
        let grounds = roles!(
            color; highlight, pressed, tag_tint, length_tint, value_tint,
            problem_fill, warning_fill, note_fill
        );
        (roles!(color; text).to_vec(), grounds.to_vec())
    });
    check(4.5, |color| {
        let grounds = roles!(color; pressed, problem_fill, warning_fill, note_fill);
        (roles!(color; muted).to_vec(), grounds.to_vec())
    });
    for theme in THEMES.iter() {
        let color = &theme.color;
        for (front, ground) in [
            (color.on_accent, color.accent),
            (color.tag_text, color.tag_tint),
            (color.length_text, color.length_tint),
            (color.value_text, color.value_tint),
            (color.tag_text, color.surface_0),
            (color.length_text, color.surface_0),
            (color.value_text, color.surface_0),
            (color.problem, color.problem_fill),
            (color.warning, color.warning_fill),
            (color.note, color.note_fill),
        ] {
            let ratio = contrast(front, ground);
            assert!(4.5 <= ratio, "{front:?} on {ground:?} is {ratio:.2} : 1");
        }
    }
}

#[test]
fn meaningful_lines_stand_out() {
    check(3.0, |color| {
        let fronts = roles!(color; outline, focus, thumb, accent, problem, warning);
        let grounds = roles!(color; surface_0, surface_1, popup);
        (fronts.to_vec(), grounds.to_vec())
    });
    check(3.0, |color| (roles!(color; accent, focus).to_vec(), roles!(color; selection).to_vec()));
}

#[test]
fn no_colour_is_spelled_outside_the_table() {
    let words = ["from_rgb", "from_gray", "from_rgba", "from_black_alpha", "from_white_alpha"];
    let allowed =
        ["ui/theme.rs", "ui/theme/tests.rs", "ui/painter.rs", "painter/raster.rs", "painter/tests.rs"];
    let mut found = Vec::new();
    for file in sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui")) {
        if allowed.iter().any(|name| file.ends_with(name)) {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a source file is text");
        for (line_idx, line) in text.lines().enumerate() {
            let named = line.match_indices("Color32::").any(|(at, found)| {
                let name = &line[at + found.len()..];
                name.starts_with(|c: char| c.is_ascii_uppercase())
                    && !["TRANSPARENT", "PLACEHOLDER"].iter().any(|ok| name.starts_with(ok))
            });
            if named || words.iter().any(|word| line.contains(word)) || line.contains("hex_color!") {
                found.push(format!("{}:{}", file.display(), line_idx + 1));
            }
        }
    }
    assert!(found.is_empty(), "colours belong in assets/theme.json:\n{}", found.join("\n"));
}

fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the sources are there");
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("a readable entry").path()) {
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
    files
}

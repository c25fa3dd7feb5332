//! What a frame of the window costs while ten thousand files are loaded beside it, and while a large
//! message is written canonically.
//!
//! `cargo bench --bench frames` loads the folder that `PROTOLOUPE_BENCH_PROTOS` names, shows the list of
//! sources meanwhile, and loads the folder once more, so that a large schema is let go of as well.
//! With `PROTOLOUPE_BENCH_CANONICAL=N` it writes a message of N padded lengths canonically, takes that back
//! and does it again. Frames are made as fast as a screen shows them; one counts with all that the session takes in before
//! it, and with the triangles made of it.

#![allow(clippy::disallowed_methods, reason = "it looks from outside, at the rate of a screen")]

use egui::{RawInput, Rect, Vec2, pos2};
use protoloupe::app::{Action, Folders, SchemaSources, Session};
use protoloupe::schema::Schema;
use protoloupe::ui::fonts;
use protoloupe::ui::shell::Shell;
use protoloupe::ui::theme::{self, ThemeChoice};
use std::path::PathBuf;
use std::time::{Duration, Instant};

const SIZE: Vec2 = Vec2::new(1400.0, 900.0);
/// Of a screen.
const FRAME: Duration = Duration::from_micros(16_667);
/// Frames after the schema is there.
const N_AFTER: usize = 120;

fn main() {
    if let Some(n) = std::env::var("PROTOLOUPE_BENCH_CANONICAL").ok().and_then(|n| n.parse().ok()) {
        return canonical(n);
    }
    let Some(folder) = std::env::var_os("PROTOLOUPE_BENCH_PROTOS").map(PathBuf::from) else {
        println!("PROTOLOUPE_BENCH_PROTOS names no folder; nothing was measured");
        return;
    };
    let (ctx, mut shell) = window();
    shell.apply(Action::ShowSources(true));
    let idle: Vec<Duration> = (0..N_AFTER).map(|_| frame(&ctx, &mut shell)).collect();
    tell("before", idle);
    let sources = SchemaSources { paths: vec![folder], ..SchemaSources::default() };
    for what in ["while it loads", "while it loads again"] {
        let start = Instant::now();
        shell.apply(Action::SetSources(sources.clone()));
        let (mut times, mut n_after) = (Vec::new(), 0);
        while n_after < N_AFTER {
            times.push(frame(&ctx, &mut shell));
            n_after += usize::from(shell.state().running.is_empty());
        }
        println!("{what}: {:?}", start.elapsed());
        tell(what, times);
    }
}

fn window() -> (egui::Context, Shell) {
    let ctx = egui::Context::default();
    fonts::install(&ctx);
    theme::apply(&ctx, ThemeChoice::Light);
    let mut shell = Shell::new(Session::new(Schema::builtin(), Folders::default(), || {}));
    shell.session_mut().settle();
    Shell::use_no_system_dialogs(&ctx);
    (ctx, shell)
}

/// Frames while a message with so many padded lengths in it is written canonically and taken back.
fn canonical(n: usize) {
    // messages { topic { name "orders" } body of 256 bytes }, with a padded length of the topic.
    let mut one = vec![0x0a, 0x88, 0x00, 0x12, 0x06];
    one.extend(b"orders");
    one.extend([0x22, 0x80, 0x02]);
    one.extend([b'x'; 256]);
    let mut bytes = Vec::new();
    for _ in 0..n {
        bytes.extend([0x0a, 0x8e, 0x02]);
        bytes.extend(&one);
    }
    let path = std::env::temp_dir().join(format!("canonical-{n}.bin"));
    std::fs::write(&path, &bytes).unwrap();
    println!("{n} padded lengths in {} MiB", bytes.len() >> 20);
    drop(bytes);
    let (ctx, mut shell) = window();
    shell.apply(Action::Open(vec![path.clone()]));
    let message = Some("apache.rocketmq.v2.SendMessageRequest".to_owned());
    frames(&ctx, &mut shell, "opening");
    let tab = shell.state().active.unwrap();
    for (what, action) in [
        ("reading as", Action::ReadAs { tab, message }),
        ("opening rows", Action::ExpandLevels(3)),
        ("looking at the spelling", Action::Canonicalize(tab)),
        ("writing it", Action::ApplyCanonical),
        ("undo", Action::Undo),
        ("redo", Action::Redo),
        ("going to the start", Action::GoToStep(0)),
        ("looking again", Action::Canonicalize(tab)),
        ("leaving it", Action::Dismiss),
    ] {
        let start = Instant::now();
        shell.apply(action);
        println!("{what}: the act itself took {:?} of the window", start.elapsed());
        frames(&ctx, &mut shell, what);
    }
    println!("{} edits", shell.state().active_document().unwrap().document.n_edits());
    std::fs::remove_file(path).unwrap();
}

/// Frames until nothing goes on any more.
fn frames(ctx: &egui::Context, shell: &mut Shell, what: &str) {
    let (mut times, mut n_after) = (Vec::new(), 0);
    while n_after < 30 {
        times.push(frame(ctx, shell));
        n_after += usize::from(shell.state().running.is_empty());
    }
    tell(what, times);
}

/// Makes one, and waits until the screen would want the next.
fn frame(ctx: &egui::Context, shell: &mut Shell) -> Duration {
    let start = Instant::now();
    shell.poll();
    let input =
        RawInput { screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), SIZE)), ..RawInput::default() };
    let mut output = ctx.run_ui(input, |ui| shell.ui(ui));
    output.textures_delta.clear();
    let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
    let took = start.elapsed();
    assert!(!primitives.is_empty());
    std::thread::sleep(FRAME.saturating_sub(took));
    took
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: usize| times[(times.len() - 1) * part / 1000];
    println!(
        "{what}: {} frames, median {:?}, 99% {:?}, 99.9% {:?}, worst {:?}, {} over {FRAME:?}",
        times.len(),
        at(500),
        at(990),
        at(999),
        at(1000),
        times.iter().filter(|time| **time > FRAME).count(),
    );
}

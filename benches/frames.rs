//! What a frame of the window costs while ten thousand files are loaded beside it.
//!
//! `cargo bench --bench frames` loads the folder that `PROTOLOUPE_BENCH_PROTOS` names, shows the list of
//! sources meanwhile, and loads the folder once more, so that a large schema is let go of as well.
//! Frames are made as fast as a screen shows them; one counts with all that the session takes in before
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
    let Some(folder) = std::env::var_os("PROTOLOUPE_BENCH_PROTOS").map(PathBuf::from) else {
        println!("PROTOLOUPE_BENCH_PROTOS names no folder; nothing was measured");
        return;
    };
    let ctx = egui::Context::default();
    fonts::install(&ctx);
    theme::apply(&ctx, ThemeChoice::Light);
    let mut shell = Shell::new(Session::new(Schema::builtin(), Folders::default(), || {}));
    shell.session_mut().settle();
    Shell::use_no_system_dialogs(&ctx);
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

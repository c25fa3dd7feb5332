//! How the window fares while a server says nothing, or far too much. What is asserted is order and
//! bounds; times are printed: `cargo test --test ui call_times -- --nocapture`.

use crate::calls::{REQUEST, said, send, state, to, window_on};
use crate::server::{Server, Step, framed, grpc_headers};
use crate::window::{Window, click};
use egui::Role;
use egui_kittest::kittest::Queryable as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use protoloupe::app::{Action, CallAct, State};
use protoloupe::rpc::RpcKind;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// Draws frame after frame until it is so, at most for a minute; how long each took.
#[track_caller]
fn frames(window: &mut Window, what: &str, until: impl Fn(&State) -> bool) -> Vec<Duration> {
    let since = Instant::now();
    let mut took = Vec::new();
    while since.elapsed() < Duration::from_secs(60) {
        let frame = Instant::now();
        window.state_mut().poll();
        window.step();
        took.push(frame.elapsed());
        if until(state(window)) {
            return took;
        }
    }
    panic!("drew for a minute before {what}");
}

fn tell(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    let (n, half, most, worst) = (took.len(), at(50), at(99), at(100));
    println!(
        "{what}: {n} frames, half below {half:.1} ms, 99 of 100 below {most:.1} ms, the longest {worst:.1} ms"
    );
}

fn has_ended(state: &State) -> bool {
    state.calls.made.last().is_some_and(|made| !made.is_live())
}

#[test]
fn a_cancel_is_shown_before_the_server_says_anything() {
    let server = Server::start(vec![Step::ReadAll, Step::Silence]);
    let mut window = window_on(REQUEST, to(&server.url()));
    let (mut acts, mut shown) = (Vec::new(), Vec::new());
    for n_calls in 1..6 {
        send(&mut window);
        frames(&mut window, "the message to go", |state| {
            state.calls.made.len() == n_calls && state.calls.made[n_calls - 1].n_sent == 1
        });
        let since = Instant::now();
        if n_calls % 2 == 0 {
            // Without the window: from the act to the end of the call in the session.
            let call = state(&window).calls.made[n_calls - 1].id;
            window.state_mut().apply(Action::Call(CallAct::Cancel(call)));
            while !has_ended(state(&window)) {
                window.state_mut().poll();
            }
            acts.push(since.elapsed());
            window.run();
        } else {
            window.get_by_role_and_label(Role::Button, "Cancel").click();
            frames(&mut window, "the end", has_ended);
            window.step();
            assert!(said(&window).starts_with("Cancelled"), "{}", said(&window));
            shown.push(since.elapsed());
        }
    }
    println!("from the click to the words in the window: {shown:.1?}; from the act to the end: {acts:.1?}");
}

#[test]
fn the_window_goes_on_drawing_while_a_stream_does_not_end() {
    let flood = Step::Endless(framed(0, &[7; 100]).repeat(100));
    let server = Server::start(vec![Step::Headers(200, grpc_headers()), flood]);
    let mut window = window_on(REQUEST, to(&server.url()));
    for act in [
        CallAct::SetMethod("any.v1.Service/Flood".to_owned()),
        CallAct::SetKind(RpcKind::ServerStream),
        CallAct::Send,
    ] {
        window.state_mut().apply(Action::Call(act));
        window.step();
    }
    let begun = Instant::now();
    let took = frames(&mut window, "many messages", |state| {
        let n_received = state.calls.made.last().map_or(0, |made| made.n_received);
        n_received > 20_000 && begun.elapsed() > Duration::from_secs(1)
    });
    // Each frame takes in a bounded part of what came.
    assert!(took.len() > 10, "{} frames", took.len());
    let made = state(&window).calls.made.last().unwrap();
    assert!(made.log.messages().len() <= protoloupe::rpc::MAX_MESSAGES);
    println!("{} messages in {:.1?}", made.n_received, begun.elapsed());
    tell("an endless stream", took);
    click(&mut window, Role::Button, "Cancel");
    frames(&mut window, "the end", has_ended);
}

#[test]
fn the_window_goes_on_drawing_while_a_gibibyte_comes_out_of_a_mebibyte() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..1024 {
        bomb.write_all(&[0; 1 << 20]).unwrap();
    }
    let bomb = framed(1, &bomb.finish().unwrap());
    let headers = [grpc_headers(), vec![("grpc-encoding", "gzip".to_owned())]].concat();
    let server = Server::start(vec![Step::Headers(200, headers), Step::Data(bomb), Step::Silence]);
    let mut window = window_on(REQUEST, to(&server.url()));
    window.state_mut().apply(Action::Call(CallAct::Send));
    let took = frames(&mut window, "the end", has_ended);
    window.step();
    assert!(said(&window).contains("comes to more than 67108864 bytes"), "{}", said(&window));
    tell("a gibibyte in a mebibyte of gzip", took);
}

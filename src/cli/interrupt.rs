//! Ctrl-C while a call runs: the first one gives the call up, the second one the program.

use crate::rpc::Canceller;
use std::process::exit;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::signal::ctrl_c;

/// What a shell takes for "ended by Ctrl-C".
const INTERRUPTED: i32 = 130;

/// The call that Ctrl-C is about.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    call: Option<Canceller>,
    is_heard: bool,
}

impl Interrupt {
    /// Listens from now on.
    pub fn listen() -> Interrupt {
        let interrupt = Interrupt::default();
        let heard = interrupt.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
            // Without it Ctrl-C ends the program as it always does.
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                if ctrl_c().await.is_ok() {
                    heard.hear();
                }
                if ctrl_c().await.is_ok() {
                    exit(INTERRUPTED);
                }
            });
        });
        interrupt
    }

    /// Says which call it is about; one that was interrupted before it began is given up at once.
    pub fn watch(&self, call: Canceller) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_heard {
            call.cancel();
        }
        state.call = Some(call);
    }

    fn hear(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_heard = true;
        if let Some(call) = &state.call {
            call.cancel();
        }
    }
}

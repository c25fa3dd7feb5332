//! The last fence around code that is known to panic on malformed schemas.
//!
//! Everything is checked before it gets there, so a caught panic is a bug of ours to be reported as
//! an error; until it is fixed it must neither end the program nor print a trace.

use super::SchemaError;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; a panic in it becomes [`SchemaError::Crashed`] with `what` it was doing.
///
/// Whatever `work` was building is lost with it, so no half-made value can be seen.
pub(super) fn fenced<T>(what: &'static str, work: impl FnOnce() -> T) -> Result<T, SchemaError> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            if !INSIDE.get() {
                previous(info);
            }
        }));
    });
    let outer = INSIDE.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(outer);
    result.map_err(|_| SchemaError::Crashed(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_behind_the_fence_is_an_error() {
        assert_eq!(fenced("adding", || 1 + 1), Ok(2));
        let caught = fenced("adding", || -> u32 { panic!("not to be seen") });
        assert_eq!(caught, Err(SchemaError::Crashed("adding")));
    }
}

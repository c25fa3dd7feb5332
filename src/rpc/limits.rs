//! How much of a server's answer is taken.

use std::time::Duration;

/// A call ends when nobody said otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Bounds of one call; what exceeds one is a failure that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one message, as declared and as inflated.
    pub message: u64,
    /// Bytes of headers, and of trailers, with 32 for each entry as HTTP/2 counts them.
    pub headers: u32,
    /// Bytes of descriptors from server reflection.
    pub reflection: u64,
    /// Files from server reflection.
    pub reflection_files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { message: 64 << 20, headers: 64 << 10, reflection: 64 << 20, reflection_files: 10_000 }
    }
}

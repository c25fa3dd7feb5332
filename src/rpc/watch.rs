//! A connection that remembers the first bytes that came and the TLS error that ended it: the layers
//! above keep neither.
//!
//! A server that refuses says why and closes. Whoever still writes then hears of a broken pipe before
//! the reason is read; so bytes that nobody takes any more are dropped here, and reading goes on to
//! the end.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that are remembered.
const MAX_FIRST: usize = 2048;

/// Anything that bytes go through both ways.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// What is remembered of one layer of a connection.
#[derive(Debug, Default)]
pub(super) struct Record {
    first_bytes: Mutex<Vec<u8>>,
    tls_error: Mutex<Option<rustls::Error>>,
}

impl Record {
    pub fn first_bytes(&self) -> Vec<u8> {
        self.first_bytes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn tls_error(&self) -> Option<rustls::Error> {
        self.tls_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_error(&self, error: &io::Error) {
        if let Some(error) = tls_error_in(error) {
            *self.tls_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        }
    }
}

/// The TLS error that an I/O error carries.
pub(super) fn tls_error_in(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

pub(super) struct Watched<S> {
    inner: S,
    record: Arc<Record>,
    /// The other side takes no more bytes.
    is_deaf: bool,
}

impl<S> Watched<S> {
    pub fn new(inner: S) -> (Self, Arc<Record>) {
        let record = Arc::new(Record::default());
        (Self { inner, record: record.clone(), is_deaf: false }, record)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let start = buffer.filled().len();
        let polled = Pin::new(&mut this.inner).poll_read(cx, buffer);
        match &polled {
            Poll::Ready(Ok(())) => {
                let mut first = this.record.first_bytes.lock().unwrap_or_else(PoisonError::into_inner);
                let read = buffer.filled().get(start..).unwrap_or_default();
                let n_wanted = MAX_FIRST.saturating_sub(first.len()).min(read.len());
                first.extend_from_slice(&read[..n_wanted]);
            }
            Poll::Ready(Err(error)) => this.record.note_error(error),
            Poll::Pending => {}
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.is_deaf {
            return Poll::Ready(Ok(bytes.len()));
        }
        match Pin::new(&mut this.inner).poll_write(cx, bytes) {
            Poll::Ready(Err(error)) => {
                this.record.note_error(&error);
                this.is_deaf = is_deafness(&error);
                Poll::Ready(if this.is_deaf { Ok(bytes.len()) } else { Err(error) })
            }
            polled => polled,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_flush(cx) {
            Poll::Ready(Err(error)) if is_deafness(&error) => Poll::Ready(Ok(())),
            polled => polled,
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

fn is_deafness(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

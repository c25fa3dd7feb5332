//! The part that hyper does: one connection, one request on it.

use super::call::Call;
use super::failure::Failure;
use super::transport::Http;
use super::watch::Io;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::client::conn::{http1, http2};
use hyper::header::{HOST, HeaderMap, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Bytes that a server may send before we have looked at them.
const STREAM_WINDOW: u32 = 1 << 20;
/// Never filled by the one stream of a connection. How many frames may wait to be looked at is measured
/// by it, so that even a stream window full of empty messages is no flood.
const CONNECTION_WINDOW: u32 = 128 << 20;
/// Header lines of an HTTP/1.1 answer.
const MAX_HEADER_LINES: usize = 1_000;

/// The end of the connection that requests go into.
pub(super) enum Client {
    One(http1::SendRequest<RequestBody>),
    Two(http2::SendRequest<RequestBody>),
}

/// Runs until the connection ends.
pub(super) type Connection = JoinHandle<Result<(), hyper::Error>>;

/// Whether HTTP/2 is spoken, given what ALPN chose.
pub(super) fn is_http2(http: Http, alpn: Option<&str>) -> bool {
    http == Http::Two || alpn == Some("h2")
}

/// What to offer by ALPN.
pub(super) fn alpn(http: Http) -> &'static [&'static [u8]] {
    match http {
        Http::Two => &[b"h2"],
        Http::Either => &[b"h2", b"http/1.1"],
    }
}

pub(super) async fn handshake(
    io: Box<dyn Io>,
    is_http2: bool,
    call: &Call,
) -> Result<(Client, Connection), hyper::Error> {
    let io = TokioIo::new(io);
    if !is_http2 {
        let (client, connection) = http1::Builder::new()
            .max_buf_size((call.limits.headers as usize).max(16 << 10))
            .max_headers(MAX_HEADER_LINES)
            .handshake(io)
            .await?;
        return Ok((Client::One(client), tokio::spawn(connection)));
    }
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(call.limits.headers);
    if let Some(interval) = call.keep_alive {
        builder.keep_alive_interval(interval).keep_alive_timeout(interval);
    }
    let (client, connection) = builder.handshake(io).await?;
    Ok((Client::Two(client), tokio::spawn(connection)))
}

impl Client {
    pub async fn send(&mut self, request: Request<RequestBody>) -> Result<Response<Incoming>, hyper::Error> {
        match self {
            Client::One(client) => client.send_request(request).await,
            Client::Two(client) => client.send_request(request).await,
        }
    }
}

/// The request of a call.
pub(super) fn request(
    call: &Call,
    is_http2: bool,
    body: RequestBody,
) -> Result<Request<RequestBody>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Request { reason: error.to_string() };
    let path = format!("{}/{}", call.endpoint.path_prefix, call.method);
    let authority = call.authority.clone().unwrap_or_else(|| call.endpoint.authority());
    let mut headers = HeaderMap::new();
    let uri = if is_http2 {
        let scheme = if call.endpoint.is_tls { "https" } else { "http" };
        Uri::builder().scheme(scheme).authority(authority).path_and_query(path).build()
    } else {
        headers.insert(HOST, HeaderValue::try_from(authority).map_err(|error| wrong(&error))?);
        Uri::builder().path_and_query(path).build()
    };
    let uri = uri.map_err(|error| wrong(&error))?;
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("protoloupe/", env!("CARGO_PKG_VERSION"))));
    (call.transport.headers)(call, &mut headers);
    call.metadata.write_to(&mut headers);
    let mut request =
        Request::builder().method(Method::POST).uri(uri).body(body).map_err(|error| wrong(&error))?;
    *request.headers_mut() = headers;
    Ok(request)
}

/// A request's body, which grows by one message after another.
pub(super) struct RequestBody {
    messages: mpsc::Receiver<Vec<Bytes>>,
    current: VecDeque<Bytes>,
    /// Told whenever the last part of a message was taken.
    taken: mpsc::Sender<()>,
    len: Option<u64>,
}

/// The other end of a body. Dropping `messages` ends it.
pub(super) struct BodyFeed {
    pub messages: Option<mpsc::Sender<Vec<Bytes>>>,
    pub taken: mpsc::Receiver<()>,
}

impl RequestBody {
    /// A body; with a length if all of it is known beforehand.
    pub fn new(len: Option<u64>) -> (RequestBody, BodyFeed) {
        // One message waits while another one is on its way, and each is told of once.
        let (feed, messages) = mpsc::channel(1);
        let (taken, was_taken) = mpsc::channel(4);
        let body = RequestBody { messages, current: VecDeque::new(), taken, len };
        (body, BodyFeed { messages: Some(feed), taken: was_taken })
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        loop {
            if let Some(part) = this.current.pop_front() {
                if this.current.is_empty() {
                    // At most three messages are between the two ends, so there is room.
                    let _ = this.taken.try_send(());
                }
                return Poll::Ready(Some(Ok(Frame::data(part))));
            }
            match ready!(this.messages.poll_recv(cx)) {
                Some(parts) => this.current = parts.into(),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.len.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// The next frame of an answer's body.
pub(super) async fn next_frame(body: &mut Incoming) -> Option<Result<Frame<Bytes>, hyper::Error>> {
    std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await
}

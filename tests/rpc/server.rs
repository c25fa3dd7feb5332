//! A raw HTTP/2 server: it records every request and plays a script as the answer.

use h2::server::{self, SendResponse};
use h2::{Reason, RecvStream, SendStream};
use hyper::body::Bytes;
use hyper::{HeaderMap, Request, Response};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_rustls::TlsAcceptor;

/// Makes an answer of a message.
pub type Make = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

/// Head and body of a request in HTTP/1.1.
type PlainRequest = (String, Vec<u8>);

/// One thing that the server does with a request.
#[derive(Clone)]
pub enum Step {
    /// Receives the request to its end.
    ReadAll,
    Headers(u16, Vec<(&'static str, String)>),
    Data(Vec<u8>),
    /// Sends these bytes again and again, until the caller has enough.
    Endless(Vec<u8>),
    /// Sends back what comes, piece by piece, until the caller half-closes.
    Echo,
    /// Answers every message with what this makes of it, until the caller half-closes; then OK.
    Answer(Arc<Make>),
    /// Plays these instead if the path ends so; stands before all others.
    OfPath(&'static str, Vec<Step>),
    /// Plays these instead for so many requests whose path ends so; stands before those.
    FirstOfPath(usize, &'static str, Vec<Step>),
    /// Answers UNIMPLEMENTED, and nothing else, if the path begins with one of these.
    Unless(Vec<&'static str>),
    Trailers(Vec<(&'static str, String)>),
    /// Ends the answer without trailers.
    End,
    Reset(Reason),
    GoAway(Reason),
    /// Says that no more calls are taken on the connection, and goes on with this one.
    GoAwayLater,
    /// Waits until the caller has given up.
    Silence,
}

/// A request as it came.
#[derive(Debug)]
pub struct Seen {
    pub path: String,
    pub authority: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// How the caller gave up, if it did.
    pub reset: Option<Reason>,
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A server in plain text.
    pub fn start(script: Vec<Step>) -> Server {
        Server::start_with(script, None)
    }

    pub fn start_with(script: Vec<Step>, acceptor: Option<TlsAcceptor>) -> Server {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let record = seen.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, script, acceptor, record) => {}
                }
            });
            runtime.shutdown_background();
        });
        let address = told.recv().unwrap();
        Server { address, seen, stop: Some(stop), thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that came so far.
    pub fn seen(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn accept(
    listener: TcpListener,
    script: Vec<Step>,
    acceptor: Option<TlsAcceptor>,
    seen: Arc<Mutex<Vec<Seen>>>,
) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (script, acceptor, seen) = (script.clone(), acceptor.clone(), seen.clone());
        tokio::spawn(async move {
            match acceptor {
                None => serve(stream, script, seen).await,
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, script, seen).await;
                    }
                }
            }
        });
    }
}

async fn serve(io: impl AsyncRead + AsyncWrite + Unpin, script: Vec<Step>, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut settings = server::Builder::new();
    settings.initial_window_size(4 << 20).initial_connection_window_size(8 << 20);
    let Ok(mut connection) = settings.handshake::<_, Bytes>(io).await else { return };
    let (go_away, mut going_away) = mpsc::channel(1);
    loop {
        tokio::select! {
            Some(reason) = going_away.recv() => match reason {
                Some(reason) => connection.abrupt_shutdown(reason),
                None => connection.graceful_shutdown(),
            },
            request = connection.accept() => match request {
                Some(Ok((request, respond))) => {
                    tokio::spawn(play(request, respond, script.clone(), seen.clone(), go_away.clone()));
                }
                _ => return,
            },
        }
    }
}

async fn play(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    script: Vec<Step>,
    seen: Arc<Mutex<Vec<Seen>>>,
    go_away: mpsc::Sender<Option<Reason>>,
) {
    let (parts, mut body) = request.into_parts();
    let (at, n_before) = {
        let mut seen = seen.lock().unwrap();
        let n_before = seen.iter().filter(|seen| seen.path == parts.uri.path()).count();
        seen.push(Seen {
            path: parts.uri.path().to_owned(),
            authority: parts.uri.authority().map_or_else(String::new, ToString::to_string),
            headers: parts.headers,
            body: Vec::new(),
            reset: None,
        });
        (seen.len() - 1, n_before)
    };
    let record = |bytes: &[u8]| seen.lock().unwrap()[at].body.extend_from_slice(bytes);
    let mut out: Option<SendStream<Bytes>> = None;
    let of_path = script.iter().find_map(|step| match step {
        Step::OfPath(end, steps) if parts.uri.path().ends_with(end) => Some(steps.clone()),
        Step::FirstOfPath(n, end, steps) if n_before < *n && parts.uri.path().ends_with(end) => {
            Some(steps.clone())
        }
        _ => None,
    });
    for step in of_path.unwrap_or(script) {
        match (step, &mut out) {
            (Step::ReadAll, _) => {
                while let Some(bytes) = piece(&mut body).await {
                    record(&bytes);
                }
            }
            (Step::Headers(status, headers), _) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                out = respond.send_response(response.body(()).unwrap(), false).ok();
            }
            (Step::Data(bytes), Some(out)) => _ = send(out, bytes.into()).await,
            (Step::Endless(bytes), Some(out)) => {
                let bytes = Bytes::from(bytes);
                while send(out, bytes.clone()).await {}
            }
            (Step::Echo, Some(out)) => {
                while let Some(bytes) = piece(&mut body).await {
                    record(&bytes);
                    if !send(out, bytes).await {
                        break;
                    }
                }
            }
            (Step::Answer(make), _) => {
                let response = Response::builder().status(200).header("content-type", "application/grpc");
                let Ok(mut out) = respond.send_response(response.body(()).unwrap(), false) else { return };
                answer(&mut body, &mut out, &*make).await;
                return;
            }
            (Step::OfPath(..) | Step::FirstOfPath(..), _) => {}
            (Step::Unless(paths), _) => {
                if paths.iter().any(|path| parts.uri.path().trim_start_matches('/').starts_with(path)) {
                    let response = Response::builder().status(200).header("content-type", "application/grpc");
                    let response = response.header("grpc-status", "12").body(()).unwrap();
                    let _ = respond.send_response(response, true);
                    return;
                }
            }
            (Step::Trailers(trailers), Some(out)) => {
                let mut map = HeaderMap::new();
                for (name, value) in trailers {
                    map.append(name, value.parse().unwrap());
                }
                let _ = out.send_trailers(map);
            }
            (Step::End, Some(out)) => _ = out.send_data(Bytes::new(), true),
            (Step::Reset(reason), Some(out)) => out.send_reset(reason),
            (Step::Reset(reason), None) => respond.send_reset(reason),
            (Step::GoAway(reason), _) => _ = go_away.send(Some(reason)).await,
            (Step::GoAwayLater, _) => _ = go_away.send(None).await,
            (Step::Silence, Some(out)) => {
                let reason = poll_fn(|cx| out.poll_reset(cx)).await;
                seen.lock().unwrap()[at].reset = reason.ok();
            }
            (Step::Silence, None) => {
                let reason = poll_fn(|cx| respond.poll_reset(cx)).await;
                seen.lock().unwrap()[at].reset = reason.ok();
            }
            (_, None) => panic!("this step needs headers before it"),
        }
    }
}

/// Each message answered by itself.
async fn answer(body: &mut RecvStream, out: &mut SendStream<Bytes>, make: &Make) {
    let mut came = Vec::new();
    while let Some(bytes) = piece(body).await {
        came.extend_from_slice(&bytes);
        while came.len() >= 5 {
            let len = u32::from_be_bytes(came[1..5].try_into().unwrap()) as usize;
            if came.len() < 5 + len {
                break;
            }
            let reply = make(&came[5..5 + len]);
            came.drain(..5 + len);
            send(out, framed(0, &reply).into()).await;
        }
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", "0".parse().unwrap());
    let _ = out.send_trailers(trailers);
}

async fn piece(body: &mut RecvStream) -> Option<Bytes> {
    let bytes = body.data().await?.ok()?;
    let _ = body.flow_control().release_capacity(bytes.len());
    Some(bytes)
}

/// Sends all of it as the caller makes room; whether the caller still listens.
async fn send(out: &mut SendStream<Bytes>, mut bytes: Bytes) -> bool {
    while !bytes.is_empty() {
        out.reserve_capacity(bytes.len());
        match poll_fn(|cx| out.poll_capacity(cx)).await {
            Some(Ok(room)) => {
                let part = bytes.split_to(room.min(bytes.len()));
                if out.send_data(part, false).is_err() {
                    return false;
                }
            }
            _ => return false,
        }
    }
    true
}

/// A server that speaks HTTP/1.1 or nothing at all: it reads one request of each connection and answers
/// with these bytes.
pub struct PlainServer {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<PlainRequest>>>,
    is_closed: Arc<AtomicBool>,
}

impl Drop for PlainServer {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::Release);
        // Wakes the thread that waits for callers.
        let _ = std::net::TcpStream::connect(self.address);
    }
}

impl PlainServer {
    pub fn start(answer: impl Into<Vec<u8>>) -> PlainServer {
        use std::io::{Read as _, Write as _};
        let answer = answer.into();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = seen.clone();
        let is_closed = Arc::new(AtomicBool::new(false));
        let stop = is_closed.clone();
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                if stop.load(Ordering::Acquire) {
                    return;
                }
                let mut request = Vec::new();
                let mut buffer = [0; 4096];
                loop {
                    match stream.read(&mut buffer) {
                        Ok(0) | Err(_) => break,
                        Ok(n_bytes) => request.extend_from_slice(&buffer[..n_bytes]),
                    }
                    if is_whole(&request) {
                        break;
                    }
                }
                let end = request.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
                let head = String::from_utf8_lossy(&request[..end]).into_owned();
                record.lock().unwrap().push((head, request[end..].to_vec()));
                let _ = stream.write_all(&answer);
            }
        });
        PlainServer { address, seen, is_closed }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Head and body of the requests that came so far.
    pub fn seen(&self) -> std::sync::MutexGuard<'_, Vec<PlainRequest>> {
        self.seen.lock().unwrap()
    }
}

/// Whether an HTTP/1.1 request has come to its end; of anything else the first bytes are enough.
fn is_whole(request: &[u8]) -> bool {
    if !request.starts_with(b"POST /") {
        return request.len() >= 5;
    }
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let (head, body) = request.split_at(end + 4);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    match length.and_then(|length| length.parse::<usize>().ok()) {
        Some(length) => body.len() >= length,
        None => body.ends_with(b"0\r\n\r\n"),
    }
}

/// A message behind its prefix.
pub fn framed(flags: u8, message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![flags];
    bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    bytes.extend(message);
    bytes
}

pub fn grpc_headers() -> Vec<(&'static str, String)> {
    vec![("content-type", "application/grpc".to_owned())]
}

pub fn status(code: &str) -> Vec<(&'static str, String)> {
    vec![("grpc-status", code.to_owned())]
}

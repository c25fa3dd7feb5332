//! Calls: the exact bytes to a live server, and what comes back as bytes.
//!
//! **Law.** What goes out is what was given, byte for byte; what comes back is kept as it came. A call
//! is made once, on a person's act: nothing is sent again, no redirect is followed, and TLS never
//! falls back to plain text. Nothing that a server answers panics, hangs past the deadline, or takes
//! memory that it has not filled. Secrets are in no `Debug` and no failure.
//!
//! Connections, HTTP and TLS are hyper's and rustls's; the five-byte prefix and the status are ours,
//! because what is wrong with them is what a person has to see.
//!
//! - `call`: what is called with what; the events of a call and its ending
//! - `caller`: what all calls to one server have in common
//! - `run`: one call from its first step to its last event
//! - `log`: what is kept of a call
//! - `transport`: gRPC, gRPC-Web, Connect; to add one: `transport/mod.rs`
//! - `codec`, `compression`: the five-byte prefix; gzip and its bounds
//! - `metadata`, `status`, `details`, `fields`: what travels beside the messages
//! - `endpoint`, `connect`, `addresses`, `proxy`, `tls`, `http`, `watch`: from an address to a connection
//! - `failure`: everything that can go wrong, in plain words
//! - `reflection`: the schema that a server tells of itself
//! - `rocketmq`, `session`: the headers of a RocketMQ client, signed; the stream that makes it known
//! - `profile`: what is the same from call to call; `lines`, `units`: settings, times
//!   and sizes as people write them
//! - `record`, `saved_request`: a call that was made, a request for another time
//! - `limits`: how much is taken
//!
//! [`run()`] blocks and calls back; whoever runs it chooses the thread. An [`Outbox`] sends, half-closes
//! and cancels from any other.
//!
//! **Not here:** threads (`worker`), files of certificates and messages (`worker`), what a message
//! means (`document`, `rocketmq`).

mod addresses;
mod call;
mod caller;
mod codec;
mod compression;
mod connect;
mod details;
mod endpoint;
mod failure;
mod fields;
mod http;
mod limits;
mod lines;
mod log;
mod metadata;
mod profile;
mod proxy;
mod record;
mod reflection;
mod rocketmq;
mod run;
mod saved_request;
mod session;
mod status;
mod system_words;
mod tls;
mod transport;
mod units;
mod watch;

pub use call::{Call, Connected, Direction, Ending, Event, Message, MethodPath, RpcKind};
pub use caller::{Caller, Deadline};
pub use codec::Leftover;
pub use details::Detail;
pub use endpoint::{Endpoint, EndpointError, Place};
pub use failure::{Failure, ForeignAnswer, Phase, http_reason};
/// What messages are made of.
pub use hyper::body::Bytes;
pub use limits::{DEFAULT_DEADLINE, Limits};
pub use lines::LineProblem;
pub use log::{CallLog, MAX_BYTES, MAX_MESSAGES};
pub use metadata::{Entry, Metadata, MetadataError, split_entry};
pub use profile::{
    Inputs, NoInputs, NotKept, Place as ProfilePlace, Profile, ProfileError, ProfileValue, ProxySetting,
    RocketMqSetting, TlsSetting, TypedSecrets, variable_name,
};
pub use proxy::{Proxy, ProxyAddress};
pub use record::{CallRecord, CallSummary, MAX_RECORDED};
pub use reflection::{NotReflected, Reflected, Why, reflect};
pub use rocketmq::{Credentials, RocketMqClient, new_client_id, new_message_id};
pub use run::{Canceller, Closed, Inbox, NotSent, Outbox, outbox, outbox_for, run};
pub use saved_request::SavedRequest;
pub use session::{Asked, Lost, Pace, SessionEvent, SessionHandle, SessionInbox, run_session, session};
pub use status::{Details, Status};
pub use system_words::system_words;
pub use tls::{CertificateFacts, Identity, Tls, TlsFacts};
pub use transport::{TRANSPORTS, Transport};
pub use units::{SIZE_HINT, TIME_HINT, read_size, read_time, size_text, time_text};

//! What all calls to one server have in common, ready to make them.

use super::call::{Call, MethodPath, RpcKind};
use super::endpoint::{Endpoint, Place};
use super::limits::DEFAULT_DEADLINE;
use super::metadata::MetadataError;
use super::rocketmq::RocketMqClient;
use crate::rocketmq::{AddressKind, ClientSettings, usual_deadline};
use std::net::IpAddr;
use std::time::Duration;

/// How long a call may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deadline {
    /// What the clients of the method's own API take, where that is known; otherwise
    /// [`DEFAULT_DEADLINE`].
    #[default]
    Usual,
    Never,
    After(Duration),
}

/// A server, and how the caller is known to it; all secrets are read.
#[derive(Clone, Debug)]
pub struct Caller {
    /// A call without a method, and without what is made afresh for each.
    pub template: Call,
    pub deadline: Deadline,
    /// Whose headers are added to every call.
    pub rocketmq: Option<RocketMqClient>,
    /// What a session's client is; the rest of what it says of itself is known from the above.
    pub session: Option<ClientSettings>,
}

impl Caller {
    /// A caller that nothing is known of but the endpoint and the rest of `template`.
    pub fn new(template: Call) -> Caller {
        Caller { template, deadline: Deadline::Usual, rocketmq: None, session: None }
    }

    /// What the client of a session says of itself; `None` if it is nobody's client.
    pub fn client_settings(&self) -> Option<ClientSettings> {
        let (client, session) = (self.rocketmq.as_ref()?, self.session.clone().unwrap_or_default());
        Some(ClientSettings {
            namespace: client.namespace.clone(),
            access_point: access_point(&self.template.endpoint),
            language: language(&client.language).to_owned(),
            version: client.client_version.clone(),
            ..session
        })
    }

    /// One call, signed as of now. `first_message` may let the server wait, which a usual deadline leaves
    /// time for.
    pub fn call(
        &self,
        method: MethodPath,
        kind: RpcKind,
        first_message: &[u8],
    ) -> Result<Call, MetadataError> {
        let deadline = match self.deadline {
            Deadline::After(time) => Some(time),
            Deadline::Never => None,
            Deadline::Usual => {
                let usual = usual_deadline(&method.service, &method.method, first_message);
                usual.unwrap_or(Some(DEFAULT_DEADLINE))
            }
        };
        let mut call = Call { method, kind, deadline, ..self.template.clone() };
        if let Some(client) = &self.rocketmq {
            client.add_to(&mut call.metadata)?;
        }
        Ok(call)
    }
}

fn access_point(endpoint: &Endpoint) -> Option<(String, u16, AddressKind)> {
    let Place::Tcp { host, port } = &endpoint.place else { return None };
    let kind = match host.parse() {
        Ok(IpAddr::V4(_)) => AddressKind::Ipv4,
        Ok(IpAddr::V6(_)) => AddressKind::Ipv6,
        Err(_) => AddressKind::DomainName,
    };
    Some((host.clone(), *port, kind))
}

/// The value of `Language` for the word that headers have; ours for words that are none.
fn language(word: &str) -> &str {
    match word {
        "GO" => "GOLANG",
        "DOTNET" => "DOT_NET",
        "HTTP" => "NODE_JS",
        "JAVA" | "CPP" | "PYTHON" | "PHP" | "NODE_JS" | "RUBY" => word,
        _ => "RUST",
    }
}

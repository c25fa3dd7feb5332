//! What all calls to one server have in common, ready to make them.

use super::call::{Call, MethodPath, RpcKind};
use super::limits::DEFAULT_DEADLINE;
use super::metadata::MetadataError;
use super::rocketmq::RocketMqClient;
use crate::rocketmq::usual_deadline;
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
}

impl Caller {
    /// A caller that nothing is known of but the endpoint and the rest of `template`.
    pub fn new(template: Call) -> Caller {
        Caller { template, deadline: Deadline::Usual, rocketmq: None }
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

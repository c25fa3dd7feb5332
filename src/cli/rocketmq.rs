//! The options that make a caller a RocketMQ client.

use super::CliError;
use super::target::secret;
use crate::rocketmq::ClientType;
use crate::rpc::{Caller, Credentials, RocketMqClient, new_client_id};
use clap::Args;
use clap::builder::PossibleValuesParser;

#[derive(Debug, Args)]
pub(super) struct RocketMqArgs {
    /// Send the headers of a RocketMQ client; the other options of this group say so too
    #[arg(help_heading = "RocketMQ", long)]
    rocketmq: bool,
    /// The client's id [default: a new one]
    #[arg(help_heading = "RocketMQ", long, value_name = "ID")]
    rocketmq_client_id: Option<String>,
    /// The namespace
    #[arg(help_heading = "RocketMQ", long, value_name = "NAME")]
    rocketmq_namespace: Option<String>,
    /// The access key that the call is signed with
    #[arg(help_heading = "RocketMQ", long, value_name = "KEY", requires = "rocketmq_secret")]
    rocketmq_access_key: Option<String>,
    /// Its secret, as @FILE or $VAR
    #[arg(help_heading = "RocketMQ", long, value_name = "SECRET", requires = "rocketmq_access_key")]
    rocketmq_secret: Option<String>,
    /// What the client of a session is [default: producer, or simple-consumer with a group]
    #[arg(help_heading = "RocketMQ", long, value_name = "TYPE",
          value_parser = PossibleValuesParser::new(ClientType::ALL.map(ClientType::name)))]
    rocketmq_client_type: Option<String>,
    /// A topic that it publishes to or subscribes to; may be repeated
    #[arg(help_heading = "RocketMQ", long, value_name = "NAME")]
    rocketmq_topic: Vec<String>,
    /// The group that it consumes in
    #[arg(help_heading = "RocketMQ", long, value_name = "NAME")]
    rocketmq_group: Option<String>,
    /// The token of temporary credentials, as @FILE or $VAR
    #[arg(help_heading = "RocketMQ", long, value_name = "TOKEN", requires = "rocketmq_access_key")]
    rocketmq_session_token: Option<String>,
}

impl RocketMqArgs {
    /// Makes the caller a RocketMQ client if that is asked for, and puts what is given in the place of what
    /// its profile says. Who signs is added to `identity`.
    pub fn apply_to(&self, caller: &mut Caller, identity: &mut Vec<String>) -> Result<(), CliError> {
        let is_asked = self.rocketmq
            || self.rocketmq_client_id.is_some()
            || self.rocketmq_namespace.is_some()
            || self.rocketmq_access_key.is_some()
            || self.rocketmq_client_type.is_some()
            || !self.rocketmq_topic.is_empty()
            || self.rocketmq_group.is_some();
        if !is_asked {
            return Ok(());
        }
        let session = caller.session.get_or_insert_default();
        if let Some(group) = &self.rocketmq_group {
            session.group.clone_from(group);
            if session.client_type == ClientType::Producer {
                session.client_type = ClientType::SimpleConsumer;
            }
        }
        if !self.rocketmq_topic.is_empty() {
            session.topics.clone_from(&self.rocketmq_topic);
        }
        let named = self.rocketmq_client_type.as_deref().and_then(ClientType::of_name);
        session.client_type = named.unwrap_or(session.client_type);
        let client = caller.rocketmq.get_or_insert_with(|| RocketMqClient::new(new_client_id()));
        if let Some(client_id) = &self.rocketmq_client_id {
            client.client_id.clone_from(client_id);
        }
        if let Some(namespace) = &self.rocketmq_namespace {
            client.namespace.clone_from(namespace);
        }
        if let (Some(access_key), Some(text)) = (&self.rocketmq_access_key, &self.rocketmq_secret) {
            identity.retain(|who| !who.starts_with("RocketMQ access key "));
            identity.push(format!("RocketMQ access key {access_key}"));
            client.credentials = Some(Credentials {
                access_key: access_key.clone(),
                secret: secret("--rocketmq-secret", text)?,
                session_token: match &self.rocketmq_session_token {
                    Some(text) => Some(secret("--rocketmq-session-token", text)?),
                    None => None,
                },
            });
        }
        Ok(())
    }
}

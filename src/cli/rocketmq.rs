//! The options that make a caller a RocketMQ client.

use super::CliError;
use super::target::secret;
use crate::rpc::{Credentials, Metadata, RocketMqClient, new_client_id};
use clap::Args;

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
    /// The token of temporary credentials, as @FILE or $VAR
    #[arg(help_heading = "RocketMQ", long, value_name = "TOKEN", requires = "rocketmq_access_key")]
    rocketmq_session_token: Option<String>,
}

impl RocketMqArgs {
    /// Adds the headers, if they are asked for; those given by hand stay. Who signs is added to
    /// `identity`.
    pub fn add_to(&self, metadata: &mut Metadata, identity: &mut Vec<String>) -> Result<(), CliError> {
        let is_asked = self.rocketmq
            || self.rocketmq_client_id.is_some()
            || self.rocketmq_namespace.is_some()
            || self.rocketmq_access_key.is_some();
        if !is_asked {
            return Ok(());
        }
        let client_id = self.rocketmq_client_id.clone().unwrap_or_else(new_client_id);
        let mut client = RocketMqClient::new(client_id);
        client.namespace = self.rocketmq_namespace.clone().unwrap_or_default();
        if let (Some(access_key), Some(text)) = (&self.rocketmq_access_key, &self.rocketmq_secret) {
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
        client.add_to(metadata).map_err(CliError::Metadata)
    }
}

//! The options that make a caller a RocketMQ client.

use super::CliError;
use super::target::secret;
use crate::rpc::{Credentials, RocketMqClient, new_client_id};
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
    /// Makes the caller a RocketMQ client if that is asked for, and puts what is given in the place of what
    /// its profile says. Who signs is added to `identity`.
    pub fn apply_to(
        &self,
        client: &mut Option<RocketMqClient>,
        identity: &mut Vec<String>,
    ) -> Result<(), CliError> {
        let is_asked = self.rocketmq
            || self.rocketmq_client_id.is_some()
            || self.rocketmq_namespace.is_some()
            || self.rocketmq_access_key.is_some();
        if !is_asked {
            return Ok(());
        }
        let client = client.get_or_insert_with(|| RocketMqClient::new(new_client_id()));
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

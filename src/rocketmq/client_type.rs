//! What a client is to the server, as its settings say.

/// The values of `ClientType`, as declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClientType {
    #[default]
    Producer,
    PushConsumer,
    SimpleConsumer,
    PullConsumer,
    LitePushConsumer,
    LiteSimpleConsumer,
}

impl ClientType {
    pub const ALL: [ClientType; 6] = [
        ClientType::Producer,
        ClientType::PushConsumer,
        ClientType::SimpleConsumer,
        ClientType::PullConsumer,
        ClientType::LitePushConsumer,
        ClientType::LiteSimpleConsumer,
    ];

    /// As a person writes it.
    pub fn name(self) -> &'static str {
        match self {
            ClientType::Producer => "producer",
            ClientType::PushConsumer => "push-consumer",
            ClientType::SimpleConsumer => "simple-consumer",
            ClientType::PullConsumer => "pull-consumer",
            ClientType::LitePushConsumer => "lite-push-consumer",
            ClientType::LiteSimpleConsumer => "lite-simple-consumer",
        }
    }

    pub fn of_name(name: &str) -> Option<ClientType> {
        ClientType::ALL.into_iter().find(|client_type| client_type.name() == name)
    }

    /// As it stands on a button.
    pub fn title(self) -> &'static str {
        match self {
            ClientType::Producer => "Producer",
            ClientType::PushConsumer => "Push consumer",
            ClientType::SimpleConsumer => "Simple consumer",
            ClientType::PullConsumer => "Pull consumer",
            ClientType::LitePushConsumer => "Lite push consumer",
            ClientType::LiteSimpleConsumer => "Lite simple consumer",
        }
    }

    /// The number of the enum's value.
    pub fn number(self) -> u64 {
        ClientType::ALL.iter().position(|client_type| *client_type == self).map_or(0, |idx| idx as u64 + 1)
    }

    /// Whether it subscribes with a group instead of publishing.
    pub fn is_consumer(self) -> bool {
        self != ClientType::Producer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    #[test]
    fn the_client_types_are_those_of_the_api() {
        let schema = Schema::builtin();
        let settings = schema.message("apache.rocketmq.v2.Settings").unwrap();
        let crate::schema::Kind::Enum(declared) = settings.get_field_by_name("client_type").unwrap().kind()
        else {
            panic!("client_type is an enum")
        };
        assert_eq!(declared.values().count(), ClientType::ALL.len() + 1);
        for client_type in ClientType::ALL {
            let value = declared.get_value(client_type.number() as i32).unwrap();
            assert_eq!(value.name().to_lowercase().replace('_', "-"), client_type.name());
            assert_eq!(ClientType::of_name(client_type.name()), Some(client_type));
        }
    }
}

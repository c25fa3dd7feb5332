//! Which methods answer with which codes, as the API says.

/// Methods that the API lists answers of, in the order of the bits below.
const METHODS: [&str; 14] = [
    "QueryRoute",
    "Heartbeat",
    "SendMessage",
    "QueryAssignment",
    "ReceiveMessage",
    "AckMessage",
    "ForwardMessageToDeadLetterQueue",
    "EndTransaction",
    "NotifyClientTermination",
    "ChangeInvisibleDuration",
    "PullMessage",
    "UpdateOffset",
    "GetOffset",
    "QueryOffset",
];

/// Of each code its name, whether it stands for a whole class and may come from any method, and the
/// methods that answer with it, the first method in the lowest bit.
const ANSWERS: [(&str, bool, u16); 48] = [
    ("OK", true, 0b11111111111111),
    ("MULTIPLE_RESULTS", true, 0b00000000100100),
    ("BAD_REQUEST", true, 0b00000000000000),
    ("ILLEGAL_ACCESS_POINT", false, 0b00000000001001),
    ("ILLEGAL_TOPIC", false, 0b00001011111111),
    ("ILLEGAL_CONSUMER_GROUP", false, 0b00001111110010),
    ("ILLEGAL_MESSAGE_TAG", false, 0b00000000000100),
    ("ILLEGAL_MESSAGE_KEY", false, 0b00000000000100),
    ("ILLEGAL_MESSAGE_GROUP", false, 0b00000000000100),
    ("ILLEGAL_MESSAGE_PROPERTY_KEY", false, 0b00000000000100),
    ("INVALID_TRANSACTION_ID", false, 0b00000010000000),
    ("ILLEGAL_MESSAGE_ID", false, 0b00000000000100),
    ("ILLEGAL_FILTER_EXPRESSION", false, 0b00000000010000),
    ("ILLEGAL_INVISIBLE_TIME", false, 0b00001000010000),
    ("ILLEGAL_DELIVERY_TIME", false, 0b00000000000100),
    ("ILLEGAL_POLLING_TIME", false, 0b00000000010000),
    ("INVALID_RECEIPT_HANDLE", false, 0b00001001100000),
    ("MESSAGE_PROPERTY_CONFLICT_WITH_TYPE", false, 0b00000000000100),
    ("UNRECOGNIZED_CLIENT_TYPE", false, 0b00000100000010),
    ("MESSAGE_CORRUPTED", false, 0b00000000000100),
    ("CLIENT_ID_REQUIRED", false, 0b11111111111111),
    ("UNAUTHORIZED", true, 0b11111111110110),
    ("PAYMENT_REQUIRED", true, 0b00000000000000),
    ("FORBIDDEN", true, 0b00000000011100),
    ("NOT_FOUND", true, 0b00000000000000),
    ("MESSAGE_NOT_FOUND", false, 0b00000000010000),
    ("TOPIC_NOT_FOUND", false, 0b11111001111101),
    ("CONSUMER_GROUP_NOT_FOUND", false, 0b00010000010000),
    ("PAYLOAD_TOO_LARGE", true, 0b00000000000000),
    ("MESSAGE_BODY_TOO_LARGE", false, 0b00000000000100),
    ("MESSAGE_BODY_EMPTY", false, 0b00000000000100),
    ("PRECONDITION_FAILED", true, 0b00000000000000),
    ("TOO_MANY_REQUESTS", true, 0b11111111111111),
    ("REQUEST_HEADER_FIELDS_TOO_LARGE", true, 0b00000000000000),
    ("MESSAGE_PROPERTIES_TOO_LARGE", false, 0b00000000000100),
    ("INTERNAL_ERROR", true, 0b00000000000000),
    ("INTERNAL_SERVER_ERROR", false, 0b11111111111111),
    ("HA_NOT_AVAILABLE", false, 0b00000000000100),
    ("NOT_IMPLEMENTED", true, 0b00000000000000),
    ("PROXY_TIMEOUT", true, 0b00001011111101),
    ("MASTER_PERSISTENCE_TIMEOUT", false, 0b00000000000100),
    ("SLAVE_PERSISTENCE_TIMEOUT", false, 0b00000000000100),
    ("UNSUPPORTED", true, 0b00000000000000),
    ("VERSION_UNSUPPORTED", false, 0b00000000000000),
    ("VERIFY_FIFO_MESSAGE_UNSUPPORTED", false, 0b00000000000000),
    ("FAILED_TO_CONSUME_MESSAGE", true, 0b00000000000000),
    ("ILLEGAL_OFFSET", false, 0b00010000000000),
    ("OFFSET_NOT_FOUND", false, 0b01000000000000),
];

fn answer(code: &str) -> Option<&'static (&'static str, bool, u16)> {
    ANSWERS.iter().find(|(name, _, _)| *name == code)
}

/// The methods that answer with the code of this name; none if the API lists none.
pub fn methods_answering(code: &str) -> Vec<&'static str> {
    let bits = answer(code).map_or(0, |(_, _, bits)| *bits);
    METHODS.iter().enumerate().filter(|(idx, _)| bits & (1 << idx) != 0).map(|(_, name)| *name).collect()
}

/// Whether the API lists the code of this name among the answers of the method; `None` if it lists no
/// answers of the method, or does not know the code.
pub fn is_listed_answer(method: &str, code: &str) -> Option<bool> {
    let idx = METHODS.iter().position(|name| *name == method)?;
    let (_, is_class, bits) = answer(code)?;
    Some(*is_class || bits & (1 << idx) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Kind, Schema};

    #[test]
    fn every_code_and_every_method_is_one_of_the_api() {
        let schema = Schema::builtin();
        let status = schema.message("apache.rocketmq.v2.Status").unwrap();
        let Kind::Enum(codes) = status.get_field(1).unwrap().kind() else { panic!("code is an enum") };
        for (code, _, _) in ANSWERS {
            assert!(codes.get_value_by_name(code).is_some(), "{code}");
        }
        for method in METHODS {
            assert!(
                schema.method(&format!("apache.rocketmq.v2.MessagingService/{method}")).is_ok(),
                "{method}"
            );
        }
    }

    #[test]
    fn answers_are_listed_per_method() {
        assert_eq!(methods_answering("ILLEGAL_ACCESS_POINT"), ["QueryRoute", "QueryAssignment"]);
        for (method, code, expected) in [
            ("SendMessage", "ILLEGAL_MESSAGE_TAG", Some(true)),
            ("AckMessage", "ILLEGAL_MESSAGE_TAG", Some(false)),
            ("AckMessage", "BAD_REQUEST", Some(true)),
            ("RecallMessage", "OK", None),
            ("AckMessage", "NEW_CODE", None),
        ] {
            assert_eq!(is_listed_answer(method, code), expected, "{method} {code}");
        }
    }
}

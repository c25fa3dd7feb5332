//! New documents of a declared type, and requests of a method.

use super::session::Session;
use super::state::NoticeTone;
use crate::schema::{Address, Declaration, MessageDescriptor, SAMPLE_DEPTH, sample};

impl Session {
    /// A document of a message type: empty, or with values that look real.
    pub(super) fn new_document_of(&mut self, address: &Address, is_sample: bool) {
        match self.state.schema.locate(address) {
            Some(Declaration::Message(message)) => self.new_of_type(message, is_sample),
            _ => self.not_declared(address),
        }
    }

    /// A document of a method's input type, which is meant to be sent to it.
    pub(super) fn new_request(&mut self, address: &Address) {
        let Some(Declaration::Method(method)) = self.state.schema.locate(address) else {
            return self.not_declared(address);
        };
        self.new_of_type(method.input(), true);
        if let Some((_, open)) = self.active() {
            open.intended_method = Some(method.full_name().to_owned());
        }
    }

    fn new_of_type(&mut self, message: MessageDescriptor, is_sample: bool) {
        let bytes = if is_sample { sample(&message, SAMPLE_DEPTH) } else { Vec::new() };
        self.open_untitled(bytes, Some(message));
    }

    fn not_declared(&mut self, address: &Address) {
        let text = format!("{} is not declared by the schema that is loaded now", address.full_name);
        self.notify(NoticeTone::Warning, text);
    }
}

//! What is called with the document in front.

use super::super::session::Session;
use super::super::state::{State, TabId};
use super::CallAct;
use crate::rpc::{MethodPath, RpcKind};
use crate::schema::{MessageDescriptor, MethodDescriptor, Schema, Use};
use std::sync::Arc;

/// The method that the pane names.
#[derive(Clone, Default)]
pub struct TargetMethod {
    /// As typed or picked; empty if nothing is.
    pub text: String,
    /// `None` for a method that no schema knows.
    pub method: Option<MethodDescriptor>,
    /// Why the text is no method; `None` if it is one, known or not.
    pub error: Option<String>,
    /// It takes the document's type.
    pub fits: bool,
}

/// A method that can be picked.
#[derive(Clone)]
pub struct MethodChoice {
    pub method: MethodDescriptor,
    /// It takes the document's type.
    pub fits: bool,
}

/// Tab, type, text, and the schema by its address.
pub(super) type TargetKey = Option<(Option<TabId>, Option<String>, Option<String>, usize)>;

/// All methods; those that take `message` first.
pub fn method_choices(schema: &Schema, message: Option<&MessageDescriptor>) -> Vec<MethodChoice> {
    let name = message.map(MessageDescriptor::full_name);
    let services = schema.services();
    let all = services.iter().flat_map(|service| service.methods().collect::<Vec<_>>());
    let mut choices: Vec<MethodChoice> =
        all.map(|method| MethodChoice { fits: Some(method.input().full_name()) == name, method }).collect();
    choices.sort_by_key(|choice| !choice.fits);
    choices
}

/// The first method that takes a type, a unary one if there is one.
fn first_that_takes(schema: &Schema, message: &MessageDescriptor) -> Option<MethodDescriptor> {
    let uses = schema.message_uses(message);
    let takes = uses.iter().filter_map(|found| match found {
        Use::Method(method) if method.input().full_name() == message.full_name() => Some(method),
        _ => None,
    });
    takes.min_by_key(|method| RpcKind::of(method) != RpcKind::Unary).cloned()
}

impl TargetMethod {
    fn of(text: String, schema: &Schema, message: Option<&MessageDescriptor>) -> TargetMethod {
        let found = schema.method(&text);
        let error = match &found {
            Err(_) if text.is_empty() => Some("No method is chosen".to_owned()),
            Err(_) if text.parse::<MethodPath>().is_ok() => None,
            Err(error) => Some(error.to_string()),
            Ok(_) => None,
        };
        let method = found.ok();
        let fits = method
            .as_ref()
            .is_some_and(|method| message.is_some_and(|m| m.full_name() == method.input().full_name()));
        TargetMethod { text, method, error, fits }
    }

    /// `package.Service/Method`; an error says why it is none.
    pub fn path(&self) -> Result<MethodPath, String> {
        match (&self.method, &self.error) {
            (Some(method), _) => Ok(MethodPath::from(method)),
            (None, Some(error)) => Err(error.clone()),
            (None, None) => self.text.parse().map_err(|failure: crate::rpc::Failure| failure.to_string()),
        }
    }
}

impl super::Calls {
    /// How the method is called: as declared, or as a person says of one that is not.
    pub fn kind(&self) -> RpcKind {
        match &self.target.method {
            Some(method) => RpcKind::of(method),
            None => self.raw_kind.unwrap_or(RpcKind::Unary),
        }
    }
}

impl Session {
    /// Keeps the pane's method that of the document in front.
    pub(in crate::app) fn follow_target(&mut self) {
        let State { active, schema, calls, .. } = &self.state;
        let message = self.state.active_document().and_then(|open| open.message());
        let chosen = active.and_then(|tab| calls.chosen.get(&tab)).cloned();
        let intended = self.state.active_document().and_then(|open| open.intended_method.clone());
        let chosen = chosen.or(intended);
        let name = message.map(|message| message.full_name().to_owned());
        let key = Some((*active, name, chosen.clone(), Arc::as_ptr(schema) as usize));
        if self.calling.target_key == key {
            return;
        }
        let before = &calls.target;
        let takes_it = |method: &&MethodDescriptor| {
            message.is_some_and(|message| message.full_name() == method.input().full_name())
        };
        // A reply of the type that was sent may go to the same method.
        let same = before.method.as_ref().filter(takes_it).map(|_| before.text.clone());
        let first = || message.and_then(|message| first_that_takes(schema, message));
        let text = chosen.or(same).or_else(|| first().map(|method| MethodPath::from(&method).to_string()));
        // One that no schema knows may take anything; others are not called with what they do not take,
        // such as their own reply, unless a person says so.
        let is_raw = before.method.is_none() && before.error.is_none();
        let text = text.unwrap_or_else(|| if is_raw { before.text.clone() } else { String::new() });
        let target = TargetMethod::of(text, schema, message);
        self.state.calls.target = target;
        self.calling.target_key = key;
        // It was about what was in front before.
        self.state.calls.refused = None;
    }

    pub(super) fn set_method(&mut self, text: String) {
        let Some(tab) = self.state.active else { return };
        self.state.calls.chosen.insert(tab, text.trim().to_owned());
    }

    /// What is remembered of tabs goes with them.
    pub(in crate::app) fn forget_closed_tabs(&mut self) {
        let open: Vec<TabId> = self.state.tabs.iter().map(|tab| tab.id).collect();
        let calls = &mut self.state.calls;
        if calls.chosen.len() + calls.origins.len() > 0 {
            calls.chosen.retain(|tab, _| open.contains(tab));
            calls.origins.retain(|tab, _| open.contains(tab));
        }
    }

    pub(in crate::app) fn act_on_calls(&mut self, act: CallAct) {
        if act.is_of_next_call() {
            self.state.calls.refused = None;
        }
        match act {
            CallAct::SetForm(form) => self.state.calls.form = *form,
            CallAct::SetMethod(text) => self.set_method(text),
            CallAct::SetKind(kind) => self.state.calls.raw_kind = Some(kind),
            CallAct::Send => self.send(true),
            CallAct::Begin => self.send(false),
            CallAct::SendTo(call) => self.send_to(call),
            CallAct::HalfClose(call) => self.half_close(call),
            CallAct::Cancel(call) => self.cancel_call(call),
            CallAct::Show(call) => self.show_call(call),
            CallAct::SetAside => self.state.calls.shown = None,
            CallAct::ForgetCalls => self.forget_calls(),
            CallAct::ListStored => self.list_stored_calls_again(),
            CallAct::SearchStored(query) => self.state.calls.stored.query = query,
            CallAct::OpenStored(path) => self.open_stored(path),
            CallAct::SendAgain(call) => self.send_again(call),
            CallAct::UseProfile(name) => self.use_profile(&name),
            CallAct::StoreProfile { name, overwrite, in_keyring } => {
                self.store_profile(&name, overwrite, in_keyring);
            }
            CallAct::NameFile { field, path } => self.name_file(field, &path),
            CallAct::ListRequests => self.list_requests(),
            CallAct::SetRequestsFolder(folder) => self.set_requests_folder(folder),
            CallAct::SearchRequests(query) => self.state.calls.requests.query = query,
            CallAct::AskRequestName { renamed } => self.ask_request_name(renamed),
            CallAct::StoreRequest { name, overwrite } => self.store_request(&name, overwrite),
            CallAct::OpenRequest(path) => self.open_request(&path),
            CallAct::RenameRequest { path, name } => self.rename_request(path, &name),
            CallAct::RemoveRequest(path) => self.remove_request(path),
            CallAct::RestoreRequest(removed) => self.restore_request(*removed),
            CallAct::Reflect => self.reflect(),
            CallAct::Copy(what) => self.copy_call(what),
            CallAct::OpenMessage { call, nth } => {
                self.open_message(call, nth);
            }
            CallAct::CompareWithBefore { call, nth } => self.compare_with_before(call, nth),
            CallAct::FillAsClient => self.fill_as_client(),
            CallAct::StartSession => self.start_session(),
            CallAct::EndSession => self.end_session(),
            CallAct::TakeOffer { call, nth, offer } => self.take_offer(call, nth, offer),
            CallAct::ToggleStep { call, step } => self.toggle_step(call, step),
        }
    }
}

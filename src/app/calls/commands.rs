//! What the commands of this topic mean now.

use super::super::action::{Action, Dialog, Pane};
use super::super::command::{Command, document};
use super::super::state::State;
use super::{CallAct, CopyAs};

pub(in crate::app) fn resolve(command: Command, state: &State) -> Result<Action, &'static str> {
    let calls = &state.calls;
    match command {
        Command::ToggleCall => Ok(Action::TogglePane(Pane::Call)),
        Command::ChooseMethod => document(state).map(|_| Action::Show(Dialog::MethodPicker)),
        Command::Send => {
            document(state)?;
            if calls.preparing.is_some() {
                return Err("The message is being read");
            }
            if let Some(open) = calls.open_to_send() {
                return Ok(Action::Call(CallAct::SendTo(open.id)));
            }
            // What is missing is asked for then.
            Ok(Action::Call(CallAct::Send))
        }
        Command::ToggleSession => {
            if calls.session.is_some() {
                return Ok(Action::Call(CallAct::EndSession));
            }
            match calls.preparing {
                Some(_) => Err("The message is being read"),
                None => Ok(Action::Call(CallAct::StartSession)),
            }
        }
        Command::HalfClose => {
            let open = calls.open_to_send().ok_or("No call is open for more messages")?;
            Ok(Action::Call(CallAct::HalfClose(open.id)))
        }
        Command::SendAgain => {
            let made = calls.shown().ok_or("No call is in front")?;
            if made.n_sent == 0 {
                return Err("The call in front sent nothing");
            }
            Ok(Action::Call(CallAct::SendAgain(made.id)))
        }
        Command::SaveRequest | Command::SaveRequestAs => {
            let (tab, _) = document(state)?;
            if calls.requests.error.is_some() {
                return Err("The folder of requests cannot be read");
            }
            if calls.form.endpoint.trim().is_empty() || calls.target.error.is_some() {
                return Err("Server and method are still to be named");
            }
            let path = state.tab(tab).and_then(|tab| tab.path.as_deref());
            let known = path.and_then(|path| calls.requests.of_message(path));
            Ok(Action::Call(match known.filter(|_| command == Command::SaveRequest) {
                Some(known) => CallAct::StoreRequest { name: known.name.clone(), overwrite: true },
                None => CallAct::AskRequestName { renamed: None },
            }))
        }
        Command::AskForSchema if calls.form.endpoint.trim().is_empty() => Err("No server is named"),
        Command::AskForSchema => Ok(Action::Call(CallAct::Reflect)),
        Command::CopyCallCommand | Command::CopyGrpcurl => {
            document(state)?;
            if calls.form.endpoint.trim().is_empty() || calls.target.error.is_some() {
                return Err("Server and method are still to be named");
            }
            let is_grpcurl = command == Command::CopyGrpcurl;
            Ok(Action::Call(CallAct::Copy(if is_grpcurl { CopyAs::Grpcurl } else { CopyAs::Command })))
        }
        _ => {
            let live = calls.shown().filter(|made| made.is_live() && !made.is_cancelling);
            live.map(|made| Action::Call(CallAct::Cancel(made.id))).ok_or("No call is going on")
        }
    }
}

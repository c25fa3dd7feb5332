//! Everything about a call but server, method and messages.

use super::CallView;
use super::server::server_ui;
use super::settings_fields::{
    Errors, NAME_WIDTH, check_row_ui, file_row_ui, name_width, row_ui, take_focus, text_row_ui,
};
use crate::app::{Action, CallAct, CallForm, Command, FieldError, FormField, MetadataDraft, State};
use crate::rocketmq::ClientType;
use crate::rpc::{Metadata, ProfileValue, RpcKind, TRANSPORTS, new_client_id};
use crate::ui::commands::offer;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{
    Choice, IconButton, Segment, TextButton, TextField, menu_below, menu_item_ui, section_ui,
};
use egui::{Label, Margin, RichText, ScrollArea, Ui, UiBuilder, vec2};

/// Points from which on the groups stand in two columns.
const TWO_COLUMNS: f32 = 820.0;

/// `has_server`: the server is not in the head.
pub(super) fn settings_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut CallForm,
    errors: &[FieldError],
    has_server: bool,
    view: &mut CallView,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    let errors = Errors { all: errors, wanted: view.wanted };
    let asked = asked(form);
    let before = std::mem::replace(&mut view.asked, asked);
    let wanted = match view.wanted {
        Some(field) => place_of(form, field),
        None => asked.filter(|_| before.is_none()),
    };
    let margin = Margin { left: theme.size.margin as i8, right: theme.size.margin as i8, top: 0, bottom: 8 };
    ScrollArea::vertical().id_salt("call settings").auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(theme.size.gap_small, theme.size.gap_small);
            if has_server {
                ui.add_space(theme.size.gap_small);
                row_ui(ui, "Server", |ui| {
                    let width = ui.available_width();
                    let server = server_ui(ui, state, form, errors.all, width, &mut view.server);
                    errors.lead_to(FormField::Endpoint, &server, &form.endpoint);
                });
                // One that is still to be named is no error before it is asked for.
                if !form.endpoint.trim().is_empty() || state.calls.refused.is_some() {
                    errors.line_ui(ui, FormField::Endpoint);
                }
            }
            if ui.available_width() < TWO_COLUMNS {
                call_part_ui(ui, state, form, errors, view, actions);
                metadata_ui(ui, form, errors, wanted, view);
                tls_ui(ui, form, errors, wanted, actions);
                rocketmq_ui(ui, state, form, errors, wanted, view, actions);
                return;
            }
            ui.spacing_mut().item_spacing.x = 2.0 * theme.size.margin;
            ui.columns(2, |columns| {
                for column in columns.iter_mut() {
                    column.spacing_mut().item_spacing.x = theme.size.gap_small;
                }
                call_part_ui(&mut columns[0], state, form, errors, view, actions);
                tls_ui(&mut columns[0], form, errors, wanted, actions);
                metadata_ui(&mut columns[1], form, errors, wanted, view);
                rocketmq_ui(&mut columns[1], state, form, errors, wanted, view, actions);
            });
        });
    });
}

fn call_part_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut CallForm,
    errors: Errors<'_>,
    view: &mut CallView,
    actions: &mut Vec<Action>,
) {
    section_ui(ui, "Call", "", None);
    profile_ui(ui, state, view, actions);
    row_ui(ui, "Protocol", |ui| {
        let titles: Vec<&str> = TRANSPORTS.iter().map(|transport| transport.title).collect();
        if let Some(idx) = Segment::new("Protocol", &titles).show(ui, Some(form.transport)) {
            form.transport = idx;
        }
    });
    if state.calls.target.method.is_none() {
        row_ui(ui, "Kind", |ui| {
            let titles = ["Unary", "Server", "Client", "Both"];
            let taken = RpcKind::ALL.iter().position(|kind| *kind == state.calls.kind());
            if let Some(idx) = Segment::new("Who sends many messages", &titles).show(ui, taken) {
                actions.push(Action::Call(CallAct::SetKind(RpcKind::ALL[idx])));
            }
        });
    }
    let deadline = "what is usual, none for streams; 30s, 2m";
    text_row_ui(ui, "Deadline", &mut form.deadline, deadline, Some(FormField::Deadline), errors);
    let field = Some(FormField::MaxMessage);
    text_row_ui(ui, "Largest message", &mut form.max_message, "64MiB", field, errors);
    let gzip = "Sends each message compressed; compressed replies are always taken";
    check_row_ui(ui, "Compression", &mut form.compress, "Send with gzip", gzip);
    let field = Some(FormField::KeepAlive);
    text_row_ui(ui, "Keep-alive", &mut form.keep_alive, "no pings; 30s", field, errors);
    let field = Some(FormField::Authority);
    text_row_ui(ui, "Authority", &mut form.authority, "the server's own name", field, errors);
    let proxy = "from the environment; none, http://host:port";
    row_ui(ui, "Proxy", |ui| {
        let is_invalid = errors.of(FormField::Proxy).is_some();
        let is_hidden = form.proxy.contains('@') && !view.shows_secrets;
        let field = TextField::new("Proxy", &mut form.proxy).hint(proxy).mono();
        let field = field.hidden(is_hidden).invalid(is_invalid).show(ui);
        errors.lead_to(FormField::Proxy, &field, &form.proxy);
    });
    errors.line_ui(ui, FormField::Proxy);
    row_ui(ui, "Schema", |ui| command_ui(ui, state, Command::AskForSchema, actions));
    row_ui(ui, "Copy", |ui| command_ui(ui, state, Command::CopyCallCommand, actions));
    row_ui(ui, "", |ui| command_ui(ui, state, Command::CopyGrpcurl, actions));
}

/// The fields from a file, and into one.
fn profile_ui(ui: &mut Ui, state: &State, view: &mut CallView, actions: &mut Vec<Action>) {
    let profiles = &state.calls.profiles;
    let current = &state.calls.form.profile.name;
    row_ui(ui, "Profile", |ui| {
        let reason = profiles.is_empty().then_some("No profile was saved yet");
        let title = if current.is_empty() { "Choose" } else { current };
        let button = TextButton::new(title).menu().outlined().disabled(reason).show(ui);
        ui.ctx().accesskit_node_builder(button.id, |node| node.set_label("Choose a profile"));
        menu_below(&button).show(|ui| {
            for stored in profiles {
                let icon = (stored.name == *current).then_some(Icon::Check);
                let wrong = stored.profile.as_ref().err().map(ToString::to_string);
                let choice = Choice { icon, ..Choice::new(&stored.name) }.disabled(wrong.as_deref());
                if menu_item_ui(ui, &choice) {
                    view.profile_name.clone_from(&stored.name);
                    actions.push(Action::Call(CallAct::UseProfile(stored.name.clone())));
                }
            }
        });
        let is_named = !view.profile_name.trim().is_empty();
        let reason = (!is_named).then_some("Give it a name first");
        let save = TextButton::new("Save").hint("Keeps all fields but secrets").disabled(reason).outlined();
        let width = ui.available_width() - save.width(ui) - 4.0;
        let name = TextField::new("Name of the profile", &mut view.profile_name);
        name.hint("name").width(width.max(60.0)).show(ui);
        if save.show(ui).clicked() {
            let name = view.profile_name.trim().to_owned();
            let in_keyring = view.keeps_in_keyring;
            actions.push(Action::Call(CallAct::StoreProfile { name, overwrite: false, in_keyring }));
        }
    });
    if state.calls.form.has_typed_secrets() {
        let hint = "Saving the profile puts the secrets that are typed here into the keyring of this desktop; \
                    otherwise they are asked for when the profile is used";
        let text = "Keep them in the system keyring";
        check_row_ui(ui, "Typed secrets", &mut view.keeps_in_keyring, text, hint);
    }
}

/// A command as a button.
fn command_ui(ui: &mut Ui, state: &State, command: Command, actions: &mut Vec<Action>) {
    let Some(offer) = offer(command, state) else { return };
    if TextButton::of(offer.choice()).outlined().show(ui).clicked() {
        actions.extend(offer.action.ok());
    }
}

fn tls_ui(
    ui: &mut Ui,
    form: &mut CallForm,
    errors: Errors<'_>,
    wanted: Option<Asked>,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    if !form.is_tls() {
        section_ui(ui, "TLS", "none: the server is called in plain text", None);
        return;
    }
    section_ui(ui, "TLS", "", None);
    let skip = "Takes whatever certificate the server shows, and shows it in the timeline";
    let mut is_on = form.skip_verification;
    check_row_ui(ui, "Verification", &mut is_on, "Skip verification", skip);
    form.skip_verification = is_on;
    if form.skip_verification {
        let text = "Whoever answers at this address is believed and gets all that is sent.";
        let text = RichText::new(text).size(theme.size.text_dense).color(theme.color.warning);
        ui.horizontal(|ui| {
            ui.add_space(name_width(ui));
            ui.add(Label::new(text).wrap());
        });
    } else {
        let hint = "the system's; or a file in PEM";
        file_row_ui(ui, "Trusted CA", &mut form.ca, hint, FormField::Ca, errors, actions);
    }
    let hint = "a file in PEM";
    let field = FormField::Certificate;
    let certificate = file_row_ui(ui, "Certificate", &mut form.certificate, hint, field, errors, actions);
    if wanted == Some(Asked::Certificate) {
        take_focus(&certificate, &form.certificate);
    }
    let key = file_row_ui(ui, "Private key", &mut form.key, hint, FormField::Key, errors, actions);
    if wanted == Some(Asked::Key) {
        take_focus(&key, &form.key);
    }
    errors.line_ui(ui, FormField::Identity);
    let field = Some(FormField::ServerName);
    text_row_ui(ui, "Name to verify", &mut form.server_name, "the host's or the authority", field, errors);
}

fn metadata_ui(
    ui: &mut Ui,
    form: &mut CallForm,
    errors: Errors<'_>,
    wanted: Option<Asked>,
    view: &mut CallView,
) {
    let theme = theme(ui);
    section_ui(ui, "Metadata", "values may be $NAME or @FILE; base64 under names in -bin", None);
    let mut removed = None;
    for (idx, draft) in form.metadata.iter_mut().enumerate() {
        let is_invalid = errors.of(FormField::Metadata(idx)).is_some();
        let is_hidden = draft.is_secret() && !view.shows_secrets;
        ui.push_id(idx, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = theme.size.gap_small;
                let names = TextField::new("Name of metadata", &mut draft.name).hint("name").mono();
                let name = names.width(NAME_WIDTH).invalid(is_invalid).show(ui);
                if wanted == Some(Asked::Name(idx)) {
                    take_focus(&name, &draft.name);
                }
                let width = ui.available_width() - theme.size.button - theme.size.gap_small;
                let value = TextField::new("Value of metadata", &mut draft.value).hint("value").mono();
                let field = value.width(width).hidden(is_hidden).invalid(is_invalid).show(ui);
                if wanted == Some(Asked::Metadata(idx)) {
                    take_focus(&field, &draft.value);
                }
                let name = format!("Remove {}", if draft.name.is_empty() { "the row" } else { &draft.name });
                if IconButton::new(Icon::Trash, &name).show(ui).clicked() {
                    removed = Some(idx);
                }
            });
        });
        errors.line_ui(ui, FormField::Metadata(idx));
    }
    if let Some(idx) = removed {
        form.metadata.remove(idx);
    }
    ui.horizontal(|ui| {
        if TextButton::new("Add metadata").icon(Icon::Plus).show(ui).clicked() {
            form.metadata.push(MetadataDraft::default());
        }
        if form.metadata.iter().any(MetadataDraft::is_secret) || form.proxy.contains('@') {
            shows_ui(ui, view);
        }
    });
}

/// Whether secrets are readable.
fn shows_ui(ui: &mut Ui, view: &mut CallView) {
    let title = if view.shows_secrets { "Hide secrets" } else { "Show secrets" };
    if TextButton::new(title).icon(Icon::Key).show(ui).clicked() {
        view.shows_secrets = !view.shows_secrets;
    }
}

fn rocketmq_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut CallForm,
    errors: Errors<'_>,
    wanted: Option<Asked>,
    view: &mut CallView,
    actions: &mut Vec<Action>,
) {
    section_ui(ui, "RocketMQ", "", None);
    let hint = "Client id, version, namespace, time and a fresh signature with every call";
    let was_on = form.is_rocketmq;
    check_row_ui(ui, "Headers", &mut form.is_rocketmq, "Send those of a RocketMQ client", hint);
    row_ui(ui, "", |ui| {
        let hint = "Fills in the deadline of the method and the headers that stay the same, to be changed where \
                    need be; time, request id and signature are made with every call";
        let fill = TextButton::new("Fill in as the clients of RocketMQ do").hint(hint).outlined();
        if fill.show(ui).clicked() {
            actions.push(Action::Call(CallAct::FillAsClient));
        }
    });
    if !form.is_rocketmq {
        return;
    }
    if !was_on && form.client_id.is_empty() {
        form.client_id = new_client_id();
    }
    row_ui(ui, "Client id", |ui| {
        let new = TextButton::new("New");
        let width = ui.available_width() - new.width(ui) - 4.0;
        let id = TextField::new("Client id", &mut form.client_id).hint("a new one for each call").mono();
        id.width(width).show(ui);
        if new.hint("Makes up a client id that nobody else has").show(ui).clicked() {
            form.client_id = new_client_id();
        }
    });
    text_row_ui(ui, "Namespace", &mut form.namespace, "none", None, errors);
    let key = text_row_ui(ui, "Access key", &mut form.access_key, "none: not signed", None, errors);
    if wanted == Some(Asked::AccessKey) {
        take_focus(&key, &form.access_key);
    }
    secret_row_ui(ui, "Secret", &mut form.secret, wanted == Some(Asked::Secret), view);
    errors.line_ui(ui, FormField::Credentials);
    let is_wanted = wanted == Some(Asked::SessionToken);
    secret_row_ui(ui, "Session token", &mut form.session_token, is_wanted, view);
    ui.scope_builder(UiBuilder::new(), |ui| shows_ui(ui, view));
    session_ui(ui, state, form, errors, actions);
}

/// What a session's client is, and its beginning and end.
fn session_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut CallForm,
    errors: Errors<'_>,
    actions: &mut Vec<Action>,
) {
    section_ui(ui, "Session", "what consumers need before they receive", None);
    let kind = |form: &CallForm| ClientType::ALL.get(form.client_type).copied().unwrap_or_default();
    row_ui(ui, "Client", |ui| {
        let button = TextButton::new(kind(form).title()).menu().outlined().show(ui);
        menu_below(&button).show(|ui| {
            for (idx, client_type) in ClientType::ALL.iter().enumerate() {
                let icon = (idx == form.client_type).then_some(Icon::Check);
                if menu_item_ui(ui, &Choice { icon, ..Choice::new(client_type.title()) }) {
                    form.client_type = idx;
                    ui.close();
                }
            }
        });
    });
    let field = Some(FormField::Topics);
    text_row_ui(ui, "Topics", &mut form.topics, "orders, payments", field, errors);
    if kind(form).is_consumer() {
        text_row_ui(ui, "Group", &mut form.group, "of the consumer", Some(FormField::Group), errors);
    }
    row_ui(ui, "", |ui| {
        let Some(offered) = offer(Command::ToggleSession, state) else { return };
        let title = if state.calls.session.is_some() { "End session" } else { "Open session" };
        let choice = Choice { title, ..offered.choice() };
        if TextButton::of(choice).outlined().show(ui).clicked() {
            actions.extend(offered.action.ok());
        }
    });
}

fn secret_row_ui(ui: &mut Ui, name: &str, text: &mut String, is_wanted: bool, view: &CallView) {
    let is_named = ProfileValue::read(text).is_reference();
    row_ui(ui, name, |ui| {
        let field = TextField::new(name, text).hint("typed here, $NAME or @FILE").mono();
        let field = field.hidden(!is_named && !view.shows_secrets).show(ui);
        if is_wanted {
            take_focus(&field, text);
        }
    });
}

/// What is to be typed before anything can be sent, where its error leaves open which field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A value, by its row.
    Metadata(usize),
    /// The name of a value, by its row.
    Name(usize),
    Certificate,
    Key,
    AccessKey,
    Secret,
    SessionToken,
}

/// Which field is to be mended for errors that are of two.
fn place_of(form: &CallForm, field: FormField) -> Option<Asked> {
    match field {
        FormField::Metadata(idx) => {
            let is_name_fine =
                |draft: &MetadataDraft| Metadata::new().add_bytes(draft.name.trim(), b"").is_ok();
            let is_value = form.metadata.get(idx).is_some_and(is_name_fine);
            Some(if is_value { Asked::Metadata(idx) } else { Asked::Name(idx) })
        }
        FormField::Identity if form.certificate.trim().is_empty() => Some(Asked::Certificate),
        FormField::Identity => Some(Asked::Key),
        FormField::Credentials => {
            let is_typed = |asked: &Asked| matches!(asked, Asked::Secret | Asked::SessionToken);
            let is_keyless = form.access_key.trim().is_empty();
            let missing = if is_keyless { Asked::AccessKey } else { Asked::Secret };
            Some(asked(form).filter(is_typed).unwrap_or(missing))
        }
        _ => None,
    }
}

/// The first secret that is still to be typed.
fn asked(form: &CallForm) -> Option<Asked> {
    let is_asked = |text: &str| matches!(ProfileValue::read(text.trim()), ProfileValue::Asked);
    let row = form.metadata.iter().position(|draft| is_asked(&draft.value));
    let of_rocketmq = || match form.is_rocketmq {
        true if is_asked(&form.secret) => Some(Asked::Secret),
        true if is_asked(&form.session_token) => Some(Asked::SessionToken),
        _ => None,
    };
    row.map(Asked::Metadata).or_else(of_rocketmq)
}

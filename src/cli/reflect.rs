//! `protoloupe reflect`: what a server offers.

use super::interrupt::Interrupt;
use super::target::{Target, TargetArgs};
use super::types::To;
use super::{CliError, Console, Outcome};
use crate::document::Document;
use crate::rpc::{self, Reflected, RpcKind, TRANSPORTS};
use crate::schema::{FileResolver, LoadRequest, MethodDescriptor, Schema, ServiceDescriptor, Source};
use crate::worker::{SaveOptions, check_folder_of, save};
use clap::Args;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// List what a server offers by reflection
///
/// Services with their methods, asked of grpc.reflection.v1, and of v1alpha where that fails. With -o
/// everything the server tells is saved as a descriptor set, which every command reads.
///
/// Exit status 1: the server tells no schema, or one that cannot be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  protoloupe reflect http://127.0.0.1:50051\n  \
                        protoloupe reflect https://example.com -o api.binpb --yes\n  \
                        protoloupe describe Orders.Watch --descriptor-set api.binpb")]
pub(super) struct ReflectArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// A file for the descriptor set
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The form of the list
    #[arg(long, value_name = "FORM", default_value = "text")]
    to: To,
}

pub(super) fn run(args: &ReflectArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let target = args.target.target(args.target.endpoint.as_deref(), console)?;
    // Before anything is asked of the server.
    args.output.as_deref().map_or(Ok(()), check_folder_of).map_err(CliError::Save)?;
    target.confirm("Asking for the schema", args.target.yes, true, console)?;
    let reflected = reflect(&target, &Interrupt::listen(), console)?;
    if let Some(output) = &args.output {
        store(&reflected, output, console)?;
    }
    let schema = schema_of(&reflected, true, console);
    let known = schema.as_deref().ok();
    let text = match args.to {
        To::Text => list(&reflected, known),
        To::Json => format!("{:#}\n", list_json(&reflected, known)),
    };
    let is_whole = reflected.services.iter().all(|name| {
        name.starts_with("grpc.reflection.") || known.is_some_and(|schema| service(schema, name).is_some())
    });
    console.out.write_all(text.as_bytes()).map_err(|error| CliError::Write { error })?;
    schema.map(|_| if is_whole { Outcome::Done } else { Outcome::No })
}

/// Asks the server; what it could not tell is said.
pub(super) fn reflect(
    target: &Target,
    interrupt: &Interrupt,
    console: &mut Console,
) -> Result<Reflected, CliError> {
    let nobody = target.caller.template.method.clone();
    let mut template = target.caller.call(nobody, RpcKind::Bidi, b"").map_err(CliError::Metadata)?;
    // Its protocol is gRPC's, whatever the calls of a profile are made in.
    template.transport = &TRANSPORTS[0];
    let reflected = rpc::reflect(&template, &mut |call| interrupt.watch(call));
    let reflected = reflected.map_err(|error| CliError::NotReflected { error: Box::new(error) })?;
    for problem in &reflected.problems {
        console.say(&format!("warning: {problem}"));
    }
    Ok(reflected)
}

/// The schema that a server told, with the built-in one where its names are free. Files that cannot be
/// used are said; the others can.
pub(super) fn schema_of(
    reflected: &Reflected,
    with_builtin: bool,
    console: &mut Console,
) -> Result<Arc<Schema>, CliError> {
    let set = Source::Set { path: String::new(), bytes: reflected.set.clone() };
    let request = LoadRequest {
        sources: vec![set],
        includes: Vec::new(),
        resolver: &NoFiles,
        with_builtin,
        compiled: HashMap::new(),
    };
    let (schema, report) =
        Schema::load(request, &mut |_, _| true).map_err(|error| CliError::ServerSchema { error })?;
    if let Some(error) = report.broken_sources().next() {
        return Err(CliError::ServerSchema { error: error.clone() });
    }
    for problem in report.files.iter().filter_map(|file| file.problem.as_ref()) {
        console.say(&format!("warning: {problem}"));
    }
    Ok(Arc::new(schema))
}

/// A set brings all its files along.
struct NoFiles;

impl FileResolver for NoFiles {
    fn read(&self, _path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }
}

fn store(reflected: &Reflected, output: &Path, console: &mut Console) -> Result<(), CliError> {
    let document = Document::of_bytes(&reflected.set, None);
    let options = SaveOptions { overwrite: true, ..SaveOptions::default() };
    let saved = save(document.snapshot(), output, None, &options, &|_, _| Ok(())).map_err(CliError::Save)?;
    for warning in &saved.warnings {
        console.say(&format!("warning: {warning}"));
    }
    console.remark(&format!("{} files, {} bytes, in {output:?}", reflected.n_files, saved.n_bytes));
    Ok(())
}

fn service(schema: &Schema, name: &str) -> Option<ServiceDescriptor> {
    schema.services().into_iter().find(|service| service.full_name() == name)
}

fn methods(schema: Option<&Schema>, name: &str) -> Vec<MethodDescriptor> {
    let service = schema.and_then(|schema| service(schema, name));
    service.map(|service| service.methods().collect()).unwrap_or_default()
}

fn list(reflected: &Reflected, schema: Option<&Schema>) -> String {
    let mut text = String::new();
    for service in &reflected.services {
        text.push_str(&format!("service  {service}\n"));
        for method in methods(schema, service) {
            let stream = |is_stream| if is_stream { "stream " } else { "" };
            text.push_str(&format!(
                "  rpc {}({}{}) returns ({}{})\n",
                method.name(),
                stream(method.is_client_streaming()),
                method.input().full_name(),
                stream(method.is_server_streaming()),
                method.output().full_name(),
            ));
        }
    }
    text
}

fn list_json(reflected: &Reflected, schema: Option<&Schema>) -> Value {
    let method = |method: MethodDescriptor| {
        json!({
            "name": method.name(),
            "input": method.input().full_name(),
            "output": method.output().full_name(),
            "client_streaming": method.is_client_streaming(),
            "server_streaming": method.is_server_streaming(),
        })
    };
    let services: Vec<Value> = reflected
        .services
        .iter()
        .map(|name| {
            let methods: Vec<Value> = methods(schema, name).into_iter().map(method).collect();
            json!({ "name": name, "methods": methods })
        })
        .collect();
    json!({ "reflection": reflected.version, "services": services, "problems": reflected.problems })
}

use super::{JobContext, Report, Work, WorkerError};
use crate::rpc::{self, Profile};
use crate::worker::ProfileInputs;
use crate::worker::state;
use std::path::PathBuf;

/// Asks a server for its schema, and keeps what it tells as a descriptor set in a file of ours.
#[derive(Debug)]
pub struct Reflect {
    pub profile: Box<Profile>,
    pub inputs: ProfileInputs,
    /// Where such sets are kept.
    pub folder: PathBuf,
}

/// A schema that a server told.
#[derive(Clone, Debug)]
pub struct ReflectedSet {
    pub path: PathBuf,
    pub n_services: usize,
    pub n_files: usize,
    /// What the server could not tell, one sentence each.
    pub problems: Vec<String>,
}

impl Work for Reflect {
    fn label(&self) -> &'static str {
        "Asking the server for its schema"
    }

    /// A server may take its time.
    fn runs_apart(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let Reflect { profile, inputs, folder } = *self;
        let inputs = ProfileInputs { cancel: context.cancel.clone(), ..inputs };
        let caller = profile.caller(&inputs);
        context.go_on()?;
        let caller = caller.map_err(|error| WorkerError::Profile { error })?;
        let mut watch = |call: rpc::Canceller| context.cancel.on_cancel(move || call.cancel());
        let reflected = rpc::reflect(&caller.template, &mut watch);
        context.go_on()?;
        let reflected = reflected.map_err(|error| WorkerError::NotReflected { error: Box::new(error) })?;
        state::create_private_folder(&folder)?;
        let path = folder.join(file_name(&caller.template.endpoint.to_string()));
        state::store_private(&path, &[&reflected.set])?;
        Ok(Report::Reflected(ReflectedSet {
            path,
            n_services: reflected.services.len(),
            n_files: reflected.n_files,
            problems: reflected.problems,
        }))
    }
}

/// A name that tells servers apart and is one on every system.
fn file_name(endpoint: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '_' };
    let name: String = endpoint.chars().map(letter).take(120).collect();
    format!("{name}.binpb")
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn servers_have_files_of_their_own() {
        assert_eq!(file_name("https://example.com:443/a"), "https___example.com_443_a.binpb");
        assert_eq!(file_name("unix:/run/../x"), "unix__run_.._x.binpb");
    }
}

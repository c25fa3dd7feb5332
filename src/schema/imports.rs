//! Which files see which: imports in order, without circles, public ones followed to the end.

use super::SchemaError;
use super::docs::visible;
use prost_reflect::prost_types::FileDescriptorProto;
use std::collections::{BTreeSet, HashMap};

/// The most imports of all files together, after public imports are followed.
const MAX_IMPORTS: usize = 2_000_000;

/// For every file that takes part in public imports: its own imports, in order, followed by those it
/// gets through them. `None` where nothing has to change.
///
/// An import that is not there or a circle of imports is an error.
pub(super) fn resolve_imports(
    files: &[&FileDescriptorProto],
) -> Result<Vec<Option<Vec<String>>>, SchemaError> {
    let by_name: HashMap<&str, usize> =
        files.iter().enumerate().map(|(file_idx, file)| (file.name(), file_idx)).collect();
    let mut imported: Vec<Vec<usize>> = Vec::with_capacity(files.len());
    for file in files {
        let found = file.dependency.iter().map(|name| {
            by_name.get(name.as_str()).copied().ok_or_else(|| SchemaError::MissingImport {
                file: visible(file.name()),
                import: visible(name),
            })
        });
        imported.push(found.collect::<Result<_, _>>()?);
    }
    let order = import_order(files, &imported)?;
    // What importing a file makes visible besides the file itself.
    let mut public: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); files.len()];
    let mut resolved = vec![None; files.len()];
    let mut n_imports = 0;
    for file_idx in order {
        let own = &imported[file_idx];
        let gained: BTreeSet<usize> = own
            .iter()
            .flat_map(|import| public[*import].iter().copied())
            .filter(|i| !own.contains(i))
            .collect();
        let indexes = &files[file_idx].public_dependency;
        let passed_on = indexes.iter().filter_map(|index| own.get(usize::try_from(*index).ok()?));
        let passed_on: BTreeSet<usize> =
            passed_on.flat_map(|import| public[*import].iter().copied().chain([*import])).collect();
        n_imports += own.len() + gained.len() + passed_on.len();
        if n_imports > MAX_IMPORTS {
            return Err(SchemaError::TooLarge(format!("more than {MAX_IMPORTS} imports")));
        }
        public[file_idx] = passed_on;
        if !gained.is_empty() || !indexes.is_empty() {
            let gained = gained.iter().map(|import| files[*import].name().to_owned());
            resolved[file_idx] = Some(files[file_idx].dependency.iter().cloned().chain(gained).collect());
        }
    }
    Ok(resolved)
}

/// Every file after the files it imports.
fn import_order(files: &[&FileDescriptorProto], imported: &[Vec<usize>]) -> Result<Vec<usize>, SchemaError> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; files.len()];
    let mut order = Vec::with_capacity(files.len());
    for root in 0..files.len() {
        if state[root] != State::New {
            continue;
        }
        state[root] = State::Open;
        let mut open = vec![(root, 0)];
        while let Some((file_idx, next)) = open.last_mut() {
            let Some(import) = imported[*file_idx].get(*next).copied() else {
                state[*file_idx] = State::Done;
                order.push(*file_idx);
                open.pop();
                continue;
            };
            *next += 1;
            match state[import] {
                State::Done => {}
                State::New => {
                    state[import] = State::Open;
                    open.push((import, 0));
                }
                State::Open => {
                    let circle = open.iter().skip_while(|(file_idx, _)| *file_idx != import);
                    let circle = circle.map(|(file_idx, _)| *file_idx).chain([import]);
                    let names = circle.map(|file_idx| visible(files[file_idx].name()));
                    return Err(SchemaError::ImportCycle(names.collect()));
                }
            }
        }
    }
    Ok(order)
}

//! From sources to a schema, and what is to be said about it.
//!
//! Every file is looked at by itself: what is wrong with one keeps only those from being used that
//! need what it declares. Files are read, their imports found, their names made full among what they
//! import, editions lowered, and what comes out is taken into pools, imports before importers.

use super::check::{renamed, without_option};
use super::declared::Symbol;
use super::docs::{Comments, visible};
use super::editions::lower;
use super::find::{Finder, Found, Hit, How, slashed};
use super::link::{Linked, Packages, Scope, Unresolved, link};
use super::pools::{Pools, Ready, Refusal};
use super::report::{FileReport, LoadReport, some_of};
use super::roots::{name_units, part_names};
use super::source::{Gathered, Source, gather};
use super::text::{import_place, parse, place_of, proto_error, sentence};
use super::unit::Unit;
use super::{FileResolver, Pool, Schema, SchemaError};
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::FileDescriptorProto;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The most files of a schema.
pub(super) const MAX_FILES: usize = 50_000;
/// The most imports of all files together, after public imports are followed.
const MAX_IMPORTS: usize = 16_000_000;
/// Options of one file that are left out one by one; then all that are still text are.
const MAX_OPTIONS: usize = 16;
/// The number of options that are still text.
const UNINTERPRETED: i32 = 999;
/// What begins every problem that is an import's.
pub(super) const OF_IMPORT: &str = "Import \"";
/// Said of an import with something wrong.
const CANNOT_BE_USED: &str = "cannot be used";
/// Things left out of one file that are listed.
const MAX_NOTES: usize = 20;

/// What is to be loaded.
pub struct LoadRequest<'a> {
    /// Looked up in this order.
    pub sources: Vec<Source>,
    /// Folders that imports are looked up in first.
    pub includes: Vec<String>,
    pub resolver: &'a dyn FileResolver,
    /// Adds the RocketMQ v2 API where its names are free.
    pub with_builtin: bool,
    pub compiled: Compiled,
}

/// What another compiler made of files that are refused here, by their paths as a report has them:
/// serialized `FileDescriptorProto`s, or what it said.
pub type Compiled = HashMap<String, Result<Vec<u8>, String>>;

/// How far loading is: files done and files known of. `false` ends it.
pub type Step<'a> = &'a mut dyn FnMut(usize, usize) -> bool;

/// See [`Schema::load`].
pub(super) fn load(request: LoadRequest<'_>, step: Step<'_>) -> Result<(Schema, LoadReport), SchemaError> {
    let includes: Vec<String> = request.includes.iter().map(|include| slashed(include)).collect();
    let (resolver, with_builtin) = (request.resolver, request.with_builtin);
    let gathered = gather(request, &includes, step)?;
    let mut loader = Loader {
        finder: Finder::new(resolver, &includes),
        found: Vec::new(),
        gathered,
        resolver,
        declared: HashMap::new(),
        public: Vec::new(),
        n_imports: 0,
    };
    loader.find_imports(step)?;
    name_units(&mut loader.gathered.units, &loader.found, &includes, &loader.gathered.bases);
    part_names(&mut loader.gathered.units, &loader.gathered.bases);
    let order = loader.import_order();
    let pools = loader.link_all(&order, step)?;
    Ok(loader.finish(pools, with_builtin))
}

struct Loader<'a> {
    finder: Finder<'a>,
    gathered: Gathered,
    /// Beside each unit, what became of its imports.
    found: Vec<Vec<Found>>,
    resolver: &'a dyn FileResolver,
    /// Who declares a full name.
    declared: HashMap<String, Vec<(usize, Symbol)>>,
    /// What importing a unit makes visible besides the unit itself.
    public: Vec<BTreeSet<usize>>,
    n_imports: usize,
}

impl Loader<'_> {
    fn find_imports(&mut self, step: Step<'_>) -> Result<(), SchemaError> {
        for (unit_idx, unit) in self.gathered.units.iter().enumerate() {
            self.finder.add(unit_idx, unit);
        }
        let mut unit_idx = 0;
        while unit_idx < self.gathered.units.len() {
            let mut all_found = Vec::new();
            for import_idx in 0..self.gathered.units[unit_idx].imports.len() {
                let (target, found) = self.find_import(unit_idx, import_idx)?;
                if let Some(import) = self.gathered.units[unit_idx].imports.get_mut(import_idx) {
                    import.target = target;
                }
                all_found.push(found);
            }
            self.found.push(all_found);
            unit_idx += 1;
            let n_units = self.gathered.units.len();
            if n_units > MAX_FILES {
                return Err(SchemaError::TooLarge(format!("more than {MAX_FILES} files")));
            }
            if unit_idx.is_multiple_of(64) && !step(n_units + unit_idx, 3 * n_units) {
                return Err(SchemaError::Cancelled);
            }
        }
        Ok(())
    }

    fn find_import(
        &mut self,
        unit_idx: usize,
        import_idx: usize,
    ) -> Result<(Option<usize>, Found), SchemaError> {
        let unit = &self.gathered.units[unit_idx];
        let import = unit.imports[import_idx].name.clone();
        let source = unit.source;
        if !unit.has_path() {
            return Ok(self.finder.find_named(&self.gathered.units, unit_idx, &import));
        }
        let on_disk = self.gathered.on_disk.get(source).copied().unwrap_or(false);
        let (hit, found) = match self.finder.find(&self.gathered.units, unit_idx, &import, on_disk) {
            Ok(hit) => hit,
            Err(problem) => {
                let path = match &problem {
                    SchemaError::Unreadable { file, .. } => file.clone(),
                    _ => import.clone(),
                };
                self.push(Unit::broken(source, path.clone(), problem));
                let found = Found { import, how: How::Nowhere, path, root: String::new(), tried: Vec::new() };
                return Ok((Some(self.gathered.units.len() - 1), found));
            }
        };
        Ok(match hit {
            Hit::Unit(target) => (Some(target), found),
            Hit::None => (None, found),
            Hit::New { path, content } => {
                self.push(Unit::of_file(source, path, &content, &self.gathered.compiled));
                (Some(self.gathered.units.len() - 1), found)
            }
        })
    }

    fn push(&mut self, unit: Unit) {
        self.finder.add(self.gathered.units.len(), &unit);
        self.gathered.units.push(unit);
    }

    /// Every unit after those it imports. Units that import each other in a circle are told so.
    fn import_order(&mut self) -> Vec<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let units = &mut self.gathered.units;
        let mut state = vec![State::New; units.len()];
        let mut order = Vec::with_capacity(units.len());
        for root in 0..units.len() {
            if state[root] != State::New {
                continue;
            }
            state[root] = State::Open;
            let mut open = vec![(root, 0)];
            while let Some((unit_idx, next)) = open.last_mut() {
                let Some(import) = units[*unit_idx].imports.get(*next) else {
                    state[*unit_idx] = State::Done;
                    order.push(*unit_idx);
                    open.pop();
                    continue;
                };
                *next += 1;
                let Some(target) = import.target else { continue };
                match state[target] {
                    State::Done => {}
                    State::New => {
                        state[target] = State::Open;
                        open.push((target, 0));
                    }
                    State::Open => {
                        let circle = open.iter().skip_while(|(unit_idx, _)| *unit_idx != target);
                        let circle: Vec<usize> = circle.map(|(unit_idx, _)| *unit_idx).collect();
                        let names =
                            circle.iter().chain([&target]).map(|i| visible(&units[*i].path)).collect();
                        let problem = SchemaError::ImportCycle(names);
                        for unit_idx in circle {
                            units[unit_idx].problem.get_or_insert_with(|| problem.clone());
                        }
                    }
                }
            }
        }
        order
    }

    fn link_all(&mut self, order: &[usize], step: Step<'_>) -> Result<Pools, SchemaError> {
        let n_units = self.gathered.units.len();
        let mut pools = Pools::new(n_units);
        self.public = vec![BTreeSet::new(); n_units];
        for (n_done, unit_idx) in order.iter().copied().enumerate() {
            if n_done.is_multiple_of(64) && !step(2 * n_units + n_done, 3 * n_units) {
                return Err(SchemaError::Cancelled);
            }
            if !self.gathered.units[unit_idx].is_usable() {
                continue;
            }
            let imports = self.visible_imports(unit_idx)?;
            let n_own = imports.n_own;
            match self.ready(unit_idx, imports.all, n_own) {
                Ok(ready) => pools.ready[unit_idx] = Some(ready),
                Err(problem) => {
                    self.gathered.units[unit_idx].problem = Some(problem);
                    continue;
                }
            }
            let is_builtin = self.gathered.units[unit_idx].source == 0;
            if !is_builtin && let Err(refusal) = self.admit(&mut pools, unit_idx) {
                pools.ready[unit_idx] = None;
                let problem = self.refused(unit_idx, refusal);
                self.gathered.units[unit_idx].problem = Some(problem);
                continue;
            }
            for (full_name, symbol) in &self.gathered.units[unit_idx].symbols {
                self.declared.entry(full_name.clone()).or_default().push((unit_idx, *symbol));
            }
        }
        Ok(pools)
    }

    /// Takes a unit into a pool. Options that do not fit what declares them are left out: they mean
    /// nothing for bytes.
    fn admit(&mut self, pools: &mut Pools, unit_idx: usize) -> Result<(), Refusal> {
        for n_tries in 0.. {
            let Err(refusal) = pools.admit(&self.gathered.units, unit_idx) else { return Ok(()) };
            let Refusal::Pool(error) = &refusal else { return Err(refusal) };
            let Some((option, rest)) = error.path().and_then(option_at) else { return Err(refusal) };
            let note = format!("An option was left out: {}", sentence(&error.to_string()));
            let Some(ready) = pools.ready.get_mut(unit_idx).and_then(Option::as_mut) else {
                return Err(refusal);
            };
            let Some(bytes) = without_option(&ready.bytes, option, *rest, n_tries >= MAX_OPTIONS) else {
                return Err(refusal);
            };
            ready.bytes = bytes;
            let notes = &mut self.gathered.units[unit_idx].notes;
            if notes.len() < MAX_NOTES {
                notes.push(visible(&note));
            }
            if n_tries > MAX_OPTIONS {
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// The usable units that a unit imports, directly or through public imports.
    fn visible_imports(&mut self, unit_idx: usize) -> Result<Imports, SchemaError> {
        let units = &self.gathered.units;
        let mut imports: Vec<usize> = Vec::new();
        let mut passed_on = BTreeSet::new();
        for import in &units[unit_idx].imports {
            let Some(target) = import.target.filter(|target| units[*target].is_usable()) else { continue };
            if !imports.contains(&target) {
                imports.push(target);
            }
            if import.is_public {
                passed_on.insert(target);
                passed_on.extend(self.public[target].iter().copied());
            }
        }
        let gained: BTreeSet<usize> = imports
            .iter()
            .flat_map(|import| self.public[*import].iter().copied())
            .filter(|gained| !imports.contains(gained))
            .collect();
        let n_own = imports.len();
        imports.extend(gained);
        self.n_imports += imports.len() + passed_on.len();
        if self.n_imports > MAX_IMPORTS {
            return Err(SchemaError::TooLarge(format!("more than {MAX_IMPORTS} imports")));
        }
        self.public[unit_idx] = passed_on;
        Ok(Imports { all: imports, n_own })
    }

    /// Makes names full and lowers editions. Of what comes through public imports, behind the first
    /// `n_own`, only what is used is imported: a pool looks through the imports of imports again and
    /// again.
    fn ready(&mut self, unit_idx: usize, imports: Vec<usize>, n_own: usize) -> Result<Ready, SchemaError> {
        let unit = &self.gathered.units[unit_idx];
        let mut bytes = unit.bytes.clone();
        let (mut notes, mut imports) = (Vec::new(), imports);
        if unit.is_text() || unit.edition.is_some() || n_own < imports.len() {
            let mut proto = FileDescriptorProto::decode(bytes.as_slice())
                .map_err(|error| SchemaError::NotASet(error.to_string()))?;
            let scope = FileScope::new(self, unit_idx, &imports);
            let linked =
                if unit.is_text() { link(&mut proto, &scope) } else { link(&mut proto.clone(), &scope) };
            let used = scope.used.into_inner();
            if unit.is_text() {
                if let Some(problem) = self.unlinked(unit_idx, &linked) {
                    return Err(problem);
                }
                notes.extend(linked.unknown_options.iter().map(|option| {
                    format!(
                        "Option ({}) was left out: nothing that was found declares it",
                        visible(&option.name)
                    )
                }));
                bytes = proto.encode_to_vec();
            }
            if let Some(edition) = unit.edition {
                bytes = lower(&proto, &bytes, edition, &unit.features);
            }
            let gained = imports.split_off(n_own);
            imports.extend(gained.into_iter().filter(|unit_idx| used.contains(unit_idx)));
        }
        let names: Vec<String> =
            imports.iter().map(|import| self.gathered.units[*import].name.clone()).collect();
        let bytes = renamed(&bytes, &unit.name, &names);
        notes.dedup();
        notes.truncate(MAX_NOTES);
        let unit = &mut self.gathered.units[unit_idx];
        unit.notes.extend(notes);
        // What is ready replaces it.
        unit.bytes = Vec::new();
        Ok(Ready { bytes, imports })
    }

    /// The first name of a text that leads nowhere, as an error.
    fn unlinked(&self, unit_idx: usize, linked: &Linked) -> Option<SchemaError> {
        let unit = &self.gathered.units[unit_idx];
        let lacks_imports = unit
            .imports
            .iter()
            .any(|import| import.target.is_none_or(|t| !self.gathered.units[t].is_usable()));
        let wrong = match linked.unresolved.iter().min_by(|a, b| a.path.cmp(&b.path)) {
            Some(unresolved) => unresolved,
            // Options that nothing declares are no loss to bytes if an import is missing.
            None if lacks_imports => return None,
            None => linked.unknown_options.first()?,
        };
        let content = self.gathered.content(unit, self.resolver).unwrap_or_default();
        let Ok(parsed) = parse(&unit.path, &content) else { return None };
        if let Some(problem) = self.missing_import(unit_idx, wrong, &parsed) {
            return Some(problem);
        }
        let message = match wrong.is_other {
            true => format!("'{}' is not a type of the right kind", wrong.name),
            false => format!("Name '{}' is not defined", wrong.name),
        };
        let place = place_of(&parsed, &wrong.path);
        Some(proto_error(&unit.path, &parsed.text, place, message, self.name_hint(&wrong.name)))
    }

    /// For a name that nothing seen declares: the import that was not found, which is the cause.
    fn missing_import(
        &self,
        unit_idx: usize,
        wrong: &Unresolved,
        parsed: &super::text::Parsed,
    ) -> Option<SchemaError> {
        if wrong.is_other {
            return None;
        }
        let unit = &self.gathered.units[unit_idx];
        let units = &self.gathered.units;
        let is_missing = |import: &super::unit::Import| import.target.is_none_or(|t| !units[t].is_usable());
        let import_idx = unit.imports.iter().position(is_missing)?;
        let import = unit.imports.get(import_idx)?;
        let found = self.found.get(unit_idx)?.get(import_idx)?;
        let (message, hint) = match import.target.and_then(|target| units.get(target)) {
            Some(target) => (
                format!("{OF_IMPORT}{}\" {CANNOT_BE_USED}, and '{}' is not defined", import.name, wrong.name),
                target.problem.as_ref().map(cause).unwrap_or_default(),
            ),
            None => (
                format!("{OF_IMPORT}{}\" was not found, and '{}' is not defined", import.name, wrong.name),
                match found.tried.as_slice() {
                    [] => "Name its root folder with -I".to_owned(),
                    tried => format!("Looked for {}; name its root folder with -I", some_of(tried)),
                },
            ),
        };
        let place = import_place(parsed, import_idx);
        Some(proto_error(&unit.path, &parsed.text, place, visible(&message), visible_lines(&hint)))
    }

    /// Where something of that name is.
    fn name_hint(&self, name: &str) -> String {
        let name = name.trim_start_matches('.');
        let end = format!(".{name}");
        let mut places: Vec<String> = self
            .declared
            .iter()
            .filter(|(full_name, _)| *full_name == name || full_name.ends_with(&end))
            .flat_map(|(full_name, units)| units.iter().map(move |(unit_idx, _)| (full_name, *unit_idx)))
            .map(|(full_name, unit_idx)| {
                format!("{full_name} is declared in \"{}\"", self.gathered.units[unit_idx].name)
            })
            .collect();
        places.sort();
        places.truncate(4);
        match places.as_slice() {
            [] => "Is the import of the file that declares it missing?".to_owned(),
            places => visible(&format!("{}; import that file, or write the full name", places.join("; "))),
        }
    }

    /// Why the pool did not take a unit in.
    fn refused(&self, unit_idx: usize, refusal: Refusal) -> SchemaError {
        let unit = &self.gathered.units[unit_idx];
        let error = match refusal {
            Refusal::Checked(error) => {
                let missing = unit.imports.iter().find(|import| import.target.is_none());
                return match missing {
                    Some(import) if !unit.is_text() => SchemaError::MissingImport {
                        file: visible(&unit.name),
                        import: visible(&import.name),
                    },
                    _ => error,
                };
            }
            Refusal::Pool(error) => error,
        };
        let message = sentence(&error.to_string());
        if !unit.is_text() {
            return SchemaError::Refused(visible(&format!("{message}, in \"{}\"", unit.path)));
        }
        let content = self.gathered.content(unit, self.resolver).unwrap_or_default();
        match parse(&unit.path, &content) {
            Ok(parsed) => {
                let place = error.path().map_or((0, 0), |path| place_of(&parsed, path));
                proto_error(&unit.path, &parsed.text, place, message, String::new())
            }
            Err(error) => error,
        }
    }

    fn finish(self, mut pools: Pools, with_builtin: bool) -> (Schema, LoadReport) {
        let units = &self.gathered.units;
        let rocketmq: Vec<usize> = (0..units.len())
            .take_while(|idx| units[*idx].source == 0)
            .filter(|idx| !super::check::is_googles(&units[*idx].name))
            .collect();
        if pools.pools.is_empty() {
            // Nothing is usable; Google's files always are.
            let google = rocketmq.first().map_or(0, |first| first.saturating_sub(1));
            let _ = pools.admit(units, google);
        }
        pools.fill(units);
        let ready = std::mem::take(&mut pools.ready);
        if let Some(first) = pools.pools.first_mut() {
            let google = (0..units.len()).take_while(|idx| units[*idx].source == 0);
            first.own.extend(google.filter(|idx| super::check::is_googles(&units[*idx].name)));
            if with_builtin {
                first.add_built_in(&ready, units, &rocketmq);
            }
        }
        pools.pools.iter_mut().for_each(|pool| pool.settle(&ready));
        drop(ready);
        let mut report = LoadReport::new(&self.gathered.sources);
        for (unit, found) in units.iter().zip(self.found).filter(|(unit, _)| unit.source > 0) {
            let said = self.gathered.compiled.get(&unit.path).and_then(|compiled| compiled.as_ref().err());
            report.files.push(FileReport::new(unit, found, said));
        }
        for (source, path) in &self.gathered.replaced {
            report.files.push(FileReport::replaced(*source, path));
        }
        let made = pools.pools.into_iter().map(|building| {
            let mut comments = Comments::default();
            for unit_idx in &building.units {
                let unit = &units[*unit_idx];
                match super::builtin::text(&unit.name).filter(|_| unit.source == 0) {
                    Some(text) => comments.add_text(&unit.name, text),
                    None => comments.add_encoded(unit.name.clone(), unit.comments.clone()),
                }
            }
            let own = building.own.iter().map(|unit_idx| units[*unit_idx].name.clone()).collect();
            let editions = building.units.iter().filter_map(|unit_idx| {
                let unit = &units[*unit_idx];
                Some((unit.name.clone(), unit.edition?))
            });
            let sources = building.units.iter().map(|unit_idx| &units[*unit_idx]);
            let sources = sources.filter(|unit| unit.source > 0).map(|unit| (unit.name.clone(), unit.source));
            let sources = sources.collect();
            let descriptors = super::extensions::with_shadows(building.descriptors);
            Pool { own: Some(own), editions: editions.collect(), descriptors, comments, sources }
        });
        let paths = report.sources.iter().map(|source| source.path.clone()).collect();
        let schema = Schema::of_pools(made.collect(), paths);
        (report.contradictions, report.n_contradictions) = schema.contradictions();
        (schema, report)
    }
}

/// The options and the place among them that an error's path leads to.
fn option_at(path: &[i32]) -> Option<(&[i32], &i32)> {
    let at = path.iter().rposition(|step| *step == UNINTERPRETED)?;
    Some((path.get(..at)?, path.get(at + 1)?))
}

/// What is really wrong where one file cannot be used because of another.
fn cause(problem: &SchemaError) -> String {
    match problem {
        SchemaError::Proto { message, hint, .. } if message.contains(CANNOT_BE_USED) && !hint.is_empty() => {
            hint.clone()
        }
        problem => problem.to_string(),
    }
}

fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// The units whose declarations a file sees.
struct Imports {
    all: Vec<usize>,
    /// How many of them it imports itself; they come first.
    n_own: usize,
}

/// What one file sees.
struct FileScope<'a> {
    declared: &'a HashMap<String, Vec<(usize, Symbol)>>,
    own: HashMap<&'a str, Symbol>,
    visible: BTreeSet<usize>,
    packages: Packages,
    /// Units of which a declaration was asked for.
    used: RefCell<HashSet<usize>>,
}

impl<'a> FileScope<'a> {
    fn new(loader: &'a Loader<'_>, unit_idx: usize, imports: &[usize]) -> FileScope<'a> {
        let units = &loader.gathered.units;
        let unit = &units[unit_idx];
        let mut packages = Packages::default();
        packages.add(&unit.package);
        for import in imports {
            packages.add(&units[*import].package);
        }
        FileScope {
            declared: &loader.declared,
            own: unit.symbols.iter().map(|(full_name, symbol)| (full_name.as_str(), *symbol)).collect(),
            visible: imports.iter().copied().collect(),
            packages,
            used: RefCell::default(),
        }
    }
}

impl Scope for FileScope<'_> {
    fn symbol(&self, full_name: &str) -> Option<Symbol> {
        if let Some(symbol) = self.own.get(full_name) {
            return Some(*symbol);
        }
        let declared = self.declared.get(full_name).into_iter().flatten();
        let seen = declared.into_iter().find(|(unit_idx, _)| self.visible.contains(unit_idx));
        match seen {
            Some((unit_idx, symbol)) => {
                self.used.borrow_mut().insert(*unit_idx);
                Some(*symbol)
            }
            None => self.packages.contains(full_name).then_some(Symbol::Package),
        }
    }
}

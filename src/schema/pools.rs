//! Files that agree with each other share a pool; a file that declares what another file of the pool
//! declares differently goes into a pool of its own, with what it imports.
//!
//! Pools are looked up in order, so the first source wins and none hides the others. Every pool also
//! takes in what does not disagree with it, so that extensions and Any are found across sources.

use super::check::same_declarations;
use super::declared::{self, Symbol, Symbols};
use super::fence::fenced;
use super::unit::Unit;
use super::{DescriptorPool, SchemaError};
use prost_reflect::DescriptorError;
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::FileDescriptorProto;
use std::collections::{HashMap, HashSet};

/// The most pools of a schema.
const MAX_POOLS: usize = 32;
/// The most files that are repeated in other pools than their own.
const MAX_REPEATED: usize = 20_000;

/// A unit that is ready: names full, imports known, editions lowered.
pub(super) struct Ready {
    /// A serialized `FileDescriptorProto`.
    pub(super) bytes: Vec<u8>,
    /// The units it imports, directly or through public imports.
    pub(super) imports: Vec<usize>,
}

/// Why a unit was not taken in.
pub(super) enum Refusal {
    Checked(SchemaError),
    Pool(DescriptorError),
}

/// A pool that is being built.
#[derive(Default)]
pub(super) struct Building {
    pub(super) descriptors: DescriptorPool,
    /// Units in the order they came in.
    pub(super) units: Vec<usize>,
    /// Units that are looked up here, rather than in an earlier pool.
    pub(super) own: HashSet<usize>,
    is_added: HashSet<usize>,
    by_name: HashMap<String, usize>,
    symbols: Symbols,
    /// See [`Building::settle`].
    is_tainted: bool,
}

pub(super) struct Pools {
    pub(super) pools: Vec<Building>,
    /// Beside each unit; `None` while it is not ready or if something is wrong with it.
    pub(super) ready: Vec<Option<Ready>>,
}

impl Pools {
    pub(super) fn new(n_units: usize) -> Pools {
        Pools { pools: Vec::new(), ready: std::iter::repeat_with(|| None).take(n_units).collect() }
    }

    /// Takes a unit that is ready into the first pool that it agrees with, or into a new one.
    pub(super) fn admit(&mut self, units: &[Unit], unit_idx: usize) -> Result<(), Refusal> {
        let ready = std::mem::take(&mut self.ready);
        let result = self.place(&ready, units, unit_idx);
        self.ready = ready;
        result
    }

    fn place(&mut self, ready: &[Option<Ready>], units: &[Unit], unit_idx: usize) -> Result<(), Refusal> {
        for pool in &mut self.pools {
            let wanted = pool.wanted(ready, unit_idx);
            if wanted.iter().all(|wanted| pool.fits(ready, &units[*wanted], *wanted)) {
                match pool.add_all(ready, units, &wanted) {
                    Ok(()) => {
                        pool.own.insert(unit_idx);
                        return Ok(());
                    }
                    // It may be at odds with other files of this pool only.
                    Err(_) => break,
                }
            }
        }
        if self.pools.len() >= MAX_POOLS {
            let unit = &units[unit_idx];
            let problem = format!(
                "It declares what other files declare differently, and there are more than {MAX_POOLS} such groups"
            );
            let [file, place] = [&unit.path, &unit.name].map(|text| super::docs::visible(text));
            return Err(Refusal::Checked(SchemaError::Invalid { file, place, problem }));
        }
        let mut pool = Building::default();
        let google = (0..units.len()).take_while(|idx| units[*idx].source == 0);
        let google: Vec<usize> = google
            .filter(|idx| super::check::is_googles(&units[*idx].name) && ready[*idx].is_some())
            .collect();
        pool.add_all(ready, units, &google)?;
        let wanted = pool.wanted(ready, unit_idx);
        for wanted in &wanted {
            if !pool.fits(ready, &units[*wanted], *wanted) {
                return Err(Refusal::Checked(pool.disagreement(units, unit_idx, *wanted)));
            }
            pool.add_all(ready, units, &[*wanted])?;
        }
        pool.own.insert(unit_idx);
        self.pools.push(pool);
        Ok(())
    }

    /// Gives every pool what it does not disagree with of the others.
    pub(super) fn fill(&mut self, units: &[Unit]) {
        let n_pools = self.pools.len();
        let all: Vec<usize> =
            (0..units.len()).filter(|idx| self.pools.iter().any(|p| p.own.contains(idx))).collect();
        if n_pools < 2 || all.len() * n_pools > MAX_REPEATED {
            return;
        }
        let ready = std::mem::take(&mut self.ready);
        for pool in &mut self.pools {
            for unit_idx in &all {
                let wanted = pool.wanted(&ready, *unit_idx);
                if wanted.iter().all(|wanted| pool.fits(&ready, &units[*wanted], *wanted)) {
                    let _ = pool.add_all(&ready, units, &wanted);
                }
            }
        }
        self.ready = ready;
    }
}

impl Building {
    /// The unit and what it imports, imports first, without what is there.
    fn wanted(&self, ready: &[Option<Ready>], unit_idx: usize) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![(unit_idx, 0)];
        seen.insert(unit_idx);
        while let Some((at, next)) = open.last_mut() {
            let import = ready.get(*at).and_then(Option::as_ref).and_then(|ready| ready.imports.get(*next));
            let Some(import) = import.copied() else {
                order.push(*at);
                open.pop();
                continue;
            };
            *next += 1;
            if !self.is_added.contains(&import) && seen.insert(import) {
                open.push((import, 0));
            }
        }
        order.retain(|unit_idx| !self.is_added.contains(unit_idx));
        order
    }

    /// Whether the file of this name is a copy of the unit.
    fn has_copy(&self, ready: &[Option<Ready>], unit: &Unit, unit_idx: usize) -> bool {
        let other = self.by_name.get(&unit.name).and_then(|other| ready.get(*other)?.as_ref());
        let own = ready.get(unit_idx).and_then(Option::as_ref);
        other.is_some_and(|other| own.is_some_and(|own| own.bytes == other.bytes))
    }

    /// Whether the names it brings are free, or it is a copy of what is there.
    fn fits(&self, ready: &[Option<Ready>], unit: &Unit, unit_idx: usize) -> bool {
        self.is_added.contains(&unit_idx)
            || self.has_copy(ready, unit, unit_idx)
            || (!self.by_name.contains_key(&unit.name)
                && unit.symbols.iter().all(|(full_name, _)| !self.symbols.contains_key(full_name)))
    }

    fn add_all(&mut self, ready: &[Option<Ready>], units: &[Unit], wanted: &[usize]) -> Result<(), Refusal> {
        for unit_idx in wanted {
            self.add(ready, units, *unit_idx)?;
        }
        Ok(())
    }

    fn add(&mut self, ready: &[Option<Ready>], units: &[Unit], unit_idx: usize) -> Result<(), Refusal> {
        let Some(Some(file)) = ready.get(unit_idx) else { return Ok(()) };
        let unit = &units[unit_idx];
        let is_there = self.has_copy(ready, unit, unit_idx);
        if !self.is_added.insert(unit_idx) || is_there {
            return Ok(());
        }
        let result = self.check_and_add(&file.bytes, unit);
        match &result {
            Ok(()) => {
                self.by_name.insert(unit.name.clone(), unit_idx);
                self.units.push(unit_idx);
            }
            Err(refusal) => {
                self.is_added.remove(&unit_idx);
                self.is_tainted |= unit.symbols.iter().any(|(_, symbol)| matches!(symbol, Symbol::Extension));
                for (full_name, _) in &unit.symbols {
                    self.symbols.remove(full_name);
                }
                if let Refusal::Checked(SchemaError::Crashed(_)) = refusal {
                    self.rebuild(ready);
                }
            }
        }
        result
    }

    fn check_and_add(&mut self, bytes: &[u8], unit: &Unit) -> Result<(), Refusal> {
        let proto = FileDescriptorProto::decode(bytes)
            .map_err(|error| Refusal::Checked(SchemaError::NotASet(error.to_string())))?;
        self.symbols.extend(unit.symbols.iter().cloned());
        declared::check_references(&proto, &self.symbols).map_err(Refusal::Checked)?;
        let mut pool = std::mem::take(&mut self.descriptors);
        let added = fenced("linking declarations", move || {
            let result = pool.decode_file_descriptor_proto(bytes);
            (pool, result)
        });
        match added {
            Ok((pool, result)) => {
                self.descriptors = pool;
                result.map_err(Refusal::Pool)
            }
            Err(crashed) => Err(Refusal::Checked(crashed)),
        }
    }

    /// Makes the pool anew if it may hold traces of what it refused: prost-reflect leaves a refused
    /// file's extensions with the messages that they extend, under numbers that lead to others or to
    /// nothing.
    pub(super) fn settle(&mut self, ready: &[Option<Ready>]) {
        if std::mem::take(&mut self.is_tainted) {
            self.rebuild(ready);
        }
    }

    /// What was in the pool is added once more to an empty one: a panic took it with it, or it holds
    /// what it should not.
    fn rebuild(&mut self, ready: &[Option<Ready>]) {
        let files = self.units.iter().filter_map(|unit_idx| ready.get(*unit_idx)?.as_ref());
        let rebuilt = fenced("linking declarations again", || {
            let mut pool = DescriptorPool::new();
            for file in files {
                let _ = pool.decode_file_descriptor_proto(file.bytes.as_slice());
            }
            pool
        });
        self.descriptors = rebuilt.unwrap_or_default();
    }

    fn disagreement(&self, units: &[Unit], unit_idx: usize, wanted: usize) -> SchemaError {
        let (unit, other) = (&units[unit_idx], &units[wanted]);
        let twice = other.symbols.iter().find(|(full_name, _)| self.symbols.contains_key(full_name));
        let [file, place] = [&unit.path, twice.map_or(&other.name, |(full_name, _)| full_name)]
            .map(|text| super::docs::visible(text));
        let problem = match twice {
            Some(_) => "This name is declared twice by what the file imports".to_owned(),
            None => "Two different files have this name".to_owned(),
        };
        SchemaError::Invalid { file, place, problem }
    }

    /// Adds built-in files where nothing else has their names; all of them or none. Returns whether
    /// they are there now.
    pub(super) fn add_built_in(&mut self, ready: &[Option<Ready>], units: &[Unit], wanted: &[usize]) -> bool {
        let is_there = |pool: &Building, unit_idx: usize| {
            // The person's file is the built-in one, under its own name.
            let other = pool.by_name.get(&units[unit_idx].name).and_then(|other| ready.get(*other)?.as_ref());
            let own = ready.get(unit_idx).and_then(Option::as_ref);
            other.is_some_and(|other| own.is_some_and(|own| same_declarations(&other.bytes, &own.bytes)))
        };
        let fits =
            |unit_idx: &usize| is_there(self, *unit_idx) || self.fits(ready, &units[*unit_idx], *unit_idx);
        if !wanted.iter().all(fits) {
            return false;
        }
        wanted.iter().all(|unit_idx| {
            if self.is_added.contains(unit_idx) {
                // It came in as an import.
                self.own.insert(*unit_idx);
                return true;
            }
            if is_there(self, *unit_idx) {
                return true;
            }
            self.own.insert(*unit_idx);
            self.add(ready, units, *unit_idx).is_ok()
        })
    }
}

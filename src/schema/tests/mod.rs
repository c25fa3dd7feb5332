//! Whole schemas, from sources to declarations.

mod compile;
mod compiled;
mod editions;
mod hostile;
mod sets;
mod trees;

//! Whole schemas, from sources to declarations.

mod compile;
mod editions;
mod hostile;
mod sets;
mod trees;

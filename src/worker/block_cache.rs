//! The blocks of one file that were read last, and those that were asked for in vain.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Bytes in a block; blocks start at multiples of it.
pub(super) const BLOCK: usize = 64 << 10;
/// 8 MiB in all.
const MAX_BLOCKS: usize = 128;
/// More than a screen can ask for at once; the rest is asked for again.
const MAX_WANTED: usize = 64;

/// What is known of a block.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Bytes(Arc<[u8]>),
    /// Why it could not be read.
    Failed(String),
}

#[derive(Debug)]
struct Slot {
    block: Block,
    last_used: u64,
}

#[derive(Debug, Default)]
pub(super) struct BlockCache {
    slots: HashMap<u64, Slot>,
    n_uses: u64,
    wanted: BTreeSet<u64>,
}

impl BlockCache {
    pub fn get(&mut self, block_idx: u64) -> Option<Block> {
        self.n_uses += 1;
        let slot = self.slots.get_mut(&block_idx)?;
        slot.last_used = self.n_uses;
        Some(slot.block.clone())
    }

    pub fn put(&mut self, block_idx: u64, block: Block) {
        self.n_uses += 1;
        self.wanted.remove(&block_idx);
        if self.slots.len() >= MAX_BLOCKS && !self.slots.contains_key(&block_idx) {
            let oldest = self.slots.iter().min_by_key(|(_, slot)| slot.last_used).map(|(idx, _)| *idx);
            if let Some(oldest) = oldest {
                self.slots.remove(&oldest);
            }
        }
        self.slots.insert(block_idx, Slot { block, last_used: self.n_uses });
    }

    pub fn want(&mut self, block_idx: u64) {
        if self.wanted.len() < MAX_WANTED {
            self.wanted.insert(block_idx);
        }
    }

    pub fn has_wanted(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// Ascending.
    pub fn take_wanted(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.wanted).into_iter().collect()
    }

    /// Forgets which blocks could not be read, so that they are tried again.
    pub fn forget_failures(&mut self) {
        self.slots.retain(|_, slot| matches!(slot.block, Block::Bytes(_)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_unused_for_longest_leaves_first() {
        let mut cache = BlockCache::default();
        for idx in 0..MAX_BLOCKS as u64 {
            cache.put(idx, Block::Failed(idx.to_string()));
        }
        assert!(cache.get(0).is_some());
        cache.put(1_000, Block::Failed(String::new()));
        assert_eq!(cache.slots.len(), MAX_BLOCKS);
        assert!(cache.get(0).is_some());
        assert!(cache.get(1).is_none());
    }
}

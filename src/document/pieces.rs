//! A persistent, length-summing sequence of spans, with one primitive: splice.
//!
//! A B+ tree whose nodes are shared between clones: a clone is the root pointer, a splice copies
//! the path it touches and, where nobody else holds it, not even that.

use std::ops::Range;
use std::sync::Arc;

/// Spans in one leaf, and children in one inner node, before it is split.
const MAX_WIDTH: usize = 64;

/// A run of bytes of the source or of the added bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bit 63 set: an offset into the added bytes; otherwise into the source.
    tagged_start: u64,
    pub len: u64,
}

const ADDED: u64 = 1 << 63;

impl Piece {
    pub fn source(start: u64, len: u64) -> Self {
        Self { tagged_start: start, len }
    }

    pub fn added(start: u64, len: u64) -> Self {
        Self { tagged_start: start | ADDED, len }
    }

    pub fn is_added(self) -> bool {
        self.tagged_start & ADDED != 0
    }

    /// Tells source and added bytes apart as well as where they are; what follows is one more.
    pub fn name(self) -> u64 {
        self.tagged_start
    }

    /// Offset within the source or the added bytes.
    pub fn start(self) -> u64 {
        self.tagged_start & !ADDED
    }

    fn part(self, range: Range<u64>) -> Self {
        Self { tagged_start: self.tagged_start + range.start, len: range.end - range.start }
    }

    fn continues_with(self, next: Piece) -> bool {
        self.tagged_start + self.len == next.tagged_start
    }
}

#[derive(Clone, Debug)]
enum Node {
    Leaf(Vec<Piece>),
    Inner(Vec<Child>),
}

#[derive(Clone, Debug)]
struct Child {
    len: u64,
    node: Arc<Node>,
}

/// The sequence. Cloning it is cheap and gives an independent snapshot.
#[derive(Clone, Debug)]
pub struct Pieces {
    root: Child,
}

impl Pieces {
    /// One piece for all `len` bytes of a source.
    pub fn of_source(len: u64) -> Self {
        let pieces = if len == 0 { Vec::new() } else { vec![Piece::source(0, len)] };
        Self { root: Child { len, node: Arc::new(Node::Leaf(pieces)) } }
    }

    pub fn len(&self) -> u64 {
        self.root.len
    }

    /// Replaces the bytes of `range` with `added` and returns the pieces that stood there.
    ///
    /// # Panics
    /// If `range` does not lie inside `0..len()`.
    pub fn splice(&mut self, range: Range<u64>, added: &[Piece]) -> Vec<Piece> {
        assert!(
            range.start <= range.end && range.end <= self.len(),
            "splice {range:?} beyond {}",
            self.len()
        );
        let mut removed = Vec::new();
        let nodes = splice_node(&mut self.root, range, added, &mut removed);
        let mut level = nodes;
        while level.len() > 1 {
            level = pack(level, Node::Inner);
        }
        self.root = level.pop().unwrap_or(Child { len: 0, node: Arc::new(Node::Leaf(Vec::new())) });
        while let Node::Inner(children) = &*self.root.node
            && children.len() == 1
        {
            self.root = children[0].clone();
        }
        removed
    }

    /// The pieces that hold `range`, cut to it, in order.
    pub fn slice(&self, range: Range<u64>) -> Vec<Piece> {
        let mut found = Vec::new();
        collect(&self.root, range, &mut found);
        found
    }

    /// The piece that holds the byte at `offset`, and where it starts in the sequence.
    pub fn find(&self, offset: u64) -> Option<(u64, Piece)> {
        if offset >= self.len() {
            return None;
        }
        let (mut node, mut base) = (&self.root.node, 0);
        loop {
            match &**node {
                Node::Inner(children) => {
                    let child = children.iter().find(|child| {
                        let inside = offset < base + child.len;
                        if !inside {
                            base += child.len;
                        }
                        inside
                    })?;
                    node = &child.node;
                }
                Node::Leaf(pieces) => {
                    for piece in pieces {
                        if offset < base + piece.len {
                            return Some((base, *piece));
                        }
                        base += piece.len;
                    }
                    return None;
                }
            }
        }
    }

    #[cfg(test)]
    pub fn n_pieces(&self) -> u64 {
        fn count(child: &Child) -> u64 {
            match &*child.node {
                Node::Leaf(pieces) => pieces.len() as u64,
                Node::Inner(children) => children.iter().map(count).sum(),
            }
        }
        count(&self.root)
    }
}

/// Splices inside one node; returns what stands in its place, at most a few nodes of its height.
fn splice_node(
    child: &mut Child,
    range: Range<u64>,
    added: &[Piece],
    removed: &mut Vec<Piece>,
) -> Vec<Child> {
    match Arc::make_mut(&mut child.node) {
        Node::Leaf(pieces) => {
            let leaf = splice_leaf(pieces, range, added, removed);
            if leaf.is_empty() { Vec::new() } else { pack(leaf, Node::Leaf) }
        }
        Node::Inner(children) => {
            let (mut first, mut base) = (0, 0);
            while first + 1 < children.len() && base + children[first].len < range.start {
                base += children[first].len;
                first += 1;
            }
            let (mut last, mut last_base) = (first, base);
            while last + 1 < children.len() && last_base + children[last].len < range.end {
                last_base += children[last].len;
                last += 1;
            }
            let mut replacement = Vec::new();
            let mut at = base;
            for (idx, one) in children[first..=last].iter_mut().enumerate() {
                let here = range.start.clamp(at, at + one.len) - at..range.end.clamp(at, at + one.len) - at;
                at += one.len;
                let added = if idx == 0 { added } else { &[] };
                replacement.extend(splice_node(one, here, added, removed));
            }
            children.splice(first..=last, replacement);
            let children = std::mem::take(children);
            if children.is_empty() { Vec::new() } else { pack(children, Node::Inner) }
        }
    }
}

fn splice_leaf(
    pieces: &mut Vec<Piece>,
    range: Range<u64>,
    added: &[Piece],
    removed: &mut Vec<Piece>,
) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len() + added.len() + 2);
    let push = |out: &mut Vec<Piece>, piece: Piece| {
        if piece.len == 0 {
            return;
        }
        match out.last_mut() {
            Some(last) if last.continues_with(piece) => last.len += piece.len,
            _ => out.push(piece),
        }
    };
    let (mut base, mut placed) = (0, false);
    for piece in pieces.drain(..) {
        let end = base + piece.len;
        let cut = range.start.clamp(base, end) - base..range.end.clamp(base, end) - base;
        push(&mut out, piece.part(0..cut.start));
        if !placed && end >= range.start {
            added.iter().for_each(|piece| push(&mut out, *piece));
            placed = true;
        }
        if cut.start < cut.end {
            removed.push(piece.part(cut.clone()));
        }
        push(&mut out, piece.part(cut.end..piece.len));
        base = end;
    }
    if !placed {
        added.iter().for_each(|piece| push(&mut out, *piece));
    }
    out
}

fn collect(child: &Child, range: Range<u64>, found: &mut Vec<Piece>) {
    let mut base = 0;
    match &*child.node {
        Node::Leaf(pieces) => {
            for piece in pieces {
                let end = base + piece.len;
                let part = range.start.clamp(base, end) - base..range.end.clamp(base, end) - base;
                if part.start < part.end {
                    found.push(piece.part(part));
                }
                base = end;
            }
        }
        Node::Inner(children) => {
            for one in children {
                let end = base + one.len;
                if base < range.end && range.start < end {
                    collect(one, range.start.saturating_sub(base)..range.end - base, found);
                }
                base = end;
            }
        }
    }
}

trait Lengthy {
    fn length(&self) -> u64;
}

impl Lengthy for Piece {
    fn length(&self) -> u64 {
        self.len
    }
}

impl Lengthy for Child {
    fn length(&self) -> u64 {
        self.len
    }
}

/// Packs `items` into nodes of at most [`MAX_WIDTH`], evenly filled.
fn pack<T: Lengthy + Clone>(items: Vec<T>, node: impl Fn(Vec<T>) -> Node) -> Vec<Child> {
    let n_nodes = items.len().div_ceil(MAX_WIDTH).max(1);
    if n_nodes == 1 {
        let len = items.iter().map(Lengthy::length).sum();
        return vec![Child { len, node: Arc::new(node(items)) }];
    }
    let width = items.len().div_ceil(n_nodes);
    items
        .chunks(width)
        .map(|chunk| Child {
            len: chunk.iter().map(Lengthy::length).sum(),
            node: Arc::new(node(chunk.to_vec())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn undoing_a_splice_joins_what_it_cut() {
        let mut pieces = Pieces::of_source(100);
        let removed = pieces.splice(40..50, &[Piece::added(0, 3)]);
        assert_eq!((pieces.len(), pieces.n_pieces()), (93, 3));
        pieces.splice(40..43, &removed);
        assert_eq!((pieces.len(), pieces.n_pieces()), (100, 1));
    }

    /// What the pieces spell, with source byte n as n and added byte n as 1000 + n.
    fn spelled(pieces: &Pieces) -> Vec<u64> {
        let all = pieces.slice(0..pieces.len());
        all.iter()
            .flat_map(|p| {
                (p.start()..p.start() + p.len).map(|n| if p.is_added() { 1_000_000 + n } else { n })
            })
            .collect()
    }

    proptest! {
        #[test]
        fn splices_do_what_they_do_to_a_vector(
            steps in prop::collection::vec((any::<u16>(), 0_u64..40, 0_u64..40), 1..300)
        ) {
            let mut pieces = Pieces::of_source(500);
            let mut model: Vec<u64> = (0..500).collect();
            let mut next = 0;
            let mut undo = Vec::new();
            for (place, n_removed, n_added) in steps {
                let start = u64::from(place) % (pieces.len() + 1);
                let end = (start + n_removed).min(pieces.len());
                let added = if n_added == 0 { vec![] } else { vec![Piece::added(next, n_added)] };
                let before = pieces.clone();
                let removed = pieces.splice(start..end, &added);
                model.splice(start as usize..end as usize, (next..next + n_added).map(|n| 1_000_000 + n));
                prop_assert_eq!(&spelled(&pieces), &model);
                prop_assert_eq!(pieces.len(), model.len() as u64);
                if let Some((base, piece)) = pieces.find(start) {
                    prop_assert!(base <= start && start < base + piece.len);
                }
                undo.push((start..start + n_added, removed, spelled(&before)));
                next += n_added;
            }
            for (range, removed, before) in undo.into_iter().rev() {
                pieces.splice(range, &removed);
                prop_assert_eq!(spelled(&pieces), before);
            }
        }
    }
}

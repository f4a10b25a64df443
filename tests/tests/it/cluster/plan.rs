//! What is to go wrong in one round, drawn from the dice.

use std::time::Duration;

use hooktide_testkit::Dice;

/// One thing that goes wrong. Nodes by their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing, for comparison.
    None,
    /// Killed, and started again after a while.
    Kill(usize, Duration),
    /// Stopped for a while, as a machine without time would be.
    Stop(usize, Duration),
    /// Every node in turn ends in good order and starts again.
    Roll(Vec<usize>),
    /// The database ends without notice, and recovers after a while.
    Database(Duration),
    /// Every connection of these nodes to the database ends.
    Cut(Vec<usize>),
    /// The node's connections to the database stand still for a while.
    Freeze(usize, Duration),
    /// The node does not reach the database for a while.
    Close(usize, Duration),
}

/// Limits of what is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) nodes: usize,
    /// Longest stop of a node.
    pub(super) stop_max: Duration,
}

/// The lease of the nodes, in milliseconds: faults are drawn shorter and longer than it.
const LEASE_MS: u64 = 2000;
/// The database, or the way to it, is away for at most so many milliseconds.
const AWAY_MS_MAX: u64 = 4000;

/// One fault, or now and then two at once.
pub(super) fn draw(dice: &mut Dice, limits: Limits) -> Vec<Fault> {
    let count = u64::try_from(limits.nodes).expect("few");
    let first_node = dice.between(0, count - 1);
    let node = |step: u64| usize::try_from((first_node + step) % count).expect("few");
    let first = draw_one(dice, limits, node(0));
    if matches!(first, Fault::Roll(_)) || dice.between(0, 3) > 0 {
        return vec![first];
    }
    let second = loop {
        let second = draw_one(dice, limits, node(1));
        let is_twice = matches!((&first, &second), (Fault::Database(_), Fault::Database(_)));
        if !is_twice && !matches!(second, Fault::Roll(_)) {
            break second;
        }
    };
    vec![first, second]
}

fn draw_one(dice: &mut Dice, limits: Limits, node: usize) -> Fault {
    let all: Vec<usize> = (0..limits.nodes).collect();
    match dice.between(0, 11) {
        0..=2 => Fault::Kill(node, span(dice, 2 * LEASE_MS)),
        3..=5 => {
            let stop_ms_max = u64::try_from(limits.stop_max.as_millis()).expect("minutes at most");
            Fault::Stop(node, span(dice, stop_ms_max))
        }
        6 => {
            let start = usize::try_from(dice.between(0, 100)).expect("few") % limits.nodes;
            Fault::Roll(all.iter().map(|step| (start + step) % limits.nodes).collect())
        }
        7..=8 => Fault::Database(span(dice, AWAY_MS_MAX)),
        9 => Fault::Cut(if dice.between(0, 1) == 0 { vec![node] } else { all }),
        10 => Fault::Freeze(node, span(dice, 2 * LEASE_MS)),
        _ => Fault::Close(node, span(dice, AWAY_MS_MAX)),
    }
}

/// Half of them within the lease, half of them beyond.
fn span(dice: &mut Dice, ms_max: u64) -> Duration {
    let (short, long) = (dice.between(0, LEASE_MS * 3 / 4), dice.between(LEASE_MS * 5 / 4, ms_max));
    Duration::from_millis(if dice.between(0, 1) == 0 { short } else { long })
}

impl Fault {
    /// From its begin to its end; nothing for what is over at once.
    pub(super) fn span(&self) -> Duration {
        match self {
            Self::Kill(_, span)
            | Self::Stop(_, span)
            | Self::Database(span)
            | Self::Freeze(_, span)
            | Self::Close(_, span) => *span,
            Self::None | Self::Roll(_) | Self::Cut(_) => Duration::ZERO,
        }
    }

    /// The nodes that it strikes, of so many. Nothing is excused for a node that ends in good order.
    pub(super) fn struck(&self, count: usize) -> Vec<usize> {
        match self {
            Self::None | Self::Roll(_) => Vec::new(),
            Self::Kill(node, _) | Self::Stop(node, _) | Self::Freeze(node, _) | Self::Close(node, _) => {
                vec![*node]
            }
            Self::Cut(nodes) => nodes.clone(),
            Self::Database(_) => (0..count).collect(),
        }
    }

    /// In which order faults end: a node cannot start while its database is away.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Database(_) => 0,
            Self::Freeze(..) | Self::Close(..) => 1,
            Self::None | Self::Cut(_) => 2,
            Self::Stop(..) => 3,
            Self::Kill(..) => 4,
            Self::Roll(_) => 5,
        }
    }
}

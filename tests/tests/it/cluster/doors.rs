//! Where the nodes listen: what a load balancer knows, without its judgement.

use std::sync::Arc;

use hooktide_testkit::{Api, Cluster, Dice};
use tokio::sync::watch;

/// A client of each node. Clones see the same list.
#[derive(Debug, Clone)]
pub(super) struct Doors(Arc<watch::Sender<Vec<Api>>>);

impl Doors {
    pub(super) fn of(cluster: &Cluster) -> Self {
        Self(Arc::new(watch::Sender::new(cluster.apis())))
    }

    /// A node that started again listens elsewhere.
    pub(super) fn refresh(&self, cluster: &Cluster) {
        self.0.send_replace(cluster.apis());
    }

    /// Any of them but `last`, the one that was asked before.
    pub(super) fn any(&self, dice: &mut Dice, last: Option<usize>) -> (usize, Api) {
        let doors = self.0.borrow();
        let count = u64::try_from(doors.len()).expect("few");
        let number = match last {
            Some(last) if count > 1 => {
                let step = usize::try_from(dice.between(1, count - 1)).expect("few");
                (last + step) % doors.len()
            }
            _ => usize::try_from(dice.between(0, count - 1)).expect("few"),
        };
        (number, doors[number].clone())
    }
}

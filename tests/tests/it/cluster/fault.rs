//! Making things go wrong, and right again.

use std::time::Duration;

use hooktide_testkit::{Cluster, OwnPostgres, StopMode};
use tokio::time::Instant;
use tokio_postgres::{Client, NoTls};

use super::doors::Doors;
use super::plan::Fault;

/// The default grace of 25 s and what a busy machine adds.
const EXIT_MAX: Duration = Duration::from_secs(30);

/// What faults strike.
#[derive(Debug)]
pub(super) struct Ground {
    // Before the database, so that the nodes end first.
    pub(super) cluster: Cluster,
    pub(super) doors: Doors,
    pub(super) postgres: OwnPostgres,
}

impl Ground {
    /// All of them at once; returns when each is over.
    pub(super) async fn strike(&mut self, plan: &[Fault]) {
        let begun = Instant::now();
        for fault in plan {
            self.begin(fault).await;
        }
        let mut ending: Vec<&Fault> = plan.iter().collect();
        ending.sort_by_key(|fault| fault.rank());
        for fault in ending {
            tokio::time::sleep_until(begun + fault.span()).await;
            self.end(fault).await;
        }
    }

    /// A connection to look at the database with.
    pub(super) async fn connect(&self) -> Client {
        let connected = tokio_postgres::connect(&self.postgres.url(), NoTls).await;
        let (client, connection) = connected.unwrap_or_else(|error| panic!("the database is there: {error}"));
        tokio::spawn(connection);
        client
    }

    async fn begin(&mut self, fault: &Fault) {
        let nodes = &mut self.cluster.nodes;
        match fault {
            Fault::None | Fault::Roll(_) => {}
            Fault::Kill(node, _) => nodes[*node].server.kill9(),
            Fault::Stop(node, _) => nodes[*node].server.pause(),
            Fault::Database(_) => self.postgres.stop(StopMode::Immediate),
            Fault::Cut(cut) => cut.iter().for_each(|node| nodes[*node].network.cut()),
            Fault::Freeze(node, _) => nodes[*node].network.freeze(),
            Fault::Close(node, _) => nodes[*node].network.close(),
        }
    }

    async fn end(&mut self, fault: &Fault) {
        let nodes = &mut self.cluster.nodes;
        match fault {
            Fault::None | Fault::Cut(_) => {}
            Fault::Kill(node, _) => nodes[*node].server.restart().await,
            Fault::Stop(node, _) => nodes[*node].server.resume(),
            Fault::Database(_) => self.postgres.resume(),
            Fault::Freeze(node, _) => nodes[*node].network.thaw(),
            Fault::Close(node, _) => nodes[*node].network.open(),
            Fault::Roll(order) => self.roll(order).await,
        }
        self.doors.refresh(&self.cluster);
    }

    async fn roll(&mut self, order: &[usize]) {
        for node in order {
            let server = &mut self.cluster.nodes[*node].server;
            let status = server.sigterm(EXIT_MAX).await;
            assert_eq!(status.code(), Some(0), "{status}");
            server.restart().await;
            // Callers know where it is before the next one goes.
            self.doors.refresh(&self.cluster);
        }
    }
}

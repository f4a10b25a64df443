//! Fault after fault under load at all nodes: nothing acknowledged is lost, nothing is invented, a repeat needs a delivery
//! that was in flight, order is kept where it is promised, callers get a clear answer in time, and the tables agree.
//!
//! `HOOKTIDE_FAULTS` sets the number of faults, `HOOKTIDE_FAULT_SEED` replays what was drawn, and
//! `HOOKTIDE_FAULT_STOP_S_MAX` lets nodes be stopped for longer.

use std::collections::BTreeSet;
use std::time::Duration;

use hooktide_testkit::{Cluster, Dice, Lives, Method, OnDisk, OnRecord, OwnPostgres, Receiver, wait_until};
use tokio::time::Instant;
use tokio_postgres::Client;

use super::doors::Doors;
use super::fault::Ground;
use super::load::Load;
use super::plan::{Fault, Limits, draw};

const NODES: usize = 3;
const FAULTS_DEFAULT: u64 = 10;
/// Seconds that a node is stopped at most: longer than its lease, shorter than a caller's patience.
const STOP_S_MAX_DEFAULT: u64 = 6;
/// What the dead leave behind is cleared away within this: every fifth sign of life looks after it.
const CLEARED_WITHIN: Duration = Duration::from_secs(15);

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_under_load_break_no_promise() {
    let mut dice = Dice::from_env("HOOKTIDE_FAULT_SEED");
    let stop_max = Duration::from_secs(number("HOOKTIDE_FAULT_STOP_S_MAX", STOP_S_MAX_DEFAULT));
    let faults = number("HOOKTIDE_FAULTS", FAULTS_DEFAULT);
    let limits = Limits { nodes: NODES, stop_max };
    let mut run = Run::start(stop_max).await;
    // Nothing at all, then the one that is announced, then whatever comes.
    run.round(&[Fault::None], &mut dice).await;
    run.round(&[Fault::Roll((0..NODES).collect())], &mut dice).await;
    let mut made = 1;
    while made < faults {
        let plan = draw(&mut dice, limits);
        made += u64::try_from(plan.len()).expect("few");
        run.round(&plan, &mut dice).await;
    }
    run.end().await;
    println!("seed {}: {made} faults in {} rounds", dice.seed(), run.settled.len() - 1);
}

struct Run {
    ground: Ground,
    receiver: Receiver,
    settled: Vec<Load>,
    stop_max: Duration,
}

impl Run {
    async fn start(stop_max: Duration) -> Self {
        let postgres = OwnPostgres::start(&["max_connections=200"]);
        let cluster = Cluster::start(&postgres.url(), NODES, |setup| {
            setup.retries("20ms,40ms,80ms,160ms,320ms,320ms,320ms,320ms")
        })
        .await;
        let doors = Doors::of(&cluster);
        let ground = Ground { cluster, doors, postgres };
        Self { ground, receiver: Receiver::start().await, settled: Vec::new(), stop_max }
    }

    async fn round(&mut self, plan: &[Fault], dice: &mut Dice) {
        let begun = Instant::now();
        let name = format!("round-{}", self.settled.len());
        println!("{name}: {plan:?}");
        let api = self.ground.doors.any(dice, None).1;
        // A node that waits for its callers longer than these do would show as calls that never end.
        let stopped_max = self.stop_max.saturating_sub(Duration::from_secs(STOP_S_MAX_DEFAULT));
        let mut load =
            Load::prepare(&api, &self.ground.doors, &self.receiver, &name, dice, stopped_max).await;
        load.start(dice);
        let enough = usize::try_from(dice.between(50, 400)).expect("few");
        load.wait_for_sent(&self.receiver, enough).await;

        let fault_took = self.strike(plan, &mut load).await;

        self.wait_until_ready().await;
        load.wait_for_sent(&self.receiver, load.sent(&self.receiver) + 60).await;
        load.finish().await;
        let database = self.ground.connect().await;
        load.settle(&database).await;
        let api = self.ground.doors.any(dice, None).1;
        let summary = load.check(&api, &self.receiver).await;
        self.check_tables(&database, dice.seed()).await;
        println!(
            "{name}: {summary:?}, faults took {fault_took:.1?}, longest call {:.1?}, round took {:.1?}",
            load.longest_call,
            begun.elapsed()
        );
        self.settled.push(load);
    }

    /// Makes the faults, and notes what they caught in flight.
    async fn strike(&mut self, plan: &[Fault], load: &mut Load) -> Duration {
        let (before, lives) = self.look().await;
        let begun = Instant::now();
        self.ground.strike(plan).await;
        let took = begun.elapsed();
        let struck: Vec<usize> = plan.iter().flat_map(|fault| fault.struck(NODES)).collect();
        if !struck.is_empty() {
            let names: BTreeSet<String> =
                struck.iter().map(|node| self.ground.cluster.nodes[*node].name.clone()).collect();
            let (_, later) = self.look().await;
            load.note_fault(&self.receiver, &before, &lives.spared(&names, &later));
        }
        took
    }

    async fn look(&self) -> (OnDisk, Lives) {
        let database = self.ground.connect().await;
        let lives = OnRecord(&database).lives().await;
        (OnDisk::in_postgres(&database).await, lives)
    }

    /// Every node resumes by itself.
    async fn wait_until_ready(&self) {
        for api in self.ground.cluster.apis() {
            wait_until("every node to be ready again", async || {
                let answer = api.request(Method::GET, "=/readyz").try_send().await;
                answer.ok().filter(|reply| reply.status == 200)
            })
            .await;
        }
    }

    async fn check_tables(&self, database: &Client, seed: u64) {
        let record = OnRecord(database);
        let contradictions = record.contradictions().await;
        assert!(contradictions.is_empty(), "seed {seed}: {contradictions:#?}");
        let mut remains = Vec::new();
        let cleared = wait_until("the dead to be cleared away", async || {
            remains = record.remains().await;
            (remains.is_empty() && record.lives().await.names().len() == NODES).then_some(())
        });
        let in_time = tokio::time::timeout(CLEARED_WITHIN, cleared).await.is_ok();
        assert!(in_time, "seed {seed}: {remains:#?}");
    }

    /// What was settled stays settled: no later fault sent it again or made it vanish, and every node tells the same.
    async fn end(&mut self) {
        let database = self.ground.connect().await;
        for (number, load) in self.settled.iter_mut().enumerate() {
            let api = self.ground.cluster.nodes[number % NODES].server.api();
            load.check(&api, &self.receiver).await;
        }
        let contradictions = OnRecord(&database).contradictions().await;
        assert!(contradictions.is_empty(), "{contradictions:#?}");
    }
}

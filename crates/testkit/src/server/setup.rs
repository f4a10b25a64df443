//! What a server under test is started with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::under_test::ServerUnderTest;
use crate::postgres::ScratchSchema;

/// Settings of a server under test. The server sees these and nothing of the caller's environment.
#[derive(Debug, Clone)]
pub struct ServerSetup {
    pub(super) env: BTreeMap<String, String>,
    pub(super) dir: Home,
    pub(super) verb: &'static str,
    /// Where its store is, if not in its directory.
    pub(super) schema: Option<Arc<ScratchSchema>>,
}

/// Which backend the servers under test use, where the test does not say: `sqlite` (default) or `postgres`.
const BACKEND: &str = "HOOKTIDE_TEST_BACKEND";

/// What nodes of one cluster have in common.
const JWT_SECRET: &str = "a secret of the tests that signs bearer tokens";
const MAIN_SECRET: &str = "a secret of the tests that seals secrets at rest";
/// Connections of one server: tests run side by side, and the database has a hundred.
const POOL_SIZE: &str = "4";

/// Whether servers under test keep their store in PostgreSQL.
#[must_use]
pub fn on_postgres() -> bool {
    match std::env::var(BACKEND).as_deref() {
        Err(_) | Ok("" | "sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("{BACKEND}={other}: it is sqlite or postgres"),
    }
}

/// The directory a server runs in.
#[derive(Debug, Clone)]
pub(super) enum Home {
    /// Removed with the last server or setup that uses it.
    Fresh(Arc<TempDir>),
    /// The test's own.
    Given(PathBuf),
}

impl Home {
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Fresh(dir) => dir.path().to_path_buf(),
            Self::Given(path) => path.clone(),
        }
    }
}

impl Default for ServerSetup {
    fn default() -> Self {
        Self::new()
    }
}

impl ServerSetup {
    /// A fresh directory, a free port, loopback receivers allowed.
    ///
    /// # Panics
    /// When no directory can be made.
    #[must_use]
    pub fn new() -> Self {
        let dir = TempDir::with_prefix("hooktide-test-").expect("a temporary directory can be made");
        let setup =
            Self { env: BTreeMap::new(), dir: Home::Fresh(Arc::new(dir)), verb: "serve", schema: None };
        let setup = setup
            .env("HOOKTIDE_LISTEN", "127.0.0.1:0")
            .env("HOOKTIDE_DELIVERY_ALLOW_SUBNETS", "127.0.0.0/8,::1/128");
        if on_postgres() { setup.in_schema(Arc::new(ScratchSchema::create_blocking())) } else { setup }
    }

    /// Keeps the store in that schema of PostgreSQL. Servers that share it are nodes of one cluster.
    #[must_use]
    pub fn in_schema(mut self, schema: Arc<ScratchSchema>) -> Self {
        self = self.env("HOOKTIDE_DATABASE_URL", &schema.url());
        let unless_set = [
            ("HOOKTIDE_JWT_SECRET", JWT_SECRET),
            ("HOOKTIDE_MAIN_SECRET", MAIN_SECRET),
            ("HOOKTIDE_DATABASE_POOL_SIZE", POOL_SIZE),
            ("HOOKTIDE_CLUSTER_LEASE", "2s"),
        ];
        for (name, value) in unless_set {
            self.env.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
        self.schema = Some(schema);
        self
    }

    /// Keeps the store in its directory, whatever backend the tests run on: for what only the embedded store does.
    #[must_use]
    pub fn embedded(mut self) -> Self {
        self.schema = None;
        let of_a_cluster =
            ["DATABASE_URL", "JWT_SECRET", "MAIN_SECRET", "DATABASE_POOL_SIZE", "CLUSTER_LEASE"];
        of_a_cluster.into_iter().fold(self, |setup, name| setup.without(&format!("HOOKTIDE_{name}")))
    }

    /// Sets one environment variable of the server, `HOOKTIDE_*` in full.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Leaves one of the default variables unset.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.env.remove(name);
        self
    }

    /// The retry schedule, such as `50ms,100ms`; empty for a single try.
    #[must_use]
    pub fn retries(self, schedule: &str) -> Self {
        self.env("HOOKTIDE_DELIVERY_RETRY_SCHEDULE", schedule)
    }

    /// Runs `hooktide dev` instead of `hooktide serve`.
    #[must_use]
    pub fn dev(mut self) -> Self {
        self.verb = "dev";
        self
    }

    /// Runs in a directory of the test's own, which is not removed.
    #[must_use]
    pub fn in_dir(mut self, dir: PathBuf) -> Self {
        self.dir = Home::Given(dir);
        self
    }

    /// Starts the server and waits until it is ready.
    ///
    /// # Panics
    /// When it does not get ready; the panic shows its log.
    pub async fn start(self) -> ServerUnderTest {
        ServerUnderTest::launch(self).await
    }
}

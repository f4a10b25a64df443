//! Connections to the database: a bounded pool, and single ones that their owner drives.
//!
//! Whoever notices that the database does not answer says so with [`Database::note_away`]; from then on callers are
//! refused at once instead of waiting each for itself, until it is noted to be back.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Connect, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use futures_util::stream::{BoxStream, StreamExt, poll_fn as stream_of};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Error, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::endpoint::{APPLICATION_NAME, Address, CONNECT_TIMEOUT, DatabaseOptions};
use super::{fault, tls};
use crate::StoreError;

/// How long a caller waits for a connection that has to be made. The making goes on without him.
const NEW_CONNECTION_WAIT: Duration = Duration::from_millis(250);
/// How long a caller waits while every connection of the pool is in use.
const TURN_WAIT: Duration = Duration::from_secs(5);

/// First half of the keys of all advisory locks; the second half tells schemas and purposes apart.
pub(super) const LOCK_SPACE: i32 = 0x686b_5464;

/// What a connection tells beside answers: notices and notifications. Must be read for the connection to work; ends when
/// its client is dropped or the connection is lost.
pub(super) type Messages = BoxStream<'static, Result<AsyncMessage, Error>>;

/// A database. Clones share the pool.
#[derive(Clone)]
pub(super) struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    connector: Connector,
    place: String,
    away: watch::Sender<bool>,
    /// Connections that may be in the making for callers who did not wait.
    making: Arc<Semaphore>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Database({})", self.inner.place)
    }
}

impl Database {
    /// Make the pool, and one connection to see that it can be made.
    ///
    /// # Errors
    /// `Unavailable` when the server cannot be reached now; `Database` when the URL is wrong or the server refuses.
    pub(super) async fn open(options: &DatabaseOptions) -> Result<Self, StoreError> {
        let address = Address::parse(&options.url)?;
        let place = address.place();
        let tls = tls::connector(address.tls, address.root_file.as_deref())?;
        let connector = Connector { config: address.config, tls };
        let manager = Manager::from_connect(
            connector.config.clone(),
            connector.clone(),
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let size = options.pool_size.max(1);
        let pool = Pool::builder(manager)
            .max_size(size)
            .wait_timeout(Some(TURN_WAIT))
            .create_timeout(Some(CONNECT_TIMEOUT))
            .runtime(Runtime::Tokio1)
            .build()
            .expect("a runtime is given");
        let (away, _) = watch::channel(false);
        let inner = Inner { pool, connector, place, away, making: Arc::new(Semaphore::new(size)) };
        let database = Self { inner: Arc::new(inner) };
        let first = database.inner.pool.get().await;
        first.map(drop).map_err(|error| database.named(refusal(&error)))?;
        Ok(database)
    }

    /// A connection of the pool; `prepare_cached` keeps statements with it.
    ///
    /// # Errors
    /// `Unavailable` within 250 ms while the database is away; `Overloaded` when no connection becomes free in five
    /// seconds.
    pub(super) async fn client(&self) -> Result<Object, StoreError> {
        let mut away = self.inner.away.subscribe();
        if *away.borrow_and_update() {
            return Err(self.away());
        }
        let mut got = Box::pin(get(self.inner.pool.clone()));
        if let Some(ready) = now_or_never(got.as_mut()).await {
            return ready;
        }
        // Of a full pool a connection comes back; else one is being made, on which the caller's patience must not end.
        let status = self.inner.pool.status();
        let is_full = status.size >= status.max_size && status.available == 0;
        let limit = if is_full { TURN_WAIT } else { NEW_CONNECTION_WAIT };
        let waiting = async {
            match Arc::clone(&self.inner.making).try_acquire_owned() {
                Ok(permit) if !is_full => {
                    let made = async move {
                        let _permit = permit;
                        got.await
                    };
                    tokio::spawn(made).await.unwrap_or_else(|_| Err(stopping()))
                }
                _ => got.await,
            }
        };
        tokio::select! {
            got = tokio::time::timeout(limit, waiting) => got.unwrap_or_else(|_| Err(self.away())),
            _ = away.wait_for(|away| *away) => Err(self.away()),
        }
    }

    /// A connection outside the pool, shown by that name in the server's list of sessions. Its owner must read the
    /// messages for it to work. Also made while the database is noted to be away.
    ///
    /// # Errors
    /// `Unavailable` when the server cannot be reached now; `Database` when it refuses.
    pub(super) async fn dial(&self, name: &str) -> Result<(Client, Messages), StoreError> {
        let mut connector = self.inner.connector.clone();
        connector.config.application_name(format!("{APPLICATION_NAME} {name}"));
        let dialled = tokio::time::timeout(CONNECT_TIMEOUT, connector.open()).await;
        dialled.map_err(|_| self.away())?.map_err(|error| self.named(fault::judged(&error)))
    }

    /// The same, driven by a task of its own that ends with the client.
    pub(super) async fn dial_driven(&self, name: &str) -> Result<Client, StoreError> {
        let (client, messages) = self.dial(name).await?;
        drive(messages);
        Ok(client)
    }

    /// The store's error for one of the database's.
    pub(super) fn fault(error: &Error) -> StoreError {
        fault::judged(error)
    }

    /// Whether the database is noted to be away.
    #[cfg(test)]
    pub(super) fn is_away(&self) -> bool {
        *self.inner.away.borrow()
    }

    /// Note that the database does not answer, or does again.
    pub(super) fn note_away(&self, is_away: bool) {
        self.inner.away.send_if_modified(|away| std::mem::replace(away, is_away) != is_away);
    }

    /// Tells when it goes away and comes back.
    #[cfg(test)]
    pub(super) fn watch_away(&self) -> watch::Receiver<bool> {
        self.inner.away.subscribe()
    }

    /// Host and database, for messages.
    pub(super) fn place(&self) -> &str {
        &self.inner.place
    }

    fn away(&self) -> StoreError {
        StoreError::Unavailable(format!("{} does not answer", self.inner.place))
    }

    /// The same error, saying which database.
    fn named(&self, error: StoreError) -> StoreError {
        let place = self.place();
        match error {
            StoreError::Database(text) => StoreError::Database(format!("failed to use {place}: {text}")),
            StoreError::Unavailable(text) => {
                StoreError::Unavailable(format!("failed to reach {place}: {text}"))
            }
            other => other,
        }
    }
}

fn stopping() -> StoreError {
    StoreError::Unavailable("the store is stopping".to_owned())
}

async fn get(pool: Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(|error| refusal(&error))
}

/// Look at a future once.
async fn now_or_never<T>(mut future: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
    poll_fn(|cx| match future.as_mut().poll(cx) {
        std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}

fn refusal(error: &PoolError) -> StoreError {
    use deadpool_postgres::TimeoutType;
    match error {
        PoolError::Backend(error) => fault::judged(error),
        PoolError::Timeout(TimeoutType::Wait) => StoreError::Overloaded,
        PoolError::Timeout(_) => StoreError::Unavailable("no connection was made in time".to_owned()),
        PoolError::Closed => stopping(),
        other => StoreError::Database(other.to_string()),
    }
}

/// Makes connections, for the pool and outside it.
#[derive(Clone)]
struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Connector {
    async fn open(&self) -> Result<(Client, Messages), Error> {
        match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                Ok((client, messages(connection)))
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                Ok((client, messages(connection)))
            }
        }
    }
}

fn messages<T>(mut connection: Connection<Socket, T>) -> Messages
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    stream_of(move |cx| connection.poll_message(cx)).boxed()
}

/// Read a connection to its end, in a task.
pub(super) fn drive(mut messages: Messages) -> JoinHandle<()> {
    tokio::spawn(async move {
        while let Some(message) = messages.next().await {
            match message {
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(%error, "a connection to the database was lost");
                    return;
                }
            }
        }
    })
}

impl Connect for Connector {
    fn connect(
        &self,
        _config: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + '_>> {
        Box::pin(async move {
            let (client, messages) = self.open().await?;
            Ok((client, drive(messages)))
        })
    }
}

//! How a node hears of configuration that another one changed.
//!
//! The tables' triggers tell on [`CHANNEL`] when a change is committed. A node whose listening connection was cut misses
//! that, so it also looks at a counter now and then. The counter is a sequence, so that writers do not wait for each
//! other, and is therefore ahead of what is committed: whoever sees a new number has to forget what it knows once
//! more, as soon as everybody who may have drawn it has committed.

use hooktide_model::Seq;
use tokio_postgres::Client;

use super::rows::Fault;

/// Where changes are told. Of the whole database: a node hears of other schemas too, and forgets for nothing.
pub(in crate::backends::postgres) const CHANNEL: &str = "hooktide_configuration";

/// One page of a sequence, and the transactions that are running: none below the first number, none yet from the second.
pub(super) const LOOK: &str = "
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END, pg_snapshot_xmin(pg_current_snapshot())::TEXT::BIGINT,
        pg_snapshot_xmax(pg_current_snapshot())::TEXT::BIGINT
    FROM configuration_change";

/// What a change was of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::backends::postgres) enum Changed {
    /// This application, which a source may own.
    Application(Seq),
    /// An endpoint of an application.
    Endpoint {
        /// The endpoint.
        endpoint: Seq,
        /// Its application.
        app: Seq,
    },
    /// A source and the application that it owns.
    Source {
        /// The source.
        source: Seq,
        /// Its application.
        app: Seq,
    },
    /// Something that no node keeps in memory, or a newer version's table.
    Other,
}

impl Changed {
    /// Read a notification's payload.
    pub(in crate::backends::postgres) fn parse(payload: &str) -> Self {
        let mut words = payload.split(' ');
        let table = words.next().unwrap_or_default();
        let mut key = || words.next().and_then(|word| word.parse().ok()).map(Seq);
        let (Some(row), Some(app)) = (key(), key()) else { return Self::Other };
        match table {
            "application" => Self::Application(row),
            "endpoint" => Self::Endpoint { endpoint: row, app },
            "source" => Self::Source { source: row, app },
            _ => Self::Other,
        }
    }
}

/// What a node that looks at the counter has seen.
#[derive(Debug, Default)]
pub(in crate::backends::postgres) struct Changes {
    seen: Option<i64>,
    unsettled: Option<Unsettled>,
}

#[derive(Clone, Copy, Debug)]
enum Unsettled {
    /// A new number was seen; whoever drew it began before the next look.
    UntilNextLook,
    /// They are all done once no transaction below this one runs.
    Below(i64),
}

impl Changes {
    /// Look at the counter: whether everything that was read before this call has to be forgotten.
    pub(in crate::backends::postgres) async fn look(&mut self, client: &Client) -> Result<bool, Fault> {
        let row = client.query_one(LOOK, &[]).await?;
        Ok(self.judge(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
    }

    /// Whether something that was seen may not be committed yet.
    #[cfg(test)]
    pub(super) fn is_unsettled(&self) -> bool {
        self.unsettled.is_some()
    }

    pub(super) fn judge(&mut self, number: i64, oldest_running: i64, first_unborn: i64) -> bool {
        if self.seen.replace(number) != Some(number) {
            self.unsettled = Some(Unsettled::UntilNextLook);
            return true;
        }
        let bound = match self.unsettled {
            None => return false,
            Some(Unsettled::UntilNextLook) => first_unborn,
            Some(Unsettled::Below(bound)) => bound,
        };
        let is_settled = oldest_running >= bound;
        self.unsettled = (!is_settled).then_some(Unsettled::Below(bound));
        is_settled
    }
}

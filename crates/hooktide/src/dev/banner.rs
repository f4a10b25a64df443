//! What a newcomer sees first: where things are, and what to paste.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

use super::{DemoSource, table_endpoint};

/// The text's parts.
pub(crate) struct Banner<'a> {
    pub(crate) api: &'a str,
    pub(crate) receiver: SocketAddr,
    pub(crate) data: &'a str,
    pub(crate) token: &'a str,
    pub(crate) source: &'a DemoSource,
    /// What the source's provider would send.
    pub(crate) first: &'a str,
    /// Another of the kind.
    pub(crate) second: &'a str,
    /// The file that an endpoint of the source may write.
    pub(crate) table: &'a Path,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api, receiver, token, first, second, .. } = self;
        write!(
            f,
            r#"Hooktide is listening on {api}

  API       {api}/api/v1
  API docs  {api}/docs
  Data      {data}
  Receiver  http://{receiver} (built in; verifies every delivery and prints a line for it below)

Paste this into another terminal.

  export TOKEN={token}

1. Publish a message:

  curl -s {api}/api/v1/app/demo/msg -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \
    -d '{{"eventType": "invoice.paid", "payload": {{"type": "invoice.paid", "invoice": "in_1", "amount": 4200}}}}'

2. See its attempts:

  curl -s {api}/api/v1/app/demo/attempt/endpoint/demo-receiver -H "Authorization: Bearer $TOKEN"

3. Make the receiver fail twice, publish again (step 1), and watch the retries:

  curl -s "http://{receiver}/fail?times=2"

4. Receive: a source takes GitHub's webhooks at {api}{door}
   Its secret is {secret}
   This is what GitHub would send; the signature is checked, and the receiver gets the same bytes:

  {first}

5. Act: let the source write a table as well, send it another event, and look at the row:

  curl -s -X PUT {api}/ingest/api/v1/source/demo-github/endpoint/demo-table -H "Authorization: Bearer $TOKEN" \
    -H "Content-Type: application/json" -d '{endpoint}'

  {second}

  sqlite3 {table} "SELECT * FROM webhook"

Stop with Ctrl-C. Deliveries:
"#,
            data = self.data,
            door = self.source.path,
            secret = self.source.secret,
            endpoint = table_endpoint(),
            table = self.table.display(),
        )
    }
}

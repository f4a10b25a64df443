//! What a newcomer sees first: where things are, and what to paste.

use std::net::SocketAddr;
use std::path::Path;

use super::DemoSource;

/// The text.
pub(crate) fn banner(
    api: SocketAddr,
    receiver: SocketAddr,
    data: &Path,
    token: &str,
    source: &DemoSource,
    command: &str,
) -> String {
    let api = format!("http://{api}");
    format!(
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

  {command}

Stop with Ctrl-C. Deliveries:
"#,
        data = data.display(),
        door = source.path,
        secret = source.secret,
    )
}

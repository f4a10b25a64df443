//! The list of settings. Everything derives from it: see the crate's doc. An entry reads: the path, the default as
//! text, the form with the field it fills, a value worth copying, and what the setting is for.

use std::time::Duration;

use crate::forms::{
    Address, BaseUrl, Bound, BytesIn, BytesOrUnlimited, Choice, CountIn, Database, DurationIn, DurationOrOff,
    FilePath, Fraction, LogDirectives, NameServers, NodeName, Optional, ProgramPaths, Schedule, Secret,
    SizeIn, Subnets, Switch,
};
use crate::{Group, HeaderNames, Key, LogFormat, SignatureType};

const SECOND: Duration = Duration::from_secs(1);
const YEAR: Duration = Duration::from_secs(365 * 86_400);
const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// The groups in the order of the reference page. A key belongs to the group before its first dot.
pub static GROUPS: &[Group] = &[
    Group { name: "", doc: "Where the server listens, where its data is, and its two secrets." },
    Group { name: "database", doc: "Connections to a PostgreSQL database." },
    Group { name: "cluster", doc: "Nodes that share a PostgreSQL database." },
    Group { name: "delivery", doc: "How messages are sent to endpoints." },
    Group { name: "destinations", doc: "Destinations of endpoints that are not HTTP servers." },
    Group { name: "messages", doc: "What a message may be." },
    Group { name: "api", doc: "The HTTP API." },
    Group { name: "receive", doc: "How providers' requests are received." },
    Group { name: "idempotency", doc: "How long a repeated request is recognised as the same." },
    Group { name: "retention", doc: "How much history is kept." },
    Group { name: "storage", doc: "Files of the embedded store." },
    Group { name: "metrics", doc: "Numbers for Prometheus." },
    Group { name: "log", doc: "What the server says while it runs, on standard error." },
    Group { name: "shutdown", doc: "How the server stops." },
];

/// Every setting.
pub static KEYS: &[Key] = &[
    Key {
        path: "listen",
        default: "127.0.0.1:8071",
        setting: &Bound(Address, |c| &mut c.listen),
        example: "0.0.0.0:8071",
        secret: false,
        doc: "Where the API is served. The default is reachable from this machine only. `PORT`, which platforms set, \
              is read when `HOOKTIDE_LISTEN` is not set: the server then listens on `0.0.0.0` at that port. Port 0 \
              picks a free one.",
    },
    Key {
        path: "database_url",
        default: "sqlite://hooktide-data/hooktide.db",
        setting: &Bound(Database, |c| &mut c.database_url),
        example: "sqlite:///var/lib/hooktide/hooktide.db",
        secret: false,
        doc: "The store. `sqlite://` is embedded: its directory is the data directory, where it keeps several files, and \
              the secrets below when they are generated. `postgres://user:password@host:5432/database` is a PostgreSQL \
              database, 14 or newer, that any number of nodes may share; both secrets must be set then, and be the \
              same on all nodes. Everything lies in the first schema of its `search_path`, which \
              `?options=-csearch_path%3Dname` chooses. TLS is as in `libpq`: `sslmode` is `disable`, `prefer` (the \
              default), `require`, `verify-ca` or `verify-full`, and `sslrootcert` names a PEM file; without it the \
              public authorities are trusted. Connect to PostgreSQL itself, not through a pooler that shares sessions \
              between transactions. `DATABASE_URL` is read when `HOOKTIDE_DATABASE_URL` is not set.",
    },
    Key {
        path: "jwt_secret",
        default: "",
        setting: &Bound(Optional(Secret), |c| &mut c.jwt_secret),
        example: "7d0f…64 hexadecimal digits",
        secret: true,
        doc: "Signs and checks bearer tokens (HS256). When absent, one is generated and kept in the file `jwt.secret` \
              of the data directory, readable by its owner only. Changing it makes every issued token invalid.",
    },
    Key {
        path: "main_secret",
        default: "",
        setting: &Bound(Optional(Secret), |c| &mut c.main_secret),
        example: "a91c…64 hexadecimal digits",
        secret: true,
        doc: "Encrypts the endpoints' signing keys at rest. When absent, one is generated and kept in the file \
              `main.secret` of the data directory. Keep a copy elsewhere: what it encrypted cannot be read without it.",
    },
    Key {
        path: "database.pool_size",
        default: "8",
        setting: &Bound(SizeIn { min: 1, max: 1000 }, |c| &mut c.database.pool_size),
        example: "16",
        secret: false,
        doc: "Connections to PostgreSQL that a node opens at most for reads and for changes of configuration; a few more \
              are kept for its writer, its heartbeat and what it listens to. All nodes together must stay below the \
              server's `max_connections`.",
    },
    Key {
        path: "cluster.node_name",
        default: "",
        setting: &Bound(Optional(NodeName), |c| &mut c.cluster.node_name),
        example: "hooktide-1",
        secret: false,
        doc: "What this node is called in lists, logs and metrics. The host's name when absent. Names need not differ: \
              nodes are told apart by a number of their own.",
    },
    Key {
        path: "cluster.lease",
        default: "10s",
        setting: &Bound(DurationIn { min: Duration::from_secs(2), max: Duration::from_secs(600) }, |c| {
            &mut c.cluster.lease
        }),
        example: "5s",
        secret: false,
        doc: "How long a node may be silent, by the database's clock, before others take over its deliveries. A node that \
              was paused for longer notices before it sends. Shorter takes over sooner after a crash, and needs a \
              database that always answers within it. The same on all nodes.",
    },
    Key {
        path: "delivery.allow_subnets",
        default: "",
        setting: &Bound(Subnets, |c| &mut c.delivery.allow_subnets),
        example: "10.20.0.0/16,fd00:20::/32",
        secret: false,
        doc: "Private networks that endpoints may live in. Without it no request goes to a loopback, private, \
              link-local or otherwise special address, whatever name leads there.",
    },
    Key {
        path: "delivery.https_only",
        default: "false",
        setting: &Bound(Switch, |c| &mut c.delivery.https_only),
        example: "true",
        secret: false,
        doc: "Refuse endpoints whose URL is not `https://`.",
    },
    Key {
        path: "delivery.retry_schedule",
        default: "5s,5m,30m,2h,5h,10h,14h,20h,24h",
        setting: &Bound(Schedule, |c| &mut c.delivery.retry_schedule),
        example: "5s,1m,10m,1h",
        secret: false,
        doc: "The delay after each failed try. The number of tries is one more than the number of delays; an empty \
              list means that every message is tried once. The default is the schedule that Standard Webhooks \
              recommends: ten tries within about three days.",
    },
    Key {
        path: "delivery.jitter",
        default: "0.2",
        setting: &Bound(Fraction, |c| &mut c.delivery.jitter),
        example: "0.1",
        secret: false,
        doc: "The share by which a delay is varied at random in both directions, so that what failed together is not \
              retried together.",
    },
    Key {
        path: "delivery.timeout",
        default: "15s",
        setting: &Bound(DurationIn { min: Duration::from_millis(100), max: Duration::from_secs(30) }, |c| {
            &mut c.delivery.timeout
        }),
        example: "20s",
        secret: false,
        doc: "The bound on one try as a whole: name look-up, connection, request and answer.",
    },
    Key {
        path: "delivery.disable_after",
        default: "120h",
        setting: &Bound(DurationOrOff(DurationIn { min: Duration::from_millis(250), max: YEAR }), |c| {
            &mut c.delivery.disable_after
        }),
        example: "72h",
        secret: false,
        doc: "How long an endpoint may fail without a single success before it is disabled. `off` never disables one.",
    },
    Key {
        path: "delivery.signature_type",
        default: "hmac256",
        setting: &Bound(
            Choice {
                words: &["hmac256", "ed25519"],
                values: &[SignatureType::Hmac256, SignatureType::Ed25519],
            },
            |c| &mut c.delivery.signature_type,
        ),
        example: "ed25519",
        secret: false,
        doc: "The kind of key that a new endpoint gets when it brings none: symmetric (`whsec_…`, signatures `v1`) or \
              asymmetric (`whsk_…`, signatures `v1a`). Existing endpoints keep theirs.",
    },
    Key {
        path: "delivery.headers",
        default: "both",
        setting: &Bound(
            Choice {
                words: &["both", "webhook", "svix"],
                values: &[HeaderNames::Both, HeaderNames::Webhook, HeaderNames::Svix],
            },
            |c| &mut c.delivery.headers,
        ),
        example: "webhook",
        secret: false,
        doc: "The names under which id, timestamp and signature are sent: `webhook-*` as Standard Webhooks has them, \
              `svix-*`, or both with the same values.",
    },
    Key {
        path: "delivery.concurrency",
        default: "10",
        setting: &Bound(SizeIn { min: 1, max: 1000 }, |c| &mut c.delivery.concurrency),
        example: "25",
        secret: false,
        doc: "Requests in flight to one endpoint at the same time.",
    },
    Key {
        path: "delivery.lane_capacity",
        default: "16384",
        setting: &Bound(SizeIn { min: 1, max: 1_000_000 }, |c| &mut c.delivery.lane_capacity),
        example: "4096",
        secret: false,
        doc: "Deliveries that wait in memory for one endpoint that answers well; a slow one gets fewer. What does not fit \
            waits on disk and costs a little more.",
    },
    Key {
        path: "delivery.memory_bytes_max",
        default: "64MiB",
        setting: &Bound(BytesIn { min: MIB, max: TIB }, |c| &mut c.delivery.memory_bytes_max),
        example: "256MiB",
        secret: false,
        doc: "Payload bytes that all waiting deliveries together keep in memory. Beyond it they wait on disk.",
    },
    Key {
        path: "delivery.dns_servers",
        default: "",
        setting: &Bound(NameServers, |c| &mut c.delivery.dns_servers),
        example: "10.0.0.53,[fd00::53]:5353",
        secret: false,
        doc: "Name servers to ask for the names of endpoints, sources and everything else that is connected to, over \
              UDP and TCP, at port 53 unless another is given. They stand in for the system's: neither \
              `/etc/resolv.conf` nor the hosts file is read then. What they answer is judged as ever: a name that \
              leads to an address outside `delivery.allow_subnets` is refused. Empty asks the system's.",
    },
    Key {
        path: "delivery.extra_ca_file",
        default: "",
        setting: &Bound(Optional(FilePath), |c| &mut c.delivery.extra_ca_file),
        example: "/etc/hooktide/company-ca.pem",
        secret: false,
        doc: "PEM file with certificate authorities to trust besides the public ones, for endpoints inside a company.",
    },
    Key {
        path: "destinations.files_root",
        default: "",
        setting: &Bound(Optional(FilePath), |c| &mut c.destinations.files_root),
        example: "/var/lib/hooktide/destinations",
        secret: false,
        doc: "The directory below which endpoints may write into SQLite files (`sqlite:name.db`) and append to files of \
              JSON lines (`file`). Without it no endpoint may use a file. Whoever may change endpoints may change \
              every file below it.",
    },
    Key {
        path: "destinations.commands",
        default: "",
        setting: &Bound(ProgramPaths, |c| &mut c.destinations.commands),
        example: "/usr/local/bin/restart-shop",
        secret: false,
        doc: "The programs that endpoints of the kind `command` may run, by their absolute paths; an endpoint has to name \
              one of them letter by letter. Without it none may. Arguments are chosen by whoever may change \
              endpoints, so never list a shell or an interpreter. They run as the account of the server.",
    },
    Key {
        path: "destinations.commands_max",
        default: "8",
        setting: &Bound(SizeIn { min: 1, max: 1000 }, |c| &mut c.destinations.commands_max),
        example: "2",
        secret: false,
        doc: "Programs of `command` endpoints that run at the same time. A delivery that gets no place before its time is \
              over is tried again later.",
    },
    Key {
        path: "messages.payload_bytes_max",
        default: "2MiB",
        setting: &Bound(BytesIn { min: KIB, max: 64 * MIB }, |c| &mut c.messages.payload_bytes_max),
        example: "256KiB",
        secret: false,
        doc: "The largest payload of a message. Many receivers refuse bodies far below the default, so a lower limit \
              finds the mistake at the publisher.",
    },
    Key {
        path: "api.body_bytes_max",
        default: "2MiB",
        setting: &Bound(BytesIn { min: KIB, max: 64 * MIB }, |c| &mut c.api.body_bytes_max),
        example: "4MiB",
        secret: false,
        doc: "The largest body of a request to the API. A larger one is answered with 413.",
    },
    Key {
        path: "receive.body_bytes_max",
        default: "1MiB",
        setting: &Bound(BytesIn { min: KIB, max: 64 * MIB }, |c| &mut c.receive.body_bytes_max),
        example: "5MiB",
        secret: false,
        doc: "The largest body of a provider's request, unless its source sets its own limit. A larger one is answered \
              with 413.",
    },
    Key {
        path: "receive.dedupe_window",
        default: "30d",
        setting: &Bound(DurationIn { min: SECOND, max: YEAR }, |c| &mut c.receive.dedupe_window),
        example: "14d",
        secret: false,
        doc: "How long an event that was taken is recognised when a provider sends it again: it is answered as before \
              and not acted on twice. Not longer than `retention.history` keeps it.",
    },
    Key {
        path: "receive.public_url",
        default: "",
        setting: &Bound(Optional(BaseUrl), |c| &mut c.receive.public_url),
        example: "https://hooks.example.com",
        secret: false,
        doc: "Where providers reach this server: what sources' URLs begin with, and what schemes that sign the URL are \
              checked against. When absent, the address that the server listens on is shown, and such schemes need the \
              `url` of their source.",
    },
    Key {
        path: "receive.trusted_proxies",
        default: "",
        setting: &Bound(Subnets, |c| &mut c.receive.trusted_proxies),
        example: "10.0.0.0/8",
        secret: false,
        doc: "Peers whose `X-Forwarded-For` is believed. Anybody else's is stored, and names nobody.",
    },
    Key {
        path: "idempotency.window",
        default: "24h",
        setting: &Bound(DurationIn { min: SECOND, max: YEAR }, |c| &mut c.idempotency.window),
        example: "12h",
        secret: false,
        doc: "How long an idempotency key is remembered. A request repeated within it gets the first answer again.",
    },
    Key {
        path: "idempotency.keys_max",
        default: "20000000",
        setting: &Bound(CountIn { min: 1000, max: 1_000_000_000 }, |c| &mut c.idempotency.keys_max),
        example: "5000000",
        secret: false,
        doc: "How many keys are remembered at most. Beyond it the oldest are forgotten before their window ends.",
    },
    Key {
        path: "retention.history",
        default: "90d",
        setting: &Bound(
            DurationOrOff(DurationIn { min: SECOND, max: Duration::from_secs(100 * 365 * 86_400) }),
            |c| &mut c.retention.history,
        ),
        example: "30d",
        secret: false,
        doc: "How long messages and attempts are kept. `off` keeps them until the disk limit below is reached. What is \
              not delivered yet is never dropped for its age.",
    },
    Key {
        path: "retention.disk_bytes_max",
        default: "50GiB",
        setting: &Bound(BytesOrUnlimited(BytesIn { min: 16 * MIB, max: 1024 * TIB }), |c| {
            &mut c.retention.disk_bytes_max
        }),
        example: "200GiB",
        secret: false,
        doc: "Bytes of history on disk at which the oldest is dropped before its time.",
    },
    Key {
        path: "storage.chunk_events",
        default: "200000",
        setting: &Bound(CountIn { min: 100, max: 10_000_000 }, |c| &mut c.storage.chunk_events),
        example: "500000",
        secret: false,
        doc: "Events (messages and attempts) after which a chunk of history is sealed and the next one begun. History \
              is dropped by whole chunks.",
    },
    Key {
        path: "storage.chunk_bytes",
        default: "256MiB",
        setting: &Bound(BytesIn { min: MIB, max: 16 * GIB }, |c| &mut c.storage.chunk_bytes),
        example: "512MiB",
        secret: false,
        doc: "Bytes after which a chunk of history is sealed, whichever comes first; at most an eighth of \
              `retention.disk_bytes_max`.",
    },
    Key {
        path: "storage.free_bytes_min",
        default: "512MiB",
        setting: &Bound(BytesIn { min: 0, max: TIB }, |c| &mut c.storage.free_bytes_min),
        example: "2GiB",
        secret: false,
        doc: "Free space that must remain on the disk. Below it, or below 5 % of the disk if that is less, new \
              messages are answered with 503 until space is free again.",
    },
    Key {
        path: "metrics.enabled",
        default: "true",
        setting: &Bound(Switch, |c| &mut c.metrics.enabled),
        example: "false",
        secret: false,
        doc: "Serve `/metrics` in the Prometheus text format.",
    },
    Key {
        path: "log.format",
        default: "auto",
        setting: &Bound(
            Choice {
                words: &["auto", "text", "json"],
                values: &[LogFormat::Auto, LogFormat::Text, LogFormat::Json],
            },
            |c| &mut c.log.format,
        ),
        example: "json",
        secret: false,
        doc: "How a log line looks: text for people, one JSON object per line for machines. `auto` is text on a \
              terminal and JSON otherwise.",
    },
    Key {
        path: "log.level",
        default: "info",
        setting: &Bound(LogDirectives, |c| &mut c.log.level),
        example: "info,hooktide_pipeline=debug",
        secret: false,
        doc: "What is logged: a level, with other levels for single parts if needed.",
    },
    Key {
        path: "shutdown.grace",
        default: "25s",
        setting: &Bound(DurationIn { min: Duration::ZERO, max: Duration::from_secs(600) }, |c| {
            &mut c.shutdown.grace
        }),
        example: "10s",
        secret: false,
        doc: "How long requests and deliveries in flight may take to finish after SIGTERM. What is not finished then \
              is taken up at the next start; nothing is lost.",
    },
];

//! No statement may cost more as history grows: each goes down an index, list by list in order, key by key in one
//! partition.
//!
//! Judged on tables with rows and the server's own settings, with the plan that is made for every value and with the
//! one that is made for some.

use serde_json::Value;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::super::reader::BothWays;
use super::super::{attempts, counts, deliveries, erase, messages, receipts, retention};
use super::{DAY, Place};

/// Partitions with rows.
const DAYS: i64 = 5;
/// Messages, receipts and attempts in each.
const ROWS_PER_DAY: i64 = 4_000;

/// How a statement must be carried out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In the order of its index: nothing is sorted, nothing passed over, and what the page does not need not begun.
    InOrder,
    /// By the index, in whatever order.
    ByIndex,
    /// By the index, with a plan made for just these values, however often it runs.
    ByTheseKeys,
}

impl Way {
    /// How plans are kept while it is judged.
    fn modes(self) -> &'static [&'static str] {
        if self == Self::ByTheseKeys { &["auto"] } else { &["force_generic_plan", "force_custom_plan"] }
    }
}

/// A statement, what stands for its values, and a condition that an index must meet.
struct Plan {
    name: &'static str,
    statement: &'static str,
    values: String,
    condition: &'static str,
    way: Way,
}

/// Rows of 50 applications and endpoints, one attempt per message, a quarter of them failed.
const FILL: &str = "
    CREATE TEMP TABLE made AS
        SELECT $FROM + (n / $PER_DAY) * $DAY + (n % $PER_DAY) * ($DAY / $PER_DAY) / 4 * 4 AS seq, n % 50 + 1 AS of, n
        FROM generate_series(0::BIGINT, $PER_DAY * $DAYS - 1) n;
    INSERT INTO message (seq, app, event_type, expires_at, targets, body)
        SELECT seq, of, 'invoice.paid', 9000000000000, int8send(of), '\\x7b7d' FROM made;
    INSERT INTO receipt (seq, source, outcome, head) SELECT seq, of, 0, '\\x00' FROM made;
    INSERT INTO attempt (seq, msg, ep, number, trigger, status, code, duration_ms, url)
        SELECT seq + 1, seq, of, 1, 0, CASE WHEN n % 4 = 0 THEN 2 ELSE 0 END, 200, 5, 'https://receiver.example'
        FROM made;
    INSERT INTO message_key (key, msg, born, kind) SELECT int8send(seq), seq, seq, n % 3 FROM made;
    INSERT INTO schedule (owner, ep, due, msg, id, tries, trigger)
        SELECT CASE WHEN n % 2 = 0 THEN n % 3 + 1 ELSE -of END, of, seq, seq, 0, 1, 0 FROM made;
    ANALYZE message_key; ANALYZE schedule";

/// The partitions that have rows, as the server looks at them by itself.
const FILLED: &str = "SELECT tableoid::REGCLASS::TEXT FROM (SELECT tableoid FROM message UNION SELECT tableoid FROM attempt \
     UNION SELECT tableoid FROM receipt) filled";

async fn filled() -> (Place, Client, i64) {
    let place = Place::open(DAY).await;
    let from = place.key().0;
    for _ in 0..DAYS {
        place.clock.advance(DAY);
        place.partitions.ensure(place.key()).await.expect("a partition is made");
    }
    let client = place.schema.connect().await;
    let fill = FILL
        .replace("$FROM", &from.to_string())
        .replace("$PER_DAY", &ROWS_PER_DAY.to_string())
        .replace("$DAYS", &DAYS.to_string())
        .replace("$DAY", &(86_400_i64 << 32).to_string());
    client.batch_execute(&fill).await.expect("rows are written");
    for row in client.query(FILLED, &[]).await.expect("partitions are listed") {
        client.batch_execute(&format!("ANALYZE {}", row.get::<_, String>(0))).await.expect("it is analysed");
    }
    (place, client, from)
}

fn lists(list: &BothWays, name: [&'static str; 2], values: &str, condition: &'static str) -> [Plan; 2] {
    let plan =
        |name, statement| Plan { name, statement, values: values.to_owned(), condition, way: Way::InOrder };
    [plan(name[0], list.newest), plan(name[1], list.oldest)]
}

fn by_index(name: &'static str, statement: &'static str, values: String, condition: &'static str) -> Plan {
    Plan { name, statement, values, condition, way: Way::ByIndex }
}

fn by_these_keys(name: &'static str, statement: &'static str, from: i64) -> Plan {
    let values = format!("ARRAY[{from}, {}]::BIGINT[]", from + (86_400 << 32));
    // With these values in it, not with a parameter.
    Plan { name, statement, values, condition: "(seq = ANY ('{", way: Way::ByTheseKeys }
}

/// Every statement that lists.
fn list_plans(from: i64) -> Vec<Plan> {
    let all = format!("7, -1, {}, 11", i64::MAX);
    let of_message = format!("{from}, {}, {}, 11", from - 1, i64::MAX);
    let tried = format!("7, -1, {}, {}, 22", i64::MAX, i64::MIN);
    let (app, ep, source) = ("(app = ", "(ep = ", "(source = ");
    [
        lists(&messages::LIST, ["messages", "messages, oldest"], &all, app),
        lists(&messages::WHOLE_LIST, ["whole messages", "whole messages, oldest"], &all, app),
        lists(&attempts::OF_ENDPOINT, ["attempts", "attempts, oldest"], &all, ep),
        lists(&attempts::UNSUCCESSFUL, ["unsuccessful", "unsuccessful, oldest"], &all, ep),
        lists(&attempts::OF_ENDPOINT_LABELLED, ["labelled", "labelled, oldest"], &all, ep),
        lists(&attempts::UNSUCCESSFUL_LABELLED, ["failed, labelled", "failed, labelled, oldest"], &all, ep),
        lists(&attempts::OF_ENDPOINT_WHOLE, ["with messages", "with messages, oldest"], &all, ep),
        lists(&attempts::OF_MESSAGE, ["of message", "of message, oldest"], &of_message, "(msg = "),
        lists(&deliveries::TRIED, ["tried", "tried, oldest"], &tried, ep),
        lists(&receipts::LIST, ["receipts", "receipts, oldest"], &all, source),
        lists(&receipts::OUTCOMES, ["outcomes", "outcomes, oldest"], &all, source),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every statement that goes by key, or over a range that must be read whole.
fn key_plans(from: i64) -> Vec<Plan> {
    let (seq, msg) = ("(seq = ", "(msg = ");
    let next_day = from + (86_400 << 32);
    let window = format!("{from}, {next_day}, 5000");
    vec![
        by_index("message", messages::BY_KEY, format!("{from}, 1"), seq),
        by_index("whole message", messages::WHOLE_BY_KEY, format!("{from}, 1"), seq),
        by_index("event id", messages::BY_UID, format!("int8send({from}), 1"), "(key = "),
        by_index("whole by event id", messages::WHOLE_BY_UID, format!("int8send({from}), 1"), seq),
        by_these_keys("messages by key", messages::BY_KEYS, from),
        by_index("attempt", attempts::BY_KEY, format!("{from}, {}", from + 1), msg),
        by_index("targets", deliveries::TARGETS, from.to_string(), seq),
        by_index("states", deliveries::STATES, format!("{from}, {}", from - 1), msg),
        by_index("counts", counts::COUNT, format!("7, {from}, {next_day}"), "(ep = "),
        by_index("waiting", counts::WAITING, "7".to_owned(), "(owner = "),
        by_index("receipt", receipts::WITH_BODY, format!("{from}, 1"), seq),
        by_index("receipt of a message", receipts::OF_MESSAGE, from.to_string(), seq),
        by_these_keys("receipts by key", receipts::BY_KEYS, from),
        by_index("erase payload", erase::ERASE_PAYLOAD, format!("{from}, 1"), seq),
        by_index("erase response", erase::ERASE_RESPONSE, format!("{from}, {}", from + 1), msg),
        by_index("forget idempotency", retention::FORGET_IDEMPOTENCY, window.clone(), "(born >= "),
        by_index("forget dedupe", retention::FORGET_DEDUPE, window.clone(), "(born >= "),
        by_index("forget event ids", retention::FORGET_UID, window, "(born >= "),
    ]
}

/// Everything about a plan that is judged.
#[derive(Debug, Default)]
struct Seen {
    scans: Vec<String>,
    sorts: Vec<String>,
    conditions: Vec<String>,
    filters: Vec<String>,
}

impl Seen {
    fn walk(&mut self, node: &Value) {
        let text = |key: &str| node.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        match text("Node Type").as_str() {
            "Seq Scan" => self.scans.push(text("Relation Name")),
            // Merging runs that are in order holds one row of each.
            kind @ ("Sort" | "Incremental Sort" | "Bitmap Heap Scan" | "Hash Join" | "Merge Join") => {
                self.sorts.push(format!("{kind} {}", text("Relation Name")));
            }
            _ => {}
        }
        let note =
            |text: String, list: &mut Vec<String>| list.extend(Some(text).filter(|text| !text.is_empty()));
        note(text("Index Cond"), &mut self.conditions);
        // Of a list by message only partitions are passed over by an attempt's own time.
        note(text("Filter"), &mut self.filters);
        self.filters.retain(|filter| !filter.starts_with("(seq > "));
        for child in node.get("Plans").and_then(Value::as_array).into_iter().flatten() {
            self.walk(child);
        }
    }
}

async fn explained(client: &Client, statement: &str, values: &str, mode: &str) -> Seen {
    // After five runs the server may settle on a plan for any values.
    let runs = if mode == "auto" { format!("EXECUTE judged({values}); ").repeat(6) } else { String::new() };
    let script =
        format!("DEALLOCATE ALL; SET plan_cache_mode = {mode}; PREPARE judged AS {statement}; {runs}");
    client.batch_execute(&script).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    let script = format!("EXPLAIN (FORMAT JSON) EXECUTE judged({values})");
    let answer = client.simple_query(&script).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    let rows = answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let plan: Value = serde_json::from_str(&rows.collect::<String>()).expect("the plan is JSON");
    let mut seen = Seen::default();
    seen.walk(&plan[0]["Plan"]);
    seen
}

async fn judge(plans: Vec<Plan>, client: &Client) {
    for settings in ["RESET enable_seqscan", "SET enable_seqscan = off"] {
        client.batch_execute(settings).await.expect("a setting is set");
        for plan in &plans {
            for mode in plan.way.modes() {
                let seen = explained(client, plan.statement, &plan.values, mode).await;
                let place = format!("{} ({settings}, {mode}): {seen:#?}", plan.name);
                assert!(seen.scans.is_empty(), "{place}");
                let is_in_order = seen.sorts.is_empty() && seen.filters.is_empty();
                assert!(plan.way != Way::InOrder || is_in_order, "{place}");
                assert!(seen.conditions.iter().any(|found| found.contains(plan.condition)), "{place}");
            }
        }
    }
}

#[tokio::test]
async fn lists_walk_their_index_in_order() {
    let (_place, client, from) = filled().await;
    judge(list_plans(from), &client).await;
}

#[tokio::test]
async fn keys_are_looked_up_in_their_index() {
    let (_place, client, from) = filled().await;
    judge(key_plans(from), &client).await;
}

#[tokio::test]
async fn key_is_looked_up_in_one_partition_only() {
    let (_place, client, from) = filled().await;
    for statement in [messages::BY_KEY, attempts::BY_KEY] {
        let seen = explained(&client, statement, &format!("{from}, {}", from + 1), "force_custom_plan").await;
        let looks = seen.conditions.iter().filter(|condition| condition.contains("(seq = ")).count();
        assert_eq!(looks, 1, "{seen:#?}");
    }
}

#[tokio::test]
async fn scan_and_sort_would_be_seen() {
    let (_place, client, _) = filled().await;
    for statement in
        ["SELECT * FROM attempt WHERE code = $1", "SELECT * FROM message WHERE hops = $1 ORDER BY uid"]
    {
        let seen = explained(&client, statement, "1", "force_generic_plan").await;
        assert!(!seen.scans.is_empty(), "{seen:?}");
        assert_eq!(seen.sorts.is_empty(), !statement.contains("ORDER"), "{seen:?}");
    }
}

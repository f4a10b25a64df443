//! Short-hands for what nearly every test needs first: an application, an endpoint, a message, its fate.

use serde_json::{Value, json};

use super::call::Api;
use crate::wait::wait_until;

impl Api {
    /// Creates an application and answers its id.
    pub async fn create_app(&self, name: &str) -> String {
        self.post("/app", json!({ "name": name })).await.expect(201).id()
    }

    /// Creates an endpoint with the default secret and answers its id.
    pub async fn create_endpoint(&self, app: &str, url: &str) -> String {
        self.create_endpoint_with(app, json!({ "url": url })).await
    }

    /// Creates an endpoint from a whole body and answers its id.
    pub async fn create_endpoint_with(&self, app: &str, body: Value) -> String {
        self.post(&format!("/app/{app}/endpoint"), body).await.expect(201).id()
    }

    /// Creates an event type unless it exists.
    pub async fn ensure_event_type(&self, name: &str) {
        let body = json!({ "name": name, "description": "for a test" });
        let status = self.post("/event-type", body).await.status;
        assert!(status == 201 || status == 409, "event type {name}: status {status}");
    }

    /// Publishes a message and answers its id.
    pub async fn publish(&self, app: &str, event_type: &str, payload: Value) -> String {
        self.publish_with(app, json!({ "eventType": event_type, "payload": payload })).await
    }

    /// Publishes a message from a whole body and answers its id.
    pub async fn publish_with(&self, app: &str, body: Value) -> String {
        self.post(&format!("/app/{app}/msg"), body).await.expect(202).id()
    }

    /// The endpoint's signing secret.
    pub async fn secret(&self, app: &str, endpoint: &str) -> String {
        let body = self.get(&format!("/app/{app}/endpoint/{endpoint}/secret")).await.expect(200).json();
        body["key"].as_str().expect("a secret has a key").to_owned()
    }

    /// All items of a list, page by page.
    ///
    /// # Panics
    /// When a page is malformed or the list never ends.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let glue = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut iterator = String::new();
        for _ in 0..10_000 {
            let page = self.get(&format!("{path}{glue}limit=250{iterator}")).await.expect(200).json();
            items.extend(page["data"].as_array().expect("a page has data").iter().cloned());
            if page["done"] == json!(true) {
                return items;
            }
            let next = page["iterator"].as_str().expect("a page that is not the last has an iterator");
            iterator = format!("&iterator={next}");
        }
        panic!("{path} pages for ever");
    }

    /// The attempts of a message, newest first.
    pub async fn attempts(&self, app: &str, message: &str) -> Vec<Value> {
        self.all(&format!("/app/{app}/attempt/msg/{message}")).await
    }

    /// Waits until a message has this many recorded attempts and answers them, newest first.
    ///
    /// # Panics
    /// When they do not appear in time, or when there are more.
    pub async fn wait_for_attempts(&self, app: &str, message: &str, count: usize) -> Vec<Value> {
        let attempts = wait_until(&format!("{count} attempts of {message}"), async || {
            let attempts = self.attempts(app, message).await;
            (attempts.len() >= count).then_some(attempts)
        })
        .await;
        assert_eq!(attempts.len(), count, "attempts: {attempts:#?}");
        attempts
    }

    /// The fate of a message at one endpoint as the list of its destinations tells it (`status`, `nextAttempt`).
    pub async fn destination(&self, app: &str, message: &str, endpoint: &str) -> Option<Value> {
        let all = self.all(&format!("/app/{app}/msg/{message}/endpoint")).await;
        all.into_iter().find(|entry| entry["id"] == json!(endpoint))
    }

    /// Waits until a message has this status number at an endpoint: 0 success, 1 pending, 2 fail, 3 sending.
    ///
    /// # Panics
    /// When it does not come to that in time.
    pub async fn wait_for_status(&self, app: &str, message: &str, endpoint: &str, status: u64) -> Value {
        wait_until(&format!("status {status} of {message}"), async || {
            self.destination(app, message, endpoint).await.filter(|entry| entry["status"] == json!(status))
        })
        .await
    }
}

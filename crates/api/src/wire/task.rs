//! Background tasks on the wire, as `recover` answers with one.

use hooktide_model::{TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which failed deliveries to send again.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub struct RecoverIn {
    /// Messages from this time on; at most 14 days before `until`.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Messages up to this time; now when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// A recovery that has begun.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoverOut {
    /// The task's id.
    #[schema(value_type = String, example = "qtask_1srOrx2ZWZBpBUvZwXKQmoEYga2")]
    pub id: TaskId,
    /// How far it is.
    pub status: TaskStatus,
    /// What it does.
    pub task: TaskType,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BackgroundTaskStatus)]
pub enum TaskStatus {
    /// It runs.
    Running,
    /// It is done.
    Finished,
    /// It was given up.
    Failed,
}

/// What a task does.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = BackgroundTaskType)]
pub enum TaskType {
    /// Sends failed deliveries again.
    #[serde(rename = "endpoint.recover")]
    EndpointRecover,
}

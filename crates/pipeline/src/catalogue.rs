//! Configuration as the flow needs it: an application with its endpoints, kept in memory, bounded.
//!
//! `accept` asks on every publish, so a hit must cost no store read. Whoever changes configuration calls
//! [`Catalogue::changed`] after the store has committed; a load that raced with a change is not kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hooktide_model::{AppId, Application, Endpoint, OrgId};
use hooktide_store::{ObjectRef, Store, StoreError};
use quick_cache::sync::Cache;

/// Applications kept in memory at most.
const APPLICATIONS_CACHED_MAX: usize = 10_000;

/// An application and its endpoints.
#[derive(Debug)]
pub struct AppConfig {
    /// The application.
    pub application: Application,
    /// All its endpoints, disabled ones included.
    pub endpoints: Vec<Endpoint>,
}

/// The bounded cache.
pub struct Catalogue {
    store: Arc<dyn Store>,
    by_ref: Cache<(OrgId, ObjectRef<AppId>), Arc<AppConfig>>,
    generation: AtomicU64,
}

impl Catalogue {
    /// An empty cache over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, by_ref: Cache::new(APPLICATIONS_CACHED_MAX), generation: AtomicU64::new(0) }
    }

    /// The application of that organisation, or `None`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn app(
        &self,
        org: &OrgId,
        app: &ObjectRef<AppId>,
    ) -> Result<Option<Arc<AppConfig>>, StoreError> {
        let key = (org.clone(), app.clone());
        if let Some(found) = self.by_ref.get(&key) {
            return Ok(Some(found));
        }
        let generation = self.generation.load(Ordering::Acquire);
        let Some(application) = self.store.application(org, app).await? else {
            return Ok(None);
        };
        let endpoints = self.store.all_endpoints(application.id).await?;
        let config = Arc::new(AppConfig { application, endpoints });
        if self.generation.load(Ordering::Acquire) == generation {
            self.by_ref.insert(key.clone(), Arc::clone(&config));
            // A change between the check and the insert must win: look again after inserting.
            if self.generation.load(Ordering::Acquire) != generation {
                self.by_ref.remove(&key);
            }
        }
        Ok(Some(config))
    }

    /// Forget an application: it or one of its endpoints changed. Pass it as it was and as it is.
    pub fn changed(&self, versions: &[&Application]) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        for application in versions {
            self.by_ref.remove(&(application.org.clone(), ObjectRef::Id(application.id)));
            if let Some(uid) = &application.uid {
                self.by_ref.remove(&(application.org.clone(), ObjectRef::Uid(uid.clone())));
            }
        }
    }
}

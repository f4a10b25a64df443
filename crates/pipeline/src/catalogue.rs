//! Configuration as the flow needs it: an application with its endpoints, kept in memory, bounded.
//!
//! `accept` asks on every publish, so a hit must cost no store read. Whoever changes configuration calls
//! [`Catalogue::changed`] after the store has committed; a load that raced with a change is not kept.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hooktide_model::{AppId, Application, Endpoint, OrgId, Seq, Source, SourceId, TokenHash};
use hooktide_store::{ObjectRef, Store, StoreError};
use quick_cache::sync::Cache;

use crate::SourceConfig;
use crate::filters::Filters;
use crate::source::SourceCounts;

/// Applications kept in memory at most; as many of sources' own, and as many sources.
const APPLICATIONS_CACHED_MAX: usize = 10_000;

/// An application and its endpoints.
#[derive(Debug)]
pub struct AppConfig {
    /// The application.
    pub application: Application,
    /// All its endpoints, disabled ones included.
    pub endpoints: Vec<Endpoint>,
    /// Their filters.
    pub(crate) filters: Filters,
}

/// The bounded cache.
pub struct Catalogue {
    store: Arc<dyn Store>,
    by_ref: Cache<(OrgId, ObjectRef<AppId>), Arc<AppConfig>>,
    owned: Cache<AppId, Arc<AppConfig>>,
    sources: Cache<TokenHash, Arc<SourceConfig>>,
    /// Of these sources and of some that were forgotten.
    counts: Cache<SourceId, Arc<SourceCounts>>,
    generation: AtomicU64,
}

impl Catalogue {
    /// An empty cache over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            by_ref: Cache::new(APPLICATIONS_CACHED_MAX),
            owned: Cache::new(APPLICATIONS_CACHED_MAX),
            sources: Cache::new(APPLICATIONS_CACHED_MAX),
            counts: Cache::new(APPLICATIONS_CACHED_MAX),
            generation: AtomicU64::new(0),
        }
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
        let config = self.with_endpoints(application).await?;
        self.remember(&self.by_ref, key, &config, generation);
        Ok(Some(config))
    }

    /// The application that a source owns, or `None`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn source_app(&self, app: AppId) -> Result<Option<Arc<AppConfig>>, StoreError> {
        if let Some(found) = self.owned.get(&app) {
            return Ok(Some(found));
        }
        let generation = self.generation.load(Ordering::Acquire);
        let Some(application) = self.store.source_application(app).await? else {
            return Ok(None);
        };
        let config = self.with_endpoints(application).await?;
        self.remember(&self.owned, app, &config, generation);
        Ok(Some(config))
    }

    /// The source whose token has that hash, or `None`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn source(&self, token: TokenHash) -> Result<Option<Arc<SourceConfig>>, StoreError> {
        if let Some(found) = self.sources.get(&token) {
            return Ok(Some(found));
        }
        let generation = self.generation.load(Ordering::Acquire);
        let found = self.store.source_by_token(token).await?;
        let config = found.and_then(|source| {
            let counts = self.counts_of(source.id);
            SourceConfig::new(source, counts)
        });
        if let Some(config) = &config {
            self.remember(&self.sources, token, config, generation);
        }
        Ok(config)
    }

    /// What was counted of a source so far.
    fn counts_of(&self, source: SourceId) -> Arc<SourceCounts> {
        if let Some(known) = self.counts.get(&source) {
            return known;
        }
        let fresh = Arc::default();
        self.counts.insert(source, Arc::clone(&fresh));
        fresh
    }

    async fn with_endpoints(&self, application: Application) -> Result<Arc<AppConfig>, StoreError> {
        let endpoints = self.store.all_endpoints(application.id).await?;
        Ok(Arc::new(AppConfig { application, filters: Filters::of(&endpoints), endpoints }))
    }

    /// Keep what was read in `generation`, unless something changed meanwhile.
    fn remember<K: Clone + Eq + Hash, V>(
        &self,
        cache: &Cache<K, Arc<V>>,
        key: K,
        value: &Arc<V>,
        generation: u64,
    ) {
        if self.generation.load(Ordering::Acquire) == generation {
            cache.insert(key.clone(), Arc::clone(value));
            // A change between the check and the insert must win: look again after inserting.
            if self.generation.load(Ordering::Acquire) != generation {
                cache.remove(&key);
            }
        }
    }

    /// Forget everything: somebody else has changed something.
    pub fn clear(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.by_ref.clear();
        self.owned.clear();
        self.sources.clear();
    }

    /// Forget an application of which only the key is known.
    pub(crate) fn forget_application(&self, app: Seq) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        let is_other = |config: &Arc<AppConfig>| config.application.id.seq() != app;
        self.by_ref.retain(|_, config| is_other(config));
        self.owned.retain(|_, config| is_other(config));
    }

    /// Forget a source of which only the key is known.
    pub(crate) fn forget_source(&self, source: Seq) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.sources.retain(|_, config| config.source.id.seq() != source);
    }

    /// Forget a source: it changed. Pass it as it was and as it is.
    pub fn source_changed(&self, versions: &[&Source]) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        for source in versions {
            self.sources.remove(&source.token.hash());
            self.owned.remove(&source.app);
        }
    }

    /// Forget an application: it or one of its endpoints changed. Pass it as it was and as it is.
    pub fn changed(&self, versions: &[&Application]) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        for application in versions {
            self.owned.remove(&application.id);
            self.by_ref.remove(&(application.org.clone(), ObjectRef::Id(application.id)));
            if let Some(uid) = &application.uid {
                self.by_ref.remove(&(application.org.clone(), ObjectRef::Uid(uid.clone())));
            }
        }
    }
}

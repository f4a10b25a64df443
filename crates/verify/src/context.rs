//! What a scheme judges a request with. Families read it; only `verify` makes it.
//!
//! What must stay true: a secret outside its window or for another purpose never reaches a scheme.

use crate::known_keys::KnownKeys;
use crate::request::Request;
use crate::secret::{Now, Purpose, Secret, SecretError, Window};
use crate::verdict::{Reason, SecretMatch};

/// The parts of one verification.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Every secret of the source.
    pub secrets: &'a [Secret],
    /// The request.
    pub request: &'a Request<'a>,
    /// The time of its receipt.
    pub now: Now,
    /// Keys at hand.
    pub known_keys: &'a dyn KnownKeys,
    /// Whether a timestamp out of tolerance refuses.
    pub check_time: bool,
    /// Whether secrets outside their window count: for diagnoses only.
    pub(crate) ignore_windows: bool,
}

impl Context<'_> {
    /// Every signing secret that is valid now and that `prepare` can use, with its position.
    ///
    /// # Errors
    /// Why there is none.
    pub fn usable<K>(
        &self,
        prepare: impl Fn(&Secret) -> Result<K, SecretError>,
    ) -> Result<Vec<(usize, K)>, Reason> {
        let mut signing =
            self.secrets.iter().enumerate().filter(|(_, it)| it.purpose == Purpose::Signing).peekable();
        if signing.peek().is_none() {
            return Err(Reason::NoSecrets);
        }
        let mut reason = Reason::NoActiveSecret;
        let mut usable = Vec::new();
        for (index, secret) in signing {
            if secret.window(self.now) != Window::Active && !self.ignore_windows {
                continue;
            }
            match prepare(secret) {
                Ok(key) => usable.push((index, key)),
                Err(error) => reason = Reason::SecretUnusable(error),
            }
        }
        if usable.is_empty() { Err(reason) } else { Ok(usable) }
    }

    /// The texts for handshakes that are valid now: wanted topics, public key ids.
    pub fn challenges(&self) -> impl Iterator<Item = &str> {
        let is_active = |secret: &&Secret| secret.window(self.now) == Window::Active || self.ignore_windows;
        let challenges = self.secrets.iter().filter(|secret| secret.purpose == Purpose::Challenge);
        challenges.filter(is_active).map(Secret::text)
    }

    /// How an acceptance names a secret.
    #[must_use]
    pub fn matched(&self, index: usize) -> SecretMatch {
        let id = self.secrets.get(index).map_or_else(String::new, |secret| secret.id.clone());
        SecretMatch { index, id }
    }
}

//! From a parcel to a posted message.

use std::sync::Arc;

use hooktide_model::Timestamp;
use http::{HeaderValue, Method, header};

use super::config::Config;
use crate::guard::EndpointUrl;
use crate::kinds::http::{HttpRequest, HttpResponse};
use crate::mapping::{Reading, Template};
use crate::seam::{Done, Fault, Parcel, Secret, WebService, request_to};

const JSON: &str = "application/json; charset=utf-8";

pub(super) struct NotifyClient {
    pub(super) url: Arc<EndpointUrl>,
    pub(super) text: Template,
    pub(super) config: Config,
}

impl WebService for NotifyClient {
    type Job = HttpRequest;

    const IS_REPEATABLE: bool = false;

    fn secrets(&self) -> Vec<&Secret> {
        let config = &self.config;
        [&config.webhook_url, &config.bot_token, &config.token].into_iter().flatten().collect()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<HttpRequest, Fault> {
        let reading = Reading::new(parcel);
        let text = reading.render(&self.text)?;
        let title = self.config.title.as_ref().map(|title| reading.render(title)).transpose()?;
        let body = self.config.service.body(&self.config, &text, title.as_deref());
        let mut request = request_to(Method::POST, Arc::clone(&self.url), JSON, parcel)?;
        request.body = body.to_string().into();
        if let Some(token) = &self.config.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                .map_err(|_| Fault::fail("the token has characters that no header can hold"))?;
            value.set_sensitive(true);
            request.headers.insert(header::AUTHORIZATION, value);
        }
        Ok(request)
    }

    fn request(&self, job: &HttpRequest, _now: Timestamp) -> Result<HttpRequest, Fault> {
        Ok(job.clone())
    }

    fn judge(&self, _job: &HttpRequest, answer: &HttpResponse, now: Timestamp) -> Result<Done, Fault> {
        self.config.service.judge(answer, now)
    }
}

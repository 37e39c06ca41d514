//! The HTTP clients under the SDK: the network with a limit on requests in flight, and a server in the same process.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use aws_smithy_http_client::{Builder, ConnectorBuilder, proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use bytes::Bytes;

use crate::{domain::Domain, places::Places};

/// The network: TLS by rustls, proxies from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as other AWS tools read them.
pub(crate) fn network() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let mut connector = ConnectorBuilder::default().tls_provider(provider);
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

/// The longest wait for one answer, from the moment that the request has its place.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// An HTTP client that has at most so many requests in flight; further ones wait, for as long as it takes. A request is
/// in flight until the last byte of its answer is there. One that waits for its turn or for a retry holds no place.
/// Requests that AWS throttles have places of their own, so that throttled accounts, however many, take none from others.
///
/// The timeout is here and not in the SDK's configuration, because the SDK would count the wait for a place.
#[derive(Debug, Clone)]
pub(crate) struct Limited {
    inner: SharedHttpClient,
    places: Arc<Places>,
    throttled_places: Arc<Places>,
    /// The throttle domain that the requests belong to, where that is known.
    domain: Option<Arc<Domain>>,
}

impl Limited {
    /// At most so many requests in flight, and as many throttled ones.
    pub(crate) fn new(inner: SharedHttpClient, requests: usize) -> Self {
        Self { inner, places: Places::new(requests), throttled_places: Places::new(requests), domain: None }
    }

    /// The same for the requests of one throttle domain.
    pub(crate) fn of(&self, domain: &Arc<Domain>) -> SharedHttpClient {
        SharedHttpClient::new(Self { domain: Some(Arc::clone(domain)), ..self.clone() })
    }
}

impl HttpClient for Limited {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        let is_throttled = self.domain.as_ref().is_some_and(|domain| domain.is_limited());
        let places = if is_throttled { &self.throttled_places } else { &self.places };
        let rank = self.domain.as_ref().map_or(0, |domain| domain.rank());
        SharedHttpConnector::new(LimitedConnector { inner, places: Arc::clone(places), rank })
    }
}

#[derive(Debug)]
struct LimitedConnector {
    inner: SharedHttpConnector,
    places: Arc<Places>,
    rank: u64,
}

impl HttpConnector for LimitedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, places, rank) = (self.inner.clone(), Arc::clone(&self.places), self.rank);
        HttpConnectorFuture::new(async move {
            let _place = places.take(rank).await;
            let late = |_| ConnectorError::timeout(format!("no answer in {} seconds", ANSWER_TIMEOUT.as_secs()).into());
            tokio::time::timeout(ANSWER_TIMEOUT, whole_answer(&inner, request)).await.map_err(late)?
        })
    }
}

async fn whole_answer(inner: &SharedHttpConnector, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let mut response = inner.call(request).await?;
    let body = ByteStream::new(response.take_body()).collect().await;
    *response.body_mut() = SdkBody::from(body.map_err(|broken| ConnectorError::io(broken.into()))?.into_bytes());
    Ok(response)
}

/// What a server in the same process answers, in the place of a socket.
#[derive(Debug)]
pub enum InProcessAnswer {
    /// A response, sent whole.
    Response(http::Response<Bytes>),
    /// A response of which only the first bytes of the body arrive before the connection breaks.
    Truncated {
        /// The response as it should have been.
        response: http::Response<Bytes>,
        /// How many bytes of its body arrive.
        keep_bytes: usize,
    },
    /// The connection is reset before a response arrives.
    Reset,
}

type Handler = dyn Fn(http::Request<Bytes>) -> (Duration, InProcessAnswer) + Send + Sync;

/// A server in the same process, plugged into the SDK as its HTTP client: nothing is listened to, and with a paused
/// tokio runtime everything is deterministic and takes no time.
#[derive(Clone)]
pub struct InProcess(Arc<Handler>);

impl InProcess {
    /// The server that answers each request with what `handle` returns, after the duration that it returns.
    pub fn new(handle: impl Fn(http::Request<Bytes>) -> (Duration, InProcessAnswer) + Send + Sync + 'static) -> Self {
        Self(Arc::new(handle))
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let handler = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let (delay, answer) = handler(into_http(request)?);
            tokio::time::sleep(delay).await;
            let response = match answer {
                InProcessAnswer::Response(response) => response.map(SdkBody::from),
                InProcessAnswer::Truncated { response, keep_bytes } => response.map(|body| {
                    SdkBody::from_body_1_x(Broken { rest: Some(body.slice(..keep_bytes.min(body.len()))) })
                }),
                InProcessAnswer::Reset => return Err(ConnectorError::io(broken_connection().into())),
            };
            HttpResponse::try_from(response).map_err(|error| ConnectorError::user(error.into()))
        })
    }
}

fn into_http(request: HttpRequest) -> Result<http::Request<Bytes>, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    // The three AWS APIs in use send bodies that are in memory; a streaming body would have no bytes here.
    Ok(request.map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default())))
}

fn broken_connection() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::ConnectionReset, "connection reset by peer")
}

/// A body that breaks off.
struct Broken {
    rest: Option<Bytes>,
}

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        std::task::Poll::Ready(Some(self.rest.take().map(http_body::Frame::data).ok_or_else(broken_connection)))
    }
}

//! The simulator behind a socket: HTTP/1.1 on a listener of the caller.
//!
//! It uses hyper and not a web framework, because frameworks prevent what faults need: to reset a connection, and to break
//! it in the middle of a body.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::sim::{Outcome, Sim};

/// More than any request of the actions served here; a longer one is refused.
const LONGEST_BODY: usize = 1 << 20;

/// How long to wait when a connection cannot be accepted, most likely for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves the simulator on a listener until `shutdown` is done; connections that are open then are dropped.
///
/// # Errors
/// If the listener has no local address any more because it was closed.
pub async fn serve(listener: TcpListener, sim: Arc<Sim>, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    listener.local_addr()?;
    let mut shutdown = pin!(shutdown);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut shutdown => return Ok(()),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, Arc::clone(&sim)))),
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
}

async fn connection(stream: TcpStream, sim: Arc<Sim>) {
    // Without this every small answer could wait for the client's delayed acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let reset = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request| Box::pin(answer(request, Arc::clone(&sim), Arc::clone(&reset))));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // The client has seen every error of the connection too.
    let _ended = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    if reset.load(Ordering::Relaxed) {
        let stream = connection.into_parts().io.into_inner();
        // A zero linger time makes closing the socket send a reset.
        let _best_effort = stream.set_zero_linger();
    }
}

/// Ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is reset on purpose")]
struct OnPurpose;

async fn answer(
    request: Request<Incoming>,
    sim: Arc<Sim>,
    reset: Arc<AtomicBool>,
) -> Result<Response<Payload>, OnPurpose> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LONGEST_BODY).collect().await else {
        return Ok(too_long());
    };
    let reply = sim.handle(&Request::from_parts(head, body.to_bytes()));
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    match reply.outcome {
        Outcome::Response(response) => Ok(response.map(|bytes| Payload::Whole(Some(bytes)))),
        Outcome::Truncated { response, keep_bytes } => Ok(truncated(response, keep_bytes)),
        Outcome::Reset => {
            reset.store(true, Ordering::Relaxed);
            Err(OnPurpose)
        }
    }
}

fn too_long() -> Response<Payload> {
    let mut response = Response::new(Payload::Whole(None));
    *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
    response
}

/// The response with the length of its whole body announced and only the beginning of it sent.
fn truncated(response: Response<Bytes>, keep_bytes: usize) -> Response<Payload> {
    let length = response.body().len();
    let mut response = response.map(|mut bytes| {
        bytes.truncate(keep_bytes);
        Payload::Cut(Some(bytes))
    });
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    response
}

/// What is sent of a body.
enum Payload {
    /// All of it.
    Whole(Option<Bytes>),
    /// The beginning of it.
    Cut(Option<Bytes>),
    /// The beginning has been handed over and has to reach the socket before the connection breaks.
    Flushing,
    /// The connection breaks.
    Broken,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Payload::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Payload::Cut(bytes) => {
                let bytes = bytes.take().unwrap_or_default();
                *self = Payload::Flushing;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Payload::Flushing => {
                // Hyper flushes when a body has nothing to say for the moment, but not when it ends too early.
                *self = Payload::Broken;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Payload::Broken => Poll::Ready(None),
        }
    }

    /// Only a whole body has a known length; for the others the header of the response counts.
    fn size_hint(&self) -> SizeHint {
        match self {
            Payload::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Payload::Cut(_) | Payload::Flushing | Payload::Broken => SizeHint::default(),
        }
    }
}

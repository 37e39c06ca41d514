//! The simulator behind its socket: what only a connection can show.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use orgsim::fault::{Calls, Fault, FaultKind, Latency};
use orgsim::{Sim, server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::client::{Client, sim};

/// Serves the simulator for as long as `visit` takes.
async fn visit<F: Future<Output = ()>>(sim: Arc<Sim>, visit: impl FnOnce(String) -> F) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve(listener, sim, async move { drop(stopped.await) }));
    visit(address).await;
    drop(stop);
    serving.await.unwrap().unwrap();
}

/// A signed request as it goes over the wire.
fn raw(client: &Client, address: &str, action: &str) -> Vec<u8> {
    let uri = format!("http://{address}/?Action={action}&Version=2010-05-08");
    let request = client.sign(Request::get(uri).body(Bytes::new()).unwrap(), "iam");
    let headers =
        request.headers().iter().map(|(n, v)| format!("{n}: {}\r\n", v.to_str().unwrap())).collect::<String>();
    format!("GET /?Action={action}&Version=2010-05-08 HTTP/1.1\r\n{headers}\r\n").into_bytes()
}

/// What arrives until the connection ends; the error with which it ends.
async fn exchange(address: &str, request: &[u8]) -> (String, Option<std::io::ErrorKind>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut received = Vec::new();
    let ended = stream.read_to_end(&mut received).await.err().map(|error| error.kind());
    (String::from_utf8(received).unwrap(), ended)
}

fn closing(mut request: Vec<u8>) -> Vec<u8> {
    let end = request.len() - 2;
    request.splice(end..end, *b"connection: close\r\n");
    request
}

#[tokio::test]
async fn an_answer_is_sent_over_the_wire() {
    let sim = Arc::new(sim().0);
    let caller = Client::caller(&sim);
    visit(sim, async |address| {
        let (received, ended) = exchange(&address, &closing(raw(&caller, &address, "ListUsers"))).await;
        assert!(received.starts_with("HTTP/1.1 200 OK\r\n"), "{received}");
        assert!(received.contains("content-type: text/xml\r\n") && received.contains("x-amzn-requestid: "));
        assert!(received.contains("date: Sun, 01 Nov 2026 12:00:00 GMT\r\n"), "the simulator's clock: {received}");
        assert!(received.ends_with("</ListUsersResponse>"));
        assert_eq!(ended, None);
    })
    .await;
}

#[tokio::test]
async fn a_truncated_answer_is_shorter_than_its_content_length() {
    let sim = Arc::new(sim().0);
    sim.add_fault(Fault::new(FaultKind::Truncate { keep_bytes: 40 }));
    let caller = Client::caller(&sim);
    visit(sim, async |address| {
        let (received, _) = exchange(&address, &raw(&caller, &address, "ListUsers")).await;
        let (head, body) = received.split_once("\r\n\r\n").unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        assert_eq!(body.len(), 40);
        assert!(length.parse::<usize>().unwrap() > 400, "{head}");
    })
    .await;
}

#[tokio::test]
async fn a_reset_fault_resets_the_connection() {
    let sim = Arc::new(sim().0);
    sim.add_fault(Fault::new(FaultKind::Reset).calls(Calls::First(1)));
    let caller = Client::caller(&sim);
    visit(sim, async |address| {
        let request = raw(&caller, &address, "ListUsers");
        let (received, ended) = exchange(&address, &request).await;
        assert_eq!((received.as_str(), ended), ("", Some(std::io::ErrorKind::ConnectionReset)));
        assert!(exchange(&address, &closing(request)).await.0.starts_with("HTTP/1.1 200 OK"));
    })
    .await;
}

#[tokio::test]
async fn a_latency_fault_delays_the_answer() {
    let sim = Arc::new(sim().0);
    sim.add_fault(Fault::new(FaultKind::Latency(Latency::FixedMs(120))));
    let caller = Client::caller(&sim);
    visit(sim, async |address| {
        let request = closing(raw(&caller, &address, "ListUsers"));
        let early = tokio::time::timeout(std::time::Duration::from_millis(100), exchange(&address, &request)).await;
        assert!(early.is_err(), "nothing within 100 ms");
        assert!(exchange(&address, &request).await.0.starts_with("HTTP/1.1 200 OK"));
    })
    .await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let sim = Arc::new(sim().0);
    visit(sim, async |address| {
        let head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1100000\r\n\r\n".to_vec();
        let (received, _) = exchange(&address, &[head, vec![b'x'; 1_100_000]].concat()).await;
        assert!(received.starts_with("HTTP/1.1 413 "), "{received}");
    })
    .await;
}

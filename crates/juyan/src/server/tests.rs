//! Real clients against a real server on loopback: TLS, both protocols, slow ones, and the end.

use std::path::Path;

use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use hyper::StatusCode;
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::config::Tls;

/// A server on a port of its own; it closes when told.
struct Open {
    address: SocketAddr,
    close: watch::Sender<bool>,
    serving: JoinHandle<()>,
    numbers: Arc<Numbers>,
}

impl Open {
    async fn with(router: Router, certificate: Option<Arc<Certificate>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let numbers = Arc::new(Numbers::default());
        let (close, closing) = watch::channel(false);
        let router = around::with(router, &numbers, &closing, certificate.is_some());
        let limits = Limits {
            connections: 8,
            header: Duration::from_millis(300),
            shutdown: Duration::from_secs(30),
        };
        let server =
            Server { listener, certificate, router, limits, numbers: Arc::clone(&numbers) };
        let serving = tokio::spawn(server.serve(closing));
        Self { address, close, serving, numbers }
    }

    async fn plain(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn tls(&self, root: &Path, protocols: &[&[u8]]) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(root).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let name = "desk.example".try_into().unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, self.plain().await).await.unwrap()
    }
}

/// A certificate for `desk.example` that signs itself, in a folder.
fn certificate(folder: &Path) -> Tls {
    use std::os::unix::fs::PermissionsExt;
    let made = rcgen::generate_simple_self_signed(vec!["desk.example".to_owned()]).unwrap();
    let files = Tls { cert: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.cert, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    std::fs::set_permissions(&files.key, std::fs::Permissions::from_mode(0o600)).unwrap();
    files
}

fn saying_the_host() -> Router {
    let host = |headers: HeaderMap| async move {
        headers.get("host").map(|host| host.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    Router::new().route("/host", get(host))
}

async fn read_to_end(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut answer = Vec::new();
    // Whoever closes without TLS's own farewell still closes.
    let _closed = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn only_this_machine_reaches_a_desk_without_sign_in_and_nobody_else_one_without_tls() {
    let here: SocketAddr = "127.0.0.1:8460".parse().unwrap();
    let there: SocketAddr = "192.0.2.1:443".parse().unwrap();
    let anywhere: SocketAddr = "[::]:443".parse().unwrap();
    for access in [Access::Open, Access::SignIn] {
        assert_eq!(may_listen(here, access, false), Ok(()));
        assert!(may_listen(there, access, false).is_err());
        assert!(may_listen(anywhere, access, false).is_err());
    }
    assert!(may_listen(there, Access::Open, true).is_err());
    assert_eq!(may_listen(there, Access::SignIn, true), Ok(()));
}

#[tokio::test]
async fn a_client_that_knows_http_2_is_spoken_to_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let files = certificate(folder.path());
    let shown = Arc::new(Certificate::read(files.clone()).unwrap());
    let open = Open::with(saying_the_host(), Some(shown)).await;
    let stream = open.tls(&files.cert, &[tls::H2, b"http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(tls::H2));
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let request = Request::get("https://desk.example/host").body(Body::empty()).unwrap();
    let answer = client.send_request(request).await.unwrap();
    assert_eq!((answer.status(), answer.version()), (StatusCode::OK, hyper::Version::HTTP_2));
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    let body = axum::body::to_bytes(Body::new(answer.into_body()), 100).await.unwrap();
    assert_eq!(body, "desk.example");
}

#[tokio::test]
async fn a_client_that_knows_only_http_1_is_spoken_to_in_that() {
    let folder = tempfile::tempdir().unwrap();
    let files = certificate(folder.path());
    let shown = Arc::new(Certificate::read(files.clone()).unwrap());
    let open = Open::with(saying_the_host(), Some(shown)).await;
    let mut stream = open.tls(&files.cert, &[]).await;
    let request = b"GET /host HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("desk.example"), "{answer}");
}

#[tokio::test]
async fn a_new_certificate_is_shown_after_it_was_read_again_and_a_bad_one_never() {
    let folder = tempfile::tempdir().unwrap();
    let files = certificate(folder.path());
    let shown = Arc::new(Certificate::read(files.clone()).unwrap());
    let open = Open::with(saying_the_host(), Some(Arc::clone(&shown))).await;
    let certificates = |stream: &TlsStream<TcpStream>| {
        stream.get_ref().1.peer_certificates().unwrap().first().unwrap().as_ref().to_vec()
    };
    let first = certificates(&open.tls(&files.cert, &[]).await);
    let key = std::fs::read(&files.key).unwrap();
    let renewed = certificate(folder.path());
    // Half exchanged: the new certificate with the former key.
    let new_key = std::fs::read(&files.key).unwrap();
    std::fs::write(&files.key, key).unwrap();
    assert!(shown.reload().is_err());
    std::fs::write(&files.key, new_key).unwrap();
    shown.reload().unwrap();
    let second = certificates(&open.tls(&renewed.cert, &[]).await);
    assert_ne!(first, second);
}

#[test]
fn a_key_that_everybody_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let files = certificate(folder.path());
    std::fs::set_permissions(&files.key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = Certificate::read(files).err().unwrap().to_string();
    assert!(refused.contains("may be read by everybody"), "{refused}");
}

#[tokio::test]
async fn whoever_asks_too_slowly_or_nothing_is_shown_out() {
    let folder = tempfile::tempdir().unwrap();
    let files = certificate(folder.path());
    let shown = Arc::new(Certificate::read(files.clone()).unwrap());
    let open = Open::with(saying_the_host(), None).await;
    let mut silent = open.plain().await;
    let mut slow = open.plain().await;
    slow.write_all(b"GET /host HTTP/1.1\r\nHost: de").await.unwrap();
    assert_eq!(read_to_end(&mut silent).await, "");
    let said = read_to_end(&mut slow).await;
    assert!(!said.contains("200"), "{said}");

    let open = Open::with(saying_the_host(), Some(shown)).await;
    let mut no_handshake = open.plain().await;
    assert_eq!(read_to_end(&mut no_handshake).await, "");
    // HTTP/2 agreed upon, and then not a word of it.
    let mut no_preface = open.tls(&files.cert, &[tls::H2]).await;
    read_to_end(&mut no_preface).await;
}

#[tokio::test]
async fn closing_waits_for_a_running_request_and_takes_no_new_one() {
    let (begun, mut has_begun) = mpsc::channel(1);
    let finish = Arc::new(tokio::sync::Notify::new());
    let waiting = Arc::clone(&finish);
    let slow = move || async move {
        begun.send(()).await.unwrap();
        waiting.notified().await;
        "done"
    };
    let open = Open::with(Router::new().route("/slow", get(slow)), None).await;
    let mut stream = open.plain().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: desk.example\r\n\r\n").await.unwrap();
    has_begun.recv().await.unwrap();
    open.close.send(true).unwrap();
    finish.notify_one();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    open.serving.await.unwrap();
    assert!(TcpStream::connect(open.address).await.is_err());
}

#[tokio::test]
async fn a_live_stream_ends_when_the_desk_closes() {
    let live = || async {
        let first =
            futures_util::stream::once(async { Ok::<_, Infallible>(Event::default().data("now")) });
        Sse::new(futures_util::StreamExt::chain(first, futures_util::stream::pending()))
    };
    let open = Open::with(Router::new().route("/live", get(live)), None).await;
    let mut stream = open.plain().await;
    stream.write_all(b"GET /live HTTP/1.1\r\nHost: desk.example\r\n\r\n").await.unwrap();
    let mut seen = String::new();
    let mut bytes = [0; 512];
    while !seen.contains("data: now") {
        let read = stream.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "{seen}");
        seen.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    open.close.send(true).unwrap();
    read_to_end(&mut stream).await;
    open.serving.await.unwrap();
}

#[tokio::test]
async fn a_connection_too_many_waits_for_its_turn() {
    let open = Open::with(saying_the_host(), None).await;
    // All eight seats are taken by clients that say nothing until they are shown out.
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(open.plain().await);
    }
    let mut ninth = open.plain().await;
    ninth
        .write_all(b"GET /host HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let answer = read_to_end(&mut ninth).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(open.numbers);
}

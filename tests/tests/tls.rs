//! TLS as users meet it: a company's own authority, client certificates, HTTP/2, and no second sender below the client.
#![cfg(test)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kakiyo::{ErrorKind, Kakiyo, Limits};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// An authority of our own, a server certificate and a client certificate, as files.
struct Authority {
    folder: PathBuf,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("kakiyo-tls-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.join("ca.pem"), issuer.pem()).unwrap();
        Self { folder, issuer }
    }

    fn ca_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    fn leaf(&self) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// A file with a client certificate and its key.
    fn client_file(&self) -> PathBuf {
        let (certificate, key) = self.leaf();
        let path = self.folder.join("client.pem");
        std::fs::write(&path, format!("{}{}", certificate.pem(), key.serialize_pem())).unwrap();
        path
    }

    fn acceptor(&self, protocols: &[&str], wants_client: bool) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (certificate, key) = self.leaf();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if wants_client {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(self.issuer.der().to_vec())).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn client(port: u16) -> kakiyo::Builder {
    Kakiyo::builder()
        .api_key("k".repeat(40))
        .base_url(format!("https://localhost:{port}/v1"))
        .limits(Limits::unlimited())
        .timeout(Duration::from_secs(10))
        .retry_delay(Duration::from_millis(1))
}

/// An HTTP/1.1 server that answers every connection's first request and closes.
async fn http1(acceptor: TlsAcceptor) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => break,
                }
            }
            if head.starts_with(b"GET /v1/verify HTTP/1.1\r\n") {
                counter.fetch_add(1, Ordering::SeqCst);
                let body = r#"{"status":"success"}"#;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (port, requests)
}

/// An HTTP/2 server that refuses every stream: a client with retries of its own would try it again.
async fn refusing_http2(acceptor: TlsAcceptor) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, counter) = (acceptor.clone(), Arc::clone(&counter));
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let Ok(mut connection) = h2::server::handshake(stream).await else { return };
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    counter.fetch_add(1, Ordering::SeqCst);
                    respond.send_reset(h2::Reason::REFUSED_STREAM);
                }
            });
        }
    });
    (port, requests)
}

#[tokio::test]
async fn an_authority_of_your_own_is_trusted_when_you_say_so() {
    let authority = Authority::new("own");
    let (port, requests) = http1(authority.acceptor(&["http/1.1"], false)).await;

    let trusting = client(port).ca_bundle(authority.ca_file()).build().unwrap();
    assert_eq!(trusting.verify().await.unwrap().status.as_deref(), Some("success"));
    assert_eq!(requests.load(Ordering::SeqCst), 1);

    let error = client(port).max_retries(0).build().unwrap().verify().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_client_certificate_is_presented() {
    let authority = Authority::new("mutual");
    let (port, requests) = http1(authority.acceptor(&["http/1.1"], true)).await;

    let with =
        client(port).ca_bundle(authority.ca_file()).client_cert(authority.client_file()).build().unwrap();
    assert!(with.verify().await.is_ok());
    let without = client(port).ca_bundle(authority.ca_file()).max_retries(0).build().unwrap();
    assert!(without.verify().await.is_err());
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nothing_below_the_choke_point_sends_again() {
    let authority = Authority::new("refuse");
    let (port, requests) = refusing_http2(authority.acceptor(&["h2"], false)).await;

    let once = client(port).ca_bundle(authority.ca_file()).max_retries(0).build().unwrap();
    let error = once.verify().await.unwrap_err();
    assert_eq!((error.attempts(), requests.load(Ordering::SeqCst)), (1, 1), "{error:?}");

    let thrice = client(port).ca_bundle(authority.ca_file()).max_retries(2).build().unwrap();
    let error = thrice.verify().await.unwrap_err();
    assert_eq!((error.attempts(), requests.load(Ordering::SeqCst)), (3, 4), "{error:?}");
}

#[tokio::test]
async fn http2_can_be_turned_off() {
    let authority = Authority::new("http1");
    let (port, requests) = http1(authority.acceptor(&["h2", "http/1.1"], false)).await;
    let client = client(port).ca_bundle(authority.ca_file()).http2(false).build().unwrap();
    assert!(client.verify().await.is_ok());
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

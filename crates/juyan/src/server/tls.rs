//! TLS: rustls with ring, TLS 1.2 and 1.3, a certificate that can be exchanged while the desk is open.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::Tls;
use crate::files::{LONGEST, read_bounded};

/// HTTP/2, as ALPN names it (RFC 9113 §3.1).
pub(crate) const H2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// The certificate that new connections are shown.
pub(crate) struct Certificate {
    files: Tls,
    current: RwLock<Arc<ServerConfig>>,
}

impl Certificate {
    /// Reads the certificate and its key, which must fit.
    pub(crate) fn read(files: Tls) -> anyhow::Result<Self> {
        let current = RwLock::new(load(&files)?);
        Ok(Self { files, current })
    }

    /// Reads both files again. If they do not fit, what was shown before is shown on.
    pub(crate) fn reload(&self) -> anyhow::Result<()> {
        let loaded = load(&self.files)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let current = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
        TlsAcceptor::from(current).accept(stream).await
    }

    /// Reads the files again whenever the process is sent SIGHUP.
    pub(crate) fn reload_when_told(self: &Arc<Self>) -> anyhow::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut told = signal(SignalKind::hangup())?;
        let certificate = Arc::clone(self);
        tokio::spawn(async move {
            while told.recv().await.is_some() {
                match certificate.reload() {
                    Ok(()) => tracing::info!("Read the certificate again"),
                    Err(error) => {
                        tracing::error!(
                            "Kept the former certificate: the new one does not do: {error:#}"
                        );
                    }
                }
            }
        });
        Ok(())
    }
}

fn load(files: &Tls) -> anyhow::Result<Arc<ServerConfig>> {
    let Tls { cert, key } = files;
    let chain = read_bounded(cert, LONGEST).context("the certificate")?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain.as_bytes())
        .collect::<Result<_, _>>()
        .with_context(|| format!("`{}` is no chain of certificates in PEM", cert.display()))?;
    if chain.is_empty() {
        bail!("`{}` holds no certificate in PEM", cert.display());
    }
    refuse_if_others_may_read(key)?;
    let text = read_bounded(key, LONGEST).context("the certificate's key")?;
    let private = PrivateKeyDer::from_pem_slice(text.as_bytes())
        .with_context(|| format!("`{}` holds no private key in PEM", key.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .with_context(|| {
            format!("`{}` and `{}` do not fit each other", cert.display(), key.display())
        })?;
    config.alpn_protocols = vec![H2.to_vec(), HTTP_1_1.to_vec()];
    Ok(Arc::new(config))
}

/// A private key is its owner's, or a group's that was made for it.
fn refuse_if_others_may_read(key: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let known = std::fs::metadata(key).with_context(|| format!("`{}`", key.display()))?;
    if known.permissions().mode() & 0o007 != 0 {
        bail!("`{}` may be read by everybody on this machine: `chmod o= ` it", key.display());
    }
    Ok(())
}

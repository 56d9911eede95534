//! The TLS configuration: ring, the bundled roots, the system's roots where there are any, and what the user adds.
//!
//! It is made here and handed to reqwest whole: an SDK installs no process-wide provider, and must work on an image
//! without certificate authorities.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::Network;
use crate::error::{Error, ErrorKind, Result};

/// `with_system_roots` is false where no TLS will be spoken: reading them costs milliseconds.
pub(super) fn config(network: &Network, with_system_roots: bool) -> Result<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if with_system_roots {
        // A missing or partly unreadable system store is no error: the bundled roots remain.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if let Some(path) = &network.ca_bundle {
        for certificate in certificates("caBundle", path)? {
            roots.add(certificate).map_err(|error| {
                Error::config("caBundle", format!("a certificate in it cannot be used: {error}"))
            })?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Internal, format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots);
    let mut config = match &network.client_cert {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let key = PrivateKeyDer::from_pem_file(path).map_err(|error| {
                Error::config("clientCert", format!("no private key in {}: {error}", path.display()))
            })?;
            builder.with_client_auth_cert(certificates("clientCert", path)?, key).map_err(|error| {
                Error::config("clientCert", format!("certificate and key do not fit: {error}"))
            })?
        }
    };
    config.alpn_protocols =
        if network.http2 { vec![b"h2".to_vec(), b"http/1.1".to_vec()] } else { vec![b"http/1.1".to_vec()] };
    Ok(config)
}

fn certificates(field: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unreadable = |error| Error::config(field, format!("cannot read {}: {error}", path.display()));
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    if certificates.is_empty() {
        return Err(Error::config(field, format!("{} holds no PEM certificate", path.display())));
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_certificate_files_are_named() {
        for path in ["/nowhere/ca.pem", file!()] {
            let network = Network { ca_bundle: Some(path.into()), ..Network::default() };
            let error = config(&network, false).unwrap_err();
            assert_eq!(error.details()[0].field, "caBundle");
        }
    }

    #[test]
    fn bundled_roots_are_enough() {
        assert_eq!(config(&Network::default(), false).unwrap().alpn_protocols.len(), 2);
    }
}

//! Where to listen, as it is given on the command line.

use std::net::{SocketAddr, ToSocketAddrs as _};

/// Reads an address and a port; the address may be the name of a host.
///
/// A name may have several addresses. The first of IPv4 is taken, which also exists where IPv6 is switched off.
pub(crate) fn resolve(text: &str) -> Result<SocketAddr, String> {
    let addresses: Vec<_> = text.to_socket_addrs().map_err(|error| error.to_string())?.collect();
    let ipv4 = addresses.iter().find(|address| address.is_ipv4());
    ipv4.or(addresses.first()).copied().ok_or_else(|| "the host has no address".to_owned())
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn addresses() {
        for address in ["127.0.0.1:9001", "0.0.0.0:0", "[::1]:9001"] {
            assert_eq!(resolve(address).map(|address| address.to_string()), Ok(address.to_owned()));
        }
        let localhost = resolve("localhost:9001").unwrap();
        assert!(localhost.ip().is_loopback() && localhost.port() == 9001, "{localhost}");
        for text in ["", "localhost", ":9001x", "127.0.0.1", "127.0.0.1:65536"] {
            assert!(resolve(text).is_err(), "{text}");
        }
    }
}

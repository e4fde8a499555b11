"""Requests to addresses that people have typed in, never into the server's own network.

The host name is resolved once, its IP address is checked, and the request goes to exactly that address, so a name that
resolves differently the second time gains nothing. Redirects are not followed."""

import ipaddress
import socket
from urllib.parse import urlsplit

import httpx

from catalogs.deadline_transport import DeadlineTransport

SECONDS = 10
# Address ranges that lead to inner addresses and that `is_global` does not know.
TUNNELS = [ipaddress.ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class Unsafe(Exception):
    """Explains why nothing is sent to an address."""


class Sender:
    def __init__(self, private: bool = False, look_up=socket.getaddrinfo, transport: httpx.BaseTransport | None = None):
        self.private, self.look_up, self.transport = private, look_up, transport

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Sends a request and returns the status of the response. Raises Unsafe or httpx.HTTPError."""
        parts = urlsplit(url)
        ip = self.address_of(url)
        there = f"[{ip}]" if ":" in ip else ip
        pinned = httpx.URL(url).copy_with(host=there.strip("[]"))
        headers = {**headers, "Host": parts.netloc.rpartition("@")[2]}
        transport = self.transport or DeadlineTransport(SECONDS)
        with httpx.Client(timeout=SECONDS, trust_env=False, follow_redirects=False, transport=transport) as client:
            request = client.build_request("POST", pinned, content=body, headers=headers)
            request.extensions["sni_hostname"] = parts.hostname  # the certificate must still match the name
            answer = client.send(request, stream=True)  # the body is not read
            answer.close()
            return answer.status_code

    def address_of(self, url: str) -> str:
        """The IP address for `url`, if it is allowed. Raises Unsafe."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Unsafe("The address must begin with https:// or http:// and contain a host.")
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            found = self.look_up(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, ValueError):
            raise Unsafe(f"The host {parts.hostname} could not be found.") from None
        addresses = [str(entry[4][0]) for entry in found]
        if not self.private and not all(is_public_address(address) for address in addresses):
            raise Unsafe(f"{parts.hostname} is in a private network. BookImg does not send anything there.")
        return addresses[0]


def is_public_address(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in TUNNELS if network.version == ip.version)

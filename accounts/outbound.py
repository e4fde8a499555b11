"""Sending to addresses that people have typed in: never into the network that the server stands in.

The name is looked up once, what it leads to is judged, and the call goes to that very address: a name that leads elsewhere at
the second look gains nothing. Redirects are not followed."""

import ipaddress
import socket
from urllib.parse import urlsplit

import httpx

SECONDS = 10
# Ways from the outside to inner addresses that `is_global` does not know of.
TUNNELS = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class Unsafe(Exception):
    """A sentence about why nothing is sent there."""


class Sender:
    def __init__(self, private: bool = False, look_up=socket.getaddrinfo, transport: httpx.BaseTransport | None = None):
        self.private, self.look_up, self.transport = private, look_up, transport

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status that came back. Raises Unsafe, or httpx.HTTPError."""
        parts = urlsplit(url)
        ip = self.address_of(url)
        there = f"[{ip}]" if ":" in ip else ip
        pinned = httpx.URL(url).copy_with(host=there.strip("[]"))
        headers = {**headers, "Host": parts.netloc.rpartition("@")[2]}
        with httpx.Client(timeout=SECONDS, trust_env=False, follow_redirects=False, transport=self.transport) as client:
            request = client.build_request("POST", pinned, content=body, headers=headers)
            request.extensions["sni_hostname"] = parts.hostname  # the certificate is still that of the name
            answer = client.send(request, stream=True)  # what it says beside the status is not read
            answer.close()
            return answer.status_code

    def address_of(self, url: str) -> str:
        """The IP address that `url` leads to, where something may be sent there."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Unsafe("The address must begin with https:// or http:// and name a host.")
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            found = self.look_up(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, ValueError):
            raise Unsafe(f"The host {parts.hostname} could not be found.") from None
        addresses = [entry[4][0] for entry in found]
        if not self.private and not all(is_outside(address) for address in addresses):
            raise Unsafe(f"{parts.hostname} is in a private network. BookImg does not send anything there.")
        return addresses[0]


def is_outside(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in TUNNELS if network.version == ip.version)

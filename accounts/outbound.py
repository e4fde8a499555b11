"""Requests to addresses that people have typed in, never into the server's own network.

The host name is resolved once, its IP address is checked, and the request goes to exactly that address, so a name that
resolves differently the second time gains nothing. Redirects are not followed."""

import ipaddress
import socket
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from catalogs.deadline_transport import DeadlineTransport

SECONDS = 10
WEB_PORTS = (80, 443)
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # everything else in IPv6 is local, or another spelling of an IPv4 address
SPECIAL = [ipaddress.ip_network(network) for network in ("192.0.0.0/24", "192.88.99.0/24")]  # older Pythons call them global
TUNNELS = [ipaddress.ip_network(network) for network in ("2002::/16", "2001::/32")]  # 6to4 and Teredo: into IPv4 again


class Unsafe(Exception):
    """Explains why nothing is sent to an address."""


class Sender:
    """`private` allows addresses in the server's own network, and any port."""

    def __init__(self, private=False, look_up=socket.getaddrinfo, transport: httpx.BaseTransport | None = None, ports=WEB_PORTS):
        self.private, self.look_up, self.transport, self.ports = private, look_up, transport, ports

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
        host, port = _host_and_port(url)
        if not self.private and port not in self.ports:
            raise Unsafe(f"BookImg only sends to ports {' and '.join(map(str, self.ports))}, not to {port}.")
        try:
            found = self.look_up(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError):
            raise Unsafe(f"The host {host} could not be found.") from None
        addresses = [str(entry[4][0]) for entry in found]
        if not self.private and not all(is_public_address(address) for address in addresses):
            raise Unsafe(f"{host} is in a private network. BookImg does not send anything there.")
        return addresses[0]


def sender_from_settings() -> Sender:
    return Sender(private=settings.WEBHOOKS_PRIVATE, ports=settings.WEBHOOK_PORTS)


def _host_and_port(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        httpx.URL(url)  # which is stricter
    except (ValueError, httpx.InvalidURL):
        raise Unsafe("This is not a web address.") from None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise Unsafe("The address must begin with https:// or http:// and contain a host.")
    return host, port if port is not None else (443 if parts.scheme == "https" else 80)


def is_public_address(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in GLOBAL_UNICAST or any(ip in tunnel for tunnel in TUNNELS)):
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in SPECIAL)

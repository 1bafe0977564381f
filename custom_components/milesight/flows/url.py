"""Normalization of server addresses."""

from ipaddress import ip_address

from homeassistant.util.network import is_local
from yarl import URL


def normalize_url(address: str) -> str:
    """Return a server address with scheme and without a trailing slash.

    A missing scheme becomes http for local addresses and https for others, for which http is
    refused. Raises ``ValueError`` for an invalid address.
    """
    address = address.strip()
    scheme, separator, rest = address.rpartition("://")
    host_is_local = _is_local(URL(f"//{rest}").host or "")
    url = URL(f"{scheme if separator else 'http' if host_is_local else 'https'}://{rest}")
    if url.scheme not in ("http", "https") or not url.host or any(c.isspace() for c in address):
        raise ValueError(address)
    if url.scheme == "http" and not host_is_local:
        raise ValueError(address)
    if url.user or url.password or url.query_string or url.fragment:
        raise ValueError(address)
    return str(url).rstrip("/")


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".local"):
        return True
    try:
        return is_local(ip_address(host))
    except ValueError:
        return False

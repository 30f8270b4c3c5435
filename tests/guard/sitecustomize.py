"""Keeps the tests, and every Python that they start, from reaching a network: only this machine may be spoken to.

Python runs a module of this name when it starts, if it is on its path.
"""

import sys


def is_here(host: object) -> bool:
    """Say whether an address is this machine's own."""
    return host in ("", "localhost", "::1", "0.0.0.0", "::", None) or str(host).startswith("127.")


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        # Families other than the internet's have addresses of other shapes, such as the path of a socket on disk.
        if isinstance(address, tuple) and not is_here(address[0]):
            raise PermissionError("a test tried to reach the network")
    elif event == "socket.getaddrinfo" and not is_here(arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]):
        raise PermissionError("a test tried to look up a name on the network")


def watch() -> None:
    """Forbid this process the network, once and for good."""
    if not getattr(sys, "_without_network", False):
        sys._without_network = True  # type: ignore[attr-defined]
        sys.addaudithook(_watch)


watch()

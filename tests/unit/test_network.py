"""The switch that keeps tests off the network."""

import socket
import subprocess
import sys

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0)])
def test_no_test_reaches_another_machine(address):
    family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
    with socket.socket(family) as line, pytest.raises(PermissionError, match="network"):
        line.connect(address)


def test_no_test_asks_for_a_name():
    with pytest.raises(PermissionError, match="network"):
        socket.getaddrinfo("example.com", 443)


def test_what_a_test_starts_does_not_either():
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "a test tried" in done.stderr


def test_this_machine_may_be_spoken_to():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5) as line:
        accepted, _ = server.accept()
        with accepted:
            line.sendall(b"here")
            assert accepted.recv(4) == b"here"

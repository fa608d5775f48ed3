"""Ports that stay free until they are used."""

import socket

from wasl.demo.ports import HOST, RANGE, free_ports


def test_ports_are_different_free_and_nobody_elses() -> None:
    """None is one that the system might give to an outgoing connection meanwhile."""
    found = free_ports(20)
    assert len(set(found)) == 20
    assert all(port in RANGE for port in found)
    for port in found:
        socket.create_server((HOST, port)).close()

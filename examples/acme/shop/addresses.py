"""Where the parts of the shop listen: fixed steps from one base port, all on this machine only."""

HOST = "127.0.0.1"
CONTROL_PORT = 8410
STEPS = {"catalog": 1, "cart": 2, "payments": 3, "login": 4, "settlement": 5}


def port_of(part: str, base_port: int) -> int:
    """Return the port of a part of the shop."""
    return base_port + STEPS[part]

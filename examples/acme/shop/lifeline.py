"""The line between the supervisor and a part of the shop: the part's standard input.

Orders come down it, one JSON object a line. When it ends, the supervisor is gone, and the part goes too: nothing is left
behind even where the supervisor was killed.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any


def hold(obey: Callable[[dict[str, Any]], None]) -> None:
    """Obey orders in the background until the line ends, then end this process."""
    threading.Thread(target=_listen, args=[obey], daemon=True, name="lifeline").start()


def _listen(obey: Callable[[dict[str, Any]], None]) -> None:
    for line in sys.stdin:
        obey(json.loads(line))
    os._exit(0)

"""Runs a command for as long as its owner lives; standard input tells when that ends.

A program of its own: an owner that is killed can end nothing, but its pipe closes all the same.
Started as the leader of its process group, so that nothing of the command stays behind.
"""

import os
import signal
import subprocess
import sys
import threading
from typing import Final

_PATIENCE: Final = 10.0  # seconds for the command to end when asked to


def main(command: list[str]) -> int:
    """Run the command; return its exit status."""
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  our own words
    threading.Thread(target=_end_with_owner, args=(server,), daemon=True).start()
    return server.wait()


def _end_with_owner(server: subprocess.Popen[bytes]) -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written: it returns when the owner is gone
    server.terminate()
    try:
        server.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m agentlab.alive 8000`: does the process on this port answer? For health checks.

It imports next to nothing: asked every few seconds, the whole command line would cost a small
machine more than the requests of its users.
"""

import sys
from contextlib import closing
from http.client import OK, HTTPConnection, HTTPException

PATIENCE_S = 3


def answers(port: int, path: str = "/livez") -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status == OK
        except (OSError, HTTPException):
            return False


if __name__ == "__main__":
    sys.exit(not answers(int(sys.argv[1]), *sys.argv[2:]))

"""Text of strangers' files as a database and JSON can hold it."""

import re

# Escapes can spell what neither PostgreSQL nor UTF-8 can hold.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The same text; what cannot be stored becomes U+FFFD."""
    if not UNSTORABLE.search(text):
        return text
    # As in JSON, two escapes may spell one character beyond U+FFFF.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\ufffd")

"""Showing bytes as text. What is stored is always the bytes."""

import codecs


def decode(content: bytes, *, is_whole: bool) -> str:
    """As UTF-8, without a byte order mark; what is not UTF-8 becomes U+FFFD.

    When the content is only the beginning of a file, a character cut in two at its end is left
    out instead.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return decoder.decode(content, final=is_whole).removeprefix("\ufeff")


def is_utf8(content: bytes, *, is_whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content, final=is_whole)
    except UnicodeDecodeError:
        return False
    return True

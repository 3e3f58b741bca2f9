"""Sending an e-mail over SMTP."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

import aiosmtplib

from agentlab.errors import Unavailable
from agentlab.kit import logging

log = logging.get(__name__)

TIMEOUT_S = 20
LONGEST_ANSWER = 200


class MailNotSent(Unavailable):
    code = "mail_not_sent"


@dataclass(frozen=True)
class MailServer:
    """Where e-mails are handed in.

    Args:
        host: its name.
        port: usually 587, or 465 for `tls`.
        tls: `starttls`, `tls` from the first byte, or `none`; certificates are always checked.
        user: whom it knows us as; None where it asks nobody.
        password: of that user.
    """

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    user: str | None = None
    password: str | None = field(default=None, repr=False)


async def send(server: MailServer, message: EmailMessage) -> None:
    """Hand a message in. Never inside a transaction: it may take long.

    Raises:
        MailNotSent: the server cannot be reached, does not know us, or does not take it.
    """
    try:
        await aiosmtplib.send(
            message,
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password if server.user else None,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            timeout=TIMEOUT_S,
        )
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        log.warning("mail_not_sent", host=server.host, port=server.port, error=repr(error))
        raise MailNotSent(
            f"The mail server {server.host}:{server.port} did not take the e-mail: "
            f"{answer_of(error)}."
        ) from error


def answer_of(error: Exception) -> str:
    """What it said, in one line that a person can read."""
    said = " ".join(str(error).split()) or type(error).__name__
    return said.rstrip(".")[:LONGEST_ANSWER]

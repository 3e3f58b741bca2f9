"""The mail server that sends digests."""

import smtplib
import ssl

from agentlab.operations.host.doctor.findings import Kind, Place, Table, Verdict, ok, problem
from agentlab.settings import Settings

checks = Table()

TIMEOUT_S = 6


@checks.on(Kind.SERVER, Kind.DESK)
def mail_server(place: Place) -> Verdict | None:
    """The server of SMTP_HOST answers, protects the way, and takes the password."""
    settings = place.settings
    if settings.smtp_host is None:
        return None
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        greet(settings, settings.smtp_host)
    except smtplib.SMTPAuthenticationError:
        return problem(f"{where} refuses the password of SMTP_USER.", "Correct SMTP_PASSWORD.")
    except ssl.SSLError as error:
        return problem(f"{where} cannot be trusted: {error.reason or error}.", TLS)
    except smtplib.SMTPNotSupportedError as error:
        return problem(f"{where} does not offer what is asked of it: {error}.", TLS)
    except (smtplib.SMTPException, OSError) as error:
        return problem(f"{where} does not answer: {error}.", "Correct SMTP_HOST and SMTP_PORT.")
    return ok(f"{where} takes e-mails from {settings.sender}.")


TLS = "Correct SMTP_TLS, or let the server have a certificate that this machine trusts."


def greet(settings: Settings, host: str) -> None:
    """Say who we are, as before an e-mail, and take leave."""
    trust = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(host, settings.smtp_port, timeout=TIMEOUT_S, context=trust)
        if settings.smtp_tls == "tls"
        else smtplib.SMTP(host, settings.smtp_port, timeout=TIMEOUT_S)
    )
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=trust)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.current("smtp_password") or "")
        server.noop()

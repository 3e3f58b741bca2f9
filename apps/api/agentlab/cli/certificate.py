"""`agentlab certificate`: what nginx proves itself with."""

import os
import pwd
from pathlib import Path
from typing import Annotated

import typer

from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.operations.host import certificates
from agentlab.operations.host import trust as stores
from agentlab.operations.host.folder import Installation

certificate = typer.Typer(
    name="certificate", help="What the server proves itself with.", no_args_is_help=True
)

SOON = "nginx serves it within half a minute; nothing has to be restarted."


@certificate.command()
def local(
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also in place of a certificate from elsewhere.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also when the one in use is good for a while.")
    ] = False,
) -> None:
    """Make a certificate with a local authority, for localhost and the domain in `.env`.

    The authority is made once. A certificate that is good for 30 more days is left alone, so this
    command may run every night.
    """
    with one_sentence_on_failure():
        done = certificates.local(Installation.find(), replace=replace, again=again)
    say(f"Made {done}. {SOON}" if done else "The local certificate in use is good.")


@certificate.command()
def trust() -> None:
    """Have this computer believe the local authority, so that browsers show no warning."""
    with one_sentence_on_failure():
        installation = Installation.find()
        system = stores.trust(installation)
        authority = stores.authority_of(installation)
    say(f"Programs that use the store of {system} believe {authority} now.")
    profiles = list(stores.own_stores(home()))
    if profiles:
        say("Firefox and Chromium keep authorities of their own. For the ones found here, run")
        say("(certutil is in the package libnss3-tools or nss-tools):")
    for folder in profiles:
        say(f"  {stores.nss_command(folder, authority)}")
    say("On another computer, import a copy of that file; it holds no key.")


@certificate.command()
def untrust() -> None:
    """Undo `trust`."""
    with one_sentence_on_failure():
        system = stores.untrust(Installation.find())
    say(f"The local authority is out of the store of {system}.")


@certificate.command()
def install(
    chain: Annotated[Path, typer.Argument(help="Your certificate, then those of its issuers.")],
    key: Annotated[Path, typer.Argument(help="Its private key, without a password.")],
) -> None:
    """Serve your own certificate, after checking that browsers would take it."""
    with one_sentence_on_failure():
        installed = certificates.install(Installation.find(), chain, key)
    say(
        f"The certificate for {', '.join(installed.names)} is good for {installed.days_left} days. "
        f"{SOON}"
    )


@certificate.command()
def show() -> None:
    """Say what is served: for which names, from whom, how long, and its fingerprint.

    The exit code is 1 when it has ended or is for another name than the domain.
    """
    with one_sentence_on_failure():
        installation = Installation.find()
        current = certificates.served(installation)
    say(f"Names        {', '.join(current.names)}")
    say(f"Issuer       {current.issuer} ({current.origin})")
    say(f"Ends         {current.ends:%Y-%m-%d %H:%M} UTC, {current.days_left} days left")
    say(f"SHA-256      {current.fingerprint}")
    if not current.is_valid_for(installation.domain):
        say(f"It does not serve {installation.domain}: see `agentlab certificate --help`.")
        raise typer.Exit(1)


def home() -> Path:
    """The home of the person at the keyboard, also behind sudo."""
    person = os.environ.get("SUDO_USER")
    return Path(pwd.getpwnam(person).pw_dir) if person else Path.home()

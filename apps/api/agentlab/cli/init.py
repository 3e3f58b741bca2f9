"""`agentlab init`: secrets, settings and a certificate for an installation on this host."""

import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from agentlab.cli.tables import print_table
from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.errors import AgentLabError
from agentlab.operations.host import certificates
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.initialisation import Answers, Step, initialise
from agentlab.operations.host.variables import domain_of


class Environment(StrEnum):
    STAGING = "staging"
    PRODUCTION = "production"


def init(
    *,
    domain: Annotated[
        str | None, typer.Option(help="The name that people type; asked for when it is missing.")
    ] = None,
    environment: Annotated[Environment | None, typer.Option(help="Default: production.")] = None,
    email: Annotated[
        str | None, typer.Option(help="For Let's Encrypt: where it writes to.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
) -> None:
    """Generate every secret and write `.env`. Run again, it adds what is missing.

    A secret that exists is never touched. The one question is the domain.
    """
    with one_sentence_on_failure():
        installation = Installation.find()
        answers = Answers(
            domain=decide_domain(installation, domain, may_ask=not yes and sys.stdin.isatty()),
            environment=environment,
            email=email,
        )
        steps = initialise(installation, answers, certify=certificates.ensure)
        print_table(("", "", ""), map(row, steps))
        say(
            f"\nReady to be deployed for https://{installation.domain}\n"
            "Next: `agentlab doctor`, then `agentlab deploy VERSION`."
        )


def decide_domain(installation: Installation, given: str | None, *, may_ask: bool) -> str | None:
    """The domain that was given or typed; None to leave what `.env` says, or the default."""
    if given is not None:
        return domain_of(given)
    if not may_ask or "AGENTLAB_DOMAIN" in installation.read_env():
        return None
    answer: str = typer.prompt("Domain", default=installation.domain, value_proc=domain_of_answer)
    return answer


def domain_of_answer(typed: str) -> str:
    try:
        return domain_of(typed)
    except AgentLabError as error:
        raise typer.BadParameter(error.detail) from error


def row(step: Step) -> tuple[Text, str, str]:
    sign = Text("✓", style="green") if step.is_change else Text("·", style="dim")
    return sign, step.what, step.outcome

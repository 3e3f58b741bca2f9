"""The `agentlab` command's table of contents."""

import typer

from agentlab.cli.audit import audit
from agentlab.cli.backup import backup
from agentlab.cli.certificate import certificate
from agentlab.cli.config import config
from agentlab.cli.deploy import deploy, maintenance, releases, restart, rollback, upgrade
from agentlab.cli.doctor import doctor
from agentlab.cli.drill import drill
from agentlab.cli.import_ import import_
from agentlab.cli.init import init
from agentlab.cli.migrate import migrate
from agentlab.cli.openapi import openapi
from agentlab.cli.privacy import privacy
from agentlab.cli.restore import restore
from agentlab.cli.rotate import rotate
from agentlab.cli.serve import serve, work
from agentlab.cli.status import status
from agentlab.cli.template import template
from agentlab.cli.token import token
from agentlab.cli.up import up
from agentlab.cli.user import user

app = typer.Typer(
    name="agentlab",
    help="The control tower for people who run many AI-built software projects.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(up)
app.command(name="import")(import_)
app.command()(serve)
app.command()(work)
app.command()(migrate)
app.command()(restore)
app.command()(drill)
for command in (init, doctor, rotate, deploy, rollback, upgrade, restart, releases, maintenance):
    app.command()(command)
app.command()(token)
app.command()(openapi)
app.add_typer(user)
app.add_typer(template)
app.add_typer(audit)
app.add_typer(backup)
app.add_typer(privacy)
app.add_typer(config)
app.add_typer(certificate)
app.add_typer(status)

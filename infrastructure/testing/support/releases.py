"""Images of releases that were never made, built on the ones under test."""

from pathlib import Path

from support.docker import docker
from support.images import VERSION

NEVER_READY = """
FROM agentlab/api:{base}
ENV AGENTLAB_VERSION={version}
LABEL org.opencontainers.image.version={version}
COPY never_ready.py /never_ready.py
CMD ["python", "/never_ready.py"]
"""
NEVER_READY_PROGRAM = """
import sys

from agentlab import health
from agentlab.cli.main import app


async def ask_redis(_context):
    raise ConnectionError("This release does not find Redis.")


health.ask_redis = ask_redis
sys.argv = ["agentlab", "serve"]
app()
"""
CRASHES = """
FROM agentlab/api:{base}
ENV AGENTLAB_VERSION={version} AGENTLAB_HOST=nowhere.invalid
LABEL org.opencontainers.image.version={version}
CMD ["agentlab", "serve-nothing"]
"""
PLAIN = """
FROM agentlab/api:{base}
ENV AGENTLAB_VERSION={version}
LABEL org.opencontainers.image.version={version}
"""
MIGRATES = f"""{PLAIN}
COPY migration.py /app/migrations/versions/{{revision}}_test.py
"""
POSTGRES = """
FROM agentlab/postgres:{base}
LABEL org.opencontainers.image.version={version}
"""
BROKEN_POSTGRES = f"""{POSTGRES}
ENTRYPOINT ["false"]
"""
BACKUP = """
FROM agentlab/backup:{base}
ENV AGENTLAB_VERSION={version}
LABEL org.opencontainers.image.version={version}
"""
WEB = """
FROM agentlab/web:{base}
LABEL org.opencontainers.image.version={version}
"""
MIGRATION = """
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("{statement}")


def downgrade() -> None:
    pass
"""


class Releases:
    """Made in a folder, which gets one for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(
        self,
        version: str,
        dockerfile: str,
        *,
        statement: str = "",
        after: str = "",
        postgres: str = POSTGRES,
    ) -> str:
        """Build a release's images and return its version; `statement` is its migration."""
        revision = f"test{version.replace('.', '')}"
        context = self.folder / version
        context.mkdir()
        migration = MIGRATION.format(revision=revision, before=after, statement=statement)
        (context / "migration.py").write_text(migration)
        (context / "never_ready.py").write_text(NEVER_READY_PROGRAM)
        files = {"api": dockerfile, "web": WEB, "backup": BACKUP, "postgres": postgres}
        for name, text in files.items():
            filled = text.format(base=VERSION, version=version, revision=revision)
            (context / "Dockerfile").write_text(filled)
            docker("build", "--quiet", "--tag", f"agentlab/{name}:{version}", str(context))
        return version

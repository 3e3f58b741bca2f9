"""What the `.env` of an installation says: settings of the containers, none of them secret."""

import ipaddress
import re
from dataclasses import dataclass

from agentlab.errors import InvalidInput
from agentlab.operations.host.folder import COMPOSE_FILE

LOCALHOST = "localhost"
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LONGEST_DOMAIN = 253


class NotADomain(InvalidInput):
    code = "not_a_domain"


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable("AGENTLAB_DOMAIN", LOCALHOST, "The name that people type into the browser."),
    Variable("COMPOSE_FILE", COMPOSE_FILE, "What `docker compose` reads in this folder."),
    Variable("AGENTLAB_HTTP_PORT", "80", "The port that only sends browsers on to HTTPS."),
    Variable("AGENTLAB_HTTPS_PORT", "443", "The port that serves AgentLab."),
    Variable(
        "AGENTLAB_HSTS_MAX_AGE",
        "300",
        "Seconds for which browsers insist on HTTPS: 300, then 604800, then 63072000.",
    ),
    Variable(
        "COMPOSE_PROFILES",
        "",
        "Optional parts: acme (Let's Encrypt), monitoring, claude-code; separated by commas.",
    ),
    Variable("AGENTLAB_ACME_EMAIL", "", "Where Let's Encrypt writes before a certificate ends."),
    Variable(
        "AGENTLAB_REGISTRY",
        "",
        "Where releases come from: ghcr.io/your-organisation/agentlab. Empty: this machine.",
    ),
    Variable("AGENTLAB_SIGNED_BY", "", "The workflow that must have signed the images, or nobody."),
    Variable(
        "AGENTLAB_WORKSPACES", "./workspaces", "The folder below which projects are imported."
    ),
    Variable("AGENTLAB_HOST_USER", "10001:10001", "Who the containers write as into this folder."),
    Variable("POSTGRES_DB", "agentlab", "The name of the database."),
    Variable("LOG_LEVEL", "info", "debug, info, warning or error."),
    Variable("SESSION_IDLE_HOURS", "12", "A session ends after this many hours without a request."),
    Variable("SESSION_DAYS", "14", "A session ends this many days after sign-in."),
    Variable("OPENAI_BASE_URL", "", "A model server of your own, such as Ollama's /v1."),
    Variable("CLAUDE_CODE_MCP_URL", "", "Claude Code's MCP server, ws://claude-code:3001/mcp."),
    Variable("OIDC_ISSUER", "", "Your OpenID provider: docs/operate/single-sign-on.md."),
    Variable(
        "OIDC_CLIENT_ID",
        "",
        "What the provider calls this AgentLab; the secret is secrets/oidc_client_secret.",
    ),
    Variable("OIDC_NAME", "", "“Sign in with …”, on the sign-in page."),
    Variable("OIDC_GROUPS_CLAIM", "", "Where the provider says a person's groups: groups."),
    Variable("OIDC_ROLES", "", "group=role, separated by commas; roles then follow groups."),
    Variable("OIDC_DEFAULT_ROLE", "", "The role of people in none of these groups; empty: none."),
    Variable(
        "OIDC_EMAILS_ARE_VERIFIED", "", "true: e-mails there are verified, though it never says so."
    ),
    Variable("OIDC_SEES_ALL_CLIENTS", "", "true: new people see every client; else none at first."),
    Variable(
        "AGENTLAB_PUBLIC_URL", "", "Where links in e-mails lead; https:// and the domain if empty."
    ),
    Variable("SMTP_HOST", "", "The mail server that sends digests: docs/operate/mail.md."),
    Variable("SMTP_PORT", "", "Its port; 587 unless it is set."),
    Variable("SMTP_TLS", "", "starttls unless it is set; or tls, or none."),
    Variable(
        "SMTP_USER",
        "",
        "Whom it knows this AgentLab as, by secrets/smtp_password; empty: it asks nobody.",
    ),
    Variable("SMTP_SENDER", "", "Who e-mails come from; agentlab at the domain unless it is set."),
    Variable(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        "A collector of traces, http://collector:4318: docs/operate/monitoring.md.",
    ),
    Variable(
        "OTEL_TRACES_SAMPLER",
        "",
        "parentbased_always_on unless it is set; or traceidratio, for a part of them.",
    ),
    Variable("OTEL_TRACES_SAMPLER_ARG", "", "Which part: 0.1 is one in ten."),
    Variable(
        "AGENTLAB_ALARM_EMAIL",
        "",
        "Who is told of incidents and missing backups; addresses, separated by commas.",
    ),
    Variable("AGENTLAB_ALARM_LANGUAGE", "", "en unless it is set; or fr."),
    Variable(
        "AGENTLAB_STATUS_COPY_FOLDER",
        "",
        "A folder, such as one on another machine, that the status page is copied to.",
    ),
    Variable(
        "AGENTLAB_STATUS_S3_BUCKET",
        "",
        "A bucket that the status page is copied to: docs/operate/status.md.",
    ),
    Variable("AGENTLAB_STATUS_S3_ENDPOINT", "", "Where that bucket is; Amazon's unless it is set."),
    Variable("AGENTLAB_STATUS_S3_REGION", "", "Its region; us-east-1 unless it is set."),
    Variable("AGENTLAB_STATUS_S3_PREFIX", "", "What names of files in it begin with."),
    Variable(
        "AGENTLAB_STATUS_S3_ACCESS_KEY",
        "",
        "Who writes there; the key is secrets/status_s3_secret_key.",
    ),
    Variable(
        "AGENTLAB_STATUS_S3_CA",
        "",
        "Whom to trust there: /certificates/trusted/s3.pem, which is in certificates/ here.",
    ),
    Variable("BACKUP_SCHEDULE", "", "When backups are made, in cron's words; 0 3 * * * if empty."),
    Variable("BACKUP_KEEP_DAYS", "", "Backups of so many days are kept; 30 if empty."),
    Variable("BACKUP_RECIPIENTS", "", "Further age keys that open the backups: age1…, age1…"),
    Variable(
        "BACKUP_SECOND_FOLDER",
        "",
        "A folder on another disk for copies; user 999 has to be able to write into it.",
    ),
    Variable("BACKUP_S3_ENDPOINT", "", "Storage for copies elsewhere: https://s3.example.com."),
    Variable("BACKUP_S3_BUCKET", "", "Its bucket; the key is secrets/backup_s3_secret_key."),
    Variable("BACKUP_S3_REGION", "", "Its region; us-east-1 if empty."),
    Variable("BACKUP_S3_PREFIX", "", "What names in the bucket begin with, such as agentlab."),
    Variable("BACKUP_S3_ACCESS_KEY", "", "Whom the storage knows this AgentLab as."),
    Variable(
        "BACKUP_S3_CA",
        "",
        "Whom to trust there: /certificates/trusted/s3.pem, which is in certificates/ here.",
    ),
)


def domain_of(typed: str) -> str:
    """What a person typed as the domain, in the spelling that DNS and certificates use."""
    try:
        domain = typed.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    is_name = len(domain) <= LONGEST_DOMAIN and all(map(LABEL.fullmatch, labels))
    is_local = domain == LOCALHOST or domain.endswith(".localhost")
    if not is_name or (len(labels) == 1 and not is_local) or is_address(domain):
        raise NotADomain(
            f"“{typed.strip()}” is not a domain such as agentlab.example.com. Give the name alone: "
            "without https://, port or path, and no IP address. `localhost` is for this machine.",
            field="domain",
        )
    return domain


def is_private(domain: str) -> bool:
    """Whether no certificate authority of the internet can vouch for the name."""
    return domain.rpartition(".")[2] in {LOCALHOST, "test", "local", "internal", "lan", "home"}


def is_address(domain: str) -> bool:
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        return False
    return True

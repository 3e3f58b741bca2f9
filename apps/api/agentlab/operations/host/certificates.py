"""The certificate that nginx serves: where it is from, whether it will do, and a new one.

nginx opens both files anew within half a minute, so nothing here restarts anything.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.operations.host.authority import (
    Authority,
    ip_address,
    now,
    open_authority,
    pem_of,
    pem_of_key,
    read_authority,
)
from agentlab.operations.host.folder import (
    READABLE,
    Installation,
    explained,
    replace_file,
    replace_files,
)

RENEW_BEFORE = dt.timedelta(days=30)


class NoCertificate(NotFound):
    code = "no_certificate"


class CertificateUnusable(InvalidInput):
    code = "certificate_unusable"


class CertificateFromElsewhere(Conflict):
    code = "certificate_from_elsewhere"


class Origin(StrEnum):
    LOCAL = "local authority"
    ACME = "ACME"
    OWN = "own files"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A chain, leaf first, and where it came from."""

    chain: tuple[x509.Certificate, ...]
    origin: Origin

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def names(self) -> list[str]:
        return names_of(self.leaf)

    @property
    def issuer(self) -> str:
        issuer = self.leaf.issuer
        found = [
            attribute.value
            for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
            for attribute in issuer.get_attributes_for_oid(oid)
            if isinstance(attribute.value, str)
        ]
        return ", ".join(dict.fromkeys(found)) or issuer.rfc4514_string()

    @property
    def ends(self) -> dt.datetime:
        return self.leaf.not_valid_after_utc

    @property
    def days_left(self) -> int:
        """Whole days; negative when it has ended."""
        return (self.ends - now()).days

    @property
    def fingerprint(self) -> str:
        return self.leaf.fingerprint(SHA256()).hex(":").upper()

    @property
    def is_due(self) -> bool:
        """Whether it ends so soon that a new one should be there by now.

        A third of its life at most, so that certificates of six days are not always due.
        """
        life = self.ends - self.leaf.not_valid_before_utc
        return self.ends - now() < min(RENEW_BEFORE, life / 3)

    def covers(self, domain: str) -> bool:
        return any(matches(name, domain) for name in self.names)

    def is_valid_for(self, domain: str) -> bool:
        return self.covers(domain) and self.leaf.not_valid_before_utc <= now() < self.ends


def served(installation: Installation) -> Certificate:
    """What nginx serves now."""
    with explained(installation.root):
        if not installation.live_certificate.exists():
            raise NoCertificate(
                "There is no certificate yet. Make a local one with `agentlab certificate local`, "
                "or take your own with `agentlab certificate install CHAIN KEY`."
            )
        content = installation.live_certificate.read_bytes()
    chain = read_chain(installation.live_certificate, content)
    return Certificate(chain, origin_of(installation, chain[0]))


def ensure(installation: Installation) -> str | None:
    """Give nginx a certificate for the domain if it has none that will do; say what was done."""
    current = served_if_any(installation)
    if current and current.origin is not Origin.LOCAL and current.is_valid_for(installation.domain):
        return None
    return make_local(installation) if must_be_made(installation, current) else None


def local(installation: Installation, *, replace: bool = False, again: bool = False) -> str | None:
    """Have the local authority's certificate served; `None` when it is and will do.

    Args:
        installation: its `.env` says for which domain.
        replace: also when a certificate from elsewhere is served.
        again: also when it need not be renewed yet.
    """
    current = served_if_any(installation)
    if current and current.origin is not Origin.LOCAL and not replace:
        raise CertificateFromElsewhere(
            f"The certificate in use is from {current.issuer}. Add --replace if a local one shall "
            "take its place."
        )
    if again or must_be_made(installation, current):
        return make_local(installation)
    return None


def served_if_any(installation: Installation) -> Certificate | None:
    try:
        return served(installation)
    except (NoCertificate, CertificateUnusable):
        return None


def must_be_made(installation: Installation, current: Certificate | None) -> bool:
    return (
        current is None
        or current.origin is not Origin.LOCAL
        or current.is_due
        or not current.covers(installation.domain)
    )


def make_local(installation: Installation) -> str:
    domain = installation.domain
    authority, is_new = open_authority(installation, domain)
    certificate, key = authority.issue(domain)
    publish(installation, (certificate,), pem_of_key(key))
    share_authority(installation, authority)
    days = (certificate.not_valid_after_utc - now()).days
    made = f"a local certificate for {domain}, good for {days} days"
    return f"{made}; `agentlab certificate trust` makes browsers believe it" if is_new else made


def share_authority(installation: Installation, authority: Authority) -> None:
    """Put the authority's public half where the status prober finds it, to believe our edge."""
    with explained(installation.root):
        replace_file(installation.shared_authority, pem_of((authority.certificate,)), READABLE)


def install(installation: Installation, chain_file: Path, key_file: Path) -> Certificate:
    """Serve somebody's own certificate, after looking whether browsers would take it."""
    chain = read_chain(chain_file, read(chain_file))
    key_pem = read_key(key_file, chain[0])
    refuse_gaps(chain_file, chain)
    certificate = Certificate(chain, Origin.OWN)
    refuse_unfit(certificate, installation.domain)
    publish(installation, chain, key_pem)
    return certificate


def publish(installation: Installation, chain: Sequence[x509.Certificate], key_pem: bytes) -> None:
    installation.create_folders()
    with explained(installation.root):
        replace_files(
            {installation.live_certificate: pem_of(chain), installation.live_key: key_pem}, READABLE
        )


def read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CertificateUnusable(f"{file} cannot be read: {error.strerror}.") from error


def read_chain(file: Path, content: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(content))
    except ValueError as error:
        raise CertificateUnusable(
            f"{file} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----). Name the "
            "file with your certificate followed by those of its issuers."
        ) from error


def read_key(file: Path, leaf: x509.Certificate) -> bytes:
    try:
        key = load_pem_private_key(read(file), password=None)
    except TypeError as error:
        raise CertificateUnusable(
            f"The key in {file} has a password, which nginx could not ask for. Write it without: "
            f"openssl pkey -in {file} -out key.pem"
        ) from error
    except ValueError as error:
        raise CertificateUnusable(f"{file} holds no private key in PEM form.") from error
    if key.public_key() != leaf.public_key():
        raise CertificateUnusable(
            f"The key in {file} belongs to another certificate. The first certificate in the "
            f"chain is for {', '.join(names_of(leaf)) or 'no name'}."
        )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def refuse_gaps(file: Path, chain: Sequence[x509.Certificate]) -> None:
    """Each certificate is signed by the next, as browsers expect it."""
    for signed, by in pairwise(chain):
        if not is_signed_by(signed, by):
            raise CertificateUnusable(
                f"In {file}, {signed.subject.rfc4514_string()} is followed by "
                f"{by.subject.rfc4514_string()}, which did not sign it. Put your certificate "
                "first, then its issuer, then the issuer's issuer."
            )


def is_signed_by(signed: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        signed.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def refuse_unfit(certificate: Certificate, domain: str) -> None:
    if certificate.days_left < 0:
        raise CertificateUnusable(f"This certificate ended on {certificate.ends:%Y-%m-%d}.")
    begins = certificate.leaf.not_valid_before_utc
    if begins > now():
        raise CertificateUnusable(
            f"This certificate begins only on {begins:%Y-%m-%d %H:%M} UTC. If that is not in the "
            "future, set this machine's clock."
        )
    if not certificate.covers(domain):
        raise CertificateUnusable(
            f"This certificate is for {', '.join(certificate.names) or 'no name'}, but AgentLab's "
            f"domain is {domain}. Take one for {domain}, or change AGENTLAB_DOMAIN in .env."
        )


def origin_of(installation: Installation, leaf: x509.Certificate) -> Origin:
    authority = read_authority(installation)
    if authority and is_signed_by(leaf, authority.certificate):
        return Origin.LOCAL
    with explained(installation.root):
        for file in installation.acme.glob("live/*/cert.pem"):
            if x509.load_pem_x509_certificate(file.read_bytes()) == leaf:
                return Origin.ACME
    return Origin.OWN


def names_of(leaf: x509.Certificate) -> list[str]:
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    names = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return [*names, *map(str, addresses)]


def matches(name: str, domain: str) -> bool:
    """As browsers compare: `*.example.com` stands for exactly one label."""
    if ip_address(domain) or not name.startswith("*."):
        return name.lower() == domain.lower()
    first, dot, rest = domain.lower().partition(".")
    return bool(first and dot) and rest == name[2:].lower()

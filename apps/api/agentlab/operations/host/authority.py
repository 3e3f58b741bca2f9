"""The local certificate authority: for localhost, for names of a private network, for a start.

It can speak for these names only, so that whoever trusts it does not trust it with the internet.
"""

import datetime as dt
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from agentlab.operations.host.folder import Installation, explained, make_folder, replace_file

AUTHORITY_LIFE = dt.timedelta(days=3650)
LEAF_LIFE = dt.timedelta(days=364)  # a year with the hour before: what Mozilla recommends at most
CLOCKS_DIFFER = dt.timedelta(hours=1)
ALWAYS = ("localhost", "127.0.0.1", "::1")
PRIVATE_NAMES = ("localhost", "test", "internal", "local", "lan", "home.arpa")
PRIVATE_NETWORKS = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that may sign, and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def may_speak_for(self, domain: str) -> bool:
        """Whether its constraints name this domain, and it lives longer than a leaf would."""
        constraints = self.certificate.extensions.get_extension_for_class(x509.NameConstraints)
        permitted = constraints.value.permitted_subtrees or []
        ends = self.certificate.not_valid_after_utc
        return now() + LEAF_LIFE < ends and any(covers(tree, domain) for tree in permitted)

    def issue(self, domain: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """A certificate for the domain and for this machine, with a key of its own."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [general_name(name) for name in dict.fromkeys((domain, *ALWAYS))]
        certificate = (
            draft(name(domain), key.public_key(), LEAF_LIFE)
            .issuer_name(self.certificate.subject)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .sign(self.key, SHA256())
        )
        return certificate, key


def open_authority(installation: Installation, domain: str) -> tuple[Authority, bool]:
    """The authority for `domain`, and whether it had to be made now."""
    found = read_authority(installation)
    if found and found.may_speak_for(domain):
        return found, False
    made = make_authority(domain)
    folder = installation.authority
    with explained(installation.root):
        make_folder(folder, 0o700)
        replace_file(folder / "ca.key", pem_of_key(made.key), 0o400)
        replace_file(folder / "ca.pem", pem_of((made.certificate,)), 0o444)
    return made, True


def read_authority(installation: Installation) -> Authority | None:
    folder = installation.authority
    with explained(installation.root):
        if not (folder / "ca.pem").exists() or not (folder / "ca.key").exists():
            return None
        certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        key = load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
    # Half of a new one and half of an old one is what a crash between two writes leaves.
    if isinstance(key, ec.EllipticCurvePrivateKey) and (
        key.public_key() == certificate.public_key()
    ):
        return Authority(certificate, key)
    return None


def make_authority(domain: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = name(f"AgentLab local authority {now():%Y-%m-%d}")
    permitted: list[x509.GeneralName] = [
        *(x509.DNSName(each) for each in PRIVATE_NAMES),
        *(x509.IPAddress(ipaddress.ip_network(network)) for network in PRIVATE_NETWORKS),
    ]
    if not any(covers(tree, domain) for tree in permitted):
        permitted.append(subtree(domain))
    certificate = (
        draft(subject, key.public_key(), AUTHORITY_LIFE)
        .issuer_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None),
            critical=True,
        )
        .sign(key, SHA256())
    )
    return Authority(certificate, key)


def draft(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, life: dt.timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - CLOCKS_DIFFER)
        .not_valid_after(now() + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def covers(tree: x509.GeneralName, domain: str) -> bool:
    address = ip_address(domain)
    if isinstance(tree, x509.IPAddress) and address:
        return address in ipaddress.ip_network(tree.value)
    if isinstance(tree, x509.DNSName) and not address:
        return domain == tree.value or domain.endswith(f".{tree.value}")
    return False


def subtree(domain: str) -> x509.GeneralName:
    address = ip_address(domain)
    return x509.IPAddress(ipaddress.ip_network(address)) if address else x509.DNSName(domain)


def name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "AgentLab"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
        ]
    )


def general_name(domain: str) -> x509.GeneralName:
    address = ip_address(domain)
    return x509.IPAddress(address) if address else x509.DNSName(domain)


def ip_address(domain: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(domain)
    except ValueError:
        return None


def pem_of(chain: Iterable[x509.Certificate]) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

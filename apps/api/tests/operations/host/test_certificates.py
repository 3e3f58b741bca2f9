"""The local authority, own files, and what is said about them; OpenSSL is the judge."""

import datetime as dt
import ssl
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from typer.testing import CliRunner

from agentlab.cli.main import app
from agentlab.operations.host import authority, certificates, trust
from agentlab.operations.host.authority import pem_of, pem_of_key
from agentlab.operations.host.certificates import (
    CertificateFromElsewhere,
    CertificateUnusable,
    NoCertificate,
    Origin,
)
from agentlab.operations.host.folder import COMPOSE_FILE, HOME, Installation
from agentlab.operations.host.trust import TrustStore


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    (tmp_path / COMPOSE_FILE).touch()
    monkeypatch.setenv(HOME, str(tmp_path))
    return Installation(tmp_path)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder for somebody's own files."""
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def given(
    files: Path, domain: str, life: dt.timedelta = dt.timedelta(days=90)
) -> tuple[Path, Path]:
    """A chain from another authority, and its key."""
    issuer = authority.make_authority(domain)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = (
        authority.draft(authority.name(domain), key.public_key(), life)
        .issuer_name(issuer.certificate.subject)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(issuer.key, SHA256())
    )
    (files / "chain.pem").write_bytes(pem_of((leaf, issuer.certificate)))
    (files / "key.pem").write_bytes(pem_of_key(key))
    return files / "chain.pem", files / "key.pem"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def verify(installation: Installation, *options: str) -> str:
    """What OpenSSL says of the chain that is served, given our authority."""
    authority_file = str(installation.authority / "ca.pem")
    command = ["openssl", "verify", "-x509_strict", "-CAfile", authority_file, *options]
    done = subprocess.run(
        [*command, str(installation.live_certificate)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["lab.example.com", "localhost"])
def test_a_local_certificate_is_believed_by_who_trusts_the_authority(
    installation: Installation, name: str
) -> None:
    installation.write_env({"AGENTLAB_DOMAIN": name})
    assert certificates.ensure(installation)
    assert "OK" in verify(installation, "-verify_hostname", name)
    assert "OK" in verify(installation, "-verify_hostname", "localhost")
    assert "OK" in verify(installation, "-verify_ip", "::1")
    assert "mismatch" in verify(installation, "-verify_hostname", "other.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(installation.live_certificate, installation.live_key)


def test_the_authority_cannot_speak_for_other_names(installation: Installation) -> None:
    made, _ = authority.open_authority(installation, "lab.example.com")
    certificate, _ = made.issue("bank.example.org")
    installation.create_folders()
    installation.live_certificate.write_bytes(pem_of((certificate,)))
    assert "permitted subtree violation" in verify(installation)


def test_everybody_may_read_what_containers_read_and_nobody_the_authority(
    installation: Installation,
) -> None:
    certificates.ensure(installation)
    assert mode(installation.certificates) == 0o700
    assert mode(installation.live_certificate.parent) == 0o755
    assert mode(installation.live_certificate) == mode(installation.live_key) == 0o444
    assert mode(installation.authority) == 0o700
    assert mode(installation.authority / "ca.key") == 0o400
    shared = installation.shared_authority.read_bytes()
    assert shared == (installation.authority / "ca.pem").read_bytes()
    assert b"KEY" not in shared


def test_a_good_certificate_is_left_alone_and_an_old_one_renewed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates.local(installation)
    first = certificates.served(installation)
    assert (first.origin, first.days_left) == (Origin.LOCAL, 363)
    assert certificates.local(installation) is None
    later = authority.now() + dt.timedelta(days=335)
    for module in (authority, certificates):
        monkeypatch.setattr(module, "now", lambda: later)
    assert certificates.ensure(installation)
    second = certificates.served(installation)
    assert second.ends > first.ends
    assert second.leaf.issuer == first.leaf.issuer
    assert second.leaf.public_key() != first.leaf.public_key()


def test_another_domain_gets_another_certificate(installation: Installation) -> None:
    certificates.ensure(installation)
    ours = (installation.authority / "ca.pem").read_bytes()
    installation.write_env({"AGENTLAB_DOMAIN": "lab.internal"})
    certificates.ensure(installation)
    assert "lab.internal" in certificates.served(installation).names
    assert (installation.authority / "ca.pem").read_bytes() == ours
    installation.write_env({"AGENTLAB_DOMAIN": "lab.example.com"})
    done = certificates.ensure(installation)
    assert done is not None
    assert "trust" in done  # the old authority may not speak for that name
    assert (installation.authority / "ca.pem").read_bytes() != ours


def test_an_address_can_be_the_domain(installation: Installation) -> None:
    installation.write_env({"AGENTLAB_DOMAIN": "203.0.113.7"})
    certificates.ensure(installation)
    assert "OK" in verify(installation, "-verify_ip", "203.0.113.7")
    assert certificates.served(installation).is_valid_for("203.0.113.7")


def test_half_an_authority_is_replaced(installation: Installation) -> None:
    certificates.ensure(installation)
    other = authority.make_authority("localhost")
    (installation.authority / "ca.key").chmod(0o600)
    (installation.authority / "ca.key").write_bytes(pem_of_key(other.key))
    certificates.local(installation, again=True, replace=True)
    assert "OK" in verify(installation)


def test_own_files_are_served(installation: Installation, files: Path) -> None:
    certificates.ensure(installation)
    installation.write_env({"AGENTLAB_DOMAIN": "lab.example.com"})
    chain, key = given(files, "lab.example.com")
    installed = certificates.install(installation, chain, key)
    assert installed.names == ["lab.example.com"]
    served = certificates.served(installation)
    assert served.origin is Origin.OWN
    assert len(served.chain) == 2
    assert certificates.ensure(installation) is None
    with pytest.raises(CertificateFromElsewhere, match="--replace"):
        certificates.local(installation)
    assert certificates.local(installation, replace=True)


@pytest.mark.parametrize(
    ("name", "domain", "fits"),
    [
        ("*.example.com", "lab.example.com", True),
        ("*.example.com", "LAB.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.lab.example.com", False),
        ("*.example.com", ".example.com", False),
        ("lab.example.com", "lab.example.com", True),
        ("lab.example.com", "lab.example.org", False),
    ],
)
def test_names_are_compared_as_browsers_do(name: str, domain: str, *, fits: bool) -> None:
    assert certificates.matches(name, domain) is fits


def test_own_files_that_browsers_would_refuse_are_refused(
    installation: Installation, files: Path
) -> None:
    installation.write_env({"AGENTLAB_DOMAIN": "lab.example.com"})
    for sentence, chain, key in broken_files(files):
        with pytest.raises(CertificateUnusable, match=sentence):
            certificates.install(installation, chain, key)
    with pytest.raises(NoCertificate, match="certificate local"):
        certificates.served(installation)


def broken_files(files: Path) -> Iterator[tuple[str, Path, Path]]:
    """What is wrong in the words of the message, a chain and a key."""
    chain, key = given(files, "lab.example.com", dt.timedelta(seconds=-1))
    yield "ended on", chain, key
    chain, key = given(files, "other.example.com")
    yield r"is for other\.example\.com, but AgentLab's domain is lab", chain, key
    chain, key = given(files, "lab.example.com")
    leaf, issuer = x509.load_pem_x509_certificates(chain.read_bytes())
    yield "cannot be read", files / "absent.pem", key
    yield "holds no certificate", key, key
    yield "holds no private key", chain, chain
    stranger = files / "stranger.pem"
    stranger.write_bytes(pem_of_key(ec.generate_private_key(ec.SECP256R1())))
    yield "belongs to another certificate", chain, stranger
    locked = files / "locked.pem"
    encryption = BestAvailableEncryption(b"secret")
    own = ec.generate_private_key(ec.SECP256R1())
    locked.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    yield "has a password", chain, locked
    disordered = files / "disordered.pem"
    unrelated = authority.make_authority("lab.example.com").certificate
    disordered.write_bytes(pem_of((leaf, unrelated, issuer)))
    yield "did not sign it", disordered, key


def test_a_certificate_that_certbot_got_is_recognised(
    installation: Installation, files: Path
) -> None:
    installation.write_env({"AGENTLAB_DOMAIN": "lab.example.com"})
    chain, key = given(files, "lab.example.com")
    certificates.install(installation, chain, key)
    lineage = installation.acme / "live" / "lab.example.com"
    lineage.mkdir(parents=True)
    (lineage / "cert.pem").write_bytes(chain.read_bytes())
    assert certificates.served(installation).origin is Origin.ACME


def test_a_certificate_of_six_days_is_due_in_its_last_two(
    installation: Installation, files: Path
) -> None:
    chain, key = given(files, "localhost", dt.timedelta(days=6))
    assert not certificates.install(installation, chain, key).is_due
    chain, key = given(files, "localhost", dt.timedelta(minutes=20))
    assert certificates.install(installation, chain, key).is_due


def test_the_commands_say_what_they_did(installation: Installation) -> None:
    run = CliRunner().invoke
    missing = run(app, ["certificate", "show"])
    assert (missing.exit_code, "no certificate yet" in missing.output) == (1, True)
    assert "Made a local certificate for localhost" in run(app, ["certificate", "local"]).output
    assert "is good" in run(app, ["certificate", "local"]).output
    shown = run(app, ["certificate", "show"])
    assert shown.exit_code == 0
    assert "localhost, 127.0.0.1, ::1" in shown.output
    assert certificates.served(installation).fingerprint in shown.output
    installation.write_env({"AGENTLAB_DOMAIN": "lab.example.com"})
    assert run(app, ["certificate", "show"]).exit_code == 1


def test_a_system_is_told_to_believe_the_authority_and_to_forget_it(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates.ensure(installation)
    (tmp_path / "anchors").mkdir()
    noticed = tmp_path / "noticed"
    store = TrustStore("Test", tmp_path / "anchors", ".crt", ("touch", str(noticed)))
    monkeypatch.setattr(trust, "STORES", (store,))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert trust.trust(installation) == "Test"
    copy = tmp_path / "anchors" / "agentlab-local-authority.crt"
    assert copy.read_bytes() == (installation.authority / "ca.pem").read_bytes()
    assert noticed.exists()
    trust.untrust(installation)
    assert not copy.exists()


def test_without_a_store_that_is_known_a_person_is_told_what_to_import(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(trust.NoAuthority, match="certificate local"):
        trust.trust(installation)
    certificates.ensure(installation)
    monkeypatch.setattr(trust, "STORES", ())
    monkeypatch.setattr("platform.system", lambda: "Linux")
    with pytest.raises(trust.TrustNotChanged, match=r"Import .*ca\.pem"):
        trust.trust(installation)


def test_browsers_with_stores_of_their_own_are_found(tmp_path: Path) -> None:
    for folder in (".pki/nssdb", ".mozilla/firefox/abc.default"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "cert9.db").touch()
    found = list(trust.own_stores(tmp_path))
    assert [folder.name for folder in found] == ["nssdb", "abc.default"]
    command = trust.nss_command(found[0], tmp_path / "ca.pem")
    assert command.startswith(f"certutil -d 'sql:{found[0]}' -A -t C,,")

"""A private certificate authority is trusted when it is named, and only then; nothing turns verification off."""

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.etl.loopback import Loopback, Reply
from tests.etl.rest_source import INTERFACE, configured, failures

FINE = Reply({"data": [{"unit": "H24.101", "total": 1, "done": 1}]})
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here to make certificates")


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate that nobody has signed but itself, and its key."""
    folder.mkdir()
    name = f"subjectAltName=IP:{address}"
    paths = folder / "certificate.pem", folder / "key.pem"
    wanted = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mau -addext {name}"
    subprocess.run(
        ["openssl", *wanted.split(), "-out", *paths[:1], "-keyout", *paths[1:]], check=True, capture_output=True
    )
    return paths


def serving(paths: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    return context


@needs_openssl
def test_a_private_authority_is_trusted_when_named(tmp_path: Path) -> None:
    own = certificate(tmp_path / "own", "127.0.0.1")
    certificate(tmp_path / "other", "127.0.0.1")
    with Loopback(lambda _asked: FINE, tls=serving(own)) as server:

        def outcome(**settings: Any) -> list[str]:
            return failures(configured(tmp_path, server.url, {**INTERFACE, **settings}).fetch())

        assert outcome() == ["TRANSPORT"]
        assert outcome(tls_ca_file="other/certificate.pem") == ["TRANSPORT"]
        assert outcome(tls_ca_file="own/certificate.pem") == [""]
    assert len(server.asked) == 1


@needs_openssl
def test_a_certificate_of_another_address_is_not_taken(tmp_path: Path) -> None:
    wrong = certificate(tmp_path / "wrong", "127.0.0.2")
    with Loopback(lambda _asked: FINE, tls=serving(wrong)) as server:
        source = configured(tmp_path, server.url, {**INTERFACE, "tls_ca_file": "wrong/certificate.pem"})
        assert failures(source.fetch()) == ["TRANSPORT"]
    assert server.asked == []


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_an_authority_that_cannot_be_read_is_told(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with Loopback(lambda _asked: FINE) as server:
        source = configured(tmp_path, server.url, {**INTERFACE, "tls_ca_file": "ca.pem"})
        (load,) = source.take_in()
    assert str(load.error_class) == "TRANSPORT"
    assert "ca.pem" in str(load.message)
    assert server.asked == []

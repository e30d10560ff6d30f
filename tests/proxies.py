"""nginx and Caddy with the files that are shipped, before a server of a test."""

import datetime as dt
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parent.parent
NGINX_FILE = ROOT / "docs" / "deploy" / "nginx.conf"
CADDY_FILE = ROOT / "docs" / "deploy" / "Caddyfile"
NAME = "symptoms.example.org"
HOST = "127.0.0.1"


def find_program(name: str) -> str | None:
    return shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin")


@dataclass(frozen=True)
class RunningProxy:
    port: int
    directory: Path
    has_certificate: bool = True

    def connect(self, name: str = NAME) -> socket.socket:
        """A connection as a visitor's browser makes it, which trusts our own certificate."""
        if not self.has_certificate:
            return socket.create_connection((HOST, self.port), timeout=60)
        context = ssl.create_default_context(cafile=str(self.directory / "fullchain.pem"))
        plain = socket.create_connection((HOST, self.port), timeout=60)
        return context.wrap_socket(plain, server_hostname=name)

    def ask(self, path: str, *, method: str = "GET", body: bytes = b"", name: str = NAME) -> str:
        """The whole answer, as text; nothing where the connection was cut."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n"
        with self.connect() as sent:
            sent.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            try:
                parts = [*iter(lambda: sent.recv(65536), b"")]
            except ConnectionResetError:
                return ""
            return b"".join(parts).decode(errors="replace")

    def read_logs(self) -> str:
        return "".join(path.read_text() for path in self.directory.glob("*.log"))


@contextmanager
def run_nginx(upstream: int, directory: Path) -> Iterator[RunningProxy]:
    """nginx with the shipped file in a directory; only names of files and ports are others."""
    _make_certificate(directory)
    with socket.socket() as secure, socket.socket() as plain:
        for listener in (secure, plain):
            listener.bind((HOST, 0))
        port, plain_port = secure.getsockname()[1], plain.getsockname()[1]
    _write_configuration(directory, upstream=upstream, port=port, plain_port=plain_port)
    command = [find_program("nginx"), "-p", directory, "-c", "main.conf", "-e", "stderr"]
    process = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE, text=True)
    proxy = RunningProxy(port, directory)
    try:
        _wait_until_ready(proxy, process)
        yield proxy
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def run_caddy(upstream: int, directory: Path) -> Iterator[RunningProxy]:
    """Caddy with the shipped file as it is, told by its environment where it stands.

    Over HTTP: its certificates come from elsewhere.
    """
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port = listener.getsockname()[1]
    own = {
        "SITE_ADDRESS": f"http://{NAME}:{port}",
        "SITE_UPSTREAM": f"{HOST}:{upstream}",
        "CADDY_ADMIN": f"unix/{directory}/admin.sock",
        "XDG_DATA_HOME": str(directory),
        "XDG_CONFIG_HOME": str(directory),
        "HOME": str(directory),
    }
    command = [str(find_program("caddy")), "run", "--adapter", "caddyfile", "--config"]
    with (directory / "caddy.log").open("w") as log:
        process = subprocess.Popen(
            [*command, str(CADDY_FILE)], env=os.environ | own, stdout=log, stderr=log
        )
    proxy = RunningProxy(port, directory, has_certificate=False)
    try:
        _wait_until_ready(proxy, process)
        yield proxy
    finally:
        process.terminate()
        process.wait(60)


def _write_configuration(directory: Path, *, upstream: int, port: int, plain_port: int) -> None:
    shipped = NGINX_FILE.read_text()
    for theirs, ours in {
        "unix:/run/countersign/site.sock": f"{HOST}:{upstream}",
        f"/etc/letsencrypt/live/{NAME}/": f"{directory}/",
        "/var/log/nginx/": f"{directory}/",
        "listen 80": f"listen {HOST}:{plain_port}",
        "listen 443": f"listen {HOST}:{port}",
    }.items():
        assert theirs in shipped
        shipped = shipped.replace(theirs, ours)
    (directory / "site.conf").write_text(shipped)
    places = "".join(
        f"{kind}_temp_path {directory}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (directory / "main.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {directory}/pid;\n"
        f"events {{ worker_connections 512; }}\nhttp {{\n{places}include site.conf;\n}}\n"
    )


def _make_certificate(directory: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (directory / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "privkey.pem").write_bytes(secret)


def _wait_until_ready(proxy: RunningProxy, process: subprocess.Popen) -> None:
    for _ in range(300):
        if process.poll() is not None:
            output = process.stderr.read() if process.stderr else proxy.read_logs()
            raise RuntimeError(f"The proxy did not start:\n{output}")
        try:
            proxy.connect().close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The proxy does not answer.")

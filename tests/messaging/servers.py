"""Real servers on loopback: one that speaks SMTP, one that speaks OVHcloud's SMS dialect and checks its signatures."""

import contextlib
import datetime
import hashlib
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECRET, APPLICATION, CONSUMER, SERVICE = "secret-of-the-application", "application", "consumer", "sms-ab12345-1"


@dataclass
class Postbox:
    """What an SMTP server received; `answers` are what it says to a recipient instead of taking it."""

    host: str = "127.0.0.1"
    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 OK"
    received: list[EmailMessage] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self.tries.append(address)
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - named by aiosmtpd
        if self.data_answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.received.append(message)
        return self.data_answer


class _Controller(Controller):
    """Asks the system for a free port, and says which."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 signed by itself, with its key, in one file of `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) + made.public_bytes(pem)
    )
    return path


@contextlib.contextmanager
def smtp_server(*, password: str = "", key: Path | None = None) -> Iterator[Postbox]:
    """A server that keeps what it receives; with a `key`, only through STARTTLS and after the `password`."""
    box = Postbox()

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == password.encode()
        return AuthResult(success=good, handled=False)

    options: dict[str, Any] = {}
    if key is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(key)
        options = {"authenticator": authenticate, "auth_required": True, "tls_context": context}
        options["require_starttls"] = True
    controller = _Controller(box, hostname="127.0.0.1", port=0, **options)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


def mailers(box: Postbox, **options: Any) -> dict[str, Any]:
    """The `MAILERS` setting that leads to `box`."""
    backend = "django.core.mail.backends.smtp.EmailBackend"
    return {"default": {"BACKEND": backend, "OPTIONS": {"host": box.host, "port": box.port, "timeout": 5, **options}}}


@dataclass
class Provider:
    """An SMS provider's account: what it was asked, what it answers."""

    endpoint: str = ""
    clock_ahead: int = 0
    jobs: list[dict[str, Any]] = field(default_factory=list)
    receipts: dict[str, int] = field(default_factory=dict)
    status: int = 200
    invalid: set[str] = field(default_factory=set)
    credits: float = 1
    hangs: bool = False
    unsigned: int = 0
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> int:
        return int(time.time()) + self.clock_ahead


@contextlib.contextmanager
def sms_provider() -> Iterator[Provider]:
    """A server that takes SMS jobs only if they are signed as the dialect says, with its own time."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            """Nothing on the screen."""

        def answer(self, status: int, content: Any) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def signed(self, body: str) -> bool:
            stamp = self.headers.get("X-Ovh-Timestamp", "0")
            url = provider.endpoint + self.path.removeprefix("/1.0")
            words = f"{SECRET}+{CONSUMER}+{self.command}+{url}+{body}+{stamp}"
            right = "$1$" + hashlib.sha1(words.encode()).hexdigest()
            return (
                self.headers.get("X-Ovh-Signature") == right
                and self.headers.get("X-Ovh-Application") == APPLICATION
                and self.headers.get("X-Ovh-Consumer") == CONSUMER
                and abs(int(stamp) - provider.now()) < 30
            )

        def take(self, body: str) -> None:
            with provider.lock:
                provider.asked.append(f"{self.command} {self.path}")
            if self.path == "/1.0/auth/time":
                self.answer(200, provider.now())
                return
            if not self.signed(body):
                provider.unsigned += 1
                self.answer(400, {"errorCode": "INVALID_SIGNATURE", "message": "Invalid signature"})
            elif provider.hangs:
                time.sleep(1)
            elif provider.status != 200:
                self.answer(provider.status, {"message": "No"})
            elif self.command == "POST" and self.path == f"/1.0/sms/{SERVICE}/jobs":
                self.answer(200, self.job(json.loads(body)))
            elif self.path.startswith(f"/1.0/sms/{SERVICE}/outgoing/"):
                number = self.path.rpartition("/")[2]
                self.answer(200, {"id": int(number), "deliveryReceipt": provider.receipts.get(number, 0), "ptt": 0})
            else:
                self.answer(404, {"message": "Got an invalid (or empty) URL"})

        def job(self, wanted: dict[str, Any]) -> dict[str, Any]:
            good = [number for number in wanted["receivers"] if number not in provider.invalid]
            bad = [number for number in wanted["receivers"] if number in provider.invalid]
            with provider.lock:
                ids = []
                for _number in good:
                    provider.jobs.append(wanted)
                    ids.append(1000 + len(provider.jobs))
            return {
                "totalCreditsRemoved": provider.credits * len(good),
                "ids": ids,
                "validReceivers": good,
                "invalidReceivers": bad,
            }

        def do_GET(self) -> None:
            self.take("")

        def do_POST(self) -> None:
            self.take(self.rfile.read(int(self.headers["Content-Length"])).decode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.endpoint = f"http://127.0.0.1:{server.server_port}/1.0"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sms_settings(provider: Provider, **changes: Any) -> dict[str, Any]:
    """The `SMS` setting that leads to `provider`."""
    return {
        "gateway": "ovh",
        "sender": "Declic",
        "credit_mills": 65,
        "folder": "",
        "ovh_endpoint": provider.endpoint,
        "ovh_application_key": APPLICATION,
        "ovh_application_secret": SECRET,
        "ovh_consumer_key": CONSUMER,
        "ovh_service": SERVICE,
        **changes,
    }

"""TLS in front of a PostgreSQL server, whose own programs are built without it.

A client meets what a server with TLS shows it: the answer to its request for TLS, a handshake with a certificate, and
an error where it connects without TLS. Only channel binding is missing.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import select
import socket
import socketserver
import ssl
import struct
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# What a client may send first. Source: postgresql.org/docs/current/protocol-message-formats.html
SSL_REQUEST = 80877103
GSSENC_REQUEST = 80877104


class Front:
    """Accepts connections with TLS at `port`, while it is open, and passes them on to the server at `behind`."""

    def __init__(self, folder: Path, host: str, port: int, behind: int):
        self.host = host
        self.port = port
        self.behind = behind
        self.ca = folder / "ca.pem"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate = folder / "server.pem"
        _certify(self.ca, certificate, host)
        self.context.load_cert_chain(certificate)
        self.listener: _Listener | None = None

    def open(self) -> None:
        if self.listener is None:
            self.listener = _Listener(self)
            threading.Thread(target=self.listener.serve_forever, args=[0.02], daemon=True).start()

    def close(self) -> None:
        if self.listener is not None:
            self.listener.shutdown()
            self.listener.server_close()
            self.listener = None


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, front: Front):
        self.front = front
        super().__init__((front.host, front.port), _Connection)


class _Connection(socketserver.BaseRequestHandler):
    server: _Listener

    def handle(self) -> None:
        front = self.server.front
        try:
            if not _is_asked_for_tls(self.request):
                return
            with (
                front.context.wrap_socket(self.request, server_side=True) as client,
                socket.create_connection((front.host, front.behind)) as server,
            ):
                _relay(client, server)
                # Says that the connection ends, without waiting for the same from the client.
                client.setblocking(False)
                client.unwrap()
        except OSError:
            pass  # One side has gone, or the client does not trust the certificate.


def _is_asked_for_tls(client: socket.socket) -> bool:
    while len(header := client.recv(8, socket.MSG_WAITALL)) == 8:
        _, code = struct.unpack("!II", header)
        if code == SSL_REQUEST:
            client.sendall(b"S")
            return True
        if code != GSSENC_REQUEST:
            client.sendall(_refusal())
            return False
        client.sendall(b"N")
    return False


def _refusal() -> bytes:
    """An error as the server words it where its rules of access have no entry for connections without TLS."""
    fields = (b"SFATAL", b"VFATAL", b"C28000", b"Mno pg_hba.conf entry for this host, no encryption")
    body = b"".join(field + b"\0" for field in fields) + b"\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body


def _relay(client: ssl.SSLSocket, server: socket.socket) -> None:
    for side in (client, server):
        side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        # What is decrypted already does not show in `select`.
        readable = [client] if client.pending() else select.select([client, server], [], [])[0]
        for source in readable:
            data = source.recv(1 << 16)
            if not data:
                return
            (server if source is client else client).sendall(data)


def _certify(ca: Path, certificate: Path, host: str) -> None:
    """Writes the certificate of a new authority, and one that it signs for this host, with its key."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name("Keysweep test authority")
    ca_usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority = (
        _builder(issuer, issuer, ca_key.public_key(), ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(ca_usage, critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(host))]
    signed = (
        _builder(_name("localhost"), issuer, key.public_key(), ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    unencrypted = serialization.NoEncryption()
    ca.write_bytes(authority.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unencrypted)
    certificate.write_bytes(private + signed.public_bytes(pem))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, issuer_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=7))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )

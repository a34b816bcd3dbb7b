"""A private authority of a retailer, and certificates for its hub, made anew for each test."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(path: Path, key: ec.EllipticCurvePrivateKey) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return path


@dataclass
class Authority:
    """Signs certificates. `file` is what a terminal is given as `ca_file`."""

    folder: Path
    name: str = "Retailer"

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        made = self._begin(self.name, self._key.public_key(), now - DAY, now + 365 * DAY)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        made = made.add_extension(usage, critical=True)
        self.file = self.folder / "ca.pem"
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def _begin(
        self, name: str, key: ec.EllipticCurvePublicKey, first: datetime, last: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(self.name))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(first)
            .not_valid_after(last)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )

    def certify(self, address: str = "127.0.0.1", first: timedelta = -DAY, last: timedelta = DAY) -> tuple[Path, Path]:
        """A certificate for an IP address or a name, valid from now + `first` to now + `last`; and its key's file."""
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        names: list[x509.GeneralName] = [x509.DNSName(address)]
        if address[0].isdigit():
            names = [x509.IPAddress(ip_address(address))]
        made = self._begin("hub", key.public_key(), now + first, now + last)
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        path = self.folder / "hub.pem"
        path.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return path, _write(self.folder / "hub.key", key)

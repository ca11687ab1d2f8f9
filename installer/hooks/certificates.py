"""Runs first in the bundle: finds the system's certificates where its OpenSSL does not look.

The bundle's OpenSSL looks where the system that built it keeps them.
"""

import os
import ssl
import sys

_PLACES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS, Alpine
)


def find() -> None:
    """Name the first bundle of certificates that is there, unless OpenSSL finds some or is told."""
    known = ssl.get_default_verify_paths()
    if sys.platform == "win32" or known.cafile or known.capath:
        return
    place = next(filter(os.path.exists, _PLACES), None)
    if place is not None:
        os.environ["SSL_CERT_FILE"] = place


find()

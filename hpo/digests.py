"""Short names for long contents."""

from __future__ import annotations

__all__ = ["digest"]


def digest(content: bytes | memoryview, size: int) -> bytes:
    """So many bytes, from 1 to 64, that name a content; the same in every process and on every machine."""
    import hashlib  # which loads OpenSSL

    return hashlib.blake2b(content, digest_size=size).digest()

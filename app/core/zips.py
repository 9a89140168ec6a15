"""What reading a zip archive that somebody sent may raise: our formats (XLSX, backups) are such archives."""

from __future__ import annotations

import lzma
import zipfile
import zlib

# The archive is cut off, damaged, or made as we do not read it; whoever catches these says so in one sentence.
DAMAGED = (
    zipfile.BadZipFile,  # no directory, a wrong checksum, headers that contradict each other
    zlib.error,  # a damaged deflate stream
    lzma.LZMAError,  # a damaged LZMA stream; that of bzip2 is an OSError
    EOFError,  # an entry ends before its size
    OSError,  # an offset outside the file
    ValueError,  # a header with an impossible number or name
    NotImplementedError,  # a compression or a version of the format that the standard library does not know
    RuntimeError,  # an entry with a password
)

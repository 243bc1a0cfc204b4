"""The process in which the text of a PDF is taken: it reads bytes from its input, and writes JSON to its output.

    python -m transire.procedures.pdf_child <most pages> <seconds of the processor> <bytes of memory>

A file from outside may be made to keep a reader busy or to fill its memory, so it is read in a process of its own that
the system ends at its limits and which can write no file and start no other program. Text is all that is taken: no
script of the file is run, no address in it asked for, no font or picture drawn.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from io import BytesIO
from typing import Any

MOST_TEXT = 2_000_000
"""Characters of a file: an invoice of 999 lines has a tenth of it."""


def main(most_pages: int) -> dict[str, Any]:
    """The lines of each page as they stand, or the name of what stands in the way."""
    from pypdf import PdfReader, apply_configuration  # loaded behind the limits
    from pypdf.errors import PyPdfError

    logging.disable(logging.CRITICAL)
    raw = sys.stdin.buffer.read()
    try:
        with apply_configuration(jbig2dec_binary=None):
            reader = PdfReader(BytesIO(raw))
            if reader.is_encrypted:
                return {"refused": "encrypted"}
            count = len(reader.pages)
            if count > most_pages:
                return {"refused": "pages", "got": str(count)}
            pages = [page.extract_text(extraction_mode="layout") for page in reader.pages]
            long = sum(map(len, pages)) > MOST_TEXT
            return {"refused": "text"} if long else {"pages": pages}
    except (PyPdfError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError, OSError):
        return {"refused": "broken"}  # whatever a damaged file makes the library trip over
    except MemoryError:
        return {"refused": "memory"}


def limit(seconds: int, memory: int) -> None:
    """What the system allows this process from now on."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    pages, processor, bytes_of_memory = map(int, sys.argv[1:])
    limit(processor, bytes_of_memory)
    sys.stdout.write(json.dumps(main(pages)))

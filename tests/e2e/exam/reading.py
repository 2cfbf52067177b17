"""What stands in a PDF: its words, and where the square code in it leads."""

from __future__ import annotations

import pypdfium2
import zxingcpp

SCALE = 2  # 144 dots to the inch, about what a camera sees of a printed page


def text_of(pdf: bytes) -> str:
    """All words, with single spaces between them."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            text.close()
            page.close()
    return " ".join(" ".join(pages).split())


def code_of(pdf: bytes) -> str:
    """What the only code says, read off the pages as they are drawn."""
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            drawn = page.render(scale=SCALE, grayscale=True)
            pixels = memoryview(bytes(drawn.buffer)).cast("B", shape=[drawn.height, drawn.stride])
            found += [each.text for each in zxingcpp.read_barcodes(pixels)]
            drawn.close()
            page.close()
    (code,) = found
    return code

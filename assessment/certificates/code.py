"""The QR code of a certificate, as SVG: for the document and for the page."""

from io import BytesIO

import segno

# Modules of quiet around the code that readers need (ISO/IEC 18004).
QUIET = 4


def code_svg(url: str, *, title: str = "") -> str:
    """The code as a complete SVG element, dark on white. `title` names it for those who cannot see it.

    Medium error correction: a fold or a stain on the paper does no harm.
    """
    out = BytesIO()
    segno.make(url, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        nl=False,
        omitsize=True,
        border=QUIET,
        dark="#000",
        light="#fff",
        svgclass="code",
        lineclass=None,
        title=title or None,
    )
    return out.getvalue().decode()

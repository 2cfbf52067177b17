"""What a certificate says, and the code that leads to its verification."""

from assessment.certificates.code import code_svg
from assessment.certificates.content import content, digest_of, document

__all__ = ["code_svg", "content", "digest_of", "document"]

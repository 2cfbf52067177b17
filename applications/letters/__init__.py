"""What the letter of a decision says, kind by kind, as the data of templates/letters/decision.typ."""

from applications.letters.content import content, language_of, recipient

__all__ = ["content", "language_of", "recipient"]

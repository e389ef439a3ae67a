"""What a word of a prompt has to do with text in the picture."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """The part a word plays, with what follows from it."""

    PLAIN = "nothing"
    MARK = "a comma, colon or the like between clauses"
    QUOTE = "words in quotation marks"
    TEXT = "names text itself: asked for, there are to be letters"
    STYLE = "names how letters look: they are to be there, and words spelled out are what they say"
    LABELLER = "introduces words, and asks for none alone: *the name NOVA*"
    CARRIER = "often bears text, but may be blank or only a picture: in doubt"
    THING = "bears text only where words are put on it"
    SAYING = "is followed by the words: *reading OPEN*"
    MAKING = "makes words visible: *painted*, *appears*"
    NAMING = "is followed by a name, which nobody has to write down: *a cat called Tom*"
    KNOWN = "is a sign everybody knows by its word: *stop sign*"
    REFUSE = "refuses what follows"
    REMOVE = "takes away what is there already"
    REPLACE = "takes away what follows, up to *with* or *by*"
    GONE = "refuses what stands before it: *text removed*"
    ROOM = "keeps a place free for text that somebody adds later"
    LAPSE = "after a refusal asks all the more: *do not forget the title*"
    ADDING = "asks for what follows, and is refused with it: *do not add text*"
    BLANK = "says of a sign that nothing is on it"
    CONTRAST = "ends a refusal: *no text except the title*"
    OTHER = "narrows a refusal to what else there might be: *no other text*"
    FLAWED = "narrows a refusal to text that is badly done: *no misspelled text*"
    PLACE = "ends a refusal once something was refused: *no people on a street*"
    FILL = "changes nothing"
    PERSON = "may say or read something without a letter being seen"
    IDIOM = "only sounds like text: *peace sign*"
    NOTHING = "as a value says that there is none: *text: none*"


def word_set(words: str) -> frozenset[str]:
    """Return the words of a list with spaces between."""
    return frozenset(words.split())

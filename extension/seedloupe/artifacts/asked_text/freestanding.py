"""Words to be written that nothing introduces: *a grave, HERE LIES TOM*, *a banner happy 40th*."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .kinds import Kind, word_set
from .spelled import Spelled
from .tokens import Token

_INSCRIBED = word_set(
    "written writen wrote write writes writing printed painted engraved etched carved "
    "embroidered stitched stamped embossed stencilled stenciled scrawled scribbled sprayed "
    "typed tattooed chalked piped iced chiseled chiselled incised branded inscribed inked "
    "daubed spelled burned burnt traced drawn"
)
"""After these, capitals are letters and no emphasis."""
_EMPHASIS = word_set(
    "best quality masterpiece ultra hyper super very high highest low high-res highres detailed "
    "details detail sharp focus resolution realistic photorealistic hyperrealistic realism photo "
    "photograph cinematic lighting style art artwork artistic digital render rendering vivid "
    "unreal engine octane trending artstation professional award winning dramatic beautiful epic "
    "only not no must never always important please note wide shot close closeup up view angle "
    "full body portrait perfect anatomy hands solo girl boy woman man uncensored amazing stunning "
    "extremely insanely intricate break without bad worst jpeg artifacts"
)
"""What prompts put in capitals to be heard, not to be read."""
_NAMED = word_set("called named titled entitled dubbed")
_SHOWING = word_set("showing shows displaying displays reading reads marked numbered")
"""Before a figure, these put it on what was named before."""
_NUMBERED = word_set("display readout scoreboard jersey odometer")
_LOUD_ON = word_set(
    "neon screen lightbox tombstone gravestone headstone grave hood jersey tee shirt tshirt cap "
    "button badge doormat hoodie sticker label crate box can bottle van truck taxi cab helmet"
)
"""Capitals right beside these are on them, even a single word."""
_ZODIAC = word_set(
    "aries taurus gemini cancer leo virgo libra scorpio sagittarius capricorn aquarius pisces"
)
_PICTURES = word_set("poster posters infographic meme magazine newspaper cover scene")
"""Behind these, a colon mostly describes."""
_NAME_IS = word_set("is be are was being")
_GREETINGS = re.compile(
    r"(?:happy (?:birthday|anniversary|new year|easter|halloween|holidays|mother'?s day|"
    r"father'?s day|valentine'?s|graduation|retirement|\d+(?:st|nd|rd|th)|(?:sweet )?sixteen)|"
    r"merry (?:christmas|xmas)|season'?s greetings|congratulations|congrats|welcome (?:home|back)|"
    r"get well soon|good luck|thank you|i love you|i miss you|just married|it'?s a (?:boy|girl)|"
    r"be mine|will you marry me|rest in peace|best (?:mom|dad|wishes))\b"
)
_LONGEST, _BACK, _GREETED = 8, 8, 3


def freestanding(sentence: Sequence[Token], at: int, *, shouting: bool) -> Iterator[Spelled]:
    """Find words that begin at a token and stand on something without a verb that says so.

    Args:
        sentence: its tokens.
        at: the token.
        shouting: whether the whole prompt is in capitals, which then say nothing.
    """
    if not shouting:
        yield from _capitals(sentence, at)
    yield from _greeting(sentence, at)
    if sentence[at].low in _NAMED:
        yield from _named_for(sentence, at)
    if sentence[at].text == ":":
        yield from _behind_colon(sentence, at)
    if sentence[at].low in _SHOWING or sentence[at].low in _NUMBERED:
        yield from _figures(sentence, at)


def _capitals(sentence: Sequence[Token], at: int) -> Iterator[Spelled]:
    """A run of capitals behind *engraved with* or *the name is*, or beside a sign."""
    if sentence[at].kind is Kind.QUOTE or not sentence[at].shouted:
        return
    if at and sentence[at - 1].shouted and sentence[at - 1].kind is not Kind.QUOTE:
        return
    run = _run(sentence, at)
    if not run:
        return
    behind = sentence[at + len(run) : at + len(run) + 1]
    by = _inscribed(sentence, at)
    if behind and behind[0].low in _INSCRIBED:
        by = by or behind[0].text
    if not by and any(word in _EMPHASIS for token in run for word in token.low.split()):
        return
    signs = (Kind.CARRIER, Kind.TEXT, Kind.STYLE)
    beside = any(token.kind in signs for token in (*sentence[:at], *sentence[at + len(run) :]))
    shown = _right_beside(sentence, at, at + len(run)) or (
        len(run) > 1 and any(token.kind is Kind.THING for token in sentence[:at])
    )
    if shown or by or (beside and (len(run) > 1 or " " in run[0].text)):
        yield _spelled(run, at, by or run[0].text)


def _right_beside(sentence: Sequence[Token], start: int, end: int) -> bool:
    """Whether a run stands next to what bears words, or is put on it: *POLICE on the hood*."""
    before = [token for token in sentence[max(0, start - 2) : start] if token.text != ","]
    behind = [token for token in sentence[end : end + 1] if token.text != ","]
    near = [*before[-1:], *behind]
    if any(word in _LOUD_ON for token in near for word in token.low.split()):
        return True
    if any(token.low in ("word", "words") for token in sentence[max(0, start - 6) : start]):
        return True
    on = bool(behind) and behind[0].low in ("on", "across")
    return on and any(token.kind is Kind.THING for token in sentence[end : end + 4])


def _behind_colon(sentence: Sequence[Token], at: int) -> Iterator[Spelled]:
    """What a colon puts on what was named before it: *a speech balloon: is it far?*."""
    clause: list[Token] = []
    for token in reversed(sentence[:at]):
        if token.kind is Kind.MARK or len(clause) > _LONGEST:
            break
        clause.append(token)
    bearer = next((token for token in clause if _bears(token)), None)
    run = []
    for token in sentence[at + 1 : at + 1 + _LONGEST]:
        if token.kind in (Kind.MARK, Kind.QUOTE):
            break
        run.append(token)
    if bearer is None or not run or run[0].low in _ZODIAC:
        return
    if run[0].low in ("a", "an", "no", "none", "yes"):
        return
    proper = run[0].text[:1].isupper() or bearer.low in ("speech balloon", "speech bubble")
    if proper or bearer.low in ("word", "words", "message") or bearer.low in _INSCRIBED:
        yield Spelled(_text(run), at, at + 1 + len(run), at + 1, bearer.text)


def _bears(token: Token) -> bool:
    if token.low in _PICTURES:
        return False
    kinds = (Kind.CARRIER, Kind.THING, Kind.LABELLER)
    return token.kind in kinds or token.low in _INSCRIBED


def _run(sentence: Sequence[Token], at: int) -> Sequence[Token]:
    """The words in capitals from a token on, with figures and *A*, *I* and *&* between them."""
    end = at
    for place in range(at, min(len(sentence), at + _LONGEST)):
        token = sentence[place]
        if token.kind in (Kind.MARK, Kind.QUOTE) or token.text != token.text.upper():
            break
        if token.text == "AND" and place == at:
            break
        end = place + 1
    return sentence[at:end]


def _inscribed(sentence: Sequence[Token], at: int) -> str:
    """Return what right before a token says that it is put in letters."""
    before = list(sentence[max(0, at - 4) : at])
    while before and (before[-1].kind is Kind.FILL or before[-1].low in ("with", "in", "as")):
        before.pop()
    if len(before) > 1 and before[-1].low in _NAME_IS:
        named = before[-2]
        return named.text if named.kind in (Kind.LABELLER, Kind.TEXT) else ""
    return before[-1].text if before and before[-1].low in _INSCRIBED else ""


def _greeting(sentence: Sequence[Token], at: int) -> Iterator[Spelled]:
    """What cards, cakes and banners say, right behind one of them."""
    words = [token for token in sentence[at : at + _LONGEST] if token.kind is not Kind.QUOTE]
    match = _GREETINGS.match(" ".join(token.low for token in words).replace("\u2019", "'"))
    if match is None or not _on_bearer(sentence, at):
        return
    least = len(match[0].split())
    run: list[Token] = []
    for token in words:
        if len(run) >= least and (
            token.kind in (Kind.MARK, Kind.PLACE, Kind.MAKING, Kind.CARRIER)
            or len(run) >= least + _GREETED
        ):
            break
        run.append(token)
    yield _spelled(run, at, sentence[at].text)


def _on_bearer(sentence: Sequence[Token], at: int) -> bool:
    """Whether right before a token something is named that words are written on."""
    for token in reversed(sentence[max(0, at - 4) : at]):
        if token.kind in (Kind.CARRIER, Kind.THING):
            return True
        if token.kind is not Kind.FILL and token.low not in ("with", "that", ",", ":"):
            return False
    return False


def _named_for(sentence: Sequence[Token], at: int) -> Iterator[Spelled]:
    """The name of what a logo, a poster or a cover is for: *a logo for a bakery called Luna*."""
    run: list[Token] = []
    for token in sentence[at + 1 : at + 1 + _LONGEST]:
        if not (token.text[:1].isupper() or (run and token.low in ("of", "the", "and"))):
            break
        if token.kind is Kind.QUOTE:
            break
        run.append(token)
    carrier = _made_for(sentence, at)
    if run and carrier:
        yield Spelled(_text(run), at, at + 1 + len(run), at + 1, carrier)


def _figures(sentence: Sequence[Token], at: int) -> Iterator[Spelled]:
    """A figure that a display, a jersey or a bus shows: *a clock tower display showing 73*."""
    bears = any(token.kind in (Kind.CARRIER, Kind.THING) for token in sentence[max(0, at - 4) : at])
    bears = bears or sentence[at].low in _NUMBERED
    reach = 2 if sentence[at].low in _NUMBERED else 4
    for place in range(at + 1, min(len(sentence), at + reach)):
        if sentence[place].text[:1].isdigit() and bears:
            yield Spelled(sentence[place].text, at, place + 1, place, sentence[at].text)
            return
        if sentence[place].kind is Kind.MARK:
            return


def _made_for(sentence: Sequence[Token], at: int) -> str:
    made_for = at > 0 and sentence[at - 1].kind is Kind.CARRIER
    for token in reversed(sentence[max(0, at - _BACK) : at]):
        made_for = made_for or token.low in ("for", "of")
        if token.kind is Kind.PERSON or (token.kind is Kind.MARK and token.text != ","):
            return ""
        made_for = made_for or token.text == ","
        if token.kind is Kind.CARRIER and made_for:
            return token.text
    return ""


def _spelled(run: Sequence[Token], at: int, by: str) -> Spelled:
    return Spelled(_text(run), at, at + len(run), at, by)


def _text(run: Sequence[Token]) -> str:
    return " ".join(token.text for token in run)

"""The parser of every command: it shows examples and defaults, and its errors help."""

from __future__ import annotations

import argparse
import difflib
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

from ....errors import SeedloupeError
from .examples import EXAMPLES

_WIDTH = 100
#: How alike two words must be for one to be taken as a slip of the other (difflib's own measure).
_ALIKE = 0.6


class UsageError(SeedloupeError):
    """The command line itself cannot be read."""


class NoCommandError(UsageError):
    """Nothing was asked for yet; whoever typed it is shown what can be.

    Args:
        message: what is missing.
        help_text: what there is.
    """

    def __init__(self, message: str, help_text: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.help_text = help_text


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Leaves examples as they are written, and states the default of every option."""

    def __init__(self, prog: str) -> None:
        width = min(shutil.get_terminal_size().columns - 2, _WIDTH)
        super().__init__(prog, max_help_position=30, width=width)

    def _get_help_string(self, action: argparse.Action) -> str:
        text = action.help or ""
        if not action.option_strings or action.nargs == 0 or "(default" in text:
            return text
        if action.required:
            return f"{text} (required)".strip()
        if action.default in (None, []):
            return text
        return f"{text} (default: {_as_typed(action.default)})".strip()


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a command line, and leaves the exit to the caller."""

    def __init__(self, **settings: object) -> None:
        settings.setdefault("allow_abbrev", False)
        settings.setdefault("formatter_class", Formatter)
        super().__init__(**settings)  # type: ignore[arg-type]
        examples = EXAMPLES.get(self.prog, ())
        shown = "\n".join(("examples:", *(f"  {example}" for example in examples)))
        self.epilog = "\n\n".join(filter(None, (shown if examples else "", self.epilog)))
        self._words: Sequence[str] = ()

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse all words; those of a command are its own, and none is left over.

        Raises:
            UsageError: a word means nothing here.
            NoCommandError: there is none, where one names a command.
        """
        self._words = list(sys.argv[1:] if args is None else args)
        group = self._commands()
        if not self._words and group is not None and group.required:
            message = self._placed(f"name one of {', '.join(group.choices or ())}")
            raise NoCommandError(message, self.format_help().rstrip())
        found, left = super().parse_known_args(self._words, namespace)
        if left:
            self.error(self._left_over(left))
        return found, left

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage.

        Raises:
            UsageError: always.
        """
        if message.startswith("the following arguments are required"):
            # What is missing may be there, but for a slip.
            slips = [f"{slip[0].upper()}{slip[1:]}" for slip in self._slips(self._words)]
            message = ". ".join((message, *slips))
        raise UsageError(self._placed(message))

    def _placed(self, message: str) -> str:
        _, _, where = self.prog.partition(" ")
        return f"{where}: {message}" if where else message

    def _commands(self) -> argparse._SubParsersAction[Parser] | None:
        kind = argparse._SubParsersAction
        return next((action for action in self._actions if isinstance(action, kind)), None)

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        if action is not self._commands():
            said = f"expected one of {', '.join(known)}, got {value!r}"
            raise argparse.ArgumentError(action, said + _meant(str(value), known))
        raise argparse.ArgumentError(None, self._no_command(str(value), known))

    def _no_command(self, word: str, known: Sequence[str]) -> str:
        said = f"there is no {self._group_word()} {word!r}"
        named = next((later for later in self._words if later in known), None)
        if named is not None:
            return f"{said}; options stand after the command: {self.prog} {named} …"
        options = {name.lstrip("-"): name for name in self._option_string_actions}
        slip = f". Did you mean {options[word]}?" if word in options else _meant(word, known)
        return said + (slip or f"; there is {', '.join(known)}")

    def _group_word(self) -> str:
        group = self._commands()
        return str(group.metavar).lower() if group is not None else "command"

    def _left_over(self, left: Sequence[str]) -> str:
        slips = list(self._slips(left))
        if slips:
            return ". ".join(slips)
        words = " ".join(left)
        return f"nothing takes {words!r} there; files stand side by side, a text in quotes"

    def _slips(self, words: Sequence[str]) -> Iterator[str]:
        """Say of each option that is none which one may have been meant."""
        known = list(self._option_string_actions)
        for word in words:
            name = word.partition("=")[0]
            if not name.startswith("--") or name == "--" or name in known:
                continue
            if self._commands() is not None and name in ("--json", "--debug"):
                yield f"{name} stands after the command"
            else:
                yield f"there is no option {name}{_meant(name, known)}"


class JoinedWords(argparse.Action):
    """Takes a text whose quotes were left out as the one text it is."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,
    ) -> None:
        """Put the words together again."""
        words = [values] if isinstance(values, str) else values or ()
        setattr(namespace, self.dest, " ".join(map(str, words)))


def command(
    commands: argparse._SubParsersAction[Parser], name: str, summary: str, **settings: object
) -> Parser:
    """Add a command with what every command understands."""
    parser = commands.add_parser(name, help=summary, description=summary, **settings)
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document on stdout, nothing else"
    )
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    parser.set_defaults(command_name=parser.prog)
    return parser


def _meant(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=_ALIKE)
    return f". Did you mean {close[0]}?" if close else ""


def _as_typed(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)

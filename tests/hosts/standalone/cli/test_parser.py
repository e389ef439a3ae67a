"""What holds of every command: examples that go, defaults that are said, slips that are seen."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Iterator

import pytest

from seedloupe.hosts.standalone.cli import main as cli
from seedloupe.hosts.standalone.cli.examples import EXAMPLES
from seedloupe.hosts.standalone.cli.parser import Parser


def parsers(parser: Parser) -> Iterator[Parser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from parsers(child)


ALL = {parser.prog: parser for parser in parsers(cli.build_parser())}
NUMBERED = [(name, line) for name, lines in EXAMPLES.items() for line in lines]


def options(parser: Parser) -> list[argparse.Action]:
    return [a for a in parser._actions if a.option_strings and a.nargs != 0]


def test_all_commands_are_gone_over() -> None:
    assert len(ALL) > 35
    assert {"seedloupe", "seedloupe lens run", "seedloupe pick golden"} < set(ALL)


def test_examples_are_of_commands_that_exist() -> None:
    assert set(EXAMPLES) == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_every_help_ends_with_examples(name: str) -> None:
    _, _, shown = ALL[name].format_help().partition("\nexamples:\n")
    for line in EXAMPLES[name]:
        assert f"  {line}\n" in shown


@pytest.mark.parametrize(("name", "line"), NUMBERED)
def test_every_example_is_understood_and_of_its_command(name: str, line: str) -> None:
    assert line.startswith(name)
    cli.build_parser().parse_args(shlex.split(line)[1:])


@pytest.mark.parametrize("name", ALL)
def test_every_option_says_what_it_is_for_and_its_default(name: str) -> None:
    text = "".join(ALL[name].format_help().split())
    formatter = ALL[name]._get_formatter()
    for option in options(ALL[name]):
        said = formatter._expand_help(option)
        assert said.count("(default: ") + said.count("(required)") == 1, option.option_strings
        assert "".join(said.split()) in text, option.option_strings
        if option.default not in (None, [], (), "") and not option.required:
            value = option.default
            shown = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            assert f"(default: {shown})" in said, option.option_strings
    for action in ALL[name]._actions:
        assert action.help or isinstance(action, argparse._SubParsersAction), action.dest


def test_how_many_is_the_same_wherever_seeds_are_chosen() -> None:
    rows = {
        name: next(o for o in options(parser) if "--count" in o.option_strings)
        for name, parser in ALL.items()
        if name in ("seedloupe generate", "seedloupe lens run")
        or name.startswith("seedloupe pick ")
    }
    assert len(rows) == 8
    for name, option in rows.items():
        assert "(default: 4" in ALL[name]._get_formatter()._expand_help(option)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "generate x --seed 3 --out o",
            "generate: there is no option --seed. Did you mean --seeds?",
        ),
        (
            "generate x --seed=3 --out o",
            "generate: there is no option --seed. Did you mean --seeds?",
        ),
        ("generate x --oot o", "--out. There is no option --oot. Did you mean --out?"),
        ("generate x --out o --zzzzz", "generate: there is no option --zzzzz"),
        ("generat x", "there is no command 'generat'. Did you mean generate?"),
        ("tables lst", "tables: there is no action 'lst'. Did you mean list?"),
        ("pick goldn --table T", "pick: there is no rule 'goldn'. Did you mean golden?"),
        ("version", "there is no command 'version'. Did you mean --version?"),
        ("xyzzy", "there is no command 'xyzzy'; there is demo, generate, noise,"),
        ("generate x --out o --level hihg", "got 'hihg'. Did you mean high?"),
        ("--json tables list", "--json stands after the command"),
        ("--model seedling generate x", "stand after the command: seedloupe generate …"),
        (
            "lens image a.png --prompt a red ball",
            "nothing takes 'red ball' there; files stand side by side, a text in quotes",
        ),
    ],
)
def test_a_slip_is_answered_with_what_may_have_been_meant(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(shlex.split(line)) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_prompt_without_quotes_is_the_prompt() -> None:
    line = "generate a red mushroom --count 2 --out o"
    found = cli.build_parser().parse_args(shlex.split(line))
    assert found.prompt == "a red mushroom"
    quoted = cli.build_parser().parse_args(["lens", "run", "a red  mushroom", "--out", "o"])
    assert quoted.prompt == "a red  mushroom"


@pytest.mark.parametrize("words", [[], ["tables"], ["pick"], ["lens"], ["study"], ["tally"]])
def test_a_command_that_names_no_other_shows_what_there_is(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: {' '.join(['seedloupe', *words])} ")
    assert "examples:" in out
    assert err == ""


def test_with_json_it_is_an_error_as_ever(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tables", "--json"]) == 2
    assert "error" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--size 0x0", "multiples of 8 pixels up to 16384"),
        ("--size 100x96", "multiples of 8 pixels up to 16384"),
        ("--size 99992x64", "multiples of 8 pixels up to 16384"),
        ("--steps 1001", "a whole number from 1 to 1000, got '1001'"),
        ("--guidance 1e9", "a number from 0 to 100, got '1e9'"),
        ("--guidance nan", "a number from 0 to 100, got 'nan'"),
        ("--count 10001", "a whole number from 1 to 10000"),
        ("--strength 1.5", "a number from 0 to 1"),
    ],
)
def test_a_number_nothing_can_be_drawn_with_is_refused_by_the_parser(
    words: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["generate", "x", "--out", "o", *words.split()]) == 2
    assert said in capsys.readouterr().err

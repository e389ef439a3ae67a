"""Sums that stand in a graph as text, worked out without running any of it."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence

_LONGEST = 500
_LARGEST = 2.0**64
_MOST_PARTS = 200

_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
    "ceil": math.ceil,
    "floor": math.floor,
    "int": int,
    "float": float,
}


def calculated(text: str, names: Mapping[str, float]) -> float | None:
    """Work out a sum of plain numbers and names.

    Args:
        text: Python's notation, with ``+ - * / // %`` and a few functions.
        names: what its names stand for.

    Returns:
        a finite number; None where the text has anything else in it.
    """
    if len(text) > _LONGEST:
        return None
    try:
        tree = ast.parse(text.strip(), mode="eval")
        if sum(1 for _ in ast.walk(tree)) > _MOST_PARTS:
            return None
        found = _worked_out(tree.body, names)
    except (ArithmeticError, SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        return None
    return found


def _worked_out(part: ast.expr, names: Mapping[str, float]) -> float:
    """Work out one part.

    Raises:
        ValueError: it is none of what is worked out here.
    """
    if isinstance(part, ast.Constant) and isinstance(part.value, (int, float)):
        return _bounded(part.value)
    if isinstance(part, ast.Name) and part.id in names:
        return _bounded(names[part.id])
    if isinstance(part, ast.UnaryOp) and isinstance(part.op, (ast.USub, ast.UAdd)):
        value = _worked_out(part.operand, names)
        return -value if isinstance(part.op, ast.USub) else value
    if isinstance(part, ast.BinOp) and type(part.op) in _OPERATORS:
        sides = _worked_out(part.left, names), _worked_out(part.right, names)
        return _bounded(_OPERATORS[type(part.op)](*sides))
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and not part.keywords:
        return _called(part.func.id, [_worked_out(value, names) for value in part.args])
    raise ValueError(type(part).__name__)


def _called(name: str, values: Sequence[float]) -> float:
    if name not in _FUNCTIONS or not 1 <= len(values) <= _MOST_PARTS:
        raise ValueError(name)
    if name == "round" and len(values) > 1:
        raise ValueError(name)
    return _bounded(_FUNCTIONS[name](*values))


def _bounded(value: float) -> float:
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise ValueError(value)
    return value

"""Theorems: sequents that only the kernel's rules can make.

``hyps |- concl`` says: for all sizes, parameters and arrays, if every hypothesis holds (for all values of its free
indices), then both sides of the conclusion are defined and it holds (for all values of its free indices).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, final

from proofcheck.kernel.terms import NODES, Array, Index, Rel

PLAIN = NODES | {Rel, Index, Array, str, int, bool}
_TOKEN = object()


class RuleError(ValueError):
    """A rule was applied where it does not apply; no theorem was made."""


@final
class Theorem:
    """A proved sequent, with the rule, the data and the premises that it came from."""

    __slots__ = ("_concl", "_data", "_hyps", "_premises", "_rule")

    def __init__(self, token: object, hyps: frozenset[Rel], concl: Rel, rule: str, data: dict[str, Any],
                 premises: tuple[Theorem, ...]) -> None:
        if token is not _TOKEN:
            raise RuleError("theorems are made by the rules of the kernel only")
        for name, value in zip(self.__slots__, (concl, data, hyps, premises, rule), strict=True):
            object.__setattr__(self, name, value)

    def __init_subclass__(cls) -> None:
        raise RuleError("there is only one kind of theorem")

    def __setattr__(self, name: str, value: object) -> None:
        raise RuleError("a theorem cannot be changed")

    def __reduce__(self) -> Any:
        raise RuleError("a theorem cannot be copied or pickled; send its certificate and replay it")

    @property
    def hyps(self) -> frozenset[Rel]:
        """The hypotheses."""
        return self._hyps  # type: ignore[attr-defined, no-any-return]

    @property
    def concl(self) -> Rel:
        """The conclusion."""
        return self._concl  # type: ignore[attr-defined, no-any-return]

    @property
    def rule(self) -> str:
        """The name of the rule that made this theorem."""
        return self._rule  # type: ignore[attr-defined, no-any-return]

    @property
    def data(self) -> dict[str, Any]:
        """What the rule was given beside its premises (a copy)."""
        return {k: _plain(v) for k, v in self._data.items()}  # type: ignore[attr-defined]

    @property
    def premises(self) -> tuple[Theorem, ...]:
        """The theorems that the rule was applied to."""
        return self._premises  # type: ignore[attr-defined, no-any-return]

    def __repr__(self) -> str:
        return f"{', '.join(sorted(map(repr, self.hyps)))} |- {self.concl!r}"


Sequent = tuple[frozenset[Rel], Rel]
RULES: dict[str, Callable[..., Theorem]] = {}


def _plain(value: Any) -> Any:
    """A copy made of the kernel's own classes; what could answer differently when asked twice is refused."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind in (tuple, list):
        return kind(map(_plain, value))
    if kind is dict:
        return {_plain(k): _plain(v) for k, v in value.items()}
    raise RuleError(f"a rule takes terms, relations, indices, arrays and plain data, not {kind.__name__}")


def rule(function: Callable[..., Sequent]) -> Callable[..., Theorem]:
    """Turn a function from premises and data to a sequent into a rule that makes a theorem."""
    if function.__module__ != "proofcheck.kernel.rules" or function.__name__ in RULES:
        raise RuleError("rules are defined once, in proofcheck.kernel.rules")

    @wraps(function)
    def apply(*premises: Theorem, **data: Any) -> Theorem:
        if not all(type(p) is Theorem for p in premises):
            raise RuleError(f"{function.__name__}: premises must be theorems")
        data = {k: _plain(v) for k, v in data.items()}
        try:
            hyps, concl = function(*premises, **data)
        except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
            raise RuleError(f"{function.__name__}: {error}") from error
        if type(concl) is not Rel or not all(type(h) is Rel for h in hyps):
            raise RuleError(f"{function.__name__}: hypotheses and conclusions are relations")
        return Theorem(_TOKEN, hyps, concl, function.__name__, data, premises)

    RULES[function.__name__] = apply
    return apply

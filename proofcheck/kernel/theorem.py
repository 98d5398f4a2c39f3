"""Theorems: sequents that only the kernel's rules can make.

``hyps |- concl`` says: for all sizes, parameters and arrays, if every hypothesis holds (for all values of its free
indices), then both sides of the conclusion are defined and it holds (for all values of its free indices).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, final

from proofcheck.kernel.terms import Rel

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
        for name, value in (("_hyps", hyps), ("_concl", concl), ("_rule", rule), ("_data", data), ("_premises", premises)):
            object.__setattr__(self, name, value)

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
        return dict(self._data)  # type: ignore[attr-defined]

    @property
    def premises(self) -> tuple[Theorem, ...]:
        """The theorems that the rule was applied to."""
        return self._premises  # type: ignore[attr-defined, no-any-return]

    def __repr__(self) -> str:
        return f"{', '.join(sorted(map(repr, self.hyps)))} |- {self.concl!r}"


Sequent = tuple[frozenset[Rel], Rel]
RULES: dict[str, Callable[..., Theorem]] = {}


def rule(function: Callable[..., Sequent]) -> Callable[..., Theorem]:
    """Turn a function from premises and data to a sequent into a rule that makes a theorem."""

    @wraps(function)
    def apply(*premises: Theorem, **data: Any) -> Theorem:
        if not all(isinstance(p, Theorem) for p in premises):
            raise RuleError(f"{function.__name__}: premises must be theorems")
        hyps, concl = function(*premises, **data)
        return Theorem(_TOKEN, hyps, concl, function.__name__, data, premises)

    RULES[function.__name__] = apply
    return apply

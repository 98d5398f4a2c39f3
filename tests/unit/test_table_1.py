"""What Table 1 and Theorem C.1 measure: the moves stay within R, the counts of steps can fail, the chances are exact."""

import numpy as np
import pytest

from lemmas import table_1
from lemmas.thm_4_2 import event_numbers


def test_all_networks_start_from_the_same_arrays() -> None:
    first, *others = (table_1.start_of(kind, 0) for kind in table_1.NETS)
    for other in others:
        assert all(np.array_equal(getattr(first, name), getattr(other, name)) for name in "wxay")


def test_no_neuron_moves_further_than_R() -> None:
    start = table_1.start_of("softmax", 0)
    lengths = [np.linalg.norm(v - start.w, axis=0).max() for v in table_1.moves(start.w, start.x, 0)]
    assert 0.999 * table_1.RADIUS < min(lengths) and max(lengths) <= table_1.RADIUS


def test_a_goal_that_is_not_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = table_1.steps_to_goal("softmax", 0)
    assert reached is not None
    monkeypatch.setattr(table_1, "MOST_STEPS", reached - 1)
    assert table_1.steps_to_goal("softmax", 0) is None
    monkeypatch.setattr(table_1, "MOST_STEPS", reached)
    assert table_1.steps_to_goal("softmax", 0) == reached


def test_the_event_is_lost_as_the_width_grows() -> None:
    numbers = event_numbers()
    assert numbers["delta = 1/100000, 1 times the least m"].startswith("fails with probability [2.64323e-11")
    assert sum("[1.00000 " in words for words in numbers.values()) == 5

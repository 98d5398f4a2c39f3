"""A user's data set: read exactly, and refused in one line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from numerics.certify.data import DataSet, numbers, read

GOOD = "x1,x2,y1\n0.6,0.8,0.5\n-0.3,0.9,-1\n"


def written(folder: Path, text: str, name: str = "data.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_decimals_are_exact(tmp_path: Path) -> None:
    data = read(written(tmp_path, GOOD))
    assert data.x == ((Fraction(3, 5), Fraction(4, 5)), (Fraction(-3, 10), Fraction(9, 10)))
    assert data.y == ((Fraction(1, 2),), (Fraction(-1),))
    assert (data.n, data.d1, data.d2) == (2, 2, 1)


def test_a_vector_of_length_one_is_allowed_and_a_hair_more_is_not(tmp_path: Path) -> None:
    read(written(tmp_path, GOOD))
    with pytest.raises(ValueError, match=r"\|\|x_1\|\|\^2 = 1 \+ 1\.2e-16"):
        read(written(tmp_path, GOOD.replace("0.6,", "0.6000000000000001,")))


def test_npz_holds_doubles_and_json_decimals(tmp_path: Path) -> None:
    x, y = np.array([[0.1, 0.2], [0.3, -0.1]]), np.array([[1.0], [0.0]])
    np.savez(tmp_path / "data.npz", x=x, y=y)
    assert read(str(tmp_path / "data.npz")).x[0][0] == Fraction(0.1) != Fraction(1, 10)
    found = read(written(tmp_path, '{"x": [[0.1], [0.2]], "y": [[1], [0]]}', "data.json"))
    assert found.x == ((Fraction(1, 10),), (Fraction(1, 5),))


@pytest.mark.parametrize(("change", "reason"), [
    (("0.5", "nan"), "y_1 has the entry 'nan', which is not a finite number"),
    (("0.5", ""), "y_1 has the entry '', which is not a finite number"),
    (("0.6,", "0.7,"), r"\|\|x_1\|\|\^2 = 1.13 is not allowed"),
    ((",-1", ",-1.5"), r"\|\|y_2\|\|\^2 = 2.25 is not allowed"),
    (("-0.3,0.9", "0.6,0.8"), r"x_1 = x_2, so H is singular \(lambda = 0\) at every width"),
    (("-0.3,0.9", "0,0"), r"x_2 = 0, so H is singular \(lambda = 0\) at every width"),
    ((",-1", ""), "line 3 has 2 entries, not 3 as the heading"),
    (("x1,x2,y1\n", ""), "the first line must name the columns"),
    (("0.6,0.8,0.5\n-0.3,0.9,-1\n", ""), "x must be at least one row"),
])
def test_refused(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as found:
        read(written(tmp_path, GOOD.replace(*change)))
    assert "\n" not in str(found.value)


def test_other_refusals(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot read .*: No such file"):
        read(str(tmp_path / "none.csv"))
    with pytest.raises(ValueError, match=r"the ending '.txt' is not known"):
        read(written(tmp_path, GOOD, "data.txt"))
    with pytest.raises(ValueError, match="not an NPZ file"):
        read(written(tmp_path, GOOD, "data.npz"))
    np.savez(tmp_path / "flat.npz", x=np.zeros(3), y=np.zeros(3))
    with pytest.raises(ValueError, match="must have two axes"):
        read(str(tmp_path / "flat.npz"))
    with pytest.raises(ValueError, match="2 points x but 1 targets y"):
        DataSet(numbers("x", [[1], [0.5]]), numbers("y", [[1]]))
    with pytest.raises(ValueError, match="all targets are 0"):
        DataSet(numbers("x", [[1], [0.5]]), numbers("y", [[0], [0]]))
    with pytest.raises(ValueError, match="all rows of one length"):
        DataSet(numbers("x", [[1], [0.5, 0.5]]), numbers("y", [[1], [1]]))

"""Journal, table and local executor of a sweep, without any numerics."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from toy_sweep import COLUMNS, deadly, measure, paper

from proofcheck.claims import Paper
from proofcheck.sweep import Stopped, SweepError, Work, executors, locally, table
from proofcheck.sweep.executors import Outcome
from proofcheck.sweep.journal import Entry, Journal, key_of


def one_by_one(made: list[str], how: Any, runs: Mapping[str, Any]) -> Iterator[Outcome]:
    for key, run in reversed(runs.items()):
        made.append(key)
        yield executors.attempted(how, key, run)


def work(target: Path, *x: int) -> Work:
    return Work(paper, {"x": list(x)}, target)


def test_each_run_is_made_once_and_the_table_is_sorted(tmp_path: Path) -> None:
    made: list[str] = []
    told: list[tuple[int, int]] = []
    target = tmp_path / "t.csv"
    with work(target, 3, 1, 2) as first:
        first.run(partial(one_by_one, made), lambda row, seconds, done, of: told.append((done, of)))
        first.write()
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert target.read_text() == ("x,status,reason,square\n1,ok,,0.3333333333333333\n2,ok,,1.3333333333333333\n"
                                  "3,ok,,3.0\n")
    before = target.stat().st_mtime_ns, (tmp_path / "t.timings.csv").read_bytes()
    with work(target, 1, 2, 3) as again:
        again.run(partial(one_by_one, made))
        again.write()
    assert len(made) == 3 and before == (target.stat().st_mtime_ns, (tmp_path / "t.timings.csv").read_bytes())
    with work(target, 2, 4) as other:  # a different SPEC: what it shares with the journal is not made again
        other.run(partial(one_by_one, made))
        other.write()
    assert len(made) == 4 and [line[0] for line in target.read_text().splitlines()] == ["x", "2", "4"]


def test_a_run_that_goes_wrong_is_told_and_tried_again(tmp_path: Path) -> None:
    for _ in range(2):
        with work(tmp_path / "t.csv", -1, 5) as once:
            once.run(partial(one_by_one, []))
            assert list(once.failed.values()) == ["ArithmeticError: below zero"] and len(once.finished) == 1


def test_the_key_depends_on_paper_columns_and_parameters() -> None:
    keys = {key_of(p, c, r) for p in ("a", "b") for c in (["x"], ["x", "y"]) for r in ({"x": 1}, {"x": 2}, {"x": 1.5})}
    assert len(keys) == 12 and key_of("a", ["x"], {"p": 1, "q": 2}) == key_of("a", ["x"], {"q": 2, "p": 1})


@pytest.mark.parametrize("torn", ['{"key": "b", "row', '{"key": "b", "row": {}, "seconds": 1}'])
def test_a_torn_last_line_is_dropped(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "j"
    journal = Journal(path)
    journal.add("a", Entry({"x": 0.1}, 2.0))
    journal.close()
    whole = path.read_text()
    path.write_text(whole + torn)
    journal = Journal(path)
    assert journal.entries == {"a": Entry({"x": 0.1}, 2.0)} and path.read_text() == whole
    journal.add("c", Entry({}, 1.0))
    journal.close()
    assert [json.loads(line)["key"] for line in path.read_text().splitlines()] == ["a", "c"]


@pytest.mark.parametrize("line", ["no json", "[]", '{"key": "a"}', '{"key": "a", "row": 3, "seconds": 1}', "\x00"])
def test_a_broken_line_is_an_error(tmp_path: Path, line: str) -> None:
    path = tmp_path / "j"
    path.write_text(f'{{"key": "a", "row": {{}}, "seconds": 1}}\n{line}\n')
    with pytest.raises(SweepError, match=r"line 2 of .* is not an entry"):
        Journal(path)


def test_a_journal_is_held_by_one_process(tmp_path: Path) -> None:
    held = Journal(tmp_path / "j")
    with pytest.raises(SweepError, match="another sweep is writing"):
        Journal(tmp_path / "j")
    held.close()
    Journal(tmp_path / "j").close()


def test_a_number_that_json_does_not_know_is_not_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    with pytest.raises(ValueError, match="JSON"):
        journal.add("a", Entry({"x": float("nan")}, 1.0))
    journal.close()


def test_csv_and_parquet_hold_the_same(tmp_path: Path) -> None:
    from pyarrow import parquet

    rows = [{"x": 1, "status": "ok", "reason": 'a "b", c', "square": 1 / 3}, {"x": 2, "status": "ok", "square": None}]
    for name in ("a.csv", "a.parquet", "b.parquet"):
        table.write(tmp_path / name, rows, COLUMNS)
    read = parquet.read_table(tmp_path / "a.parquet")
    assert read.to_pylist() == [rows[0], rows[1] | {"reason": None}]
    assert [str(t) for t in read.schema.types] == ["int64", "string", "string", "double"]
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert (tmp_path / "a.csv").read_text().splitlines()[1:] == ['1,ok,"a ""b"", c",0.3333333333333333', "2,ok,,"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "a.parquet", "b.parquet"]


def test_a_table_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "t.csv"
    target.write_text("old")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Stopped, match="No space left"):
        table.write(target, [], COLUMNS)
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_bad_targets_and_specs(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match=r"\.csv or \.parquet"):
        work(tmp_path / "t.txt", 1)
    with pytest.raises(SweepError, match="cannot open the journal"):
        work(tmp_path / "nowhere" / "t.csv", 1)
    with pytest.raises(SweepError, match="x must be a list"):
        Work(paper, {}, tmp_path / "t.csv")
    with pytest.raises(SweepError, match="offers no sweeps"):
        Work(Paper("none", "", ""), {}, tmp_path / "t.csv")
    assert not list(tmp_path.iterdir())


def test_a_missing_pyarrow_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(SweepError, match=r"pip install 'proofcheck\[parquet\]'"):
        work(tmp_path / "t.parquet", 1)


def test_a_missing_dask_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(SweepError, match=r"pip install 'proofcheck\[dask\]'"):
        next(executors.on_dask(measure, {"a": {"x": 1}}, "tcp://127.0.0.1:1"))


@pytest.mark.parametrize(("deaths", "lost"), [(1, 0), (9, 1)])
def test_a_worker_that_is_killed_is_replaced_but_not_for_ever(tmp_path: Path, deaths: int, lost: int) -> None:
    runs = {str(x): {"x": x} for x in range(-1, 5)}
    found = list(locally(partial(deadly, tmp_path, deaths), runs, 2))
    assert sorted(o.key for o in found) == sorted(runs)
    wrong = {o.key: o.error for o in found if o.row is None}
    assert wrong.pop("-1") == "ArithmeticError: below zero"
    assert ("1" in wrong) == bool(lost) and all("the workers broke down 3 times" in error for error in wrong.values())


def test_the_last_run_that_is_left_cannot_kill_this_process(tmp_path: Path) -> None:
    (outcome,) = locally(partial(deadly, tmp_path, 1), {"1": {"x": 1}}, 2)
    assert outcome.error == "" and outcome.row is not None

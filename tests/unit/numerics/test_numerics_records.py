"""Stored runs: exact numbers, files that only grow, clear errors for damaged ones."""

import random
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from mpmath import mpf

from numerics import Ball, Mp
from numerics.records import START, Store, from_text, to_text


def balls():
    rng = random.Random(5)
    with Ball(200).working():
        ball = arb(2).sqrt()
        for _ in range(500):
            ball = (ball * ball + arb(rng.uniform(-1, 1))) / (ball + 3)
            yield ball * arb(10) ** rng.randrange(-300, 300)
            yield arb(ball.mid(), arb(rng.uniform(0, 1)) ** 9)
    yield from (arb(0), arb(-5), arb("1e-1000000", 0), arb(0, 1), arb(1, arb(2) ** -5000))


def same(one, two):
    return one.mid() == two.mid() and one.rad().man_exp() == two.rad().man_exp()


def test_balls_survive_to_the_last_bit():
    assert all(same(from_text(to_text(ball)), ball) for ball in balls())


@pytest.mark.parametrize("value", [0.1, -1e-310, 7, 10**40, Fraction(-1, 3), np.float64(2.5), np.int64(3), mpf("0.1"),
                                   mpf(0), Mp(50).number("-0.3")])
def test_other_numbers_survive(value):
    assert from_text(to_text(value)) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), mpf("inf"), arb("nan"), "1", None, 1j])
def test_what_cannot_be_stored(value):
    with pytest.raises(ValueError, match="cannot be stored"):
        to_text(value)


@pytest.mark.parametrize("text", ["", "ball", "ball 1 2 3", "ball 1 0 -1 0", "double x", "exact 1/0", "7"])
def test_what_is_no_stored_number(text):
    with pytest.raises((ValueError, ZeroDivisionError)):
        from_text(text)


@pytest.fixture
def store(tmp_path):
    made = Store.create(tmp_path / "run", {"seed": 3}, {"w": np.array([[1.5, 2.5]])})
    for k in range(3):
        made.add({"loss": arb(k, 0.5), "tau": k}, {"w": np.array([[arb(k), arb(1, 0.25)]], dtype=object)})
    return made


def test_what_was_stored_is_read(store):
    again = Store.reopen(store.folder)
    assert (again.about, again.length) == ({"seed": 3}, 3)
    assert again.start["w"].tolist() == [[1.5, 2.5]]
    record, arrays = again.read(2)
    assert record["tau"] == 1
    assert same(record["loss"], arb(1, 0.5))
    assert arrays["w"].shape == (1, 2)
    assert same(arrays["w"][0, 1], arb(1, 0.25))


def test_files_are_plain_npz(store):
    with np.load(store.folder / START) as members:
        assert sorted(members.files) == ["about", "w"]


def test_a_step_that_was_cut_off_is_lost_and_nothing_else(store):
    (store.folder / ".step-00000004.npz.part").write_bytes(b"PK half a file")
    again = Store.reopen(store.folder)
    assert again.length == 3
    again.add({"tau": 3}, {})
    assert Store.reopen(store.folder).read(4) == ({"tau": 3}, {})


def damage_middle(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [
    damage_middle,
    lambda path: path.write_bytes(path.read_bytes()[:100]),
    lambda path: path.write_bytes(b""),
    lambda path: path.write_text("something else"),
    lambda path: np.savez(path, w=np.zeros(2)),
    lambda path: np.savez(path, about=np.array("{}")),
    lambda path: np.savez(path, about=np.array("[1")),
])
def test_damaged_and_foreign_files(store, damage):
    damage(store.folder / "step-00000002.npz")
    with pytest.raises(ValueError, match=r"step-00000002\.npz is damaged or was not written by a stored run"):
        Store.reopen(store.folder).read(2)
    damage(store.folder / START)
    with pytest.raises(ValueError, match=r"start\.npz is damaged"):
        Store.reopen(store.folder)


def test_a_missing_state_and_a_folder_without_a_run(store, tmp_path):
    (store.folder / "step-00000002.npz").unlink()
    with pytest.raises(ValueError, match="not complete"):
        Store.reopen(store.folder)
    with pytest.raises(ValueError, match="holds no stored run"):
        Store.reopen(tmp_path)


def test_a_folder_in_use_is_not_overwritten(store, tmp_path):
    with pytest.raises(ValueError, match="is not empty; resume"):
        Store.create(store.folder, {}, {})
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match="cannot be used as a folder"):
        Store.create(tmp_path / "file", {}, {})


def test_a_flipped_byte_is_noticed_or_changes_nothing(store):
    path = store.folder / "step-00000003.npz"
    whole = path.read_bytes()
    record, arrays = store.read(3)
    noticed = 0
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1:])
        try:
            again, others = store.read(3)
        except ValueError:
            noticed += 1
            continue
        assert record.keys() == again.keys()
        assert all(same(p, q) for p, q in zip(arrays["w"].flat, others["w"].flat, strict=True))
        assert same(record["loss"], again["loss"])
    assert noticed > len(whole) / 10

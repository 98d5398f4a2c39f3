"""The report of the toy paper: it says what its ledger says and no more, as LaTeX, as PDF and as a page."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import toy_paper
from conftest import command as command_line
from conftest import environment
from report_words import Data, Words, colours_of_ledger, colours_of_page, compare, drawings_of_tex, words_of_tex

import proofcheck.cli.report as command
from proofcheck.cli import main
from proofcheck.ledger import SCHEMA, Ledger, save
from proofcheck.propagation import propagate
from proofcheck.report import html, latex, write
from proofcheck.report.content import WORDS
from proofcheck.signatures import digest
from proofcheck.verdicts import counts, judge

TOY = ("--paper", "toy_paper:paper")


@pytest.fixture
def data(toy_ledger: Ledger) -> Data:
    return copy.deepcopy(toy_ledger.data)


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    """The folder with the report of a ledger."""

    def run(data: Data, *kinds: str) -> Path:
        write.written(data, toy_paper.make(), tmp_path / "out", set(kinds or ("tex", "html")))
        return tmp_path / "out"

    return run


def refreshed(data: Data) -> Data:
    judge(data["claims"])
    propagate(data["claims"])
    data["counts"] = counts(data["claims"])
    data["digest"] = digest(data)
    return data


def test_every_word_is_that_of_the_ledger(data: Data, made: Callable[..., Path]) -> None:
    out = made(data)
    page = Words((out / "report.html").read_text())
    compare(page.words, data)
    assert colours_of_page((out / "report.html").read_text()) == colours_of_ledger(data)
    compare(words_of_tex((out / "report.tex").read_text()), data)
    assert "contradicts itself" not in (out / "report.html").read_text()


def test_nothing_is_said_without_the_ledger(data: Data, made: Callable[..., Path]) -> None:
    """Without evidence nothing is judged: no word but those of the list that explains them, in no sentence."""
    def without(item: Any) -> None:
        for value in item.values() if isinstance(item, dict) else item if isinstance(item, list) else ():
            without(value)
        if isinstance(item, dict):
            item |= {k: None for k in ("certificate", "counterexample") if k in item}
            item |= {k: "-" for k in ("why", "words", "title", "note", "source", "typo") if isinstance(item.get(k), str)}

    without(data["claims"])
    for record in data["claims"]:
        record["witness"] = None
    out = made(refreshed(data))
    page = (out / "report.html").read_text()
    body = re.sub(r"(?s)<style>.*?</style>|<script>.*?</script>|<dl>.*?</dl>|<p class=\"key\">.*?</p>", "", page)
    shown = Words(body)
    compare(shown.words, data)
    assert {w[2] for w in shown.words} <= {"open", "assumed", "cited", "none", "gap", "conditional", "typo"}
    text = re.sub(r"\(expected: \w+\)", "", " ".join(shown.text))  # what a changed statement must give is no judgement
    assert not re.search(r"\b(proved|refuted|stands|sound|broken)\b", text)


@pytest.mark.parametrize("change", ["upgrade", "weaken", "delete", "evidence"])
def test_a_changed_verdict_is_seen(change: str, data: Data, made: Callable[..., Path]) -> None:
    before = made(data)
    old = [(before / f"report.{kind}").read_text() for kind in ("html", "tex")]
    record = next(r for r in data["claims"] if r["id"] == "toy.false")
    match change:
        case "upgrade":
            record["verdict"] = "proved"
            wanted = "toy.false: the ledger says proved, its evidence gives refuted"
        case "weaken":
            next(r for r in data["claims"] if r["id"] == "toy.bound")["verdict"] = "open"
            wanted = "toy.bound: the ledger says open, its evidence gives proved"
        case "delete":
            data["claims"].remove(record)
            wanted = "the counts of the ledger are not those of its claims"
        case _:
            record["evidence"]["counterexample"]["lhs"] = "0"
            wanted = "its fingerprint does not fit"
    out = made(data)
    for kind, text in zip(("html", "tex"), old, strict=True):
        new = (out / f"report.{kind}").read_text()
        assert new != text and wanted in new and "the ledger contradicts itself" in new


def test_an_honest_change_is_seen(data: Data, made: Callable[..., Path]) -> None:
    """With its evidence taken away and all that follows, a verdict is weaker in the report, without an alarm."""
    record = next(r for r in data["claims"] if r["id"] == "toy.bound")
    record["evidence"]["certificate"] = None
    page = (made(refreshed(data)) / "report.html").read_text()
    assert ("toy.bound", "verdict", record["verdict"]) in Words(page).words and record["verdict"] != "proved"
    assert "contradicts itself" not in page


def test_the_page_asks_no_host(data: Data, made: Callable[..., Path]) -> None:
    page = Words((made(data) / "report.html").read_text())
    loading = ("src", "href", "xlink:href", "data", "action", "poster", "srcset")
    fetching = [(t, k, v) for t, k, v in page.addresses if k in loading]
    maps = [v for t, k, v in fetching if (t, k) == ("a", "href") and v.startswith("http://127.0.0.1:")]  # the explorer
    assert any(v.endswith("?claim=toy.false") for v in maps) and not any("toy.bound" in v for v in maps)
    assert fetching and all(v.startswith(("#", "data:")) or v in maps for _, _, v in fetching)
    assert not any("http" in v for _, k, v in page.addresses if not k.startswith("xmlns") and v not in maps)
    assert any(v.startswith("default-src 'none'") for _, k, v in page.addresses if k == "content")
    assert "@import" not in "".join(page.text) and "url(http" not in "".join(page.text)


def test_every_link_of_the_page_lands_on_something(data: Data, made: Callable[..., Path]) -> None:
    page = Words((made(data) / "report.html").read_text())
    inner = {v[1:] for _, k, v in page.addresses if k == "href" and v.startswith("#")}
    assert inner and inner <= set(page.ids) and len(page.ids) == len(set(page.ids))


def statement_of(data: Data, key: str) -> dict[str, Any]:
    return next(r for r in data["claims"] if r["id"] == key)["statement"]  # type: ignore[no-any-return]


def test_a_formula_typeset_by_hand_is_shown_if_it_reads_back(data: Data, made: Callable[..., Path]) -> None:
    bound, total = statement_of(data, "toy.bound"), statement_of(data, "toy.sum")
    bound["latex"] = r"e_i\,\le e^B"
    total["latex"] = r"\sum_i (u_i + v_i) = 7"
    out = made(refreshed(data))
    source, page = ((out / f"report.{kind}").read_text() for kind in ("tex", "html"))
    assert f"${bound['latex']}$" in source and f"${total['latex']}$" not in source
    assert [text.count("is hand-typeset and does not read back") for text in (source, page)] == [1, 1]
    assert latex.code(total["latex"]) in source and total["latex"] in page
    assert all("but 1 of them by hand" in text for text in (source, page))


@pytest.mark.parametrize("bad", [r"\input{/etc/passwd}", r"}\endgroup \le 1", r"\write18{ls} \le 1", "<script>1</script>"])
def test_latex_that_does_not_read_back_is_never_run(bad: str, data: Data, made: Callable[..., Path]) -> None:
    statement_of(data, "toy.bound")["latex"] = bad
    out = made(refreshed(data))
    source, page = ((out / f"report.{kind}").read_text() for kind in ("tex", "html"))
    assert bad not in source and latex.code(bad) in source and bad.replace("<", "&lt;").replace(">", "&gt;") in page


def test_another_checker_can_speak_for_evidence(data: Data, tmp_path: Path) -> None:
    write.written(data, toy_paper.make(), tmp_path, {"tex", "html"},
                  trust=lambda key, evidence: ["coq: certified <all>"] if key == "toy.bound" else [])
    source, page = ((tmp_path / f"report.{kind}").read_text() for kind in ("tex", "html"))
    assert source.count(latex.escaped("coq: certified <all>.")) == 1 and page.count("coq: certified &lt;all&gt;.") == 1


@pytest.mark.parametrize("stale", [False, True])
def test_what_coq_said_of_this_very_ledger_is_told(stale: bool, data: Data, tmp_path: Path) -> None:
    said = {"ledger": "another" if stale else data["digest"], "coq": "8.16", "axioms": [], "counts": {},
            "theorems": {"t": {"kind": "point", "coq": "certified", "why": "", "where": {"toy.false": 1}}}}
    (tmp_path / "coq.json").write_text(json.dumps(said))
    assert main(run(tmp_path, data, "--html")) == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert ("coq: certified: the counterexample" in page) is not stale


def test_all_words_are_explained() -> None:
    from proofcheck.report import shape

    known = set(shape.VERDICT | shape.FINDING | shape.CLAIM["derivation"] | shape.STATUS["word"]) - {None}  # type: ignore[operator]
    assert known == {w for w, _ in WORDS}


# files


def run(tmp_path: Path, data: Data | str, *options: str) -> list[str]:
    (tmp_path / "some.json").write_text(data if isinstance(data, str) else json.dumps(data))
    return ["report", "-o", str(tmp_path / "out"), *TOY, "--ledger", str(tmp_path / "some.json"), *options]


def damaged(data: Data) -> Iterator[tuple[Data | str, str]]:
    def but(change: Callable[[Data], Any]) -> Data:
        other = copy.deepcopy(data)
        change(other)
        return other

    yield "{", "not JSON"
    yield but(lambda d: d.update(schema=SCHEMA - 1)), f"not a ledger of schema {SCHEMA}"
    yield but(lambda d: d.pop("counts")), "'counts' is missing"
    yield but(lambda d: d["claims"].append(7)), "not of type dict"
    yield but(lambda d: d["claims"][0].pop("status")), "'status' is missing"
    yield but(lambda d: d["claims"][1].update(verdict="true")), "allowed: assumed, cited, open"
    yield but(lambda d: d["claims"][1]["statement"].update(text="1 <= <")), "cannot read"
    yield but(lambda d: d["claims"][1]["statement"].update(latex=5)), "the ledger is damaged: TypeError"
    yield but(lambda d: d["claims"][2]["steps"][0].update(paper_line="x")), "not of type int"
    yield but(lambda d: d["claims"].append(d["claims"][0])), "is there twice"
    yield but(lambda d: d["claims"][0].update(signature="gone")), "'gone' is not in the ledger"
    yield but(lambda d: d["claims"][0]["evidence"]["certificate"].update(steps=[[]])), "the ledger is damaged: IndexError"
    yield but(lambda d: d["paper"].update(name="other")), "is a ledger of other, not of toy"


@pytest.mark.parametrize("number", range(13))
def test_a_damaged_ledger(number: int, data: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, wanted = list(damaged(data))[number]
    assert main(run(tmp_path, found, "--html")) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("report: ")]
    assert len(told) == 1 and wanted in told[0], told
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_what_is_missing_is_said_in_one_line(data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "jinja2" else name)
    assert main(run(tmp_path, data)) == 2
    assert capsys.readouterr().err == ("proofcheck: error: the report needs jinja2; pip install 'proofcheck[report]'\n")


def test_without_a_tex_engine_the_source_is_there(data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(latex.shutil, "which", lambda name: None)
    assert main(run(tmp_path, data, "--pdf")) == 1
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("report: ")]
    assert len(told) == 1 and "apt-get install texlive-latex-base" in told[0]
    source = (tmp_path / "out" / "report.tex").read_text()
    assert source.endswith("\\end{document}\n") and not (tmp_path / "out" / "report.pdf").exists()
    assert "graph" in drawings_of_tex(source)
    assert drawings_of_tex(source) == {p.stem for p in (tmp_path / "out" / "figures").glob("*.pdf")}


def test_a_folder_that_cannot_be_written(data: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("a file")
    assert main(run(tmp_path, data)) == 2
    assert "cannot write to" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("place", ["page", "source", "pdf"])
def test_an_interrupted_report_leaves_what_was_there(place: str, data: Data, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("report.html", "report.tex", "report.pdf"):
        (out / name).write_text("old")

    def stop(*args: Any) -> str:
        raise KeyboardInterrupt

    match place:
        case "page":
            monkeypatch.setattr(html, "rendered", stop)
        case "source":
            monkeypatch.setattr(latex, "rendered", stop)
        case _:
            monkeypatch.setattr(latex, "compiled", stop)
    assert main(run(tmp_path, data, "--pdf", "--html")) == 130
    left = {p.name: p.read_text() for p in out.iterdir() if p.is_file()}
    assert set(left) == {"report.html", "report.tex", "report.pdf"} and left["report.pdf"] == "old"
    assert all(text == "old" or text.rstrip().endswith(("</html>", "\\end{document}")) for text in left.values())
    assert not [p for p in out.iterdir() if p.name.startswith(".")]


def test_a_signal_leaves_no_half_written_file(data: Data, tmp_path: Path,
                                              start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start(*run(tmp_path, data, "--html"), cwd=tmp_path)
    assert process.stderr is not None and process.stderr.readline() == "report: reading the ledger\n"
    time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    page = tmp_path / "out" / "report.html"
    assert (process.returncode == 130 and not page.exists()) or page.read_text().rstrip().endswith("</html>")
    assert not list((tmp_path / "out").glob(".*")) if (tmp_path / "out").exists() else True


def test_pictures_of_an_earlier_report_are_removed(data: Data, made: Callable[..., Path], tmp_path: Path) -> None:
    folder = made(data) / "figures"
    names = {p.name for p in folder.iterdir()}
    for name in ("mine.pdf", "old.pdf", "../../outside.txt"):
        (folder / name).write_text("here before")
    (folder / write.MADE).write_text("gone.pdf\n../../outside.txt\nold.pdf\ngraph.pdf\n")
    assert {p.name for p in (made(data) / "figures").iterdir()} == {*names, "mine.pdf"}
    assert (tmp_path / "outside.txt").exists()


def test_the_same_ledger_gives_the_same_bytes(toy_ledger: Ledger, tmp_path: Path) -> None:
    save(toy_ledger, tmp_path / "some.json")
    found = []
    for number in ("1", "2"):
        out = tmp_path / number
        done = subprocess.run(command_line("report", "-o", number, *TOY, "--ledger", "some.json"), cwd=tmp_path, timeout=300,
                              capture_output=True, text=True, check=False, env={**environment(), "PYTHONHASHSEED": number})
        assert done.returncode == 0, done.stderr
        found.append({p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()})
    assert found[0] == found[1] and len(found[0]) >= 3


@pytest.mark.tex
def test_the_pdf(data: Data, made: Callable[..., Path], tmp_path: Path) -> None:
    if shutil.which(latex.ENGINE) is None:
        pytest.skip(f"no {latex.ENGINE}: {latex.INSTALL}")
    first = (made(data, "pdf") / "report.pdf").read_bytes()
    assert first.startswith(b"%PDF") and first == (made(data, "pdf") / "report.pdf").read_bytes()


def test_text_becomes_latex_that_is_safe() -> None:
    assert latex.escaped(r"50% of \x & {a_b}^2 ~ #1 $5") == (r"50\% of \textbackslash{}x \& \{a\_b\}\textasciicircum{}2 "
                                                            r"\textasciitilde{} \#1 \$5")
    assert latex.escaped("a <= b, η ≥ 漢") == r"a $\le$ b, $\eta$ $\ge$ U+6F22"
    assert latex.code("lemma.B_1/x") == r"\code{lemma.\allowbreak{}B\_\allowbreak{}1/\allowbreak{}x}"

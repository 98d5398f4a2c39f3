"""The report as LaTeX, and as PDF where there is a TeX engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from proofcheck.report.content import WORDS, Content, Word
from proofcheck.report.figures import Figure

ENGINE = "pdflatex"
INSTALL = "apt-get install texlive-latex-base texlive-latex-recommended lmodern"
PASSES = 2
SECONDS = 300
SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "{": r"\{", "}": r"\}",
           **{c: f"\\{c}" for c in "&%$#_"}, "<=": r"$\le$", ">=": r"$\ge$", "<": r"\textless{}", ">": r"\textgreater{}",
           "≤": r"$\le$", "≥": r"$\ge$", "·": r"$\cdot$", "×": r"$\times$", "∞": r"$\infty$", "√": r"$\surd$", "∈": r"$\in$",
           "→": r"$\to$", "–": "--", "—": "---", "‖": r"$\|$", "²": r"\textsuperscript{2}", "³": r"\textsuperscript{3}"}
GREEK = dict(zip("αβγδεζηθκλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ",
                 "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega "
                 "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(), strict=True))
TABLE = SPECIAL | {c: f"$\\{name}$" for c, name in GREEK.items()}
TOKEN = re.compile("|".join(map(re.escape, sorted(TABLE, key=len, reverse=True))))
BREAKS, LINE_BREAK = re.compile(r"([./,\]]|\\_|\d{12})(?=\S)"), r"\1\\allowbreak{}"
LATIN = re.compile(r"[^\x20-\x7e\xa0-\xff]")


class TexError(ValueError):
    """The engine is missing or stopped; the message says, in one line, what to do."""


class Raw(str):
    """LaTeX that is to be taken as it is; everything else is escaped when it is put into the template."""


def escaped(text: object) -> str:
    """Any text as LaTeX; characters that the font does not have are told by their number."""
    if isinstance(text, Raw):
        return text
    parts = re.split(f"({TOKEN.pattern})", str(text))
    return "".join(TABLE.get(p) or LATIN.sub(lambda m: f"U+{ord(m[0]):04X}" if m[0] > " " else " ", p) for p in parts)


def code(text: object) -> Raw:
    """Ids and numbers in typewriter, with places where a line may break."""
    return Raw(rf"\code{{{BREAKS.sub(LINE_BREAK, escaped(text))}}}")


def math(formula: str) -> Raw:
    """A formula within a line."""
    return Raw(f"${formula}$")


def word(found: Word) -> Raw:
    """A word of judgement; key and field are kept, though only the word is shown."""
    return Raw(rf"\word{{{code(found.key)}}}{{{escaped(found.field)}}}{{{found.word}}}")


def rendered(content: Content, figures: Iterable[Figure]) -> str:
    """The whole document; figures are PDF files in the folder ``figures`` beside it."""
    known = content.ids

    def link(key: str) -> Raw:
        return Raw(rf"\hyperref[c:{key}]{{{code(key)}}}") if key in known else code(key)

    jinja = environment()
    jinja.filters |= {"link": link, "links": lambda keys: Raw(", ".join(link(k) for k in keys))}
    return jinja.get_template("report.tex.j2").render(c=content, figures=list(figures), words=WORDS)


def environment() -> Environment:
    """Templates with delimiters that LaTeX leaves alone."""
    made = Environment(loader=PackageLoader("proofcheck.report"), block_start_string="<%", block_end_string="%>",
                       variable_start_string="<<", variable_end_string=">>", comment_start_string="<#",
                       comment_end_string="#>", trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
                       finalize=escaped, keep_trailing_newline=True)
    made.filters |= {"code": code, "math": math, "word": word, "raw": Raw}
    return made


def compiled(source: Path, progress: Callable[[str], None]) -> Path:
    """The PDF of a .tex file, beside it, the same bytes for the same source.  Raises TexError."""
    engine = shutil.which(ENGINE)
    if engine is None:
        raise TexError(f"there is no {ENGINE}, so no PDF was made; the LaTeX is complete; on Debian: {INSTALL}")
    for number in range(1, PASSES + 1):
        progress(f"{ENGINE}, pass {number} of {PASSES}")
        log = _run(engine, source)
    if "There were undefined references" in log:
        raise TexError(f"{ENGINE} found undefined references in {source.name}")
    return source.with_suffix(".pdf")


def _run(engine: str, source: Path) -> str:
    """One pass; the log."""
    settings = {**os.environ, "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1", "max_print_line": "1000"}
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", source.name]
    try:
        done = subprocess.run(command, cwd=source.parent, env=settings, capture_output=True, timeout=SECONDS, check=False,
                              stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TexError(f"{ENGINE} did not finish: {error}") from None
    log = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        reason = next((line for line in log.splitlines() if line.startswith("!")), "no reason given")
        raise TexError(f"{ENGINE} stopped: {reason}; the LaTeX was written all the same")
    return log

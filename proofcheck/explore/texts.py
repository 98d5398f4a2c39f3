"""What the page says in HTML: formulas, the card of a point, messages.  All text of others is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bokeh.models import Div
from markupsafe import Markup

from proofcheck.explore.card import Card, Change
from proofcheck.explore.live import Moment, Reading
from proofcheck.explore.plane import CLIP, Region
from proofcheck.explore.subjects import Subject
from proofcheck.explore.ticks import label
from proofcheck.explore.whole import Standing
from proofcheck.kernel.terms import Rel
from proofcheck.regime import FAILS, HOLDS
from proofcheck.report.formulas import Typesetter
from proofcheck.report.mathml import math
from proofcheck.wording import shortened

LONG = 60
MANY = 60  # claims in a list
SURE, UNSURE = "proved on both sides", "the balls at both ends differ; what lies beyond them is not proved"
STYLE = """
:host { overflow-wrap: anywhere; font-size: 15px; line-height: 1.4; }
h2 { font-size: 1.1em; margin: 0.2em 0; } h3 { font-size: 1.1em; margin: 0.2em 0; } p { margin: 0.3em 0; }
ul, ol { margin: 0.2em 0; padding-left: 1.6em; } .small { font-size: 0.87em; color: #444; }
.display { overflow-x: auto; overflow-y: hidden; padding: 0.3em 0; font-size: 1.1em; } .formula { line-height: 2; }
.fails { color: #8f0f22; } .holds { color: #0b4f86; } .outside, .undecided { color: #444; }
.error { background: #5a0014; color: #fff; padding: 0.5em; border-radius: 4px; }
pre { white-space: pre-wrap; overflow-y: auto; background: #f4f4f2; padding: 0.5em; font-size: 12px; max-height: 14em;
      margin: 0.3em 0; }
code { font-size: 0.9em; } table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: 13px; }
caption { text-align: left; } summary { cursor: pointer; }
td, th { padding: 2px 6px; text-align: left; vertical-align: top; }
"""


def formula(typeset: Typesetter, rel: Rel) -> Markup:
    """A relation, typeset."""
    return math(typeset.relation(rel))


def about(subject: Subject, typeset: Typesetter) -> Markup:
    """A claim: its formula, its hypotheses, and what the ledger says of it."""
    said = f"the ledger says: {subject.verdict}" if subject.verdict else "not in the ledger"
    told = f"{said}, {subject.finding}" if subject.finding and subject.finding != "false" else said
    defined = [formula(typeset, e) for e in subject.equations]
    given = Markup("; ").join(defined)
    where = Markup("<p class='small'>where {}</p>").format(given) if defined else Markup("")
    return Markup("<h2>{}</h2><p>{} <span class='small'>(line {}; {})</span></p><div class='display'>{}</div>{}").format(
        subject.id, subject.words, subject.line, told, formula(typeset, subject.rel), where)


def legend(regions: Sequence[Region]) -> Markup:
    """Which hypotheses are violated where it is hatched."""
    if not regions:
        return Markup("<p class='small'>No hypothesis on parameters is violated on this map.</p>") + scale()
    items = Markup("").join(Markup("<li>{}</li>").format(r.words) for r in regions)
    return Markup("<p class='small'>Hatched: a hypothesis is violated, so that the claim says nothing there.</p>"
                  "<ol class='small'>{}</ol>").format(items) + scale()


def scale() -> Markup:
    """What the colours mean."""
    return Markup("<p class='small'>Colour: log<sub>10</sub> of right side over left side, cut at ±{:g}: dark red fails, "
                  "light blue holds; dotted grey: doubles cannot tell, or a side is not defined. The line is where it "
                  "changes. A map is computed with doubles; only a certificate is a verdict.</p>").format(CLIP)


def certificate(card: Card) -> Markup:
    """The card of a point."""
    point = Markup(", ").join(Markup("{} = {}").format(label(k), _short(v)) for k, v in card.point.items())
    rows = [Markup("<h3 class='{}'>{}</h3><p>at {}</p>").format(_tone(card), card.headline, point)]
    if card.left and card.right:
        rows.append(Markup("<p>left side {}<br>right side {}</p>").format(_short(card.left), _short(card.right)))
    else:
        rows.append(Markup("<p>{}</p>").format(card.explanation))
    if not card.searched:
        rows.append(Markup("<p class='small'>By the kernel's balls at the point; <code>proofcheck decide</code> gives up "
                           "here.</p>"))
    rows += [Markup("<p class='fails'>violated: {}</p>").format(m.words) for m in card.violated]
    open_ones = [m.words for m in card.hypotheses if m.verdict not in (HOLDS, FAILS)]
    if open_ones:
        rows.append(Markup("<p class='small'>not decided here: {}</p>").format("; ".join(open_ones)))
    if card.beside:
        rows.append(Markup("<p class='small'>on arrays, so not decided by a point: {}</p>").format("; ".join(card.beside)))
    return Markup("").join(rows)


def asked_for(at: str) -> Markup:
    """The point, before the kernel was asked about it."""
    return Markup("<p>at {}</p><p class='small'>Click on the map, or press <b>Certify this point</b>, for the kernel's "
                  "verdict here.</p>").format(at)


def _tone(card: Card) -> str:
    return card.verdict if not card.violated else "outside"


def _short(text: str) -> str:
    short = shortened(text)
    return short if len(short) <= LONG else f"{short[:LONG]}..."


def boundary(found: Sequence[Change], waiting: bool = False) -> Markup:
    """Where the truth changes along the axes through the point."""
    if waiting:
        return Markup("<p class='small'>The boundary to 30 digits is being computed ...</p>")
    if not found:
        return Markup("<p class='small'>Along the axes through this point no change was found to 30 digits.</p>")
    items = Markup("").join(
        Markup("<li>{} between<br><code>{}</code> and<br><code>{}</code><br>{}</li>").format(
            label(c.name), c.low, c.high, SURE if c.proved else UNSURE) for c in found)
    return Markup("<p>With everything else as here, it changes at</p><ul>{}</ul>").format(items)


def message(text: str) -> Markup:
    """Something that went wrong, in one line."""
    return Markup("<p class='error' role='alert'>{}</p>").format(text) if text else Markup("")


def plain(text: str) -> Markup:
    """A line of text."""
    return Markup("<p>{}</p>").format(text)


def crossing(step: int, found: Reading) -> Markup:
    """The first step at which a bound is crossed."""
    where = Markup("although all its hypotheses are met") if not found.unmet else Markup(
        "where it is not claimed: not met is {}").format("; ".join(found.unmet))
    return Markup("<h3 class='fails'>first crossing: step {}</h3><p>{} ({}), {}: measured {:.6g}, bound {:.6g}</p>").format(
        step, found.id, found.kind, where, found.left, found.right)


def stored(name: str) -> Markup:
    """Where a run is kept."""
    return Markup("<p>saved; to go on from there, where the server was started:</p>") + pre(f"proofcheck gd --resume {name}")


def readings(moment: Moment) -> Markup:
    """Every bound at one step."""
    if not moment.readings:
        return Markup("<p class='small'>The bounds of this lemma are not about this run; choose another lemma, or the net "
                      "softmax.</p>")
    return Markup("<table><caption class='small'>Measured at step {}; numbers witness, they prove nothing.</caption><thead>"
                  "<tr><th>inequality</th><th>measured</th><th>bound</th><th>is</th></tr></thead><tbody>{}</tbody></table>"
                  ).format(moment.step, Markup("").join(map(_row, moment.readings)))


def _row(r: Reading) -> Markup:
    return Markup("<tr class='{}'><td>{} <span class='small'>{}</span></td><td>{:.4g}</td><td>{:.4g}</td><td>{}</td></tr>"
                  ).format("" if r.holds else "fails", r.id, r.kind, r.left, r.right, _state(r))


def _state(found: Reading) -> str:
    met = f"; not met: {'; '.join(found.unmet)}" if found.unmet else ""
    return ("kept" if found.holds else "CROSSED") + met


def standings(groups: Iterable[tuple[str, Sequence[Standing]]]) -> Markup:
    """How many claims stand how, and why what fails does."""
    parts = []
    for state, found in groups:
        rows = Markup("").join(Markup("<li>{}: {}</li>").format(s.id, s.reason) for s in found[:MANY])
        more = Markup("<li>... and {} more</li>").format(len(found) - MANY) if len(found) > MANY else Markup("")
        parts.append(Markup("<details{}><summary>{} here: {}</summary><ul class='small'>{}{}</ul></details>").format(
            Markup(" open") if state == FAILS else Markup(""), state, len(found), rows, more))
    return Markup("").join(parts) + Markup(
        "<p class='small'>Dark red: a line fails here. Hatched red: the proof uses what fails here. Grey lines: a hypothesis"
        " is violated. Blue: holds here. White: arrays are involved or values are missing. All is decided with balls.</p>")


def pre(text: str) -> Markup:
    """Text as it is."""
    return Markup("<pre>{}</pre>").format(text)


def div() -> Div:
    """A place for such text, which never is wider than the page."""
    return Div(sizing_mode="stretch_width", disable_math=True, stylesheets=[STYLE],
               styles={"min-width": "0", "max-width": "100%"})

"""How many papers are printed in the time the fastest peer takes for one: docxtemplater, easy-template-x, carbone,
docx-mailmerge2.

Each peer gets the same finished paper with its own tags where our template prints a value: no loops, no conditions,
no cases and initials to work out, which favours the peers. Every paper has other values; to us a batch (the authority
and its plan are the same) and every text new are two works. Processor time of warm processes, in turns A B A B; each
figure is a median. Peers stand in an environment of their own (`var/benchmarks`).
`python -m benchmarks.bench_peers [RESULT.json]`
"""

from __future__ import annotations

import copy
import io
import json
import re
import shutil
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from app.documents.docx.rendering import document_text, render
from benchmarks.asked import Asked, judge
from benchmarks.bench_rendering import CODES, TEMPLATES, WORKS, seconds
from tests.unit.documents import penza

HERE = Path(__file__).parent / "peers"
ROOM = Path(__file__).resolve().parents[1] / "var" / "benchmarks" / "peers"
MAILMERGE = "docx-mailmerge2==1.0.3"
PEERS: dict[str, str] = {"docxtemplater": "{%s}", "easy-template-x": "{%s}", "carbone": "{d.%s}"}
OURS_WORKS = {name: WORKS[name] for name in ("batch", "every text new")}
ROUNDS, PAPERS, OURS = 9, 12, 120
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARK = re.compile(r"Qv\d+q")


def install() -> None:
    """The peers of package.json and docx-mailmerge2, in var/benchmarks."""
    ROOM.mkdir(parents=True, exist_ok=True)
    if shutil.which("npm") is None:
        raise SystemExit("npm is needed for the peers (Debian: apt install nodejs npm)")
    wanted = (HERE / "package.json").read_text(encoding="utf-8")
    kept = ROOM / "package.json"
    if (
        not (ROOM / "node_modules").is_dir()
        or not kept.is_file()
        or kept.read_text(encoding="utf-8") != wanted
    ):
        kept.write_text(wanted, encoding="utf-8")
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=ROOM, check=True)  # noqa: S607
    if not (ROOM / "venv").is_dir():
        subprocess.run([sys.executable, "-m", "venv", str(ROOM / "venv")], check=True)  # noqa: S603
        subprocess.run([str(ROOM / "venv/bin/pip"), "install", "-q", MAILMERGE], check=True)  # noqa: S603


def marked(values: Any, numbers: Any) -> Any:
    """The values with a mark of its own for each text."""
    if isinstance(values, dict):
        return {k: v if k in ("gender", "no") else marked(v, numbers) for k, v in values.items()}
    if isinstance(values, list):
        return [marked(item, numbers) for item in values]
    return f"Qv{next(numbers)}q" if isinstance(values, str) else values


def texts_of(values: Any, marks: Any) -> dict[str, str]:
    """Mark → text, walking both alike."""
    if isinstance(values, dict):
        return {m: t for k, v in values.items() for m, t in texts_of(v, marks[k]).items()}
    if isinstance(values, list):
        return {m: t for v, mark in zip(values, marks, strict=True) for m, t in texts_of(v, mark).items()}
    return {marks: values} if isinstance(marks, str) and _MARK.fullmatch(marks) else {}


def rewritten(paper: bytes, change: Callable[[str], str]) -> bytes:
    """The file with the text of each XML part changed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(paper)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            is_text = name.startswith("word/") and name.endswith(".xml")
            target.writestr(name, change(data.decode()).encode() if is_text else data)
    return buffer.getvalue()


def merge_fields(text: str) -> str:
    """Each mark as a merge field in a run of its own; the page number as a field docx-mailmerge2 can read."""
    root = etree.fromstring(text.encode())
    for run in list(root.iter(f"{W}r")):
        is_page = any(True for _ in run.iter(f"{W}fldChar"))
        if not is_page and not _MARK.search("".join(run.itertext())):
            continue
        look = run.find(f"{W}rPr")
        new = [_field(" PAGE ", "2", look)] if is_page else []
        for child in run:
            if child is look or is_page:
                continue
            for piece in re.split(r"(Qv\d+q)", child.text or "") if child.tag == f"{W}t" else [None]:
                if piece is None:
                    new.append(_run(copy.deepcopy(child), look))
                elif _MARK.fullmatch(piece):
                    new.append(_field(f" MERGEFIELD {piece} ", piece, look))
                elif piece:
                    new.append(_run(_text(piece), look))
        place = run.getparent()
        at = place.index(run)
        place[at : at + 1] = new
    result: str = etree.tostring(root, encoding="unicode")
    return result


def _text(words: str) -> Any:
    element = etree.Element(f"{W}t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    element.text = words
    return element


def _run(inside: Any, look: Any) -> Any:
    run = etree.Element(f"{W}r")
    if look is not None:
        run.append(copy.deepcopy(look))
    run.append(inside)
    return run


def _field(code: str, words: str, look: Any) -> Any:
    field = etree.Element(f"{W}fldSimple", {f"{W}instr": code})
    field.append(_run(_text(words), look))
    return field


class Peer:
    """A process that prints for the asking."""

    def __init__(self, name: str, template: bytes, values: dict[str, str]) -> None:
        self.name = name
        files = {kind: ROOM / f"{name}.{kind}" for kind in ("docx", "json")}
        self.sample = ROOM / f"{name}-sample.docx"
        files["docx"].write_bytes(template)
        files["json"].write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        given = [str(files["docx"]), str(files["json"]), str(self.sample)]
        command = (
            [str(ROOM / "venv/bin/python"), str(HERE / "merge_fields.py"), *given]
            if name == "docx-mailmerge2"
            else ["node", str(HERE / "render.mjs"), name, *given]
        )
        self.process = subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOM,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._hear("ready")
        self._check(values)

    def seconds(self, papers: int) -> float:
        """Processor time of one paper."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{papers}\n")
        self.process.stdin.flush()
        return float(self._hear()) / papers

    def _hear(self, wanted: str = "") -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line or (wanted and line != wanted):
            raise SystemExit(f"{self.name}: {line or 'ended without a word'}")
        return line

    def _check(self, values: dict[str, str]) -> None:
        """A peer that prints nothing is quick: each value must stand in its paper."""
        text = re.sub(r"\s+", " ", document_text(self.sample.read_bytes()))
        lost = [value for value in values.values() if re.sub(r"\s+", " ", value) not in text]
        if lost:
            raise SystemExit(f"{self.name} lost {len(lost)} values: {lost[:3]}")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def measure(code: str) -> dict[str, Any]:
    template = (TEMPLATES / f"{code}.docx").read_bytes()
    values = getattr(penza, code)()
    marks = marked(values, count(1))
    paper = render(template, marks)
    printed = set(_MARK.findall(document_text(paper)))
    texts = {mark: text for mark, text in texts_of(values, marks).items() if mark in printed and text.strip()}

    def tagged(pattern: str) -> bytes:
        return rewritten(paper, lambda text: _MARK.sub(
            lambda mark: escape(pattern % mark[0]) if mark[0] in texts else "", text))  # fmt: skip

    peers = [Peer(name, tagged(pattern), texts) for name, pattern in PEERS.items()]
    peers.append(Peer("docx-mailmerge2", rewritten(paper, merge_fields), texts))
    numbers = count(1)
    times: dict[str, list[float]] = {name: [] for name in (*OURS_WORKS, *(peer.name for peer in peers))}
    try:
        for _round in range(ROUNDS):
            for name, vary in OURS_WORKS.items():
                batch = [vary(values, next(numbers)) for _ in range(OURS)]
                times[name].append(seconds(render, template, batch))
            for peer in peers:
                times[peer.name].append(peer.seconds(PAPERS))
    finally:
        for peer in peers:
            peer.end()
    middle = {name: statistics.median(each) for name, each in times.items()}
    fastest = min((peer.name for peer in peers), key=lambda name: middle[name])
    return {
        "paper": CODES[code], "values": len(texts), "fastest_peer": fastest,
        "times_fastest_peer": {name: round(middle[fastest] / middle[name], 1) for name in OURS_WORKS},
        "papers_per_second": {name: round(1 / each) for name, each in middle.items()},
    }  # fmt: skip


def main() -> None:
    install()
    rows = [measure(code) for code in CODES]
    print("| Paper | Values | Fastest peer | Times it in a batch | with every text new | Papers/s |")
    print("|---|---:|---|---:|---:|---|")
    for row in rows:
        rates = ", ".join(f"{name} {rate}" for name, rate in row["papers_per_second"].items())
        times = " | ".join(str(row["times_fastest_peer"][name]) for name in OURS_WORKS)
        print(f"| {row['paper']} | {row['values']} | {row['fastest_peer']} | {times} | {rates} |")
    if len(sys.argv) > 1:
        target = Path(sys.argv[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(rows, indent=2), encoding="utf-8")
    judge(
        [
            Asked(
                f"{row['paper']}, {work}, times {row['fastest_peer']}", row["times_fastest_peer"][work], least
            )
            for row in rows
            for work, least in (("batch", 20), ("every text new", 8))
        ]
    )


if __name__ == "__main__":
    main()

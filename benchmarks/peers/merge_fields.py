"""As render.mjs, for docx-mailmerge2: TEMPLATE.docx VALUES.json SAMPLE.docx."""

import io
import json
import sys
import time
from pathlib import Path

from mailmerge import MailMerge

template = Path(sys.argv[1]).read_bytes()
values = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))


def paper(data: dict[str, str]) -> bytes:
    with MailMerge(io.BytesIO(template)) as document:
        document.merge(**data)
        buffer = io.BytesIO()
        document.write(buffer)
    return buffer.getvalue()


Path(sys.argv[3]).write_bytes(paper(values))
for _warm in range(5):
    paper(values)
print("ready", flush=True)
number = 0
for line in sys.stdin:
    papers = []
    for _ in range(int(line)):
        number += 1
        papers.append({name: f"{text} {number}" for name, text in values.items()})
    begun = time.process_time()
    for data in papers:
        paper(data)
    print(time.process_time() - begun, flush=True)

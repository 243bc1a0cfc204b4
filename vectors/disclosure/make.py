"""Write the vectors of this folder: disclosures of a fixed document on a fixed network, genuine and altered.

    python vectors/disclosure/make.py

All keys, salts and times are fixed, so a run writes the same bytes until a format changes. A case holds the file as
text; what must be said of its check `disclosed`: the outcome, the code where it fails, the words where it holds; and
the claims that are shown then.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from ledger_world import PRODUCER, signing_key  # noqa: E402
from receipt_world import Story, concealed_document, tell  # noqa: E402
from transire.credentials.canonical import jcs_any  # noqa: E402
from transire.credentials.concealed import CONCEALED, conceal_credential, disclose  # noqa: E402
from transire.crypto.canonical import canonical_bytes  # noqa: E402
from transire.crypto.encoding import b64url  # noqa: E402
from transire.documents.catalogue import MEDIA_TYPE  # noqa: E402
from transire.documents.commitment import open_representation  # noqa: E402
from transire.ledger.disclosure import check_disclosure, read_disclosure, write_disclosure  # noqa: E402
from transire.ledger.verify import verify_receipt  # noqa: E402

GENUINE = {
    "one part": ["/name"],
    "a part of a list": ["/goods/1/quantity"],
    "several parts": ["/name", "/goods/0"],
    "everything": ["/name", "/description", "/goods"],
}


def main() -> None:
    story = tell(document=concealed_document())
    files = {name: disclosure(story, pointers) for name, pointers in GENUINE.items()}
    one = json.loads(files["one part"])
    files |= {name: canonical_bytes(altered(one, change)) for name, change in changes(story).items()}
    cases = [case(name, raw, story.chain.trust_root) for name, raw in files.items()]
    (HERE / "network.json").write_bytes(story.chain.trust_root)
    lines = ",\n".join(json.dumps(each, sort_keys=True, ensure_ascii=False) for each in cases)
    (HERE / "cases.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def disclosure(story: Story, pointers: list[str]) -> bytes:
    """The file in which the producer's document shows these parts."""
    document = story.document
    credential = json.loads(document.representations[MEDIA_TYPE])
    token = document.representations[CONCEALED]
    shown = disclose(credential, token, salt=document.salt, pointers=pointers)
    opening = open_representation(document.representations, document.salt, CONCEALED)
    return write_disclosure(story.receipt(documents=[]), opening, shown)


def altered(file: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    again: dict[str, Any] = json.loads(json.dumps(file))
    change(again)
    return again


def changes(story: Story) -> dict[str, Callable[[dict[str, Any]], object]]:
    """What may be done to a disclosure, each of which must be noticed."""
    credential = json.loads(story.document.representations[MEDIA_TYPE])
    forged = b64url(jcs_any(["c2FsdA", "name", "Avocados, dried"]))
    other = conceal_credential(credential, salt=bytes(32), key=signing_key(f"{PRODUCER} credential-1")) or b""
    foreign = conceal_credential(credential, salt=story.document.salt, key=signing_key("somebody else")) or b""

    def presented(text: Callable[[list[str]], list[str]]) -> Callable[[dict[str, Any]], object]:
        return lambda file: file.update(presentation="~".join(text(file["presentation"].split("~"))))

    return {
        "another value": presented(lambda parts: [parts[0], forged, ""]),
        "one disclosure twice": presented(lambda parts: [*parts[:2], parts[1], ""]),
        "nothing shown": presented(lambda parts: [parts[0], ""]),
        "no end": presented(lambda parts: parts[:-1]),
        "a binding that nobody asked for": presented(lambda parts: [*parts[:-1], "e30.e30.e30"]),
        "a disclosure that is no JSON": presented(lambda parts: [parts[0], "AAAA", ""]),
        "another token of the same issuer": presented(lambda parts: [other.decode(), ""]),
        "a token by another key": presented(lambda parts: [foreign.decode(), *parts[1:]]),
        "a token that is none": presented(lambda parts: ["e30.e30", *parts[1:]]),
        "another salt": lambda file: file["opening"].update(salt=b64url(bytes(32))),
        "a leaf less": lambda file: file["opening"]["leaves"].pop(0),
        "leaves in another order": lambda file: file["opening"]["leaves"].reverse(),
        "one leaf twice": lambda file: file["opening"]["leaves"].append(file["opening"]["leaves"][-1]),
        "a receipt that does not hold": lambda file: file["receipt"]["statement"]["about"].clear(),
    }


def case(name: str, raw: bytes, network: bytes) -> dict[str, Any]:
    """The file and what must be said of it."""
    read = read_disclosure(raw)
    check, claims = check_disclosure(read, verify_receipt(read.receipt, network))
    said = {"found": check.found, "claims": claims} if check.passed else {"code": check.code}
    return {"name": name, "file": raw.decode(), "outcome": check.outcome, **said}


if __name__ == "__main__":
    main()

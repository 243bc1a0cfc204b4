"""The tariff: importing a schedule, looking numbers up, starting, and pricing entries.

    python -m benchmarks.tariff [EXPORT.csv]

Goals: import below 10 s, a lookup below 50 us, start-up cost below 50 ms, 999 lines below 1 s, 300 entries
of 10 lines a second a core. EXPORT is an official CSV of the schedule; without one a schedule of 30,000 rows is made,
shaped like it. CPU time counts in this process, the time on the wall for starting; the best of some runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from transire.tariff.answer import CaseAnswer
from transire.tariff.case import Case, read_case
from transire.tariff.edition_file import EditionBook, Source
from transire.tariff.exports import read_export
from transire.tariff.number import TariffNumber
from transire.tariff.pricing import price, price_line
from transire.tariff.schedule import Shelf, listing, make_edition

RUNS = 5
RATES = ("Free", "4.7%", "4.9¢/kg + 3%", "51¢ each + 6.25%", "$1.035/kg", "33 1/3%", "12¢/kg")
SPECIAL = "Free (A+,AU,BH,CL,CO,D,E,IL,JO,KR,MA,OM,P,PA,PE,S,SG)"
HEAD = (
    "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,Special Rate of Duty,"
    "Column 2 Rate of Duty,Quota Quantity,Additional Duties\n"
)


def made_export() -> bytes:
    """A schedule of 30,000 rows, its shapes in the shares of the real one."""
    rows = [HEAD]
    for chapter in (f"{at:02}" for at in range(1, 77)):
        for heading in range(1, 21):
            rows.append(f"{chapter}{heading:02},0,Goods of heading {heading},,,,,,\n")
            for item in range(10, 30):
                number, rate = f"{chapter}{heading:02}.{item}.00.00", RATES[(item + heading) % len(RATES)]
                unit = '"[""No."",""kg""]"'
                rows.append(f'{number},1,Good {item} of its kind,{unit},{rate},"{SPECIAL}",35%,,\n')
    return "".join(rows).encode()


def measure(export: bytes) -> dict[str, str]:
    """Every figure of this page, in words."""
    day = date(2024, 7, 25)
    seconds, book = imported(export, day)
    numbers = [row.digits for row in book if len(row.digits) == 10 and row.digits < "98" and row.general]
    rows = f"{len(book):,} rows, {len(book.head.anomalies):,} anomalies"
    shelf, big = Shelf([book]), case_of(numbers, 999, book)
    small = [case_of(numbers[at * 10 :], 10, book) for at in range(50)]
    return {
        f"import of {len(export) / 1e6:.1f} MB ({rows})": f"{seconds:.2f} s",
        "opening the edition": f"{best(lambda: EditionBook(KEPT[0])) * 1e3:.1f} ms",
        "a lookup, nothing remembered": f"{cold_lookup(book, numbers) * 1e6:.0f} us",
        "a lookup, remembered": f"{warm_lookup(shelf, numbers[0]) * 1e6:.1f} us",
        "999 lines read and priced, nothing remembered": f"{first(lambda: price(big, shelf)) * 1e3:.0f} ms",
        "999 lines read and priced, the schedule's rows remembered": f"{best(lambda: anew(big, shelf)) * 1e3:.0f} ms",
        "999 lines priced again, none of them changed": f"{best(lambda: price(big, shelf)) * 1e3:.0f} ms",
        "entries of 10 lines priced and checked": f"{len(small) / best(lambda: priced(small, shelf)):,.0f} a second",
        "start-up cost, the shipped edition opened": f"{started():.0f} ms",
    }


KEPT: list[bytes] = []
"""The bytes of the edition that was imported last."""


def priced(cases: list[Case], shelf: Shelf) -> list[CaseAnswer]:
    return [anew(one, shelf) for one in cases]


def anew(case: Case, shelf: Shelf) -> CaseAnswer:
    """Priced with no line remembered from before."""
    price_line.cache_clear()
    return price(case, shelf)


def imported(export: bytes, day: date) -> tuple[float, EditionBook]:
    """CPU seconds from the bytes of the export to the bytes of the edition, and the edition."""
    start = time.process_time()
    _, kept = make_edition(day, "a schedule", [(Source("export", "", "csv"), read_export(export))])
    seconds = time.process_time() - start
    KEPT[:] = [kept]
    return seconds, EditionBook(kept)


def case_of(numbers: list[str], count: int, book: EditionBook) -> Case:
    """An entry whose lines have every quantity that a rate may ask for."""
    random = Random(7)
    lines: list[dict[str, Any]] = []
    for at in range(count):
        found = listing(book, random.choice(numbers))
        assert found is not None
        units = ("kg", "No.", "liters", "m2", "prs.", "doz.")
        quantities = [{"quantity": f"{random.randint(1, 9999)}", "unit": unit} for unit in units]
        lines.append(
            {"line": at + 1, "tariff_number": found.number, "origin": "MY", "value": "2500", "quantities": quantities}
        )
    return read_case(json.dumps({"entry_date": "2024-11-02", "mode": "11", "lines": lines}).encode())


def cold_lookup(book: EditionBook, numbers: list[str]) -> float:
    """Seconds of one lookup in an edition that was just opened."""
    chosen = Random(3).sample(numbers, 2000)
    best_of = []
    for _ in range(RUNS):
        fresh = EditionBook(KEPT[0])
        start = time.process_time()
        for digits in chosen:
            listing(fresh, digits)
        best_of.append((time.process_time() - start) / len(chosen))
    return min(best_of)


def warm_lookup(shelf: Shelf, digits: str) -> float:
    number, day = TariffNumber(digits), date(2024, 11, 2)
    return best(lambda: [shelf.look_up(number, day) for _ in range(1000)]) / 1000


def first(work: Callable[[], object]) -> float:
    listing.cache_clear()
    price_line.cache_clear()
    start = time.process_time()
    work()
    return time.process_time() - start


def best(work: Callable[[], object]) -> float:
    """CPU seconds of the best of some runs."""
    return min(_seconds(work) for _ in range(RUNS))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def started() -> float:
    """Milliseconds on the wall that importing the tariff adds to a start, the shipped edition opened."""
    adds = "import transire.tariff.pricing, transire.tariff.schedule as s; s.shipped()"
    with_it, without = (_wall(f"import msgspec, click, transire.errors; {code}") for code in (adds, "pass"))
    return (with_it - without) * 1e3


def _wall(code: str) -> float:
    # An installed program has its bytecode at hand: a switch of the environment must not take it away.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(RUNS * 2):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    source = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else made_export()
    for what, figure in measure(source).items():
        print(f"{what}: {figure}")

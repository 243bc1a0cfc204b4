"""Invoices as three sellers would set them, made as PDF by the typesetter: what is read of them is known beforehand."""

from __future__ import annotations

import typst

ENGLISH = """
#set page(paper: "us-letter", margin: 1.8cm)
#set text(font: "Libertinus Serif", size: 9pt)
= Commercial Invoice
#grid(columns: (1fr, 1fr), gutter: 8pt,
  [*Seller* \\ Bombas y Ventiladores del Bajío, S.A. de C.V. \\ Carretera Industrial km 4.5, Lote 12 \\
   Celaya, Guanajuato 38010 \\ Mexico \\ Tel. +52 461 555 0142 \\ exportaciones\\@bvbajio.example],
  [*Buyer* \\ Rio Grande Industrial and Medical Supply, Inc. \\ 4100 Bridge Commerce Drive, Suite 210 \\
   Laredo, TX 78045 \\ United States])
#grid(columns: (1fr, 1fr), gutter: 6pt,
  [Invoice No.: F-2026-0501], [Invoice date: November 18, 2026], [Currency: USD], [Port of entry: 2304],
  [Country of export: Mexico], [Terms of delivery: FCA Celaya])
#table(columns: (auto, auto, 1fr, auto, auto, auto, auto, auto, auto),
  table.header[Line][Part No.][Description][HTS No.][Origin][Qty][Unit][Unit price][Amount],
  ..ROWS)
Goods total: GOODS \\
Freight: 1,000.00 \\
Invoice total: TOTAL
"""
"""Labels with a colon, parties side by side, a table whose heads are repeated on every page."""

SPANISH = """
#set page(paper: "a4", margin: 1.5cm)
#set text(font: "DejaVu Sans Mono", size: 8pt)
#align(right)[*FACTURA COMERCIAL*]
#table(columns: (1fr, 1fr, 1fr), [Factura No. \\ A-77], [Fecha \\ DAY], [Moneda \\ USD])
#table(columns: (1fr, 1fr),
  [Vendedor / Exportador \\ Dispositivos Médicos del Valle, S.A. \\ Zona Franca, Edificio 7 \\
   Heredia 40101 \\ Costa Rica],
  [Comprador \\ Rio Grande Industrial, Inc. \\ 4100 Bridge Drive \\ Laredo, TX 78045 \\ USA])
#table(columns: (auto, 1fr, auto, auto, auto, auto), align: right,
  [Cant.], [Descripción], [Origen], [Unidad], [Precio unit.], [Importe],
  [1.500], [Catéter], [CR], [pcs], [2,25], [3.375,00],
  [200], [Sonda], [CR], [pcs], [10,00], [2.000,00])
Subtotal 5.375,00 \\ Flete 120,00 \\ Total 5.495,00
"""
"""Labels above their values, numbers with a decimal comma, columns set to the right, no numbers of lines."""

PLAIN = """
#set page(paper: "us-letter", margin: 2cm)
#set text(font: "New Computer Modern", size: 10pt)
INVOICE \\
#grid(columns: (4cm, 6cm), gutter: 5pt,
  [Invoice number], [10077], [Date of sale], [2026-11-18], [Currency], [USD], [Country of origin], [Mexico])
#v(6pt)
#grid(columns: (1fr, 1fr),
  [Sold to: \\ Rio Grande Industrial, Inc. \\ 4100 Bridge Drive \\ Laredo, TX 78045 US],
  [Exporter: \\ Bombas del Bajío \\ 38010 Celaya \\ MX])
#v(6pt)
#grid(columns: (3cm, 6cm, 3cm, 3cm), gutter: 6pt,
  [Quantity], [Description of goods], [Price], [Line total],
  [40 pcs], [Axial fan], [89.90], [3,596.00],
  [2 kg], [Grease], [1.50], [3.00])
#v(6pt)
#grid(columns: (4cm, 6cm), gutter: 5pt, [Total amount], [USD 3,599.00])
"""
"""Labels to the left of their values, no rules, quantity and unit in one cell, one origin for all lines."""


def english(lines: int = 2) -> bytes:
    """The English one, of so many lines."""
    rows = "".join(
        f"[{at}],[P-{at}],[Centrifugal pump, stainless steel, model {at}, for clean water in tall buildings],"
        "[8413.70.20.04],[MX],[1,200],[each],[112.50],[135,000.00],"
        for at in range(1, lines + 1)
    )
    goods = 135_000 * lines
    source = ENGLISH.replace("..ROWS", rows).replace("GOODS", f"{goods:,}.00").replace("TOTAL", f"{goods + 1000:,}.00")
    return _set(source)


def spanish(day: str = "18/11/2026") -> bytes:
    """The Spanish one, of a day as it is written there."""
    return _set(SPANISH.replace("DAY", day))


def plain() -> bytes:
    """The one without rules."""
    return _set(PLAIN)


def blank() -> bytes:
    """A page with a picture and no text, as a scanner makes it."""
    return _set('#set page(paper: "us-letter")\n#rect(width: 3cm, height: 3cm)')


def long(pages: int) -> bytes:
    """A file of so many pages."""
    return _set("\n".join(["Page", *["#pagebreak()\nPage"] * (pages - 1)]))


def _set(source: str) -> bytes:
    printed: bytes = typst.compile(source.encode(), format="pdf", ignore_system_fonts=True)
    return printed

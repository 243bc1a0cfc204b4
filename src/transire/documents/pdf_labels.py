"""The labels of an invoice in English and Spanish, folded, each list with the one that says it best first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HEAD: Final[Mapping[str, tuple[str, ...]]] = {
    "invoice_number": (
        "invoice no", "invoice number", "invoice num", "commercial invoice no", "factura no", "no de factura",
        "numero de factura", "num de factura", "folio", "invoice", "factura",
    ),
    "invoice_date": (
        "invoice date", "date of invoice", "date of sale", "fecha de factura", "fecha de venta", "date", "fecha",
    ),
    "place_of_sale": ("place of sale", "lugar de venta"),
    "port_of_entry": ("port of entry", "us port of entry", "puerto de entrada"),
    "delivery_terms": ("terms of delivery", "delivery terms", "incoterms", "incoterm", "terminos de entrega"),
    "payment_terms": ("terms of payment", "payment terms", "condiciones de pago", "terminos de pago"),
    "export_country": ("country of exportation", "country of export", "exporting country", "pais de exportacion"),
    "export_date": ("date of exportation", "export date", "date of export", "ship date", "fecha de exportacion"),
    "packages": ("marks and packages", "packages", "marks and numbers", "bultos"),
    "responsible_employee": ("responsible employee", "empleado responsable"),
    "currency": ("currency", "currency of sale", "moneda"),
    "freight": ("freight", "flete", "freight charge", "freight charges"),
    "insurance": ("insurance", "seguro"),
    "packing": ("packing", "embalaje", "packing charge"),
    "discount": ("discount", "descuento"),
    "goods_total": (
        "goods total", "total of goods", "total goods", "merchandise total", "total mercancia", "subtotal", "sub total",
    ),
    "total": ("invoice total", "total invoice", "total amount", "grand total", "total due", "total factura", "total"),
    "country_of_origin": ("country of origin", "origin of goods", "pais de origen"),
}  # fmt: skip

PARTIES: Final[Mapping[str, tuple[str, ...]]] = {
    "seller": (
        "seller", "seller exporter", "exporter", "shipper exporter", "vendor", "supplier", "vendedor",
        "vendedor exportador", "exportador",
    ),
    "buyer": (
        "buyer", "sold to", "bill to", "buyer importer", "importer", "comprador", "vendido a", "importador", "cliente",
    ),
}  # fmt: skip

LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "line": ("line", "line no", "item", "no", "pos", "partida", "linea"),
    "product_number": (
        "part no", "part number", "product no", "product number", "item no", "item number", "sku", "product", "code",
        "codigo", "clave", "no de parte", "modelo",
    ),
    "description": (
        "description", "description of goods", "description of merchandise", "goods", "descripcion", "mercancia",
    ),
    "tariff_number": (
        "hts no", "hts", "hts code", "hts number", "htsus", "htsus no", "tariff no", "tariff number", "hs code",
        "hs no", "fraccion arancelaria", "fraccion",
    ),
    "quantity": ("qty", "quantity", "cant", "cantidad"),
    "unit": ("unit", "uom", "um", "u m", "units", "unidad"),
    "unit_price": ("unit price", "price", "price each", "price per unit", "precio unit", "precio unitario", "precio"),
    "amount": ("amount", "line total", "total", "extended price", "ext price", "importe", "value"),
    "country_of_origin": ("origin", "country of origin", "coo", "origen", "pais de origen"),
    "net_weight": ("net weight", "net weight kg", "net kg", "net wt", "peso neto"),
    "gross_weight": ("gross weight", "gross weight kg", "gross kg", "gross wt", "peso bruto"),
}  # fmt: skip


def column_of(label: str, labels: Mapping[str, tuple[str, ...]]) -> str | None:
    """The column that a folded label names.

    >>> column_of("cant", LINES), column_of("fecha", HEAD), column_of("weather", HEAD)
    ('quantity', 'invoice_date', None)
    """
    return next((column for column, known in labels.items() if label in known), None)

"""One row of each table and the file that it makes, for the tests beside it."""

from __future__ import annotations

import csv
import io

PRODUCT = {
    "product_number": "BV-CP200",
    "description": "Centrifugal pump",
    "tariff_number": "8413.70.20.05",
    "country_of_origin": "MX",
    "unit": "EA",
    "currency": "USD",
    "transaction_value": "412.00",
    "labour_cost": "52.00",
    "overhead_cost": "41.00",
    "agreement": "usmca",
    "origin_criterion": "B",
}
MATERIAL = {
    "product_number": "BV-CP200",
    "material_number": "RM-1",
    "description": "Electric motor",
    "tariff_number": "8501.52.40.00",
    "origin": "non_originating",
    "country_of_origin": "CN",
    "quantity": "1",
    "unit": "EA",
    "value": "96.50",
    "currency": "USD",
}
INVOICE = {
    "invoice_number": "F-1",
    "invoice_date": "2026-11-12",
    "port_of_entry": "2304",
    "seller_name": "Bombas, S.A.",
    "seller_street": "Calle 1",
    "seller_city": "Celaya",
    "seller_country": "MX",
    "buyer_name": "Rio Grande",
    "buyer_street": "1 Quay",
    "buyer_city": "Laredo",
    "buyer_country": "US",
    "export_country": "MX",
    "currency": "USD",
    "goods_total": "412.00",
    "total": "412.00",
    "line": "1",
    "description": "Pump",
    "quantity": "1",
    "unit": "EA",
    "unit_price": "412.00",
    "amount": "412.00",
    "country_of_origin": "MX",
}


def table(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    """A CSV file with the columns of the first row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    names = list(rows[0])
    writer.writerow(names)
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return out.getvalue().encode(encoding)

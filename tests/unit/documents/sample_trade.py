"""One whole subject of each document of the trade, for the tests beside it. All of one shipment of steel and fruit."""

from __future__ import annotations

from typing import Any

SELLER = {
    "id": "did:web:bajio.example",
    "name": "Bombas y Ventiladores del Bajío, S.A. de C.V.",
    "address": {"street": "Carretera Industrial km 4.5", "city": "Celaya", "region": "Guanajuato", "country": "MX"},
    "phone": "+52 461 555 0142",
    "email": "exportaciones@bvbajio.example",
}
BUYER = {
    "name": "Rio Grande Industrial and Medical Supply, Inc.",
    "address": {"street": "4100 Bridge Commerce Drive", "city": "Laredo", "postalCode": "78045", "country": "US"},
    "taxNumber": "00-123456700",
}
CARRIER = {"name": "Two Bridges Carriers", "scac": "TBCA", "address": {"city": "Nuevo Laredo", "country": "MX"}}

TRADE_SUBJECTS: dict[str, dict[str, Any]] = {
    "packing-list/1": {
        "packingListNumber": "P-0418",
        "issuedOn": "2026-11-16",
        "invoiceNumber": "F-2026-0418",
        "orderNumber": "PO-7710",
        "transportDocument": "TBCA4471",
        "seller": SELLER,
        "buyer": BUYER,
        "consignee": BUYER,
        "shipFrom": SELLER,
        "handlingInstructions": ["Keep dry"],
        "lines": [
            {
                "lineNumber": 1,
                "invoiceLine": 1,
                "productNumber": "BV-CP200",
                "description": "Centrifugal pump",
                "marks": "RGIMS 1/8",
                "packageCount": 8,
                "packageType": "crate",
                "quantityPerPackage": "5",
                "quantity": "40",
                "unit": "No.",
                "netWeight": "980",
                "grossWeight": "1038.8",
                "volume": "3.2",
            },
            {"lineNumber": 2, "invoiceLine": 2, "description": "Rubber hose", "packageCount": 1, "grossWeight": "2.6"},
        ],
        "totalPackages": 9,
        "totalQuantity": "42.3",
        "totalNetWeight": "982.3",
        "totalGrossWeight": "1041.4",
        "totalVolume": "3.25",
    },
    "bill-of-lading/1": {
        "billOfLadingNumber": "TBCA4471",
        "billType": "bill",
        "bookingNumbers": ["B-4471"],
        "invoiceNumbers": ["F-2026-0418"],
        "issuedOn": "2026-11-16",
        "carrier": CARRIER,
        "shipper": SELLER,
        "consignee": BUYER,
        "freightForwarder": {"name": "Gateway Bridge Customs Brokers, LLC"},
        "notifyParties": [BUYER],
        "modeOfTransport": "30",
        "vesselName": "Truck 17",
        "voyageNumber": "V-9",
        "portOfLoading": {"unLocode": "MXNLD"},
        "portOfDischarge": {"unLocode": "USLRD", "portCode": "2304"},
        "shippedOnBoard": "2026-11-16",
        "importDate": "2026-11-17",
        "containerCount": 1,
        "containers": [{"containerNumber": "APZU4812090", "containerType": "40GP", "sealNumbers": ["PTW-1"]}],
        "lines": [
            {
                "lineNumber": 1,
                "marks": "RGIMS 1/8",
                "tariffNumber": "8413.70",
                "packageCount": 9,
                "containerNumber": "APZU4812090",
                "netWeight": "982.3",
                "grossWeight": "1041.4",
                "volume": "3.25",
            }
        ],
        "totalPackages": 9,
        "freightCharges": [
            {
                "chargeCode": "basicFreight",
                "name": "Negotiated freight",
                "payment": "collect",
                "calculationBasis": "Per container",
                "rate": "225",
                "amount": "225",
                "currency": "USD",
            }
        ],
        "declaredValue": {"amount": "16490", "currency": "USD"},
        "conditionsOfCarriage": "https://carrier.example/conditions",
    },
    "air-waybill/1": {
        "airWaybillNumber": "TBA-2211",
        "masterAirWaybillNumber": "172-48835010",
        "invoiceNumbers": ["F-2026-0419"],
        "issuedOn": "2026-11-16",
        "issuedAt": {"iataCode": "BJX"},
        "carrier": CARRIER,
        "issuingAgent": {"name": "Gateway Bridge Customs Brokers, LLC"},
        "shipper": SELLER,
        "shipperAccount": "S-1",
        "consignee": BUYER,
        "departureAirport": {"iataCode": "BJX", "city": "Silao"},
        "destinationAirport": {"iataCode": "LRD"},
        "flightNumber": "CV9586",
        "flightDate": "2026-11-16",
        "currency": "USD",
        "weightChargesPaid": "collect",
        "otherChargesPaid": "prepaid",
        "declaredValueForCarriage": "NVD",
        "declaredValueForCustoms": "as per invoice",
        "lines": [
            {
                "lineNumber": 1,
                "description": "Pump parts",
                "pieces": 2,
                "grossWeight": "17.5",
                "rateClass": "Q",
                "chargeableWeight": "20",
            }
        ],
        "totalPieces": 2,
        "totalGrossWeight": "17.5",
    },
    "purchase-order/1": {
        "orderNumber": "PO-7710",
        "orderDate": "2026-10-01",
        "buyer": BUYER,
        "seller": SELLER,
        "shipTo": BUYER,
        "currency": "USD",
        "deliveryTerms": "DAP Laredo, Texas",
        "paymentTerms": "30 days",
        "lines": [
            {
                "lineNumber": 1,
                "productNumber": "BV-CP200",
                "description": "Centrifugal pump",
                "quantity": "40",
                "unit": "No.",
                "unitPrice": "412",
                "amount": "16480",
                "grossWeight": "1038.8",
            },
            {"lineNumber": 2, "description": "Rubber hose", "quantity": "2", "amount": "10"},
        ],
        "comments": ["Partial shipments are allowed"],
        "goodsTotal": "16490",
        "freight": "225",
        "total": "16715",
    },
    "mill-test-report/1": {
        "reportNumber": "MTR-4761",
        "issuedOn": "2026-09-12",
        "standard": "EN 10204 type 3.1",
        "mill": {"name": "Aceros del Norte, S.A. de C.V.", "address": {"city": "Monclova", "country": "MX"}},
        "purchaser": BUYER,
        "orderNumber": "PO-7710",
        "countryOfMelt": "MX",
        "countryOfOrigin": "MX",
        "lines": [
            {
                "lineNumber": 1,
                "heatNumber": "4761",
                "description": "Stainless steel sheet, cold rolled",
                "specification": "ASTM A240/A240M",
                "grade": "304",
                "tariffNumber": "7219.34",
                "pieces": 12,
                "netWeight": "840",
            }
        ],
        "composition": [
            {"heatNumber": "4761", "element": "Cr", "massPercent": "18.2"},
            {"heatNumber": "4761", "element": "Ni", "massPercent": "8.1"},
        ],
        "mechanicalTests": [
            {
                "heatNumber": "4761",
                "property": "yield strength",
                "measured": "264",
                "unit": "MPa",
                "method": "ISO 6892-1",
            }
        ],
    },
    "phytosanitary-certificate/1": {
        "certificateNumber": "MX-330893",
        "issuedOn": "2026-11-15",
        "inspectedOn": "2026-11-14",
        "plantProtectionOrganization": {"name": "Plant Health Service, demonstration office"},
        "importingCountry": "US",
        "countryOfOrigin": "MX",
        "placeOfOrigin": "Uruapan, Michoacán",
        "exporter": SELLER,
        "consignee": BUYER,
        "meansOfConveyance": "Truck 17",
        "pointOfEntry": {"city": "Laredo", "region": "TX", "portCode": "2304"},
        "distinguishingMarks": "RGIMS AVO",
        "lines": [
            {
                "lineNumber": 1,
                "description": "Avocados, fresh",
                "botanicalName": "Persea americana",
                "tariffNumber": "0804.40",
                "packageCount": 400,
                "packageType": "carton",
                "quantity": "4536",
                "unit": "kg",
            }
        ],
        "additionalDeclaration": "The fruit was inspected and found free of pests of quarantine significance.",
        "treatment": {"treatedOn": "2026-11-14", "method": "cold treatment", "temperature": "1.1 °C"},
        "certifyingOfficer": {"name": "Certifying officer", "title": "Inspector"},
    },
}

PARTS: dict[str, Any] = {
    "document": "A" * 43,
    "disclosedVersion": "A" * 43,
    "schemaId": "certification-of-origin/usmca/1",
    "issuedStatement": "B" * 42 + "A",
    "presentation": "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl~WyJzYWx0IiwicHJpY2UiLCIxIl0~",
    "openingSalt": "A" * 43,
    "openingLeaves": ["bGVhZg"],
}
"""What shows parts of a document; the token in it is one by its form alone."""

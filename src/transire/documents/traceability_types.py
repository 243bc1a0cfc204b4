"""The tables of the traceability vocabulary: which member of ours says what which of theirs says.

Read from the schemas of w3c-ccg/traceability-vocab at 961fb742 (2024-12-04), `docs/openapi/components/schemas`. Theirs
that ours has no word for stay out of a table, and are named when a document is read.
"""

from __future__ import annotations

from typing import Final

from transire.documents.traceability import Joined, Link, Links, Nested, Rows, Table
from transire.documents.traceability_values import (
    AIRPORT,
    CODED,
    COMMODITY,
    COUNT,
    COUNTRY,
    CUBIC_METRES,
    CURRENCY,
    DAY,
    DID,
    EMAIL,
    INSTRUCTIONS,
    KILOGRAMS,
    MEASURED,
    NUMBER,
    PAID,
    PAID_CAPITAL,
    PHONE,
    PRICE,
    SCAC,
    TEXT,
    TEXTS,
    UN_LOCODE,
    read_air_number,
    read_air_weight,
    read_seals,
    write_number,
)

ADDRESS: Final[Links] = (
    Link("street", "streetAddress", TEXT),
    Link("city", "addressLocality", TEXT),
    Link("region", "addressRegion", TEXT),
    Link("postalCode", "postalCode", TEXT),
    Link("country", "addressCountry", COUNTRY),
)
_POSTAL: Final = "location:Place/address:PostalAddress"
PARTY: Final[Links] = (
    Link("id", "id", DID),
    Link("name", "name", TEXT),
    Link("name", f"{_POSTAL}/name", TEXT, read_only=True),
    Link("email", "email", EMAIL),
    Link("phone", "phoneNumber", PHONE),
    Link("taxNumber", "taxId", TEXT),
    Link("scac", "scac", SCAC),
    Nested("address", _POSTAL, ADDRESS),
)
PLAIN_PARTY: Final[Links] = tuple(link for link in PARTY if link.ours != "taxNumber")
"""Of their straight bill of lading: it knows no tax numbers."""
PLACE: Final[Links] = (
    Link("name", "locationName", TEXT),
    Link("unLocode", "unLocode", UN_LOCODE),
    Link("iataCode", "iataAirportCode", AIRPORT),
    Link("city", "address:PostalAddress/addressLocality", TEXT),
    Link("region", "address:PostalAddress/addressRegion", TEXT),
    Link("country", "address:PostalAddress/addressCountry", COUNTRY),
)


def _party(ours: str, theirs: str, links: Links = PARTY) -> Nested:
    return Nested(ours, f"{theirs}:Organization", links)


def _place(ours: str, theirs: str) -> Nested:
    return Nested(ours, f"{theirs}:Place", PLACE)


_WEIGHTS: Final[Links] = (Link("netWeight", "netWeight", KILOGRAMS), Link("grossWeight", "grossWeight", KILOGRAMS))
_PACKAGE: Final = "transportPackages/0:Package"
_PACKED: Final = f"{_PACKAGE}/includedTradeLineItems/0:TradeLineItem"
_PACKING_LIST: Final[Links] = (
    Link("orderNumber", "orderNumber", TEXT),
    Link("invoiceNumber", "invoiceId", TEXT),
    Link("transportDocument", "billOfLadingNumber", TEXT),
    _party("seller", "seller"),
    _party("buyer", "buyer"),
    _party("consignee", "consignee"),
    _party("shipFrom", "shipFromParty"),
    _party("shipTo", "shipToParty"),
    Link("handlingInstructions", "handlingInstructions", INSTRUCTIONS),
    Rows(
        "lines",
        "items",
        "ConsignmentItem",
        (
            Link("packageCount", "packageQuantity", COUNT),
            Link("marks", f"{_PACKAGE}/physicalShippingMarks", TEXT),
            Link("packageType", f"{_PACKAGE}/packagingType", TEXT),
            Link("quantityPerPackage", f"{_PACKAGE}/perPackageUnitQuantity", NUMBER),
            Link("description", f"{_PACKED}/description", TEXT),
            Link("quantity", f"{_PACKED}/itemCount", NUMBER),
            Link("netWeight", f"{_PACKAGE}/netWeight", KILOGRAMS),
            Link("grossWeight", f"{_PACKAGE}/grossWeight", KILOGRAMS),
            Link("volume", f"{_PACKAGE}/grossVolume", CUBIC_METRES),
        ),
        counted="lineNumber",
    ),
    Link("totalNetWeight", "totalNetWeight", KILOGRAMS),
    Link("totalGrossWeight", "totalGrossWeight", KILOGRAMS),
    Link("totalVolume", "totalGrossVolume", CUBIC_METRES),
    Link("totalPackages", "totalNumberOfPackages", COUNT),
    Link("totalQuantity", "totalItemQuantity", NUMBER),
)


def _consignment(theirs: str) -> Rows:
    return Rows(
        "lines",
        theirs,
        "ConsignmentItem",
        (
            Link("description", "description", TEXT),
            Link("marks", "marksAndNumbers", TEXT),
            Link("tariffNumber", "commodity", COMMODITY),
            Link("packageCount", "packageQuantity", COUNT),
            *_WEIGHTS,
            Link("volume", "grossVolume", CUBIC_METRES),
        ),
        counted="lineNumber",
    )


_CHARGE: Final[Links] = (
    Link("chargeCode", "chargeCode", TEXT),
    Link("payment", "paymentTerm", PAID),
    Link("name", "chargeText", TEXT),
    Link("calculationBasis", "calculationBasis", TEXT),
    Link("currency", "appliedAmount:PriceSpecification/priceCurrency", CURRENCY),
    Link("amount", "appliedAmount:PriceSpecification/price", NUMBER),
)
_SEA: Final[Links] = (
    Link("billOfLadingNumber", "billOfLadingNumber", TEXT),
    Link("bookingNumbers", "bookingNumber", TEXTS),
    Link("invoiceNumbers", "shippersReferences", TEXTS),
    _party("carrier", "carrier"),
    _party("shipper", "shipper"),
    _party("consignee", "consignee"),
    Rows("notifyParties", "notifyParty", "Organization", PARTY),
    Link("vesselName", "mainCarriageTransportMovement:Transport/vesselNumber", TEXT),
    Link("voyageNumber", "mainCarriageTransportMovement:Transport/voyageNumber", TEXT),
    _place("placeOfReceipt", "placeOfReceipt"),
    _place("portOfLoading", "portOfLoading"),
    _place("portOfDischarge", "portOfDischarge"),
    _place("placeOfDelivery", "placeOfDelivery"),
    Link("totalPackages", "totalNumberOfPackages", COUNT),
    Link("containerCount", "transportEquipmentQuantity", COUNT),
    Rows("freightCharges", "freightAndCharges", "ChargeDeclaration", _CHARGE),
    Link("declaredValue/amount", "declaredValue:PriceSpecification/price", NUMBER),
    Link("declaredValue/currency", "declaredValue:PriceSpecification/priceCurrency", CURRENCY),
    Link("conditionsOfCarriage", "termsAndConditions", TEXT),
)
_CONTAINERS: Final = Rows(
    "containers",
    "utilizedTransportEquipment",
    "TransportEquipment",
    (
        Link("containerNumber", "equipmentReference", TEXT),
        Link("containerType", "ISOEquipmentCode", TEXT),
        Joined(
            "sealNumbers",
            ("seals",),
            lambda found: read_seals(found[0]),
            lambda numbers: ([{"type": ["Seal"], "sealNumber": number} for number in numbers],),
        ),
    ),
)


_SHIPPED: Final = Link("shippedOnBoard", "shippedOnBoardDate", DAY)
_BILL: Final[Links] = (
    Link("billOfLadingNumber", "billOfLadingNumber", TEXT),
    Joined(
        "bookingNumbers",
        ("bookingNumber",),
        lambda found: TEXTS.read([found[0]], {}),
        lambda numbers: (", ".join(numbers),),
    ),
    _party("carrier", "carrier", PLAIN_PARTY),
    _party("shipper", "consignor", PLAIN_PARTY),
    _party("consignee", "consignee", PLAIN_PARTY),
    Nested("notifyParties/0", "notify:Organization", PLAIN_PARTY),
    _party("freightForwarder", "freightForwarder", PLAIN_PARTY),
    _place("portOfLoading", "portOfLoading"),
    _place("portOfDischarge", "portOfDischarge"),
    _consignment("particulars"),
)


_AIR: Final[Links] = (
    Link("airWaybillNumber", "airWaybillNumber", TEXT),
    Joined(
        "masterAirWaybillNumber",
        ("airlineCodeNumber", "serialNumber"),
        read_air_number,
        lambda number: number.split("-"),
    ),
    _place("departureAirport", "airportOfDeparture"),
    _place("destinationAirport", "destinationAirport"),
    _party("carrier", "carrier"),
    _party("issuingAgent", "issuingCarrierAgent"),
    _party("shipper", "shipper"),
    Link("shipperAccount", "shippersAccountNumber", TEXT),
    _party("consignee", "consignee"),
    Link("consigneeAccount", "consigneesAccountNumber", TEXT),
    Link("flightNumber", "requestedFlight", TEXT),
    Link("flightDate", "requestedDate", DAY),
    Link("accountingInformation", "accountingInformation", TEXT),
    Link("currency", "currency", CURRENCY),
    Link("chargeCode", "chargeCodes", CODED),
    Link("weightChargesPaid", "weightValuationChargesType", PAID_CAPITAL),
    Link("otherChargesPaid", "otherChargesType", PAID_CAPITAL),
    Link("declaredValueForCarriage", "declaredValueForCarriage", TEXT),
    Link("declaredValueForCustoms", "declaredValueForCustoms", TEXT),
    Link("insuredAmount", "amountOfInsurance", TEXT),
    Link("handlingInformation", "handlingInformation", TEXT),
    Rows(
        "lines",
        "consignmentRatingDetails",
        "ConsignmentRatingDetail",
        (
            Link("pieces", "numberOfPieces", COUNT),
            Joined(
                "grossWeight",
                ("grossWeight", "grossWeightUnit"),
                read_air_weight,
                lambda weight: (write_number(weight), "Kg"),
            ),
            Link("rateClass", "rateClass", CODED),
            Link("chargeableWeight", "chargeableWeight", NUMBER),
            Link("charge", "total", TEXT),
            Link("description", "natureAndVolumeOfGoods", TEXT),
        ),
        counted="lineNumber",
    ),
    Link("totalPieces", "totalNumberOfPieces", COUNT),
    Link("totalGrossWeight", "totalGrossWeight", NUMBER),
    Link("totalCharge", "totalCharge", TEXT),
    Link("shipperCertification", "shippersCertificationBox", TEXT),
    Link("issuedOn", "executedOn", DAY),
    _place("issuedAt", "executedAt"),
)
_ORDER: Final[Links] = (
    Link("orderNumber", "purchaseOrderNo", TEXT),
    Link("orderDate", "orderDate", DAY),
    _party("buyer", "buyer"),
    _party("seller", "seller"),
    _party("shipTo", "shipToParty"),
    Link("currency", "totalOrderAmount:PriceSpecification/priceCurrency", CURRENCY),
    Rows(
        "lines",
        "items",
        "TradeLineItem",
        (
            Link("productNumber", "product:Product/sku", TEXT),
            Link("description", "product:Product/description", TEXT),
            Link("description", "description", TEXT, read_only=True),
            Link("quantity", "itemCount", NUMBER),
            *_WEIGHTS,
            Link("amount", "lineItemTotalPrice", PRICE),
        ),
        counted="lineNumber",
    ),
    Link("comments", "comments", TEXTS),
    Link("totalGrossWeight", "totalWeight", KILOGRAMS),
    Link("deliveryTerms", "termsOfDelivery", TEXT),
    Link("paymentTerms", "termsOfPayment", TEXT),
    Link("goodsTotal", "purchaseOrderSubtotal", PRICE),
    Link("tax", "tax", PRICE),
    Link("freight", "freightCost", PRICE),
    Link("insurance", "insuranceCost", PRICE),
    Link("total", "totalOrderAmount:PriceSpecification/price", NUMBER),
)
_INVOICE: Final[Links] = (
    Link("invoiceNumber", "invoiceNumber", TEXT),
    Link("invoiceDate", "invoiceDate", DAY),
    Link("invoiceDate", "purchaseDate", DAY, read_only=True),
    Link("currency", "totalPaymentDue:PriceSpecification/priceCurrency", CURRENCY),
    _party("seller", "seller"),
    _party("buyer", "buyer"),
    Nested("consignee", "consignee/0:Organization", PARTY),
    Link("deliveryTerms", "termsOfDelivery", TEXT),
    Link("paymentTerms", "termsOfPayment", TEXT),
    Rows(
        "lines",
        "itemsShipped",
        "TradeLineItem",
        (
            Link("productNumber", "product:Product/sku", TEXT),
            Link("description", "product:Product/description", TEXT),
            Link("description", "description", TEXT, read_only=True),
            Link("quantity", "itemCount", NUMBER),
            *_WEIGHTS,
            Link("amount", "lineItemTotalPrice", PRICE),
        ),
        counted="lineNumber",
    ),
    Link("goodsTotal", "invoiceSubtotal", PRICE),
    Link("total", "totalPaymentDue:PriceSpecification/price", NUMBER),
)
_PLANT: Final[Links] = (
    Link("certificateNumber", "certificateNumber", TEXT),
    Link("issuedOn", "signatureDate", DAY),
    Link("inspectedOn", "inspectionDate", DAY),
    Link("inspectionType", "inspectionType", TEXT),
    _party("plantProtectionOrganization", "plantOrg"),
    _party("applicant", "applicant"),
    _party("exporter", "shipment:AgricultureParcelDelivery/shipper"),
    _party("consignee", "shipment:AgricultureParcelDelivery/consignee"),
    Link("meansOfConveyance", "shipment:AgricultureParcelDelivery/deliveryMethod", TEXT),
    Link("trackingNumber", "shipment:AgricultureParcelDelivery/trackingNumber", TEXT),
    Link("expectedArrival", "shipment:AgricultureParcelDelivery/expectedArrival", DAY),
    _place("pointOfEntry", "portOfEntry"),
    Link("distinguishingMarks", "distinguishingMarks", TEXT),
    Link("additionalDeclaration", "additionalDeclaration", TEXT),
    Link("treatment/treatedOn", "disinfectionDate", DAY),
    Link("treatment/method", "disinfectionTreatment", TEXT),
    Link("treatment/chemical", "disinfectionChemical", TEXT),
    Link("treatment/duration", "disinfectionDuration", TEXT),
    Link("treatment/temperature", "disinfectionTemperature", MEASURED),
    Link("treatment/concentration", "disinfectionConcentration", MEASURED),
    Link("notes", "notes", TEXT),
)

TABLES: Final = (
    Table("PackingList", "packing-list/1", _PACKING_LIST),
    Table("BillOfLading", "bill-of-lading/1", _BILL, {"billType": "bill"}),
    Table(
        "HouseBillOfLading",
        "bill-of-lading/1",
        (*_SEA, _consignment("includedConsignmentItems")),
        {"billType": "house"},
    ),
    Table(
        "MasterBillOfLading",
        "bill-of-lading/1",
        (*_SEA, _CONTAINERS, _SHIPPED, _consignment("includedConsignmentItems")),
        {"billType": "master"},
    ),
    Table(
        "MultiModalBillOfLading",
        "bill-of-lading/1",
        (*_SEA, _CONTAINERS, _SHIPPED, _consignment("particulars")),
        {"billType": "multimodal"},
    ),
    Table("IATAAirWaybill", "air-waybill/1", _AIR),
    Table("PurchaseOrder", "purchase-order/1", _ORDER),
    Table("Invoice", "commercial-invoice/1", _INVOICE),
    Table("Phytosanitary", "phytosanitary-certificate/1", _PLANT),
)

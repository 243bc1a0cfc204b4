// The contexts that credentials may name, by URL: the SHA-256 of the published file, and what its words mean.
// Written by scripts/write_verify_contexts.py; the form of the tables is in spec/credential.md, "Contexts".

export const PINNED = Object.freeze({
 "https://w3id.org/transire/v1": {
  "sha256": "cc4c1820b81d2785566f004d2da4bc8a2330489db41d8fe11aec24a639ce5099",
  "context": {
   "@version": 1.1,
   "@protected": true,
   "AirWaybill": "https://w3id.org/transire/v1#AirWaybill",
   "BillOfLading": "https://w3id.org/transire/v1#BillOfLading",
   "CaftaDrCertificationOfOrigin": "https://w3id.org/transire/v1#CaftaDrCertificationOfOrigin",
   "CommercialInvoice": "https://w3id.org/transire/v1#CommercialInvoice",
   "CostSheet": "https://w3id.org/transire/v1#CostSheet",
   "CustomsDetermination": "https://w3id.org/transire/v1#CustomsDetermination",
   "CustomsPowerOfAttorney": "https://w3id.org/transire/v1#CustomsPowerOfAttorney",
   "DisclosedParts": "https://w3id.org/transire/v1#DisclosedParts",
   "EntrySummary": "https://w3id.org/transire/v1#EntrySummary",
   "EvidenceAnswer": "https://w3id.org/transire/v1#EvidenceAnswer",
   "MillTestReport": "https://w3id.org/transire/v1#MillTestReport",
   "NaftaCertificateOfOrigin": "https://w3id.org/transire/v1#NaftaCertificateOfOrigin",
   "OriginDetermination": "https://w3id.org/transire/v1#OriginDetermination",
   "PackingList": "https://w3id.org/transire/v1#PackingList",
   "PhytosanitaryCertificate": "https://w3id.org/transire/v1#PhytosanitaryCertificate",
   "PurchaseOrder": "https://w3id.org/transire/v1#PurchaseOrder",
   "UsmcaCertificationOfOrigin": "https://w3id.org/transire/v1#UsmcaCertificationOfOrigin",
   "accountingInformation": "https://w3id.org/transire/v1#accountingInformation",
   "acts": "https://w3id.org/transire/v1#acts",
   "additionalDeclaration": "https://w3id.org/transire/v1#additionalDeclaration",
   "additionalNumbers": "https://w3id.org/transire/v1#additionalNumbers",
   "address": "https://w3id.org/transire/v1#address",
   "agent": "https://w3id.org/transire/v1#agent",
   "agreement": "https://w3id.org/transire/v1#agreement",
   "airWaybillNumber": "https://w3id.org/transire/v1#airWaybillNumber",
   "amount": {
    "@id": "https://w3id.org/transire/v1#amount",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "answer": "https://w3id.org/transire/v1#answer",
   "answeredOn": {
    "@id": "https://w3id.org/transire/v1#answeredOn",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "applicant": "https://w3id.org/transire/v1#applicant",
   "assists": "https://w3id.org/transire/v1#assists",
   "attachments": "https://w3id.org/transire/v1#attachments",
   "authorityText": "https://w3id.org/transire/v1#authorityText",
   "billOfLadingNumber": "https://w3id.org/transire/v1#billOfLadingNumber",
   "billType": "https://w3id.org/transire/v1#billType",
   "blanketPeriod": "https://w3id.org/transire/v1#blanketPeriod",
   "bondType": "https://w3id.org/transire/v1#bondType",
   "bookingNumbers": "https://w3id.org/transire/v1#bookingNumbers",
   "botanicalName": "https://w3id.org/transire/v1#botanicalName",
   "broker": "https://w3id.org/transire/v1#broker",
   "buyer": "https://w3id.org/transire/v1#buyer",
   "calculationBasis": "https://w3id.org/transire/v1#calculationBasis",
   "carrier": "https://w3id.org/transire/v1#carrier",
   "certificateNumber": "https://w3id.org/transire/v1#certificateNumber",
   "certification": "https://w3id.org/transire/v1#certification",
   "certificationDate": {
    "@id": "https://w3id.org/transire/v1#certificationDate",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "certificationGood": "https://w3id.org/transire/v1#certificationGood",
   "certificationStatement": "https://w3id.org/transire/v1#certificationStatement",
   "certifier": "https://w3id.org/transire/v1#certifier",
   "certifierCapacity": "https://w3id.org/transire/v1#certifierCapacity",
   "certifyingOfficer": "https://w3id.org/transire/v1#certifyingOfficer",
   "charge": "https://w3id.org/transire/v1#charge",
   "chargeCode": "https://w3id.org/transire/v1#chargeCode",
   "chargeableWeight": {
    "@id": "https://w3id.org/transire/v1#chargeableWeight",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "charges": "https://w3id.org/transire/v1#charges",
   "chemical": "https://w3id.org/transire/v1#chemical",
   "citation": "https://w3id.org/transire/v1#citation",
   "city": "https://w3id.org/transire/v1#city",
   "claim": "https://w3id.org/transire/v1#claim",
   "comesFrom": "https://w3id.org/transire/v1#comesFrom",
   "comments": "https://w3id.org/transire/v1#comments",
   "composition": "https://w3id.org/transire/v1#composition",
   "computed": "https://w3id.org/transire/v1#computed",
   "concentration": "https://w3id.org/transire/v1#concentration",
   "conditionsOfCarriage": "https://w3id.org/transire/v1#conditionsOfCarriage",
   "consignee": "https://w3id.org/transire/v1#consignee",
   "consigneeAccount": "https://w3id.org/transire/v1#consigneeAccount",
   "consigneeNumber": "https://w3id.org/transire/v1#consigneeNumber",
   "containerCount": {
    "@id": "https://w3id.org/transire/v1#containerCount",
    "@type": "http://www.w3.org/2001/XMLSchema#integer"
   },
   "containerNumber": "https://w3id.org/transire/v1#containerNumber",
   "containerType": "https://w3id.org/transire/v1#containerType",
   "containers": "https://w3id.org/transire/v1#containers",
   "costs": "https://w3id.org/transire/v1#costs",
   "country": "https://w3id.org/transire/v1#country",
   "countryOfMelt": "https://w3id.org/transire/v1#countryOfMelt",
   "countryOfOrigin": "https://w3id.org/transire/v1#countryOfOrigin",
   "coverage": "https://w3id.org/transire/v1#coverage",
   "currency": "https://w3id.org/transire/v1#currency",
   "declaredValue": "https://w3id.org/transire/v1#declaredValue",
   "declaredValueForCarriage": "https://w3id.org/transire/v1#declaredValueForCarriage",
   "declaredValueForCustoms": "https://w3id.org/transire/v1#declaredValueForCustoms",
   "deliveredStatement": "https://w3id.org/transire/v1#deliveredStatement",
   "deliveryTerms": "https://w3id.org/transire/v1#deliveryTerms",
   "departureAirport": "https://w3id.org/transire/v1#departureAirport",
   "destinationAirport": "https://w3id.org/transire/v1#destinationAirport",
   "determination": "https://w3id.org/transire/v1#determination",
   "determinedBy": "https://w3id.org/transire/v1#determinedBy",
   "determinedFor": {
    "@id": "https://w3id.org/transire/v1#determinedFor",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "determinedOn": {
    "@id": "https://w3id.org/transire/v1#determinedOn",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "dimensions": "https://w3id.org/transire/v1#dimensions",
   "disclosedVersion": "https://w3id.org/transire/v1#disclosedVersion",
   "discounts": "https://w3id.org/transire/v1#discounts",
   "distinguishingMarks": "https://w3id.org/transire/v1#distinguishingMarks",
   "document": "https://w3id.org/transire/v1#document",
   "duration": "https://w3id.org/transire/v1#duration",
   "effectiveFrom": {
    "@id": "https://w3id.org/transire/v1#effectiveFrom",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "effectiveUntil": {
    "@id": "https://w3id.org/transire/v1#effectiveUntil",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "element": "https://w3id.org/transire/v1#element",
   "email": "https://w3id.org/transire/v1#email",
   "enteredValue": {
    "@id": "https://w3id.org/transire/v1#enteredValue",
    "@type": "http://www.w3.org/2001/XMLSchema#integer"
   },
   "entry": "https://w3id.org/transire/v1#entry",
   "entryDate": {
    "@id": "https://w3id.org/transire/v1#entryDate",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "entryNumber": "https://w3id.org/transire/v1#entryNumber",
   "entryType": "https://w3id.org/transire/v1#entryType",
   "excludedCosts": "https://w3id.org/transire/v1#excludedCosts",
   "executedOn": {
    "@id": "https://w3id.org/transire/v1#executedOn",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "expectedArrival": {
    "@id": "https://w3id.org/transire/v1#expectedArrival",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "exportCountry": "https://w3id.org/transire/v1#exportCountry",
   "exportDate": {
    "@id": "https://w3id.org/transire/v1#exportDate",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "exporter": "https://w3id.org/transire/v1#exporter",
   "exportingCountry": "https://w3id.org/transire/v1#exportingCountry",
   "feeClass": "https://w3id.org/transire/v1#feeClass",
   "field": "https://w3id.org/transire/v1#field",
   "filerCode": "https://w3id.org/transire/v1#filerCode",
   "findings": "https://w3id.org/transire/v1#findings",
   "flightDate": {
    "@id": "https://w3id.org/transire/v1#flightDate",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "flightNumber": "https://w3id.org/transire/v1#flightNumber",
   "freight": {
    "@id": "https://w3id.org/transire/v1#freight",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "freightCharges": "https://w3id.org/transire/v1#freightCharges",
   "freightForwarder": "https://w3id.org/transire/v1#freightForwarder",
   "from": {
    "@id": "https://w3id.org/transire/v1#from",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "goodNumber": "https://w3id.org/transire/v1#goodNumber",
   "goods": "https://w3id.org/transire/v1#goods",
   "goodsTotal": {
    "@id": "https://w3id.org/transire/v1#goodsTotal",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "grade": "https://w3id.org/transire/v1#grade",
   "grossWeight": {
    "@id": "https://w3id.org/transire/v1#grossWeight",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "handlingInformation": "https://w3id.org/transire/v1#handlingInformation",
   "handlingInstructions": "https://w3id.org/transire/v1#handlingInstructions",
   "heatNumber": "https://w3id.org/transire/v1#heatNumber",
   "iataCode": "https://w3id.org/transire/v1#iataCode",
   "importCharges": {
    "@id": "https://w3id.org/transire/v1#importCharges",
    "@type": "http://www.w3.org/2001/XMLSchema#integer"
   },
   "importDate": {
    "@id": "https://w3id.org/transire/v1#importDate",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "importer": "https://w3id.org/transire/v1#importer",
   "importerNumber": "https://w3id.org/transire/v1#importerNumber",
   "importerStatement": "https://w3id.org/transire/v1#importerStatement",
   "importers": "https://w3id.org/transire/v1#importers",
   "importingCountry": "https://w3id.org/transire/v1#importingCountry",
   "inTransitDate": {
    "@id": "https://w3id.org/transire/v1#inTransitDate",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "inTransitNumber": "https://w3id.org/transire/v1#inTransitNumber",
   "included": "https://w3id.org/transire/v1#included",
   "inputs": "https://w3id.org/transire/v1#inputs",
   "inspectedOn": {
    "@id": "https://w3id.org/transire/v1#inspectedOn",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "inspectionType": "https://w3id.org/transire/v1#inspectionType",
   "insurance": {
    "@id": "https://w3id.org/transire/v1#insurance",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "insuredAmount": "https://w3id.org/transire/v1#insuredAmount",
   "invoice": "https://w3id.org/transire/v1#invoice",
   "invoiceDate": {
    "@id": "https://w3id.org/transire/v1#invoiceDate",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "invoiceLine": "https://w3id.org/transire/v1#invoiceLine",
   "invoiceNumber": "https://w3id.org/transire/v1#invoiceNumber",
   "invoiceNumbers": "https://w3id.org/transire/v1#invoiceNumbers",
   "invoices": "https://w3id.org/transire/v1#invoices",
   "isUnsupported": "https://w3id.org/transire/v1#isUnsupported",
   "issuedAt": "https://w3id.org/transire/v1#issuedAt",
   "issuedOn": {
    "@id": "https://w3id.org/transire/v1#issuedOn",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "issuedStatement": "https://w3id.org/transire/v1#issuedStatement",
   "issuingAgent": "https://w3id.org/transire/v1#issuingAgent",
   "keyedBy": "https://w3id.org/transire/v1#keyedBy",
   "ladingPort": "https://w3id.org/transire/v1#ladingPort",
   "legalBasis": "https://w3id.org/transire/v1#legalBasis",
   "lineNumber": "https://w3id.org/transire/v1#lineNumber",
   "lines": "https://w3id.org/transire/v1#lines",
   "locationOfGoods": "https://w3id.org/transire/v1#locationOfGoods",
   "manifestQuantity": "https://w3id.org/transire/v1#manifestQuantity",
   "manufacturerId": "https://w3id.org/transire/v1#manufacturerId",
   "marks": "https://w3id.org/transire/v1#marks",
   "massPercent": {
    "@id": "https://w3id.org/transire/v1#massPercent",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "masterAirWaybillNumber": "https://w3id.org/transire/v1#masterAirWaybillNumber",
   "masterBillOfLadingNumber": "https://w3id.org/transire/v1#masterBillOfLadingNumber",
   "materialNumber": "https://w3id.org/transire/v1#materialNumber",
   "materials": "https://w3id.org/transire/v1#materials",
   "meansOfConveyance": "https://w3id.org/transire/v1#meansOfConveyance",
   "measured": {
    "@id": "https://w3id.org/transire/v1#measured",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "mechanicalTests": "https://w3id.org/transire/v1#mechanicalTests",
   "method": "https://w3id.org/transire/v1#method",
   "mill": "https://w3id.org/transire/v1#mill",
   "missingDocuments": "https://w3id.org/transire/v1#missingDocuments",
   "modeOfTransport": "https://w3id.org/transire/v1#modeOfTransport",
   "netCost": {
    "@id": "https://w3id.org/transire/v1#netCost",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "netCostBasis": "https://w3id.org/transire/v1#netCostBasis",
   "netCostPeriod": "https://w3id.org/transire/v1#netCostPeriod",
   "netWeight": {
    "@id": "https://w3id.org/transire/v1#netWeight",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "nonAllowableInterest": {
    "@id": "https://w3id.org/transire/v1#nonAllowableInterest",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "notes": "https://w3id.org/transire/v1#notes",
   "notifyParties": "https://w3id.org/transire/v1#notifyParties",
   "openingLeaves": "https://w3id.org/transire/v1#openingLeaves",
   "openingSalt": "https://w3id.org/transire/v1#openingSalt",
   "orderDate": {
    "@id": "https://w3id.org/transire/v1#orderDate",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "orderNumber": "https://w3id.org/transire/v1#orderNumber",
   "organizedUnder": "https://w3id.org/transire/v1#organizedUnder",
   "origin": "https://w3id.org/transire/v1#origin",
   "originAnswer": "https://w3id.org/transire/v1#originAnswer",
   "originCase": "https://w3id.org/transire/v1#originCase",
   "originCriterion": "https://w3id.org/transire/v1#originCriterion",
   "otherChargesPaid": "https://w3id.org/transire/v1#otherChargesPaid",
   "otherCosts": {
    "@id": "https://w3id.org/transire/v1#otherCosts",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "outcome": "https://w3id.org/transire/v1#outcome",
   "packageCount": {
    "@id": "https://w3id.org/transire/v1#packageCount",
    "@type": "http://www.w3.org/2001/XMLSchema#integer"
   },
   "packageType": "https://w3id.org/transire/v1#packageType",
   "packages": "https://w3id.org/transire/v1#packages",
   "packingListNumber": "https://w3id.org/transire/v1#packingListNumber",
   "part": "https://w3id.org/transire/v1#part",
   "parts": "https://w3id.org/transire/v1#parts",
   "payment": "https://w3id.org/transire/v1#payment",
   "paymentTerms": "https://w3id.org/transire/v1#paymentTerms",
   "period": "https://w3id.org/transire/v1#period",
   "periodCosts": {
    "@id": "https://w3id.org/transire/v1#periodCosts",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "phone": "https://w3id.org/transire/v1#phone",
   "pieces": {
    "@id": "https://w3id.org/transire/v1#pieces",
    "@type": "http://www.w3.org/2001/XMLSchema#integer"
   },
   "place": "https://w3id.org/transire/v1#place",
   "placeOfDelivery": "https://w3id.org/transire/v1#placeOfDelivery",
   "placeOfOrigin": "https://w3id.org/transire/v1#placeOfOrigin",
   "placeOfReceipt": "https://w3id.org/transire/v1#placeOfReceipt",
   "placeOfSale": "https://w3id.org/transire/v1#placeOfSale",
   "plantProtectionOrganization": "https://w3id.org/transire/v1#plantProtectionOrganization",
   "pointOfEntry": "https://w3id.org/transire/v1#pointOfEntry",
   "pointer": "https://w3id.org/transire/v1#pointer",
   "portCode": "https://w3id.org/transire/v1#portCode",
   "portOfDischarge": "https://w3id.org/transire/v1#portOfDischarge",
   "portOfEntry": "https://w3id.org/transire/v1#portOfEntry",
   "portOfLoading": "https://w3id.org/transire/v1#portOfLoading",
   "ports": "https://w3id.org/transire/v1#ports",
   "postalCode": "https://w3id.org/transire/v1#postalCode",
   "powerOfAttorney": "https://w3id.org/transire/v1#powerOfAttorney",
   "powers": "https://w3id.org/transire/v1#powers",
   "presentation": "https://w3id.org/transire/v1#presentation",
   "principal": "https://w3id.org/transire/v1#principal",
   "principalKind": "https://w3id.org/transire/v1#principalKind",
   "producer": "https://w3id.org/transire/v1#producer",
   "producerBasis": "https://w3id.org/transire/v1#producerBasis",
   "producerStatement": "https://w3id.org/transire/v1#producerStatement",
   "producers": "https://w3id.org/transire/v1#producers",
   "productCosts": {
    "@id": "https://w3id.org/transire/v1#productCosts",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "productNumber": "https://w3id.org/transire/v1#productNumber",
   "programme": "https://w3id.org/transire/v1#programme",
   "promotion": {
    "@id": "https://w3id.org/transire/v1#promotion",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "property": "https://w3id.org/transire/v1#property",
   "purchaser": "https://w3id.org/transire/v1#purchaser",
   "quantities": "https://w3id.org/transire/v1#quantities",
   "quantity": {
    "@id": "https://w3id.org/transire/v1#quantity",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "quantityPerPackage": {
    "@id": "https://w3id.org/transire/v1#quantityPerPackage",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "rate": {
    "@id": "https://w3id.org/transire/v1#rate",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "rateClass": "https://w3id.org/transire/v1#rateClass",
   "referenceNumber": "https://w3id.org/transire/v1#referenceNumber",
   "region": "https://w3id.org/transire/v1#region",
   "relatedParties": "https://w3id.org/transire/v1#relatedParties",
   "remarks": "https://w3id.org/transire/v1#remarks",
   "reportNumber": "https://w3id.org/transire/v1#reportNumber",
   "request": "https://w3id.org/transire/v1#request",
   "requestedDelivery": {
    "@id": "https://w3id.org/transire/v1#requestedDelivery",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "responsibleEmployee": "https://w3id.org/transire/v1#responsibleEmployee",
   "royalties": {
    "@id": "https://w3id.org/transire/v1#royalties",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "ruleOfOrigin": "https://w3id.org/transire/v1#ruleOfOrigin",
   "scac": "https://w3id.org/transire/v1#scac",
   "scheduleStatement": "https://w3id.org/transire/v1#scheduleStatement",
   "schemaId": "https://w3id.org/transire/v1#schemaId",
   "scope": "https://w3id.org/transire/v1#scope",
   "sealNumbers": "https://w3id.org/transire/v1#sealNumbers",
   "seller": "https://w3id.org/transire/v1#seller",
   "shipFrom": "https://w3id.org/transire/v1#shipFrom",
   "shipTo": "https://w3id.org/transire/v1#shipTo",
   "shippedOnBoard": {
    "@id": "https://w3id.org/transire/v1#shippedOnBoard",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "shipper": "https://w3id.org/transire/v1#shipper",
   "shipperAccount": "https://w3id.org/transire/v1#shipperAccount",
   "shipperCertification": "https://w3id.org/transire/v1#shipperCertification",
   "shippingPacking": {
    "@id": "https://w3id.org/transire/v1#shippingPacking",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "signingOfficial": "https://w3id.org/transire/v1#signingOfficial",
   "sources": "https://w3id.org/transire/v1#sources",
   "specification": "https://w3id.org/transire/v1#specification",
   "standard": "https://w3id.org/transire/v1#standard",
   "statedFees": "https://w3id.org/transire/v1#statedFees",
   "street": "https://w3id.org/transire/v1#street",
   "summaryDate": {
    "@id": "https://w3id.org/transire/v1#summaryDate",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "supplier": "https://w3id.org/transire/v1#supplier",
   "suretyNumber": "https://w3id.org/transire/v1#suretyNumber",
   "tariffNumber": "https://w3id.org/transire/v1#tariffNumber",
   "tax": {
    "@id": "https://w3id.org/transire/v1#tax",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "taxNumber": "https://w3id.org/transire/v1#taxNumber",
   "temperature": "https://w3id.org/transire/v1#temperature",
   "text": "https://w3id.org/transire/v1#text",
   "title": "https://w3id.org/transire/v1#title",
   "total": {
    "@id": "https://w3id.org/transire/v1#total",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "totalCharge": "https://w3id.org/transire/v1#totalCharge",
   "totalEnteredValue": {
    "@id": "https://w3id.org/transire/v1#totalEnteredValue",
    "@type": "http://www.w3.org/2001/XMLSchema#integer"
   },
   "totalGrossWeight": {
    "@id": "https://w3id.org/transire/v1#totalGrossWeight",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "totalNetWeight": {
    "@id": "https://w3id.org/transire/v1#totalNetWeight",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "totalPackages": {
    "@id": "https://w3id.org/transire/v1#totalPackages",
    "@type": "http://www.w3.org/2001/XMLSchema#integer"
   },
   "totalPieces": {
    "@id": "https://w3id.org/transire/v1#totalPieces",
    "@type": "http://www.w3.org/2001/XMLSchema#integer"
   },
   "totalQuantity": {
    "@id": "https://w3id.org/transire/v1#totalQuantity",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "totalVolume": {
    "@id": "https://w3id.org/transire/v1#totalVolume",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "trackingNumber": "https://w3id.org/transire/v1#trackingNumber",
   "transactionValue": {
    "@id": "https://w3id.org/transire/v1#transactionValue",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "transportDocument": "https://w3id.org/transire/v1#transportDocument",
   "treatedOn": {
    "@id": "https://w3id.org/transire/v1#treatedOn",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "treatment": "https://w3id.org/transire/v1#treatment",
   "unLocode": "https://w3id.org/transire/v1#unLocode",
   "unit": "https://w3id.org/transire/v1#unit",
   "unitPrice": {
    "@id": "https://w3id.org/transire/v1#unitPrice",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "unladingPort": "https://w3id.org/transire/v1#unladingPort",
   "unspecified": {
    "@id": "https://w3id.org/transire/v1#unspecified",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "until": {
    "@id": "https://w3id.org/transire/v1#until",
    "@type": "http://www.w3.org/2001/XMLSchema#date"
   },
   "value": {
    "@id": "https://w3id.org/transire/v1#value",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "vesselName": "https://w3id.org/transire/v1#vesselName",
   "volume": {
    "@id": "https://w3id.org/transire/v1#volume",
    "@type": "http://www.w3.org/2001/XMLSchema#decimal"
   },
   "voyageNumber": "https://w3id.org/transire/v1#voyageNumber",
   "weightChargesPaid": "https://w3id.org/transire/v1#weightChargesPaid"
  }
 },
 "https://www.w3.org/ns/credentials/v2": {
  "sha256": "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
  "sha384": "97f1eb8e5042356c805fdd61afa2c557663785e0794dcafa21e138fd38def18cb360133c221aa31d6896a6bf3e65b614",
  "protected": true,
  "terms": {
   "id": "@id",
   "type": "@type",
   "description": "https://schema.org/description",
   "digestMultibase": {
    "iri": "https://w3id.org/security#digestMultibase",
    "type": "https://w3id.org/security#multibase"
   },
   "digestSRI": {
    "iri": "https://www.w3.org/2018/credentials#digestSRI",
    "type": "https://www.w3.org/2018/credentials#sriString"
   },
   "mediaType": "https://schema.org/encodingFormat",
   "name": "https://schema.org/name",
   "VerifiableCredential": {
    "iri": "https://www.w3.org/2018/credentials#VerifiableCredential",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "confidenceMethod": {
        "iri": "https://www.w3.org/2018/credentials#confidenceMethod",
        "type": "@id"
       },
       "credentialSchema": {
        "iri": "https://www.w3.org/2018/credentials#credentialSchema",
        "type": "@id"
       },
       "credentialStatus": {
        "iri": "https://www.w3.org/2018/credentials#credentialStatus",
        "type": "@id"
       },
       "credentialSubject": {
        "iri": "https://www.w3.org/2018/credentials#credentialSubject",
        "type": "@id"
       },
       "description": "https://schema.org/description",
       "evidence": {
        "iri": "https://www.w3.org/2018/credentials#evidence",
        "type": "@id"
       },
       "issuer": {
        "iri": "https://www.w3.org/2018/credentials#issuer",
        "type": "@id"
       },
       "name": "https://schema.org/name",
       "proof": {
        "iri": "https://w3id.org/security#proof",
        "type": "@id",
        "container": [
         "@graph"
        ]
       },
       "refreshService": {
        "iri": "https://www.w3.org/2018/credentials#refreshService",
        "type": "@id"
       },
       "relatedResource": {
        "iri": "https://www.w3.org/2018/credentials#relatedResource",
        "type": "@id"
       },
       "renderMethod": {
        "iri": "https://www.w3.org/2018/credentials#renderMethod",
        "type": "@id"
       },
       "termsOfUse": {
        "iri": "https://www.w3.org/2018/credentials#termsOfUse",
        "type": "@id"
       },
       "validFrom": {
        "iri": "https://www.w3.org/2018/credentials#validFrom",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "validUntil": {
        "iri": "https://www.w3.org/2018/credentials#validUntil",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       }
      }
     }
    ]
   },
   "EnvelopedVerifiableCredential": "https://www.w3.org/2018/credentials#EnvelopedVerifiableCredential",
   "VerifiablePresentation": {
    "iri": "https://www.w3.org/2018/credentials#VerifiablePresentation",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "holder": {
        "iri": "https://www.w3.org/2018/credentials#holder",
        "type": "@id"
       },
       "proof": {
        "iri": "https://w3id.org/security#proof",
        "type": "@id",
        "container": [
         "@graph"
        ]
       },
       "termsOfUse": {
        "iri": "https://www.w3.org/2018/credentials#termsOfUse",
        "type": "@id"
       },
       "verifiableCredential": {
        "iri": "https://www.w3.org/2018/credentials#verifiableCredential",
        "type": "@id",
        "container": [
         "@graph"
        ],
        "scope": [
         null
        ]
       }
      }
     }
    ]
   },
   "EnvelopedVerifiablePresentation": "https://www.w3.org/2018/credentials#EnvelopedVerifiablePresentation",
   "JsonSchemaCredential": "https://www.w3.org/2018/credentials#JsonSchemaCredential",
   "JsonSchema": {
    "iri": "https://www.w3.org/2018/credentials#JsonSchema",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "jsonSchema": {
        "iri": "https://www.w3.org/2018/credentials#jsonSchema",
        "type": "@json"
       }
      }
     }
    ]
   },
   "BitstringStatusListCredential": "https://www.w3.org/ns/credentials/status#BitstringStatusListCredential",
   "BitstringStatusList": {
    "iri": "https://www.w3.org/ns/credentials/status#BitstringStatusList",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "encodedList": {
        "iri": "https://www.w3.org/ns/credentials/status#encodedList",
        "type": "https://w3id.org/security#multibase"
       },
       "statusPurpose": "https://www.w3.org/ns/credentials/status#statusPurpose",
       "ttl": "https://www.w3.org/ns/credentials/status#ttl"
      }
     }
    ]
   },
   "BitstringStatusListEntry": {
    "iri": "https://www.w3.org/ns/credentials/status#BitstringStatusListEntry",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "statusListCredential": {
        "iri": "https://www.w3.org/ns/credentials/status#statusListCredential",
        "type": "@id"
       },
       "statusListIndex": "https://www.w3.org/ns/credentials/status#statusListIndex",
       "statusPurpose": "https://www.w3.org/ns/credentials/status#statusPurpose",
       "statusMessage": {
        "iri": "https://www.w3.org/ns/credentials/status#statusMessage",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "message": "https://www.w3.org/ns/credentials/status#message",
           "status": "https://www.w3.org/ns/credentials/status#status"
          }
         }
        ]
       },
       "statusReference": {
        "iri": "https://www.w3.org/ns/credentials/status#statusReference",
        "type": "@id"
       },
       "statusSize": {
        "iri": "https://www.w3.org/ns/credentials/status#statusSize",
        "type": "https://www.w3.org/2001/XMLSchema#integer"
       }
      }
     }
    ]
   },
   "DataIntegrityProof": {
    "iri": "https://w3id.org/security#DataIntegrityProof",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "challenge": "https://w3id.org/security#challenge",
       "created": {
        "iri": "http://purl.org/dc/terms/created",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "cryptosuite": {
        "iri": "https://w3id.org/security#cryptosuite",
        "type": "https://w3id.org/security#cryptosuiteString"
       },
       "domain": "https://w3id.org/security#domain",
       "expires": {
        "iri": "https://w3id.org/security#expiration",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "nonce": "https://w3id.org/security#nonce",
       "previousProof": {
        "iri": "https://w3id.org/security#previousProof",
        "type": "@id"
       },
       "proofPurpose": {
        "iri": "https://w3id.org/security#proofPurpose",
        "type": "@vocab",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "assertionMethod": {
            "iri": "https://w3id.org/security#assertionMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "authentication": {
            "iri": "https://w3id.org/security#authenticationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "capabilityDelegation": {
            "iri": "https://w3id.org/security#capabilityDelegationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "capabilityInvocation": {
            "iri": "https://w3id.org/security#capabilityInvocationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "keyAgreement": {
            "iri": "https://w3id.org/security#keyAgreementMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           }
          }
         }
        ]
       },
       "proofValue": {
        "iri": "https://w3id.org/security#proofValue",
        "type": "https://w3id.org/security#multibase"
       },
       "verificationMethod": {
        "iri": "https://w3id.org/security#verificationMethod",
        "type": "@id"
       }
      }
     }
    ]
   },
   "...": "https://www.iana.org/assignments/jwt#...",
   "_sd": {
    "iri": "https://www.iana.org/assignments/jwt#_sd",
    "type": "@json"
   },
   "_sd_alg": "https://www.iana.org/assignments/jwt#_sd_alg",
   "aud": {
    "iri": "https://www.iana.org/assignments/jwt#aud",
    "type": "@id"
   },
   "cnf": {
    "iri": "https://www.iana.org/assignments/jwt#cnf",
    "scope": [
     {
      "protected": true,
      "terms": {
       "kid": {
        "iri": "https://www.iana.org/assignments/jwt#kid",
        "type": "@id"
       },
       "jwk": {
        "iri": "https://www.iana.org/assignments/jwt#jwk",
        "type": "@json"
       }
      }
     }
    ]
   },
   "exp": {
    "iri": "https://www.iana.org/assignments/jwt#exp",
    "type": "https://www.w3.org/2001/XMLSchema#nonNegativeInteger"
   },
   "iat": {
    "iri": "https://www.iana.org/assignments/jwt#iat",
    "type": "https://www.w3.org/2001/XMLSchema#nonNegativeInteger"
   },
   "iss": {
    "iri": "https://www.iana.org/assignments/jose#iss",
    "type": "@id"
   },
   "jku": {
    "iri": "https://www.iana.org/assignments/jose#jku",
    "type": "@id"
   },
   "kid": {
    "iri": "https://www.iana.org/assignments/jose#kid",
    "type": "@id"
   },
   "nbf": {
    "iri": "https://www.iana.org/assignments/jwt#nbf",
    "type": "https://www.w3.org/2001/XMLSchema#nonNegativeInteger"
   },
   "sub": {
    "iri": "https://www.iana.org/assignments/jose#sub",
    "type": "@id"
   },
   "x5u": {
    "iri": "https://www.iana.org/assignments/jose#x5u",
    "type": "@id"
   }
  }
 },
 "https://www.w3.org/ns/credentials/examples/v2": {
  "sha256": "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c",
  "sha384": "ccd35b4135824944a2d1b6f3edd6ee6be45c10dbfb0ba16f966609d58f88ef6ec7b0f387773c042cc60ef4ccfaf0cdba",
  "vocab": "https://www.w3.org/ns/credentials/examples#",
  "terms": {}
 },
 "https://www.w3.org/2018/credentials/v1": {
  "sha256": "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
  "sha384": "82c3b3eab863754bbfd2b9f17d8d6db9f61169f301cbf0b05e1fc4beb5f5c51dd4d2e888c274f49c3fbb2408f61faed1",
  "protected": true,
  "terms": {
   "id": "@id",
   "type": "@type",
   "VerifiableCredential": {
    "iri": "https://www.w3.org/2018/credentials#VerifiableCredential",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "cred": "https://www.w3.org/2018/credentials#",
       "sec": "https://w3id.org/security#",
       "xsd": "http://www.w3.org/2001/XMLSchema#",
       "credentialSchema": {
        "iri": "https://www.w3.org/2018/credentials#credentialSchema",
        "type": "@id",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "cred": "https://www.w3.org/2018/credentials#",
           "JsonSchemaValidator2018": "https://www.w3.org/2018/credentials#JsonSchemaValidator2018"
          }
         }
        ]
       },
       "credentialStatus": {
        "iri": "https://www.w3.org/2018/credentials#credentialStatus",
        "type": "@id"
       },
       "credentialSubject": {
        "iri": "https://www.w3.org/2018/credentials#credentialSubject",
        "type": "@id"
       },
       "evidence": {
        "iri": "https://www.w3.org/2018/credentials#evidence",
        "type": "@id"
       },
       "expirationDate": {
        "iri": "https://www.w3.org/2018/credentials#expirationDate",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "holder": {
        "iri": "https://www.w3.org/2018/credentials#holder",
        "type": "@id"
       },
       "issued": {
        "iri": "https://www.w3.org/2018/credentials#issued",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "issuer": {
        "iri": "https://www.w3.org/2018/credentials#issuer",
        "type": "@id"
       },
       "issuanceDate": {
        "iri": "https://www.w3.org/2018/credentials#issuanceDate",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "proof": {
        "iri": "https://w3id.org/security#proof",
        "type": "@id",
        "container": [
         "@graph"
        ]
       },
       "refreshService": {
        "iri": "https://www.w3.org/2018/credentials#refreshService",
        "type": "@id",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "cred": "https://www.w3.org/2018/credentials#",
           "ManualRefreshService2018": "https://www.w3.org/2018/credentials#ManualRefreshService2018"
          }
         }
        ]
       },
       "termsOfUse": {
        "iri": "https://www.w3.org/2018/credentials#termsOfUse",
        "type": "@id"
       },
       "validFrom": {
        "iri": "https://www.w3.org/2018/credentials#validFrom",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "validUntil": {
        "iri": "https://www.w3.org/2018/credentials#validUntil",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       }
      }
     }
    ]
   },
   "VerifiablePresentation": {
    "iri": "https://www.w3.org/2018/credentials#VerifiablePresentation",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "cred": "https://www.w3.org/2018/credentials#",
       "sec": "https://w3id.org/security#",
       "holder": {
        "iri": "https://www.w3.org/2018/credentials#holder",
        "type": "@id"
       },
       "proof": {
        "iri": "https://w3id.org/security#proof",
        "type": "@id",
        "container": [
         "@graph"
        ]
       },
       "verifiableCredential": {
        "iri": "https://www.w3.org/2018/credentials#verifiableCredential",
        "type": "@id",
        "container": [
         "@graph"
        ]
       }
      }
     }
    ]
   },
   "EcdsaSecp256k1Signature2019": {
    "iri": "https://w3id.org/security#EcdsaSecp256k1Signature2019",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "sec": "https://w3id.org/security#",
       "xsd": "http://www.w3.org/2001/XMLSchema#",
       "challenge": "https://w3id.org/security#challenge",
       "created": {
        "iri": "http://purl.org/dc/terms/created",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "domain": "https://w3id.org/security#domain",
       "expires": {
        "iri": "https://w3id.org/security#expiration",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "jws": "https://w3id.org/security#jws",
       "nonce": "https://w3id.org/security#nonce",
       "proofPurpose": {
        "iri": "https://w3id.org/security#proofPurpose",
        "type": "@vocab",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "sec": "https://w3id.org/security#",
           "assertionMethod": {
            "iri": "https://w3id.org/security#assertionMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "authentication": {
            "iri": "https://w3id.org/security#authenticationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           }
          }
         }
        ]
       },
       "proofValue": "https://w3id.org/security#proofValue",
       "verificationMethod": {
        "iri": "https://w3id.org/security#verificationMethod",
        "type": "@id"
       }
      }
     }
    ]
   },
   "EcdsaSecp256r1Signature2019": {
    "iri": "https://w3id.org/security#EcdsaSecp256r1Signature2019",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "sec": "https://w3id.org/security#",
       "xsd": "http://www.w3.org/2001/XMLSchema#",
       "challenge": "https://w3id.org/security#challenge",
       "created": {
        "iri": "http://purl.org/dc/terms/created",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "domain": "https://w3id.org/security#domain",
       "expires": {
        "iri": "https://w3id.org/security#expiration",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "jws": "https://w3id.org/security#jws",
       "nonce": "https://w3id.org/security#nonce",
       "proofPurpose": {
        "iri": "https://w3id.org/security#proofPurpose",
        "type": "@vocab",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "sec": "https://w3id.org/security#",
           "assertionMethod": {
            "iri": "https://w3id.org/security#assertionMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "authentication": {
            "iri": "https://w3id.org/security#authenticationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           }
          }
         }
        ]
       },
       "proofValue": "https://w3id.org/security#proofValue",
       "verificationMethod": {
        "iri": "https://w3id.org/security#verificationMethod",
        "type": "@id"
       }
      }
     }
    ]
   },
   "Ed25519Signature2018": {
    "iri": "https://w3id.org/security#Ed25519Signature2018",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "sec": "https://w3id.org/security#",
       "xsd": "http://www.w3.org/2001/XMLSchema#",
       "challenge": "https://w3id.org/security#challenge",
       "created": {
        "iri": "http://purl.org/dc/terms/created",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "domain": "https://w3id.org/security#domain",
       "expires": {
        "iri": "https://w3id.org/security#expiration",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "jws": "https://w3id.org/security#jws",
       "nonce": "https://w3id.org/security#nonce",
       "proofPurpose": {
        "iri": "https://w3id.org/security#proofPurpose",
        "type": "@vocab",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "sec": "https://w3id.org/security#",
           "assertionMethod": {
            "iri": "https://w3id.org/security#assertionMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "authentication": {
            "iri": "https://w3id.org/security#authenticationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           }
          }
         }
        ]
       },
       "proofValue": "https://w3id.org/security#proofValue",
       "verificationMethod": {
        "iri": "https://w3id.org/security#verificationMethod",
        "type": "@id"
       }
      }
     }
    ]
   },
   "RsaSignature2018": {
    "iri": "https://w3id.org/security#RsaSignature2018",
    "scope": [
     {
      "protected": true,
      "terms": {
       "challenge": "sec:challenge",
       "created": {
        "iri": "http://purl.org/dc/terms/created",
        "type": "xsd:dateTime"
       },
       "domain": "sec:domain",
       "expires": {
        "iri": "sec:expiration",
        "type": "xsd:dateTime"
       },
       "jws": "sec:jws",
       "nonce": "sec:nonce",
       "proofPurpose": {
        "iri": "sec:proofPurpose",
        "type": "@vocab",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "sec": "https://w3id.org/security#",
           "assertionMethod": {
            "iri": "https://w3id.org/security#assertionMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "authentication": {
            "iri": "https://w3id.org/security#authenticationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           }
          }
         }
        ]
       },
       "proofValue": "sec:proofValue",
       "verificationMethod": {
        "iri": "sec:verificationMethod",
        "type": "@id"
       }
      }
     }
    ]
   },
   "proof": {
    "iri": "https://w3id.org/security#proof",
    "type": "@id",
    "container": [
     "@graph"
    ]
   }
  }
 },
 "https://w3id.org/security/data-integrity/v1": {
  "sha256": "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
  "sha384": "1f7b51154c2cb596b804d3eedeabb7678c7ea4d36f5201496a681dbd868d5dc0cb90a8839f5142ccdc91fdb92c5adcf2",
  "protected": true,
  "terms": {
   "id": "@id",
   "type": "@type",
   "proof": {
    "iri": "https://w3id.org/security#proof",
    "type": "@id",
    "container": [
     "@graph"
    ]
   },
   "DataIntegrityProof": {
    "iri": "https://w3id.org/security#DataIntegrityProof",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "challenge": "https://w3id.org/security#challenge",
       "created": {
        "iri": "http://purl.org/dc/terms/created",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "domain": "https://w3id.org/security#domain",
       "expires": {
        "iri": "https://w3id.org/security#expiration",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "nonce": "https://w3id.org/security#nonce",
       "proofPurpose": {
        "iri": "https://w3id.org/security#proofPurpose",
        "type": "@vocab",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "assertionMethod": {
            "iri": "https://w3id.org/security#assertionMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "authentication": {
            "iri": "https://w3id.org/security#authenticationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "capabilityInvocation": {
            "iri": "https://w3id.org/security#capabilityInvocationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "capabilityDelegation": {
            "iri": "https://w3id.org/security#capabilityDelegationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "keyAgreement": {
            "iri": "https://w3id.org/security#keyAgreementMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           }
          }
         }
        ]
       },
       "cryptosuite": "https://w3id.org/security#cryptosuite",
       "proofValue": {
        "iri": "https://w3id.org/security#proofValue",
        "type": "https://w3id.org/security#multibase"
       },
       "verificationMethod": {
        "iri": "https://w3id.org/security#verificationMethod",
        "type": "@id"
       }
      }
     }
    ]
   }
  }
 },
 "https://w3id.org/security/data-integrity/v2": {
  "sha256": "0f77743daf5b4e8fc067fc5ba5b21044283053aa717fc6b0219843bed3b00363",
  "sha384": "a5caef7aea58dff3ac5c1010dbd61157fc7d2889e215778b9add1142470b8882b3169836a731d9586fc51fdc6c368fe0",
  "protected": true,
  "terms": {
   "id": "@id",
   "type": "@type",
   "proof": {
    "iri": "https://w3id.org/security#proof",
    "type": "@id",
    "container": [
     "@graph"
    ]
   },
   "DataIntegrityProof": {
    "iri": "https://w3id.org/security#DataIntegrityProof",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "challenge": "https://w3id.org/security#challenge",
       "created": {
        "iri": "http://purl.org/dc/terms/created",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "domain": "https://w3id.org/security#domain",
       "expires": {
        "iri": "https://w3id.org/security#expiration",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "nonce": "https://w3id.org/security#nonce",
       "previousProof": {
        "iri": "https://w3id.org/security#previousProof",
        "type": "@id"
       },
       "proofPurpose": {
        "iri": "https://w3id.org/security#proofPurpose",
        "type": "@vocab",
        "scope": [
         {
          "protected": true,
          "terms": {
           "id": "@id",
           "type": "@type",
           "assertionMethod": {
            "iri": "https://w3id.org/security#assertionMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "authentication": {
            "iri": "https://w3id.org/security#authenticationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "capabilityInvocation": {
            "iri": "https://w3id.org/security#capabilityInvocationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "capabilityDelegation": {
            "iri": "https://w3id.org/security#capabilityDelegationMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           },
           "keyAgreement": {
            "iri": "https://w3id.org/security#keyAgreementMethod",
            "type": "@id",
            "container": [
             "@set"
            ]
           }
          }
         }
        ]
       },
       "cryptosuite": {
        "iri": "https://w3id.org/security#cryptosuite",
        "type": "https://w3id.org/security#cryptosuiteString"
       },
       "proofValue": {
        "iri": "https://w3id.org/security#proofValue",
        "type": "https://w3id.org/security#multibase"
       },
       "verificationMethod": {
        "iri": "https://w3id.org/security#verificationMethod",
        "type": "@id"
       }
      }
     }
    ]
   }
  }
 },
 "https://w3id.org/security/multikey/v1": {
  "sha256": "8e6bad2e5b4f0721906a4dcc2f7a894b1215cf9a47014c71e286423860642ff0",
  "sha384": "12007c8dbf09f8f78e7038d85f52b72783fe605b7d4ba8ff8edaedfa5fe87d0d05a156ad7708fe9420aa3023a086b8f3",
  "protected": true,
  "terms": {
   "id": "@id",
   "type": "@type",
   "Multikey": {
    "iri": "https://w3id.org/security#Multikey",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "controller": {
        "iri": "https://w3id.org/security#controller",
        "type": "@id"
       },
       "expires": {
        "iri": "https://w3id.org/security#expiration",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "revoked": {
        "iri": "https://w3id.org/security#revoked",
        "type": "http://www.w3.org/2001/XMLSchema#dateTime"
       },
       "publicKeyMultibase": {
        "iri": "https://w3id.org/security#publicKeyMultibase",
        "type": "https://w3id.org/security#multibase"
       },
       "secretKeyMultibase": {
        "iri": "https://w3id.org/security#secretKeyMultibase",
        "type": "https://w3id.org/security#multibase"
       }
      }
     }
    ]
   }
  }
 },
 "https://www.w3.org/ns/did/v1": {
  "sha256": "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f",
  "sha384": "9791d7bffe1fa54a91335561b6a5abc0144e7df9974464ff348ba66227714e6b06cf471a6233306128f1898287ff42a5",
  "protected": true,
  "terms": {
   "id": "@id",
   "type": "@type",
   "alsoKnownAs": {
    "iri": "https://www.w3.org/ns/activitystreams#alsoKnownAs",
    "type": "@id"
   },
   "assertionMethod": {
    "iri": "https://w3id.org/security#assertionMethod",
    "type": "@id",
    "container": [
     "@set"
    ]
   },
   "authentication": {
    "iri": "https://w3id.org/security#authenticationMethod",
    "type": "@id",
    "container": [
     "@set"
    ]
   },
   "capabilityDelegation": {
    "iri": "https://w3id.org/security#capabilityDelegationMethod",
    "type": "@id",
    "container": [
     "@set"
    ]
   },
   "capabilityInvocation": {
    "iri": "https://w3id.org/security#capabilityInvocationMethod",
    "type": "@id",
    "container": [
     "@set"
    ]
   },
   "controller": {
    "iri": "https://w3id.org/security#controller",
    "type": "@id"
   },
   "keyAgreement": {
    "iri": "https://w3id.org/security#keyAgreementMethod",
    "type": "@id",
    "container": [
     "@set"
    ]
   },
   "service": {
    "iri": "https://www.w3.org/ns/did#service",
    "type": "@id",
    "scope": [
     {
      "protected": true,
      "terms": {
       "id": "@id",
       "type": "@type",
       "serviceEndpoint": {
        "iri": "https://www.w3.org/ns/did#serviceEndpoint",
        "type": "@id"
       }
      }
     }
    ]
   },
   "verificationMethod": {
    "iri": "https://w3id.org/security#verificationMethod",
    "type": "@id"
   }
  }
 }
});

// What a statement or action of a kind says, for a reader who does not know the name of the kind. A kind that is not
// listed is shown by its name.

import { tell } from "./words.js";

export const KINDS = Object.freeze({
  "document.issued/1": "issued a document",
  "document.granted/1": "gave a document to a further member",
  "document.delivered/1": "received a document",
  "document.refused/1": "refused a document",
  "document.opened/1": "opened a document",
  "document.held/1": "keeps a document for a member that could not be reached",
  "document.withdrawn/1": "withdrew a document",
  "entry.filed/1": "filed an entry summary",
  "entry.corrected/1": "corrected an entry summary",
  "claim.accepted/1": "accepted a claim",
  "request.made/1": "asked about an entry",
  "request.answered/1": "answered a question of customs",
  "request.closed/1": "closed a question of customs",
  "certification.withdrawn/1": "withdrew a certification of origin",
  "certification.replaced/1": "replaced a certification of origin",
  "authority.granted/1": "granted a power of attorney",
  "authority.revoked/1": "revoked a power of attorney",
  "witness/1": "anchored statements",
  "document.end/1": "ended a version of a document",
  "allowance.open/1": "opened an allowance",
  "allowance.draw/1": "drew on an allowance",
  "allowance.return/1": "returned a draw to an allowance",
  "allowance.split/1": "split an allowance",
  "allowance.close/1": "closed an allowance",
  "member.enrol/1": "enrolled a member",
  "member.update/1": "changed a member's record",
  "member.rotate_key/1": "changed a member's keys",
  "member.suspend/1": "suspended a member",
  "govern.propose/1": "proposed a change of the network",
  "govern.approve/1": "approved a change of the network",
});

// What a document of a type is called, by the last of its types: as the nodes call it (their catalogue's titles).

export const DOCUMENTS = Object.freeze({
  UsmcaCertificationOfOrigin: "Certification of origin, USMCA",
  CaftaDrCertificationOfOrigin: "Certification, CAFTA-DR",
  NaftaCertificateOfOrigin: "Certificate of origin, NAFTA",
  CommercialInvoice: "Commercial invoice",
  CostSheet: "Cost sheet",
  CustomsPowerOfAttorney: "Customs power of attorney",
  EntrySummary: "Entry summary",
  EvidenceAnswer: "Answer to a request, with evidence",
  OriginDetermination: "Determination of origin",
  CustomsDetermination: "Determination of origin by customs",
  PackingList: "Packing list",
  BillOfLading: "Bill of lading",
  AirWaybill: "Air waybill",
  PurchaseOrder: "Purchase order",
  MillTestReport: "Mill test report",
  PhytosanitaryCertificate: "Phytosanitary certificate",
  DisclosedParts: "Parts of a document",
});

/** The name of a document for a reader; one of another house is called by the name of its type. */
export const documentOf = ({ type }) => {
  const last = String([type].flat().at(-1));
  return Object.hasOwn(DOCUMENTS, last) ? tell(DOCUMENTS[last]) : last;
};

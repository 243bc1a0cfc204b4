"""What origin determination refuses.

TransireError
├── AgreementNotOfProduct     determination.agreement-not-of-product
├── DeterminationUnknown      determination.unknown
├── MaterialUnknown           determination.material-unknown
├── CaseWithoutNumber         determination.case-without-number
└── PdfUnavailable            determination.pdf-unavailable
"""

from __future__ import annotations

from transire.errors import TransireError


class AgreementNotOfProduct(TransireError):
    code = "determination.agreement-not-of-product"
    sentence = "The country in which this product is made was no party to the agreement on that day."
    fix = "Choose an agreement of that country, or the day of importation that is meant."
    status = 422


class DeterminationUnknown(TransireError):
    code = "determination.unknown"
    sentence = "This member holds no such determination of origin."
    fix = "Look at the list of determinations. A determination is shown to its producer and to customs alone."
    status = 404


class MaterialUnknown(TransireError):
    code = "determination.material-unknown"
    sentence = "The bill of material has no such material."
    fix = "Name a material by its number on the bill."
    status = 422


class CaseWithoutNumber(TransireError):
    code = "determination.case-without-number"
    sentence = "This origin case does not say which product it is about."
    fix = "Write the product number into good.id, and its description into good.description."
    status = 422


class PdfUnavailable(TransireError):
    code = "determination.pdf-unavailable"
    sentence = "This installation cannot write PDF files: the typesetter is not installed."
    fix = "Install the extra `transire[pdf]`. The binder as a page and as JSON says the same."
    status = 501

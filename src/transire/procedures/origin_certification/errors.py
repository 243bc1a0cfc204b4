"""What origin certification refuses.

TransireError
├── ProductNotCertifiable     certification.product-not-certifiable
├── DeterminedOtherwise       certification.determined-otherwise
├── OfficialMissing           certification.official-missing
├── ImporterMissing           certification.importer-missing
├── NotTheCertifier           certification.not-the-certifier
├── CertificationUnknown      certification.unknown
├── CertificationEnded        certification.ended
└── NothingChanged            certification.nothing-changed
"""

from __future__ import annotations

from transire.errors import TransireError


class ProductNotCertifiable(TransireError):
    code = "certification.product-not-certifiable"
    sentence = "The product master does not say by which criterion this product originates under the agreement."
    fix = "Write agreement and origin criterion of the product in the system that exports it, and import it again."
    status = 422


class DeterminedOtherwise(TransireError):
    code = "certification.determined-otherwise"
    sentence = "The determination of origin that stands for this product says that it does not originate."
    fix = "Open the product under this agreement to see what it lacks; correct its bill of material, or leave it out."
    status = 422


class OfficialMissing(TransireError):
    code = "certification.official-missing"
    sentence = "A certification names the official who signs, with title and address, and none is written down."
    fix = "Write the signing official into the member's particulars; every certification takes it from there."
    status = 409


class ImporterMissing(TransireError):
    code = "certification.importer-missing"
    sentence = "The importer's name and address are not known here."
    fix = "Write them this once; the next certification for the same importer takes them from this one."
    status = 422


class NotTheCertifier(TransireError):
    code = "certification.not-the-certifier"
    sentence = "Only the member that issued a certification can replace or withdraw it."
    fix = "Ask its certifier; its name and address stand on the certification."
    status = 403


class CertificationUnknown(TransireError):
    code = "certification.unknown"
    sentence = "This member holds no such certification of origin."
    fix = "Look at the list of certifications, or ask its certifier to share it."
    status = 404


class CertificationEnded(TransireError):
    code = "certification.ended"
    sentence = "This certification was withdrawn, so that it cannot be replaced."
    fix = "Certify again: draft and sign a new certification."
    status = 409


class NothingChanged(TransireError):
    code = "certification.nothing-changed"
    sentence = "The new version would say the same as the present one."
    fix = "Say what is to be different, or leave the certification as it is."
    status = 422

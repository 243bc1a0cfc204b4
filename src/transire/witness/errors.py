"""What a witness refuses.

TransireError
├── WitnessExists     witness.exists
├── WitnessMissing    witness.missing
├── LogKeyChanged     witness.log-key-changed
├── OriginDiffers     witness.origin-differs
├── NothingKnown      witness.nothing-known
└── SplitView         witness.split-view       two logs of one network: named, kept, never countersigned
"""

from __future__ import annotations

from transire.errors import TransireError


class WitnessExists(TransireError):
    code = "witness.exists"
    sentence = "There is a witness in this folder already."
    fix = "Go on with it, or name an empty folder with --home."


class WitnessMissing(TransireError):
    code = "witness.missing"
    sentence = "There is no witness in this folder, or its file cannot be read."
    fix = "Make one with `transire witness new`, or name its folder with --home."


class LogKeyChanged(TransireError):
    code = "witness.log-key-changed"
    sentence = "The checkpoint is not signed by the key under which this node spoke before."
    fix = "Ask the node's operator whether it rotated its transport key; then name the new one with --log."


class OriginDiffers(TransireError):
    code = "witness.origin-differs"
    sentence = "This node shows the log of another network."
    fix = "Follow the nodes of one network together; use another --home for another network."


class NothingKnown(TransireError):
    code = "witness.nothing-known"
    sentence = "This witness has not seen a log yet."
    fix = "Run `transire witness follow` with the addresses of some nodes."


class SplitView(TransireError):
    code = "witness.split-view"
    sentence = "Two logs of this network were shown, and one does not continue the other: somebody shows two pasts."
    fix = "Keep the file that is named: both checkpoints are in it, signed. Tell every member of the network."
    status = 409

"""What a network on one machine refuses.

TransireError
├── NetworkExists      network.exists
├── NetworkMissing     network.missing
├── NameTaken          network.name-taken
├── NodeUnknown        network.node-unknown
├── PortsTaken         network.ports-taken
├── NodeFailed         network.node-failed
└── NotStarted         network.not-started
"""

from __future__ import annotations

from transire.errors import TransireError


class NetworkExists(TransireError):
    code = "network.exists"
    sentence = "There is a network in this folder already, and one is never made over another."
    fix = (
        "Start it with `transire network start`, end it with `transire network down --remove`, or name another --home."
    )


class NetworkMissing(TransireError):
    code = "network.missing"
    sentence = "There is no network in this folder."
    fix = "Make one with `transire network up`, or name its folder with --home."


class NameTaken(TransireError):
    code = "network.name-taken"
    sentence = "The network has an organisation of that name, or keys that were made for one."
    fix = "Choose another name; `transire network status` shows those that are taken. Keys are never made over others."


class NodeUnknown(TransireError):
    code = "network.node-unknown"
    sentence = "The network has no node of that name."
    fix = "`transire network status` names them."


class PortsTaken(TransireError):
    code = "network.ports-taken"
    sentence = "Something else on this machine listens on a port that the network needs."
    fix = "End it, or choose other ports with --port."


class NodeFailed(TransireError):
    code = "network.node-failed"
    sentence = "A node ended soon after it was started."
    fix = "`transire network logs` shows its last words."


class NotStarted(TransireError):
    code = "network.not-started"
    sentence = "The network did not make a block in time."
    fix = "`transire network status` shows which nodes answer; more than two thirds of the validators are needed."

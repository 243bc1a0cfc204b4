"""How the network engine refuses.

EngineError
├── CometBftMissing      the program is not there and cannot be had
├── CometBftWrong        the program that was found is another one
├── CometBftFailed       it ends over and over again, or the application found a fault
├── StateDisputed        the validators' states differ, so that no block is made
├── NetworkFileDiffers   what CometBFT begins with is not this network
├── EngineBusy           more actions came at once than can be looked at before the next block
├── BlocksUnavailable    CometBFT, which keeps the blocks, does not answer
└── HistoryMissing       this node joined from a snapshot, and the question is about what came before
"""

from __future__ import annotations

from transire.engines.errors import EngineError


class CometBftMissing(EngineError):
    code = "engine.cometbft-missing"
    sentence = "CometBFT is not installed, and this node's ledger runs on it."
    fix = "Install Go 1.25 or later and run transire ledger install, or name the program in ledger.cometbft."
    status = 500


class CometBftWrong(EngineError):
    code = "engine.cometbft-wrong"
    sentence = "This is not the CometBFT program that Transire was tested with."
    fix = "Install the version that is named, or one of its line."
    status = 500


class CometBftFailed(EngineError):
    code = "engine.cometbft-failed"
    sentence = "CometBFT ended again and again without a new block, so this node stopped."
    fix = "Read the end of cometbft/log; when the cause is mended, start the node again. Nothing acknowledged is lost."
    status = 500


class StateDisputed(EngineError):
    code = "engine.state-disputed"
    sentence = "No block is made: validators with a third of the power or more come to another state than this node."
    fix = "Compare the nodes (how-to: recover after a halt). Those that differ begin anew from the others' blocks."


class NetworkFileDiffers(EngineError):
    code = "engine.network-file-differs"
    sentence = "CometBFT begins with another network than this node's ledger."
    fix = "Give the node the genesis of the network that it is to join, in an empty folder."
    status = 409


class EngineBusy(EngineError):
    code = "engine.busy"
    sentence = "More actions came at once than this node can look at before the next block; this one was not looked at."
    fix = "Hand it over again in a moment, or to another node; nothing was said about the action itself."


class BlocksUnavailable(EngineError):
    code = "engine.blocks-unavailable"
    sentence = "The blocks cannot be read at the moment: CometBFT, which keeps them, does not answer."
    fix = "Wait until the node has started, then try again; transire doctor says whether it runs."


class HistoryMissing(EngineError):
    code = "engine.history-missing"
    sentence = "This node joined the network later and does not know what came before."
    fix = "Ask a node that has been in the network from the beginning."
    status = 404

// Writes the vectors of this folder with CometBFT's own code. How to run it: README.md.
package main

import (
	stded "crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	"github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/types"
)

type object = map[string]any

const chainID = "transire-demo-3f9a5c2e71b04d68a1c5770b2e94d3f0"

var (
	folder  = os.Args[1]
	genesis = time.Date(2026, 11, 22, 10, 15, 0, 250_000_000, time.UTC)
)

func main() {
	write("transactions.json", transactions())
	write("results.json", results())
	write("parameters.json", parameters())
	write("validators.json", validatorSets())
	write("votes.json", votes())
	write("headers.json", headers())
	write("blocks.json", blocks())
	write("commits.json", commits())
	write("median_times.json", medianTimes())
}

// ---- inputs: everything is derived from names, so that each run writes the same bytes

func seed(name string, number int) []byte {
	sum := sha256.Sum256([]byte(fmt.Sprintf("transire/vectors/%s/%d", name, number)))
	return sum[:]
}

func key(number int) ed25519.PrivKey {
	return ed25519.PrivKey(stded.NewKeyFromSeed(seed("validator", number)))
}

func set(powers ...int64) (*types.ValidatorSet, map[string]ed25519.PrivKey) {
	keys := map[string]ed25519.PrivKey{}
	var list []*types.Validator
	for number, power := range powers {
		private := key(number)
		keys[string(private.PubKey().Address())] = private
		list = append(list, types.NewValidator(private.PubKey(), power))
	}
	return types.NewValidatorSet(list), keys
}

func blockID(number int) types.BlockID {
	return types.BlockID{
		Hash:          seed("block", number),
		PartSetHeader: types.PartSetHeader{Total: uint32(number), Hash: seed("parts", number)},
	}
}

func header(height int64, at time.Time, last types.BlockID) types.Header {
	vals, _ := set(10)
	return types.Header{
		Version:            cmtversion.Consensus{Block: 11, App: 1},
		ChainID:            chainID,
		Height:             height,
		Time:               at,
		LastBlockID:        last,
		LastCommitHash:     seed("last-commit", int(height)),
		DataHash:           seed("data", int(height)),
		ValidatorsHash:     vals.Hash(),
		NextValidatorsHash: vals.Hash(),
		ConsensusHash:      types.DefaultConsensusParams().Hash(),
		AppHash:            seed("app", int(height)),
		LastResultsHash:    seed("results", int(height)),
		EvidenceHash:       types.EvidenceList{}.Hash(),
		ProposerAddress:    vals.Validators[0].Address,
	}
}

func signed(vals *types.ValidatorSet, keys map[string]ed25519.PrivKey, height int64, round int32, id types.BlockID, flags ...types.BlockIDFlag) *types.Commit {
	commit := &types.Commit{Height: height, Round: round, BlockID: id}
	for place, validator := range vals.Validators {
		if flags[place] == types.BlockIDFlagAbsent {
			commit.Signatures = append(commit.Signatures, types.NewCommitSigAbsent())
			continue
		}
		commit.Signatures = append(commit.Signatures, types.CommitSig{
			BlockIDFlag:      flags[place],
			ValidatorAddress: validator.Address,
			Timestamp:        genesis.Add(time.Duration(height)*time.Second + time.Duration(place)*time.Millisecond),
		})
		signature, err := keys[string(validator.Address)].Sign(commit.VoteSignBytes(chainID, int32(place)))
		check(err)
		commit.Signatures[place].Signature = signature
	}
	return commit
}

// ---- the vectors

func transactions() []object {
	var cases []object
	for _, count := range []int{0, 1, 2, 3, 5, 8, 13} {
		var txs types.Txs
		for number := 0; number < count; number++ {
			txs = append(txs, append([]byte("tx "), seed("tx", number)...))
		}
		cases = append(cases, object{"txs": hexes(txs.ToSliceOfBytes()), "hash": text(txs.Hash())})
	}
	return cases
}

func results() []object {
	lists := [][]*abci.ExecTxResult{
		{},
		{{}},
		{{Code: 0, Log: "not hashed", Info: "nor this"}, {Code: 7, Data: []byte("refused")}},
		{{Data: seed("result", 0)}, {GasWanted: 5, GasUsed: 300}, {Code: 4294967295, GasUsed: -1}},
	}
	var cases []object
	for _, list := range lists {
		shown := []object{}
		for _, one := range list {
			shown = append(shown, object{"code": one.Code, "data": text(one.Data), "gas_wanted": one.GasWanted, "gas_used": one.GasUsed})
		}
		cases = append(cases, object{"results": shown, "hash": text(types.NewResults(list).Hash())})
	}
	return cases
}

func parameters() []object {
	var cases []object
	for _, pair := range [][2]int64{{22020096, -1}, {4194304, -1}, {2097152, 0}, {1, 9223372036854775807}} {
		params := types.DefaultConsensusParams()
		params.Block.MaxBytes, params.Block.MaxGas = pair[0], pair[1]
		cases = append(cases, object{"block_max_bytes": pair[0], "block_max_gas": fmt.Sprint(pair[1]), "hash": text(params.Hash())})
	}
	return cases
}

func validatorSets() []object {
	var cases []object
	for _, powers := range [][]int64{{10}, {10, 10, 10, 10}, {1, 2, 3, 4}, {5, 100, 5, 7, 100, 5, 1}, {1152921504606846975}} {
		vals, _ := set(powers...)
		cases = append(cases, object{"validators": validators(vals), "hash": text(vals.Hash())})
	}
	return cases
}

func votes() []object {
	var cases []object
	add := func(kind string, height int64, round int32, id types.BlockID, at time.Time) {
		vote := &cmtproto.Vote{Type: cmtproto.PrecommitType, Height: height, Round: round, BlockID: id.ToProto(), Timestamp: at}
		message := types.VoteSignBytes(chainID, vote)
		signature, err := key(0).Sign(message)
		check(err)
		cases = append(cases, object{"case": kind, "chain_id": chainID, "height": height, "round": round, "block_id": blockIDObject(id),
			"time": moment(at), "seed": text(seed("validator", 0)), "sign_bytes": text(message), "signature": text(signature)})
	}
	add("a vote for a block", 7, 0, blockID(1), genesis)
	add("in a later round", 7, 3, blockID(1), genesis)
	add("of a block with many parts", 9007199254740991, 2147483647, blockID(300), genesis)
	add("at a whole second", 1, 0, blockID(2), genesis.Truncate(time.Second))
	add("at the zero time", 1, 0, blockID(2), time.Time{})
	add("before 1970", 1, 0, blockID(2), time.Unix(-1, 999_999_999))
	add("for nil", 7, 1, types.BlockID{}, genesis)
	return cases
}

func headers() []object {
	var cases []object
	add := func(kind string, one types.Header) {
		cases = append(cases, object{"case": kind, "header": headerObject(one), "hash": text(one.Hash())})
	}
	add("the first of a chain", header(1, genesis, types.BlockID{}))
	add("a later one", header(7, genesis.Add(3*time.Second), blockID(6)))
	add("at a whole second", header(8, genesis.Truncate(time.Second), blockID(7)))
	add("at the highest height of the JSON profile", header(9007199254740991, genesis, blockID(70000)))
	zero := header(9, genesis, blockID(8))
	zero.Version.App = 0
	add("application version 0 is left out", zero)
	long := header(10, genesis, blockID(9))
	long.ChainID = "transire-abcdefgh-" + hex.EncodeToString(seed("chain", 0))[:32]
	add("a chain id of 50 bytes", long)
	return cases
}

func blocks() []object {
	var cases []object
	vals, keys := set(10)
	last, commit := types.BlockID{}, &types.Commit{}
	for height := int64(1); height <= 4; height++ {
		var txs []types.Tx
		for number := 0; number < int(height-1)*2; number++ {
			txs = append(txs, append([]byte("tx "), seed("tx", number)...))
		}
		if height == 4 { // Parts of 64 KiB: this block has three.
			for number := 0; number < 90; number++ {
				txs = append(txs, make([]byte, 1500))
			}
		}
		block := types.MakeBlock(height, txs, commit, nil)
		block.Populate(cmtversion.Consensus{Block: 11, App: 1}, chainID, genesis.Add(time.Duration(height)*time.Second), last, vals.Hash(), vals.Hash(),
			types.DefaultConsensusParams().Hash(), seed("app", int(height)), types.NewResults(nil).Hash(), vals.Validators[0].Address)
		parts, err := block.MakePartSet(types.BlockPartSizeBytes)
		check(err)
		proto, err := block.ToProto()
		check(err)
		encoded, err := proto.Marshal()
		check(err)
		sum := sha256.Sum256(encoded)
		before := commit
		last = types.BlockID{Hash: block.Hash(), PartSetHeader: parts.Header()}
		commit = signed(vals, keys, height, 0, last, types.BlockIDFlagCommit)
		cases = append(cases, object{"header": headerObject(block.Header), "txs": shortened(block.Txs), "last_commit": commitObject(before),
			"length": len(encoded), "sha256": text(sum[:]), "block_id": blockIDObject(last)})
	}
	return cases
}

const (
	absent  = types.BlockIDFlagAbsent
	forIt   = types.BlockIDFlagCommit
	forNone = types.BlockIDFlagNil
)

// Each case: a header, a commit, a set of validators, and whether CometBFT's VerifyCommit accepts.
func commits() []object {
	var cases []object
	add := func(kind string, flags []types.BlockIDFlag, change func(*types.Commit, *types.ValidatorSet), powers ...int64) {
		vals, keys := set(powers...)
		one := header(7, genesis, blockID(6))
		one.ValidatorsHash, one.NextValidatorsHash = vals.Hash(), vals.Hash()
		id := types.BlockID{Hash: one.Hash(), PartSetHeader: types.PartSetHeader{Total: 1, Hash: seed("parts", 7)}}
		commit := signed(vals, keys, 7, 1, id, flags...)
		if change != nil {
			change(commit, vals)
		}
		cases = append(cases, commitCase(kind, one, commit, vals, id))
	}
	all := []types.BlockIDFlag{forIt, forIt, forIt, forIt}
	add("one validator", []types.BlockIDFlag{forIt}, nil, 10)
	add("four of four", all, nil, 10, 10, 10, 10)
	add("three of four, one absent", []types.BlockIDFlag{forIt, absent, forIt, forIt}, nil, 10, 10, 10, 10)
	add("three of four, one for nil", []types.BlockIDFlag{forIt, forIt, forNone, forIt}, nil, 10, 10, 10, 10)
	add("different powers", []types.BlockIDFlag{forIt, forIt, absent, absent}, nil, 60, 8, 5, 3)
	add("two of four", []types.BlockIDFlag{forIt, absent, absent, forIt}, nil, 10, 10, 10, 10)
	add("two of three is not more than two thirds", []types.BlockIDFlag{forIt, forIt, absent}, nil, 10, 10, 10)
	add("two for the block, two for nil", []types.BlockIDFlag{forIt, forNone, forNone, forIt}, nil, 10, 10, 10, 10)
	add("nobody", []types.BlockIDFlag{absent}, nil, 10)
	add("one signature changed", all, func(c *types.Commit, _ *types.ValidatorSet) { c.Signatures[2].Signature[3] ^= 1 }, 10, 10, 10, 10)
	add("the signature for nil changed", []types.BlockIDFlag{forIt, forIt, forNone, forIt}, func(c *types.Commit, _ *types.ValidatorSet) { c.Signatures[2].Signature[3] ^= 1 }, 10, 10, 10, 10)
	add("a vote for nil shown as one for the block", []types.BlockIDFlag{forIt, forIt, forNone, forIt}, func(c *types.Commit, _ *types.ValidatorSet) { c.Signatures[2].BlockIDFlag = forIt }, 10, 10, 10, 10)
	add("two votes swapped", all, func(c *types.Commit, _ *types.ValidatorSet) {
		c.Signatures[0], c.Signatures[1] = c.Signatures[1], c.Signatures[0]
	}, 10, 10, 10, 10)
	add("one vote twice", all, func(c *types.Commit, _ *types.ValidatorSet) { c.Signatures[1] = c.Signatures[0] }, 10, 10, 10, 10)
	add("one vote too few", all, func(c *types.Commit, _ *types.ValidatorSet) { c.Signatures = c.Signatures[:3] }, 10, 10, 10, 10)
	add("one vote too many", all, func(c *types.Commit, _ *types.ValidatorSet) { c.Signatures = append(c.Signatures, c.Signatures[3]) }, 10, 10, 10, 10)
	add("another height", all, func(c *types.Commit, _ *types.ValidatorSet) { c.Height = 8 }, 10, 10, 10, 10)
	add("another round", all, func(c *types.Commit, _ *types.ValidatorSet) { c.Round = 2 }, 10, 10, 10, 10)
	add("another block", all, func(c *types.Commit, _ *types.ValidatorSet) { c.BlockID.Hash = seed("block", 99) }, 10, 10, 10, 10)
	add("another part set", all, func(c *types.Commit, _ *types.ValidatorSet) { c.BlockID.PartSetHeader.Total = 2 }, 10, 10, 10, 10)
	add("another time of one vote", all, func(c *types.Commit, _ *types.ValidatorSet) {
		c.Signatures[0].Timestamp = c.Signatures[0].Timestamp.Add(time.Nanosecond)
	}, 10, 10, 10, 10)
	return append(cases, oddSignatures()...)
}

// Signatures on which libraries disagree: a public key and an R of small order, s = 0. ZIP 215 accepts them for any
// message, libsodium refuses them (https://hdevalence.ca/blog/2020-10-04-its-25519am).
func oddSignatures() []object {
	small := []string{
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"0100000000000000000000000000000000000000000000000000000000000080",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	}
	var cases []object
	for place, public := range small {
		vals := types.NewValidatorSet([]*types.Validator{types.NewValidator(ed25519.PubKey(bytes(public)), 10)})
		one := header(7, genesis, blockID(6))
		one.ValidatorsHash, one.NextValidatorsHash = vals.Hash(), vals.Hash()
		id := types.BlockID{Hash: one.Hash(), PartSetHeader: types.PartSetHeader{Total: 1, Hash: seed("parts", 7)}}
		signature := append(bytes(small[(place+3)%len(small)]), make([]byte, 32)...)
		commit := &types.Commit{Height: 7, Round: 0, BlockID: id, Signatures: []types.CommitSig{
			{BlockIDFlag: forIt, ValidatorAddress: vals.Validators[0].Address, Timestamp: genesis, Signature: signature}}}
		cases = append(cases, commitCase(fmt.Sprintf("key and R of small order, %d", place), one, commit, vals, id))
		// A copy of the struct would carry the cached hash of the first commit along.
		wrong := types.Commit{Height: 7, Round: 0, BlockID: id, Signatures: []types.CommitSig{commit.Signatures[0]}}
		wrong.Signatures[0].Signature = append(append([]byte{}, signature[:63]...), 0x10)
		cases = append(cases, commitCase(fmt.Sprintf("the same with another s, %d", place), one, &wrong, vals, id))
	}
	return cases
}

func commitCase(kind string, one types.Header, commit *types.Commit, vals *types.ValidatorSet, id types.BlockID) object {
	refusal := ""
	if err := vals.VerifyCommit(chainID, id, one.Height, commit); err != nil {
		refusal = err.Error()
	}
	return object{"case": kind, "header": headerObject(one), "commit": commitObject(commit), "commit_hash": text(commit.Hash()),
		"validators": validators(vals), "accepted": refusal == "", "refusal": refusal}
}

func medianTimes() []object {
	var cases []object
	for _, powers := range [][]int64{{10}, {10, 10, 10, 10}, {1, 2, 3, 4}, {50, 1, 1, 1}} {
		vals, keys := set(powers...)
		for hidden := -1; hidden < len(powers); hidden++ {
			flags := make([]types.BlockIDFlag, len(powers))
			for place := range flags {
				flags[place] = forIt
			}
			if hidden >= 0 {
				flags[hidden] = absent
			}
			if len(powers) == 1 && hidden == 0 {
				continue
			}
			commit := signed(vals, keys, 7, 0, blockID(7), flags...)
			at, err := state.MedianTime(commit, vals)
			check(err)
			cases = append(cases, object{"commit": commitObject(commit), "validators": validators(vals), "time": moment(at)})
		}
	}
	return cases
}

// ---- how the values are written

func text(value []byte) string { return hex.EncodeToString(value) }

func bytes(hexadecimal string) []byte {
	value, err := hex.DecodeString(hexadecimal)
	check(err)
	return value
}

func hexes(values [][]byte) []string {
	shown := []string{}
	for _, value := range values {
		shown = append(shown, text(value))
	}
	return shown
}

// A transaction of 1500 zeros is written "1500 zeros".
func shortened(txs types.Txs) []string {
	shown := hexes(txs.ToSliceOfBytes())
	for place, tx := range txs {
		if len(tx) == 1500 {
			shown[place] = "1500 zeros"
		}
	}
	return shown
}

func moment(at time.Time) object { return object{"seconds": at.Unix(), "nanos": at.Nanosecond()} }

func blockIDObject(id types.BlockID) object {
	return object{"hash": text(id.Hash), "parts": object{"total": id.PartSetHeader.Total, "hash": text(id.PartSetHeader.Hash)}}
}

func headerObject(h types.Header) object {
	return object{"version_block": h.Version.Block, "version_app": h.Version.App, "chain_id": h.ChainID, "height": h.Height, "time": moment(h.Time),
		"last_block_id": blockIDObject(h.LastBlockID), "last_commit_hash": text(h.LastCommitHash), "data_hash": text(h.DataHash),
		"validators_hash": text(h.ValidatorsHash), "next_validators_hash": text(h.NextValidatorsHash), "consensus_hash": text(h.ConsensusHash),
		"app_hash": text(h.AppHash), "last_results_hash": text(h.LastResultsHash), "evidence_hash": text(h.EvidenceHash),
		"proposer_address": text(h.ProposerAddress)}
}

func commitObject(c *types.Commit) object {
	signatures := []object{}
	for _, one := range c.Signatures {
		signatures = append(signatures, object{"flag": int(one.BlockIDFlag), "address": text(one.ValidatorAddress),
			"time": moment(one.Timestamp), "signature": text(one.Signature)})
	}
	return object{"height": c.Height, "round": c.Round, "block_id": blockIDObject(c.BlockID), "signatures": signatures}
}

func validators(set *types.ValidatorSet) []object {
	shown := []object{}
	for _, one := range set.Validators {
		shown = append(shown, object{"public_key": text(one.PubKey.Bytes()), "power": fmt.Sprint(one.VotingPower), "address": text(one.Address)})
	}
	return shown
}

func write(name string, value any) {
	encoded, err := json.MarshalIndent(value, "", " ")
	check(err)
	check(os.WriteFile(filepath.Join(folder, name), append(encoded, '\n'), 0o644))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

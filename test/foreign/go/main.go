// Checks a trail with golang.org/x/mod's note and tlog, of which Go's own checksum database is made. It shares
// no code with the relay. Usage: foreign FOLDER [OUT]. One line a check, `ok` or `FAIL`; exit 1 if one failed.
// `foreign --bag FOLDER` checks a sealed export. With OUT it also writes notes and proofs of its own making, for the relay's code to check.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// trail is what a folder holds, read once; every check takes it as it stands.
type trail struct {
	folder      string
	lines       [][]byte
	hashes      storage
	keys        map[string][]string // vkeys by role: log, witness, signer
	checkpoints []string            // paths
}

// storage is tlog's hash storage of the lines, in memory.
type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		if index < 0 || index >= int64(len(s)) {
			return nil, fmt.Errorf("there is no hash %d of %d", index, len(s))
		}
		hashes = append(hashes, s[index])
	}
	return hashes, nil
}

// A check returns how much it checked, and what is wrong.
type check struct {
	sentence string
	run      func(*trail) (int, error)
}

var checks = []check{
	{"Each leaf hash is tlog.RecordHash of its line", leafHashes},
	{"Each checkpoint has the root that tlog.TreeHash gives at its size", roots},
	{"Each checkpoint opens as a note under the trail's key", openedBy("log")},
	{"Each checkpoint opens as a note under the witness's key", openedBy("witness")},
	{"Each e-signature opens as a note under a key enrolled before it", eSignatures},
	{"Each e-signature is its actor's, of records and a head that the trail has", statements},
	{"Each tlog-proof passes tlog.CheckRecord under a signed head", recordProofs},
	{"Each add-checkpoint body passes tlog.CheckTree from one head to the next", treeProofs},
	{"The tile tree has the files of every checkpoint's size, and no others", tileFiles},
	{"Each hash tile is tlog.ReadTileData of height 8", hashTiles},
	{"Each entry bundle holds its lines, each behind its length", bundles},
}

func main() {
	if os.Args[1] == "--bag" {
		os.Exit(checkBag(os.Args[2]))
	}
	t, err := readTrail(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	failed := 0
	for _, check := range checks {
		count, err := check.run(t)
		if err == nil && count == 0 {
			err = fmt.Errorf("nothing to check") // a check of no signatures is no check
		}
		if err != nil {
			failed = 1
			fmt.Printf("FAIL %s: %s\n", check.sentence, strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("ok   %s (%d)\n", check.sentence, count)
		}
	}
	if len(os.Args) > 2 {
		if err := writeMade(t, os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	os.Exit(failed)
}

func readTrail(folder string) (*trail, error) {
	t := &trail{folder: folder, keys: map[string][]string{}}
	content, err := os.ReadFile(t.path("trail.jsonl"))
	if err != nil {
		return nil, err
	}
	t.lines = bytes.Split(bytes.TrimSuffix(content, []byte("\n")), []byte("\n"))
	for n, line := range t.lines {
		hashes, err := tlog.StoredHashes(int64(n), line, t.hashes)
		if err != nil {
			return nil, err
		}
		t.hashes = append(t.hashes, hashes...)
	}
	vkeys, err := os.ReadFile(t.path("vkeys.txt"))
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(strings.TrimSpace(string(vkeys)), "\n") {
		words := strings.SplitN(line, " ", 2)
		t.keys[words[0]] = append(t.keys[words[0]], words[1])
	}
	t.checkpoints, err = filepath.Glob(t.path("checkpoints/*"))
	sort.Strings(t.checkpoints)
	return t, err
}

func (t *trail) path(name string) string {
	return filepath.Join(t.folder, name)
}

// rootAt is the root of the first lines, or an error if there are not so many.
func (t *trail) rootAt(size int64) (tlog.Hash, error) {
	if size < 1 || size > int64(len(t.lines)) {
		return tlog.Hash{}, fmt.Errorf("there are %d lines, not %d", len(t.lines), size)
	}
	return tlog.TreeHash(size, t.hashes)
}

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// bag is a sealed export of one trail, unpacked; every check takes it as it stands.
type bag struct {
	folder    string
	verifiers map[string]note.Verifier // by role: log, witness
	seal      []byte                   // the line, without its newline
	leaves    []tlog.Hash              // leaves.txt, then seal.leaves
	hashes    storage                  // of all of them
	sealed    int64                    // how many leaves.txt has
	index     int64                    // of the seal
	proof     []tlog.Hash
	head      []byte   // the checkpoint in seal.tlog-proof
	heads     []string // paths of the other checkpoints
	records   [][]byte
}

var bagChecks = []struct {
	sentence string
	run      func(*bag) (int, error)
}{
	{"Each head of the bag opens as a note under the log's key", bagOpened("log")},
	{"Each head of the bag opens as a note under the witness's key", bagOpened("witness")},
	{"The seal passes tlog.CheckRecord under its head", bagSealProof},
	{"Leaves and seal.leaves make the seal's head by tlog.TreeHash", bagSealRoot},
	{"Leaves make each other head, and the root that was sealed, by tlog.TreeHash", bagRoots},
	{"Each record is by tlog.RecordHash the leaf at its place", bagRecords},
	{"The seal has the digests of manifest and bag-info", bagSealed},
}

func checkBag(folder string) int {
	b, err := readBag(folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	failed := 0
	for _, check := range bagChecks {
		count, err := check.run(b)
		if err == nil && count == 0 {
			err = fmt.Errorf("nothing to check")
		}
		if err != nil {
			failed = 1
			fmt.Printf("FAIL %s: %s\n", check.sentence, strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("ok   %s (%d)\n", check.sentence, count)
		}
	}
	return failed
}

func readBag(folder string) (*bag, error) {
	b := &bag{folder: folder, verifiers: map[string]note.Verifier{}}
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return content
	}
	for _, line := range strings.Split(strings.TrimSpace(string(read("data/policy.txt"))), "\n") {
		words := strings.Fields(line)
		if words[0] != "log" && words[0] != "witness" {
			continue
		}
		verifier, err := newVerifier(words[0], words[len(words)-1])
		if err != nil {
			return nil, err
		}
		b.verifiers[words[0]] = verifier
	}
	b.seal = bytes.TrimSuffix(read("seal.json"), []byte("\n"))
	folders, err := filepath.Glob(filepath.Join(folder, "data/trails/*"))
	if err != nil || len(folders) != 1 {
		return nil, fmt.Errorf("%d trails, not one", len(folders))
	}
	b.heads, err = filepath.Glob(filepath.Join(folders[0], "*.checkpoint"))
	if err != nil {
		return nil, err
	}
	leaves, err := os.ReadFile(filepath.Join(folders[0], "leaves.txt"))
	if err != nil {
		return nil, err
	}
	for _, text := range strings.Fields(string(leaves) + string(read("seal.leaves"))) {
		var leaf tlog.Hash
		if len(text) != 2*tlog.HashSize {
			return nil, fmt.Errorf("not a leaf: %s", text)
		}
		if _, err := hex.Decode(leaf[:], []byte(text)); err != nil {
			return nil, fmt.Errorf("not a leaf: %s", text)
		}
		hashes, err := tlog.StoredHashesForRecordHash(int64(len(b.leaves)), leaf, b.hashes)
		if err != nil {
			return nil, err
		}
		b.leaves = append(b.leaves, leaf)
		b.hashes = append(b.hashes, hashes...)
	}
	b.sealed = int64(bytes.Count(leaves, []byte("\n")))
	parts := strings.SplitN(string(read("seal.tlog-proof")), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return nil, fmt.Errorf("not a tlog-proof")
	}
	b.head = []byte(parts[1])
	if b.index, err = strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64); err != nil {
		return nil, err
	}
	if b.proof, err = parseHashes(lines[2:]); err != nil {
		return nil, err
	}
	records := bytes.Split(bytes.TrimSpace(read("data/records.json")), []byte("\n"))
	for _, line := range records[1 : len(records)-1] { // between the brackets
		b.records = append(b.records, bytes.TrimSuffix(line, []byte(",")))
	}
	return b, nil
}

func (b *bag) open(content []byte, role string) (head, error) {
	n, err := note.Open(content, note.VerifierList(b.verifiers[role]))
	if err != nil {
		return head{}, err
	}
	return parseHead(n.Text)
}

func bagOpened(role string) func(*bag) (int, error) {
	return func(b *bag) (int, error) {
		if _, err := b.open(b.head, role); err != nil {
			return 0, err
		}
		for _, path := range b.heads {
			content, err := os.ReadFile(path)
			if err != nil {
				return 0, err
			}
			if _, err := b.open(content, role); err != nil {
				return 0, err
			}
		}
		return 1 + len(b.heads), nil
	}
}

func (b *bag) sealHead() (head, error) {
	text := string(b.head)
	return parseHead(text[:strings.Index(text, "\n\n")+1])
}

func bagSealProof(b *bag) (int, error) {
	h, err := b.sealHead()
	if err != nil {
		return 0, err
	}
	return 1, tlog.CheckRecord(b.proof, h.size, h.root, b.index, tlog.RecordHash(b.seal))
}

func (b *bag) checkRoot(size int64, root tlog.Hash) error {
	if size < 1 || size > int64(len(b.leaves)) {
		return fmt.Errorf("there are %d leaves, not %d", len(b.leaves), size)
	}
	made, err := tlog.TreeHash(size, b.hashes)
	if err == nil && made != root {
		err = fmt.Errorf("at size %d: expected the root %s, found %s", size, root, made)
	}
	return err
}

func bagSealRoot(b *bag) (int, error) {
	h, err := b.sealHead()
	if err != nil {
		return 0, err
	}
	if h.size != int64(len(b.leaves)) {
		return 0, fmt.Errorf("%d leaves under a head of %d", len(b.leaves), h.size)
	}
	return 1, b.checkRoot(h.size, h.root)
}

// sealBody is what the checks need of the record of an export.
type sealBody struct {
	Record struct {
		Seq  int64
		Body struct {
			Manifest, Info string
			Trails         []struct {
				Trail, Root string
				Size        int64
			}
		}
	}
}

func (b *bag) body() (s sealBody, err error) {
	err = json.Unmarshal(b.seal, &s)
	return s, err
}

func bagRoots(b *bag) (int, error) {
	s, err := b.body()
	if err != nil || len(s.Record.Body.Trails) != 1 {
		return 0, fmt.Errorf("not the seal of one trail: %v", err)
	}
	one := s.Record.Body.Trails[0]
	root, err := tlog.ParseHash(one.Root)
	if err != nil {
		return 0, err
	}
	if one.Size != b.sealed {
		return 0, fmt.Errorf("%d were sealed, leaves.txt has %d", one.Size, b.sealed)
	}
	if err := b.checkRoot(one.Size, root); err != nil {
		return 0, err
	}
	for _, path := range b.heads {
		h, err := readHead(path)
		if err != nil {
			return 0, err
		}
		if h.size > b.sealed {
			return 0, fmt.Errorf("a head of %d over %d leaves", h.size, b.sealed)
		}
		if err := b.checkRoot(h.size, h.root); err != nil {
			return 0, err
		}
	}
	return 1 + len(b.heads), nil
}

func bagRecords(b *bag) (int, error) {
	for _, line := range b.records {
		var s sealBody
		if err := json.Unmarshal(line, &s); err != nil {
			return 0, err
		}
		seq := s.Record.Seq
		if seq < 0 || seq >= b.sealed || tlog.RecordHash(line) != b.leaves[seq] {
			return 0, fmt.Errorf("another record at %d", seq)
		}
	}
	return len(b.records), nil
}

func bagSealed(b *bag) (int, error) {
	s, err := b.body()
	if err != nil {
		return 0, err
	}
	for name, expected := range map[string]string{
		"manifest-sha256.txt": s.Record.Body.Manifest,
		"bag-info.txt":        s.Record.Body.Info,
	} {
		content, err := os.ReadFile(filepath.Join(b.folder, name))
		if err != nil {
			return 0, err
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != expected {
			return 0, fmt.Errorf("%s: expected %s, found %x", name, expected, sum)
		}
	}
	return 2, nil
}

package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

func leafHashes(t *trail) (int, error) {
	content, err := os.ReadFile(t.path("leaves.txt"))
	if err != nil {
		return 0, err
	}
	leaves := strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
	if len(leaves) != len(t.lines) {
		return 0, fmt.Errorf("%d leaf hashes of %d lines", len(leaves), len(t.lines))
	}
	for seq, line := range t.lines {
		if leaf := tlog.RecordHash(line); hex.EncodeToString(leaf[:]) != leaves[seq] {
			return 0, fmt.Errorf("line %d: expected %x, found %s", seq+1, leaf[:], leaves[seq])
		}
	}
	return len(leaves), nil
}

// readHead takes a checkpoint apart without opening it: a wrong root is one thing, a wrong signature another.
func readHead(path string) (head, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return head{}, err
	}
	text := string(content)
	return parseHead(text[:strings.Index(text, "\n\n")+1])
}

func (t *trail) checkRoot(h head) error {
	root, err := t.rootAt(h.size)
	if err == nil && root != h.root {
		err = fmt.Errorf("at size %d: expected the root %s, found %s", h.size, root, h.root)
	}
	return err
}

func roots(t *trail) (int, error) {
	for _, path := range t.checkpoints {
		h, err := readHead(path)
		if err != nil {
			return 0, err
		}
		if err := t.checkRoot(h); err != nil {
			return 0, err
		}
	}
	return len(t.checkpoints), nil
}

// openProof splits a tlog-proof or an add-checkpoint body into its first lines and the head below, which must
// open as a note.
func (t *trail) openProof(path string) (lines []string, h head, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, head{}, err
	}
	parts := strings.SplitN(string(content), "\n\n", 2)
	if len(parts) != 2 {
		return nil, head{}, fmt.Errorf("%s: no blank line", path)
	}
	h, err = t.openHead([]byte(parts[1]), "log")
	return strings.Split(parts[0], "\n"), h, err
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func recordProofs(t *trail) (int, error) {
	paths, err := filepath.Glob(t.path("proofs/*"))
	if err != nil {
		return 0, err
	}
	for _, path := range paths {
		lines, h, err := t.openProof(path)
		if err != nil {
			return 0, err
		}
		if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
			return 0, fmt.Errorf("%s: not a tlog-proof", path)
		}
		index, err := strconv.ParseInt(lines[1][len("index "):], 10, 64)
		if err != nil || index >= int64(len(t.lines)) {
			return 0, fmt.Errorf("%s: %s", path, lines[1])
		}
		proof, err := parseHashes(lines[2:])
		if err != nil {
			return 0, err
		}
		leaf := tlog.RecordHash(t.lines[index])
		if err := tlog.CheckRecord(proof, h.size, h.root, index, leaf); err != nil {
			return 0, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	return len(paths), nil
}

// treeProofs checks each proof between two roots of the lines themselves: it must not hold for another tree.
func treeProofs(t *trail) (int, error) {
	paths, err := filepath.Glob(t.path("add-checkpoint/*"))
	if err != nil {
		return 0, err
	}
	for _, path := range paths {
		lines, h, err := t.openProof(path)
		if err != nil {
			return 0, err
		}
		if err := t.checkRoot(h); err != nil {
			return 0, err
		}
		if !strings.HasPrefix(lines[0], "old ") {
			return 0, fmt.Errorf("%s: not an add-checkpoint body", path)
		}
		old, err := strconv.ParseInt(lines[0][len("old "):], 10, 64)
		if err != nil {
			return 0, err
		}
		proof, err := parseHashes(lines[1:])
		if err != nil {
			return 0, err
		}
		if old == 0 { // The empty tree begins every tree; tlog.CheckTree takes none.
			if len(proof) != 0 {
				return 0, fmt.Errorf("%s: a proof from nothing", path)
			}
			continue
		}
		oldRoot, err := t.rootAt(old)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(proof, h.size, h.root, old, oldRoot); err != nil {
			return 0, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	return len(paths), nil
}

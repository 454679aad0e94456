package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	origin      = "go.example/t/log-1/20260302-0001"
	witness     = "go.example/w/witness"
	cosignedAt  = 1772442000
	oddNoteText = "\n\nBlank lines, α 測定 🧪 \u202e \u007f, a dash\n\n— go.example/not-a-signature\n"
)

// writeMade writes what Go makes of the lines: roots, proofs and notes, for the relay's code to check.
func writeMade(t *trail, out string) error {
	size := int64(len(t.lines))
	write := func(name string, content string) error {
		return os.WriteFile(filepath.Join(out, name), []byte(content), 0o644)
	}
	root, err := t.rootAt(size)
	if err != nil {
		return err
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	cosigner := &cosigner{name: witness, key: public, private: private, seconds: cosignedAt}
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
	checkpoint, err := note.Sign(&note.Note{Text: text}, signer, cosigner)
	if err != nil {
		return err
	}
	odd, err := note.Sign(&note.Note{Text: oddNoteText}, signer)
	if err != nil {
		return err
	}
	recordProofs, err := t.proveRecords(size)
	if err != nil {
		return err
	}
	treeProofs, err := t.proveTrees(size)
	if err != nil {
		return err
	}
	typed := base64.StdEncoding.EncodeToString(append([]byte{4}, public...))
	first := strings.SplitN(recordProofs, "\n", 2)[0]
	tlogProof := "c2sp.org/tlog-proof@v1\nindex 0\n" + strings.Join(strings.Fields(first)[2:], "\n")
	for _, file := range [][2]string{
		{"log.vkey", vkey},
		{"witness.vkey", fmt.Sprintf("%s+%08x+%s", witness, cosigner.KeyHash(), typed)},
		{"checkpoint", string(checkpoint)},
		{"odd.note", string(odd)},
		{"record-proofs.txt", recordProofs},
		{"tree-proofs.txt", treeProofs},
		{"0.tlog-proof", tlogProof + "\n\n" + string(checkpoint)},
		{"tile-paths.txt", tilePaths()},
	} {
		if err := write(file[0], file[1]); err != nil {
			return err
		}
	}
	var roots strings.Builder
	for n := int64(1); n <= size; n++ {
		root, err := t.rootAt(n)
		if err != nil {
			return err
		}
		fmt.Fprintln(&roots, root)
	}
	return write("roots.txt", roots.String())
}

// proveRecords has a line `size index hash…` for each record in the whole tree, and for the last and the middle
// record of each smaller tree.
func (t *trail) proveRecords(size int64) (string, error) {
	var text strings.Builder
	prove := func(of, index int64) error {
		proof, err := tlog.ProveRecord(of, index, t.hashes)
		fmt.Fprintln(&text, of, index, join(proof))
		return err
	}
	for n := int64(0); n < size; n++ {
		for _, pair := range [][2]int64{{size, n}, {n + 1, n}, {n + 1, n / 2}} {
			if err := prove(pair[0], pair[1]); err != nil {
				return "", err
			}
		}
	}
	return text.String(), nil
}

// proveTrees has a line `size old hash…` from each tree to the whole one, and to one about twice its size.
func (t *trail) proveTrees(size int64) (string, error) {
	var text strings.Builder
	for old := int64(1); old <= size; old++ {
		for _, to := range []int64{size, 2*old + 1} {
			if to > size {
				continue
			}
			proof, err := tlog.ProveTree(to, old, t.hashes)
			if err != nil {
				return "", err
			}
			fmt.Fprintln(&text, to, old, join(proof))
		}
	}
	return text.String(), nil
}

func join(hashes []tlog.Hash) string {
	var words []string
	for _, hash := range hashes {
		words = append(words, hash.String())
	}
	return strings.Join(words, " ")
}

// tilePaths has a line `level index width path` for tiles of far larger logs, by Go's own Tile.Path.
func tilePaths() string {
	var text strings.Builder
	for _, n := range []int64{0, 7, 999, 1000, 1001, 255255, 999999, 1000000, 1234067, 123456789, 1 << 45} {
		for _, level := range []int{entries, 0, 1, 5, 63} {
			for _, width := range []int{1, 17, 255, 256} {
				path := tlog.Tile{H: height, L: level, N: n, W: width}.Path()
				path = strings.Replace(path, "tile/8/", "tile/", 1)
				path = strings.Replace(path, "tile/data/", "tile/entries/", 1)
				fmt.Fprintln(&text, level, n, width, path)
			}
		}
	}
	return text.String()
}

package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// cosigner checks C2SP tlog-cosignature, type 0x04, which package note does not know. With its private key it
// also signs.
type cosigner struct {
	name    string
	key     ed25519.PublicKey
	private ed25519.PrivateKey
	seconds uint64
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a vkey: %s", vkey)
	}
	typed, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(typed) != 33 || typed[0] != 4 {
		return nil, fmt.Errorf("not a key of type 4: %s", vkey)
	}
	c := &cosigner{name: parts[0], key: typed[1:]}
	if id := fmt.Sprintf("%08x", c.KeyHash()); id != parts[1] {
		return nil, fmt.Errorf("expected the id %s, found %s", id, parts[1])
	}
	return c, nil
}

func (c *cosigner) Name() string { return c.name }

func (c *cosigner) KeyHash() uint32 {
	sum := sha256.Sum256([]byte(c.name + "\n\x04" + string(c.key)))
	return binary.BigEndian.Uint32(sum[:])
}

func (c *cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	return ed25519.Verify(c.key, cosigned(binary.BigEndian.Uint64(sig), text), sig[8:])
}

func (c *cosigner) Sign(text []byte) ([]byte, error) {
	time := make([]byte, 8)
	binary.BigEndian.PutUint64(time, c.seconds)
	return append(time, ed25519.Sign(c.private, cosigned(c.seconds, text))...), nil
}

func cosigned(seconds uint64, text []byte) []byte {
	return append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", seconds)), text...)
}

func newVerifier(role, vkey string) (note.Verifier, error) {
	if role == "witness" {
		return newCosigner(vkey)
	}
	return note.NewVerifier(vkey)
}

type head struct {
	origin string
	size   int64
	root   tlog.Hash
}

// openHead opens a checkpoint under the one key of a role and takes its text apart.
func (t *trail) openHead(content []byte, role string) (head, error) {
	verifier, err := newVerifier(role, t.keys[role][0])
	if err != nil {
		return head{}, err
	}
	n, err := note.Open(content, note.VerifierList(verifier))
	if err != nil {
		return head{}, err
	}
	return parseHead(n.Text)
}

func parseHead(text string) (head, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return head{}, fmt.Errorf("not three lines: %q", text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return head{}, fmt.Errorf("not a size: %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	return head{lines[0], size, root}, err
}

func openedBy(role string) func(*trail) (int, error) {
	return func(t *trail) (int, error) {
		for _, path := range t.checkpoints {
			content, err := os.ReadFile(path)
			if err != nil {
				return 0, err
			}
			head, err := t.openHead(content, role)
			if err != nil {
				return 0, err
			}
			if origin := strings.SplitN(t.keys["log"][0], "+", 2)[0]; head.origin != origin {
				return 0, fmt.Errorf("expected the origin %s, found %s", origin, head.origin)
			}
		}
		return len(t.checkpoints), nil
	}
}

type entry struct {
	Record struct {
		Actor struct{ Id, Name, Via string }
		Body  struct{ Key, Note string }
		Kind  string
	}
}

// eachSignature calls `see` for each e-signature, with the keys enrolled before it.
func (t *trail) eachSignature(see func(seq int, signed entry, enrolled note.Verifiers) error) (int, error) {
	var enrolled []note.Verifier
	count := 0
	for seq, line := range t.lines {
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return 0, fmt.Errorf("line %d: %w", seq+1, err)
		}
		switch e.Record.Kind {
		case "key.enrolled":
			if !contains(t.keys["signer"], e.Record.Body.Key) {
				return 0, fmt.Errorf("line %d enrols a key that vkeys.txt does not have", seq+1)
			}
			verifier, err := note.NewVerifier(e.Record.Body.Key)
			if err != nil {
				return 0, fmt.Errorf("line %d: %w", seq+1, err)
			}
			enrolled = append(enrolled, verifier)
		case "signature.applied":
			if err := see(seq, e, note.VerifierList(enrolled...)); err != nil {
				return 0, fmt.Errorf("line %d: %w", seq+1, err)
			}
			count++
		}
	}
	return count, nil
}

func contains(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}

func eSignatures(t *trail) (int, error) {
	return t.eachSignature(func(_ int, signed entry, enrolled note.Verifiers) error {
		_, err := note.Open([]byte(signed.Record.Body.Note), enrolled)
		return err
	})
}

type statement struct {
	Checkpoint struct {
		Root, Trail string
		Size        int64
	}
	Name, User string
	Records    []struct {
		Leaf string
		Seq  int64
	}
}

func statements(t *trail) (int, error) {
	return t.eachSignature(func(seq int, signed entry, _ note.Verifiers) error {
		lines := strings.Split(signed.Record.Body.Note, "\n")
		var s statement
		if len(lines) < 2 || lines[0] != "compliance-relay/esign/v1" {
			return fmt.Errorf("not a statement")
		}
		if err := json.Unmarshal([]byte(lines[1]), &s); err != nil {
			return err
		}
		if s.User != signed.Record.Actor.Id || s.Name != signed.Record.Actor.Name {
			return fmt.Errorf("not the actor's own")
		}
		root, err := t.rootAt(s.Checkpoint.Size)
		if err != nil {
			return err
		}
		if s.Checkpoint.Size > int64(seq) || s.Checkpoint.Root != root.String() {
			return fmt.Errorf("another history at size %d", s.Checkpoint.Size)
		}
		for _, record := range s.Records {
			if record.Seq < 0 || record.Seq >= s.Checkpoint.Size {
				return fmt.Errorf("no record %d under a head of size %d", record.Seq, s.Checkpoint.Size)
			}
			if leaf := tlog.RecordHash(t.lines[record.Seq]); record.Leaf != hex.EncodeToString(leaf[:]) {
				return fmt.Errorf("another record at %d", record.Seq)
			}
		}
		return nil
	})
}

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	height  = 8
	entries = -1 // the level of bundles
)

// tilePath is C2SP tlog-tiles: `tile/<L>/<N>[.p/<W>]`. Go's own Tile.Path has the height before the level.
func tilePath(t tlog.Tile) string {
	level := "entries"
	if t.L != entries {
		level = fmt.Sprint(t.L)
	}
	digits := fmt.Sprintf("%03d", t.N%1000)
	for n := t.N / 1000; n > 0; n /= 1000 {
		digits = fmt.Sprintf("x%03d/", n%1000) + digits
	}
	path := "tile/" + level + "/" + digits
	if t.W < 1<<height {
		path += fmt.Sprintf(".p/%d", t.W)
	}
	return path
}

// tilesOf lists the tiles and bundles of a tree: full ones, and the partial one at the right edge of a level.
func tilesOf(size int64) []tlog.Tile {
	var tiles []tlog.Tile
	add := func(level int, items int64) {
		for n := int64(0); n<<height < items; n++ {
			width := items - n<<height
			if width > 1<<height {
				width = 1 << height
			}
			tiles = append(tiles, tlog.Tile{H: height, L: level, N: n, W: int(width)})
		}
	}
	add(entries, size)
	for level := 0; size>>(height*level) > 0; level++ {
		add(level, size>>(height*level))
	}
	return tiles
}

// published is every tile that a log with these checkpoints has given out, by path.
func (t *trail) published() (map[string]tlog.Tile, error) {
	tiles := map[string]tlog.Tile{}
	for _, path := range t.checkpoints {
		h, err := readHead(path)
		if err != nil {
			return nil, err
		}
		for _, tile := range tilesOf(h.size) {
			tiles[tilePath(tile)] = tile
		}
	}
	return tiles, nil
}

func tileFiles(t *trail) (int, error) {
	tiles, err := t.published()
	if err != nil {
		return 0, err
	}
	expected := []string{"checkpoint"}
	for path := range tiles {
		expected = append(expected, path)
	}
	var found []string
	err = filepath.Walk(t.path("tree"), func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			name, _ := filepath.Rel(t.path("tree"), path)
			found = append(found, filepath.ToSlash(name))
		}
		return err
	})
	sort.Strings(expected)
	sort.Strings(found)
	if err == nil && strings.Join(expected, " ") != strings.Join(found, " ") {
		err = fmt.Errorf("expected %v, found %v", expected, found)
	}
	if err != nil {
		return 0, err
	}
	content, err := os.ReadFile(t.path("tree/checkpoint"))
	if err != nil {
		return 0, err
	}
	h, err := t.openHead(content, "log")
	if err == nil && h.size != int64(len(t.lines)) {
		err = fmt.Errorf("the newest checkpoint has size %d", h.size)
	}
	return len(found), err
}

// eachTile holds the content of each tile of one kind against what `expected` makes of the lines.
func (t *trail) eachTile(kind func(tlog.Tile) bool, expected func(tlog.Tile) ([]byte, error)) (int, error) {
	tiles, err := t.published()
	count := 0
	for path, tile := range tiles {
		if !kind(tile) {
			continue
		}
		if tile.N<<height+int64(tile.W) > int64(len(t.lines)) {
			return 0, fmt.Errorf("%s: beyond the last of %d lines", path, len(t.lines))
		}
		want, err := expected(tile)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		have, err := os.ReadFile(t.path("tree/" + path))
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(want, have) {
			return 0, fmt.Errorf("%s: other bytes", path)
		}
		count++
	}
	return count, err
}

func hashTiles(t *trail) (int, error) {
	isHashes := func(tile tlog.Tile) bool { return tile.L != entries }
	return t.eachTile(isHashes, func(tile tlog.Tile) ([]byte, error) {
		return tlog.ReadTileData(tile, t.hashes)
	})
}

func bundles(t *trail) (int, error) {
	isBundle := func(tile tlog.Tile) bool { return tile.L == entries }
	return t.eachTile(isBundle, func(tile tlog.Tile) ([]byte, error) {
		var bundle bytes.Buffer
		for _, line := range t.lines[tile.N<<height : tile.N<<height+int64(tile.W)] {
			if len(line) > 65535 {
				return nil, fmt.Errorf("a line of %d bytes", len(line))
			}
			length := make([]byte, 2)
			binary.BigEndian.PutUint16(length, uint16(len(line)))
			bundle.Write(length)
			bundle.Write(line)
		}
		return bundle.Bytes(), nil
	})
}

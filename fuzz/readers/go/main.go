// Reads JSON, YAML and tar.gz with Go's own packages and yaml.v3. Says first what it reads; then one line `kind base64` in, one
// line of JSON out: `{"value": …}`, or null for what it refuses.
package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"strings"

	"gopkg.in/yaml.v3"
)

var readers = map[string]func([]byte) (any, error){"json": readJSON, "yaml": readYAML, "tar": readTar}

func main() {
	fmt.Println("json yaml tar")
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		kind, data, _ := strings.Cut(strings.TrimSpace(line), " ")
		fmt.Println(answer(kind, data))
	}
}

func answer(kind, data string) (text string) {
	defer func() {
		if recover() != nil {
			text = "null"
		}
	}()
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return "null"
	}
	value, err := readers[kind](raw)
	if err != nil {
		return "null"
	}
	encoded, err := json.Marshal(map[string]any{"value": value})
	if err != nil {
		return "null"
	}
	return string(encoded)
}

func readJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("more than one value")
	}
	return plain(value), nil
}

func readYAML(data []byte) (any, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var value, next any
	if err := decoder.Decode(&value); err != nil && err != io.EOF {
		return nil, err
	}
	if err := decoder.Decode(&next); err != io.EOF {
		return map[string]any{"$documents": 2}, nil
	}
	return plain(value), nil
}

func readTar(data []byte) (any, error) {
	zipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	archive := tar.NewReader(zipped)
	files := [][]any{}
	for {
		header, err := archive.Next()
		if err == io.EOF {
			_, err = io.Copy(io.Discard, zipped)
			return files, err
		}
		if err != nil {
			return nil, err
		}
		switch header.Typeflag {
		case tar.TypeDir, tar.TypeXGlobalHeader:
		case tar.TypeReg:
			hash := sha256.New()
			if _, err := io.Copy(hash, archive); err != nil {
				return nil, err
			}
			digest := hex.EncodeToString(hash.Sum(nil))
			files = append(files, []any{header.Name, header.Size, header.Mode&0o111 != 0, digest})
		default:
			return nil, errors.New("neither file nor folder")
		}
	}
}

// plain says what JSON cannot say as it is, so that nothing is rounded on the way back; maps are lists of pairs.
func plain(value any) any {
	switch value := value.(type) {
	case map[string]any:
		return mapped(value)
	case map[any]any:
		return mapped(value)
	case []any:
		list := make([]any, len(value))
		for at, item := range value {
			list[at] = plain(item)
		}
		return list
	case json.Number:
		return number(value.String())
	case int, int64, uint64:
		return number(fmt.Sprint(value))
	case float64:
		if math.IsInf(value, 0) || math.IsNaN(value) {
			return map[string]any{"$other": fmt.Sprint(value)}
		}
		if value == math.Trunc(value) {
			return whole(big.NewFloat(value))
		}
		return value
	case nil, bool, string:
		return value
	}
	return map[string]any{"$other": fmt.Sprint(value)}
}

func mapped[Key comparable](entries map[Key]any) map[string]any {
	pairs := make([][]any, 0, len(entries))
	for key, item := range entries {
		pairs = append(pairs, []any{fmt.Sprint(key), plain(item)})
	}
	return map[string]any{"$map": pairs}
}

func number(text string) any {
	if strings.ContainsAny(text, ".eE") {
		var value float64
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			panic(err)
		}
		return plain(value)
	}
	exact, _ := new(big.Float).SetPrec(4096).SetString(text)
	return whole(exact)
}

func whole(value *big.Float) any {
	digits, _ := value.Int(nil)
	if digits.IsInt64() && digits.Int64() < 1<<53 && digits.Int64() > -1<<53 {
		return digits.Int64()
	}
	return map[string]any{"$int": digits.String()}
}

package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestAFileThatHasSomethingInItPassesAndNoOther(t *testing.T) {
	full, empty := filepath.Join(t.TempDir(), "full"), filepath.Join(t.TempDir(), "empty")
	for path, text := range map[string]string{full: "text", empty: ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		argv            []string
		status, summary string
	}{
		{[]string{"--path=" + full}, "ok", full + " has 4 bytes"},
		{[]string{"--path=" + empty}, "critical", empty + " is empty"},
		{[]string{"--path=/no/such/file"}, "critical", "/no/such/file does not exist"},
		{nil, "unknown", "--path is missing: File to look at; see `__NAME__ --help`"},
	} {
		found := check.Evaluate(context.Background(), row.argv, nil)
		if found.Status != row.status || found.Summary != row.summary {
			t.Errorf("%v: expected %s, %s, found %s, %s", row.argv, row.status, row.summary, found.Status, found.Summary)
		}
	}
}

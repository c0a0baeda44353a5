// Checks that a file exists and is not empty; the last line of output is the result.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

func main() {
	path := flag.String("path", "", "file to look at")
	flag.Parse()
	info, err := os.Stat(*path)
	switch {
	case err != nil:
		report("critical", err.Error())
	case info.Size() == 0:
		report("critical", *path+" is empty")
	default:
		report("ok", fmt.Sprintf("%s has %d bytes", *path, info.Size()))
	}
}

func report(status, summary string) {
	line, _ := json.Marshal(map[string]any{"v": 1, "status": status, "summary": summary})
	fmt.Println(string(line))
	if status != "ok" {
		os.Exit(2)
	}
}

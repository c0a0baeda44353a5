// Checks that a file exists and is not empty; the last line of output is the result.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
)

var exitCodes = map[string]int{"ok": 0, "critical": 2, "unknown": 3}

func main() {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	// The result is the only thing that is said, also of an option that does not exist.
	flags.SetOutput(io.Discard)
	path := flags.String("path", "", "file to look at")
	if err := flags.Parse(os.Args[1:]); err != nil {
		report("unknown", err.Error())
	}
	if flags.NArg() > 0 {
		report("unknown", "there is no argument "+flags.Arg(0))
	}
	if *path == "" {
		report("unknown", "say which file with --path=FILE")
	}
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

// report prints the result and ends the program.
func report(status, summary string) {
	line, _ := json.Marshal(map[string]any{"v": 1, "status": status, "summary": summary})
	fmt.Println(string(line))
	os.Exit(exitCodes[status])
}

// Checks that a file exists and is not empty.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

var check = Check{
	Name:    "__NAME__",
	Version: "0.1.0",
	Summary: "a file exists and is not empty",
	Options: []Option{
		{Name: "path", Kind: "string", Required: true, Description: "File to look at"},
	},
	Run: look,
}

func main() {
	check.Main()
}

func look(_ context.Context, options Values) (Result, error) {
	path := options.String("path")
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Critical(path + " does not exist"), nil
	case err != nil:
		return Result{}, err
	case info.Size() == 0:
		return Critical(path + " is empty"), nil
	}
	size := Metric{Name: "size", Value: float64(info.Size()), Unit: "B"}
	return Ok(fmt.Sprintf("%s has %d bytes", path, info.Size()), size), nil
}

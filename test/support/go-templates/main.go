// Runs templates through Go's own text/template: {data, templates} in, [{output} or {error}] out.
package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"text/template"
)

func typed(value any) any {
	switch value := value.(type) {
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			number, _ := value.Float64()
			return number
		}
		number, _ := strconv.Atoi(value.String())
		return number
	case map[string]any:
		for key, inner := range value {
			value[key] = typed(inner)
		}
	case []any:
		for index, inner := range value {
			value[index] = typed(inner)
		}
	}
	return value
}

type outcome struct {
	Output *string `json:"output,omitempty"`
	Error  string  `json:"error,omitempty"`
}

func run(text string, data any) outcome {
	parsed, err := template.New("t").Parse(text)
	if err != nil {
		return outcome{Error: err.Error()}
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, data); err != nil {
		return outcome{Error: err.Error()}
	}
	output := out.String()
	return outcome{Output: &output}
}

func main() {
	var input struct {
		Data      any      `json:"data"`
		Templates []string `json:"templates"`
	}
	decoder := json.NewDecoder(os.Stdin)
	decoder.UseNumber()
	if err := decoder.Decode(&input); err != nil {
		panic(err)
	}
	data := typed(input.Data)
	outcomes := []outcome{}
	for _, text := range input.Templates {
		outcomes = append(outcomes, run(text, data))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(outcomes); err != nil {
		panic(err)
	}
}

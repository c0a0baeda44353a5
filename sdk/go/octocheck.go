// SPDX-License-Identifier: Apache-2.0

// The contract check/v1 of octo in one file: options in, one line of JSON and an exit code out.
//
//	func main() {
//		Check{Name: "check-file", Version: "0.1.0", Summary: "a file exists", Options: []Option{
//			{Name: "path", Kind: "string", Required: true, Description: "File to look at"},
//		}, Run: look}.Main()
//	}
//
// Whatever goes wrong is `unknown`: a panic, an option that cannot be read, an answer that never comes. Go 1.21 or newer.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Result is made by Ok, Warn, Critical and Unknown.
type Result struct {
	V            int            `json:"v"`
	Status       string         `json:"status"`
	Summary      string         `json:"summary"`
	Details      map[string]any `json:"details,omitempty"`
	Metrics      []Metric       `json:"metrics,omitempty"`
	RetryAfterMs int            `json:"retryAfterMs,omitempty"`
}

// Metric is performance data; Warn and Crit are numbers, or ranges of Nagios such as "10:20".
type Metric struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	Warn  any     `json:"warn,omitempty"`
	Crit  any     `json:"crit,omitempty"`
	Min   any     `json:"min,omitempty"`
	Max   any     `json:"max,omitempty"`
}

func Ok(summary string, metrics ...Metric) Result       { return said("ok", summary, metrics) }
func Warn(summary string, metrics ...Metric) Result     { return said("warn", summary, metrics) }
func Critical(summary string, metrics ...Metric) Result { return said("critical", summary, metrics) }
func Unknown(summary string, metrics ...Metric) Result  { return said("unknown", summary, metrics) }

func said(status, summary string, metrics []Metric) Result {
	return Result{V: 1, Status: status, Summary: summary, Metrics: metrics}
}

// Option is described once; Kind is string, strings (may be repeated), integer, duration or boolean.
type Option struct {
	Name, Kind, Description, Default       string
	Choices                                []string
	Min, Max                               *int64
	Required, Positional                   bool
	// Secret ones come on standard input, never on the command line.
	Secret bool
}

// Bound is for Min and Max.
func Bound(value int64) *int64 { return &value }

// Values holds what was given, by name: string, []string, int64, time.Duration or bool. What is absent has the empty value.
type Values map[string]any

func (values Values) String(name string) string          { found, _ := values[name].(string); return found }
func (values Values) Strings(name string) []string       { found, _ := values[name].([]string); return found }
func (values Values) Integer(name string) int64          { found, _ := values[name].(int64); return found }
func (values Values) Duration(name string) time.Duration { found, _ := values[name].(time.Duration); return found }
func (values Values) Boolean(name string) bool           { found, _ := values[name].(bool); return found }

// Check is a check plugin. The context of Run ends shortly before the operator's deadline.
type Check struct {
	Name, Version, Summary string
	Options                []Option
	Run                    func(ctx context.Context, options Values) (Result, error)
}

var exitCodes = map[string]int{"ok": 0, "warn": 1, "critical": 2, "unknown": 3}

const (
	maxSummary  = 2000
	maxDocument = 4 * 1024 * 1024
	largest     = 1<<53 - 1
)

// InvalidOptions is for options that contradict each other: `unknown`, with a pointer to `--help`.
type InvalidOptions struct{ Message string }

func (invalid InvalidOptions) Error() string { return invalid.Message }

func invalid(format string, values ...any) error { return InvalidOptions{fmt.Sprintf(format, values...)} }

// Evaluate runs the check in this process, for tests; it never panics.
func (check Check) Evaluate(ctx context.Context, argv []string, arguments map[string]any) (result Result) {
	defer func() {
		if problem := recover(); problem != nil {
			tell(fmt.Sprintf("%v\n%s", problem, debug.Stack()))
			result = Unknown(check.Name + " failed: " + firstLine(fmt.Sprint(problem)))
		}
	}()
	values, err := readOptions(check.Options, argv, arguments)
	if err == nil {
		result, err = check.Run(ctx, values)
	}
	var options InvalidOptions
	switch {
	case err == nil && exitCodes[result.Status] == 0 && result.Status != "ok":
		return Unknown(check.Name + " ended without a result")
	case err == nil:
		return result
	case errors.As(err, &options):
		return Unknown(options.Message + "; see `" + check.Name + " --help`")
	}
	tell(err.Error())
	return Unknown(check.Name + " failed: " + firstLine(err.Error()))
}

// Main runs as a program of the contract and ends it.
func (check Check) Main() {
	argv := os.Args[1:]
	if len(argv) > 0 && argv[0] == "--version" {
		fmt.Println(check.Version)
		return
	}
	if len(argv) > 0 && argv[0] == "--help" {
		fmt.Println(check.Help())
		return
	}
	stops := make(chan os.Signal, 1)
	signal.Notify(stops, syscall.SIGTERM)
	ctx, cancel := deadline(os.Getenv("OCTO_DEADLINE_MS"))
	defer cancel()
	var once sync.Once
	go func() {
		select {
		case <-stops:
			give(&once, Unknown(check.Name+" was told to stop before it had a result"))
		case <-ctx.Done():
			give(&once, Unknown("no result before the deadline"))
		}
	}()
	arguments, err := readArguments()
	if err != nil {
		tell(err.Error())
		give(&once, Unknown(check.Name+" failed: "+firstLine(err.Error())))
	}
	give(&once, check.Evaluate(ctx, argv, arguments))
	select {}
}

// deadline leaves a little time to report: the operator ends who answers too late.
func deadline(text string) (context.Context, context.CancelFunc) {
	at, err := strconv.ParseInt(text, 10, 64)
	if err != nil || at < 0 || len(text) > 15 {
		return context.WithCancel(context.Background())
	}
	left := float64(at - time.Now().UnixMilli())
	wait := math.Max(0, left-math.Min(250, left*0.1))
	return context.WithTimeout(context.Background(), time.Duration(wait)*time.Millisecond)
}

// give prints the first result and ends the program, whatever else is still open.
func give(once *sync.Once, result Result) {
	once.Do(func() {
		if runes := []rune(result.Summary); len(runes) > maxSummary {
			result.Summary = string(runes[:maxSummary])
		}
		result.V = 1
		line, err := asLine(result)
		if err != nil {
			line, _ = asLine(Unknown("the result is no JSON: " + firstLine(err.Error())))
			result.Status = "unknown"
		}
		os.Stdout.Write(line)
		os.Exit(exitCodes[result.Status])
	})
}

func asLine(result Result) ([]byte, error) {
	var line strings.Builder
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(result)
	return []byte(line.String()), err
}

type given struct {
	name  string
	text  string
	isSet bool
}

func readOptions(specs []Option, argv []string, document map[string]any) (Values, error) {
	tokens, err := readTokens(specs, argv)
	if err != nil {
		return nil, err
	}
	entries, err := readEntries(specs, document)
	if err != nil {
		return nil, err
	}
	values := Values{}
	for _, spec := range specs {
		var own []given
		for _, one := range append(tokens, entries...) {
			if one.name == spec.Name {
				own = append(own, one)
			}
		}
		value, err := readValue(spec, own)
		if err != nil {
			return nil, err
		}
		if value != nil {
			values[spec.Name] = value
		}
	}
	return values, nil
}

func readTokens(specs []Option, argv []string) ([]given, error) {
	var found []given
	for at := 0; at < len(argv); at++ {
		word := argv[at]
		name, text, isSet, raw := "", "", false, ""
		switch {
		case word == "--":
			for _, rest := range argv[at+1:] {
				spec, err := positional(specs, rest)
				if err != nil {
					return nil, err
				}
				found = append(found, given{spec.Name, rest, true})
			}
			return found, nil
		case strings.HasPrefix(word, "--"):
			name, text, isSet = strings.Cut(word[2:], "=")
			raw = "--" + name
		case strings.HasPrefix(word, "-") && word != "-":
			name, text, isSet = word[1:2], word[2:], len(word) > 2
			raw = "-" + name
		default:
			spec, err := positional(specs, word)
			if err != nil {
				return nil, err
			}
			found = append(found, given{spec.Name, word, true})
			continue
		}
		spec, err := known(specs, name, raw)
		if err != nil {
			return nil, err
		}
		if spec.Secret {
			return nil, invalid("--%s is secret and never read from the command line, which every user of the machine can read: give it on standard input, as `{\"v\":1,\"arguments\":{\"%s\":…}}`", name, name)
		}
		if !isSet && spec.Kind != "boolean" && at+1 < len(argv) {
			at++
			text, isSet = argv[at], true
		}
		found = append(found, given{name, text, isSet})
	}
	return found, nil
}

func readEntries(specs []Option, document map[string]any) ([]given, error) {
	for name := range document {
		if _, err := known(specs, name, name); err != nil {
			return nil, err
		}
	}
	var found []given
	for _, spec := range specs {
		value, isThere := document[spec.Name]
		if !isThere || value == nil {
			continue
		}
		items, isList := value.([]any)
		if !isList {
			items = []any{value}
		}
		for _, item := range items {
			switch item.(type) {
			case map[string]any, []any, nil:
				return nil, invalid("`%s` is a map, expected a plain value", spec.Name)
			}
			found = append(found, given{spec.Name, fmt.Sprint(item), true})
		}
	}
	return found, nil
}

func known(specs []Option, name, raw string) (Option, error) {
	var names []string
	for _, spec := range specs {
		if spec.Name == name {
			return spec, nil
		}
		names = append(names, "--"+spec.Name)
	}
	return Option{}, invalid("unknown option `%s`, expected one of %s", cut(raw), strings.Join(names, ", "))
}

func positional(specs []Option, word string) (Option, error) {
	for _, spec := range specs {
		if spec.Positional {
			return spec, nil
		}
	}
	return Option{}, invalid("`%s` belongs to no option", cut(word))
}

func readValue(spec Option, own []given) (any, error) {
	missing := invalid("--%s is missing: %s", spec.Name, spec.Description)
	if spec.Kind == "strings" {
		if spec.Required && len(own) == 0 {
			return nil, missing
		}
		texts := []string{}
		for _, one := range own {
			text, err := textOf(spec, one)
			if err != nil {
				return nil, err
			}
			texts = append(texts, text)
		}
		return texts, nil
	}
	if len(own) > 1 {
		return nil, invalid("--%s is given %d times, expected once", spec.Name, len(own))
	}
	if spec.Kind == "boolean" {
		if len(own) == 1 && own[0].isSet && own[0].text != "true" && own[0].text != "false" {
			return nil, invalid("--%s is `%s`, expected `true` or `false`", spec.Name, cut(own[0].text))
		}
		return len(own) == 1 && own[0].text != "false", nil
	}
	if len(own) == 1 {
		return convert(spec, own[0])
	}
	if spec.Required {
		return nil, missing
	}
	if spec.Default == "" {
		return nil, nil
	}
	return convert(spec, given{spec.Name, spec.Default, true})
}

var (
	wholeNumber = regexp.MustCompile(`^-?[0-9]{1,15}$`)
	oneDuration = regexp.MustCompile(`^([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)$`)
	unprintable = regexp.MustCompile(`[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]`)
	units       = map[string]float64{"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
)

func convert(spec Option, one given) (any, error) {
	text, err := textOf(spec, one)
	switch {
	case err != nil:
		return nil, err
	case spec.Kind == "integer":
		return integerOf(spec, text)
	case spec.Kind == "duration":
		return durationOf(spec, text)
	}
	return text, nil
}

func textOf(spec Option, one given) (string, error) {
	if !one.isSet {
		return "", invalid("--%s needs a value", spec.Name)
	}
	for _, choice := range spec.Choices {
		if choice == one.text {
			return one.text, nil
		}
	}
	if len(spec.Choices) > 0 {
		return "", invalid("--%s is `%s`, expected `%s`", spec.Name, cut(one.text), strings.Join(spec.Choices, "` or `"))
	}
	return one.text, nil
}

func integerOf(spec Option, text string) (any, error) {
	lowest, highest, bounds := int64(-largest), int64(largest), ""
	if spec.Min != nil {
		lowest = *spec.Min
	}
	if spec.Max != nil {
		highest = *spec.Max
	}
	if spec.Min != nil && spec.Max != nil {
		bounds = fmt.Sprintf(" from %d to %d", lowest, highest)
	}
	if wholeNumber.MatchString(text) {
		if value, err := strconv.ParseInt(text, 10, 64); err == nil && value >= lowest && value <= highest {
			return value, nil
		}
	}
	return nil, invalid("--%s is `%s`, expected a whole number%s", spec.Name, cut(text), bounds)
}

func durationOf(spec Option, text string) (any, error) {
	found := oneDuration.FindStringSubmatch(text)
	if found == nil {
		return nil, invalid("--%s is `%s`, expected a duration such as `500ms` or `10s`", spec.Name, cut(text))
	}
	amount, _ := strconv.ParseFloat(found[1], 64)
	return time.Duration(math.Round(amount*units[found[2]])) * time.Millisecond, nil
}

func cut(text string) string {
	safe := []rune(unprintable.ReplaceAllString(text, "?"))
	if len(safe) > 80 {
		return string(safe[:80]) + "…"
	}
	return string(safe)
}

func readArguments() (map[string]any, error) {
	if os.Getenv("OCTO_INPUT") != "json" {
		return nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(os.Stdin, maxDocument+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxDocument:
		return nil, invalid("standard input is larger than %d bytes", maxDocument)
	case strings.TrimSpace(string(data)) == "":
		return nil, invalid(`standard input is empty, expected one JSON document: {"v":1,…}`)
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	var document any
	// The reader's own message may show a part of the text.
	if err := decoder.Decode(&document); err != nil || decoder.More() {
		return nil, invalid("standard input is no JSON")
	}
	fields, isMap := document.(map[string]any)
	if !isMap {
		return nil, invalid("standard input is no JSON object")
	}
	if fmt.Sprint(fields["v"]) != "1" {
		return nil, invalid("the document on standard input is of another version, expected `\"v\":1`")
	}
	if _, isThere := fields["arguments"]; !isThere {
		return nil, nil
	}
	arguments, isMap := fields["arguments"].(map[string]any)
	if !isMap {
		return nil, invalid("`arguments` of the document is no JSON object")
	}
	return arguments, nil
}

// Help is what `--help` prints.
func (check Check) Help() string {
	rows, width := make([][2]string, len(check.Options)), 0
	for at, spec := range check.Options {
		rows[at] = [2]string{typed(spec), explained(spec)}
		width = max(width, len(rows[at][0]))
	}
	lines := []string{check.Name + " " + check.Version + ": passes when " + check.Summary, "", "Options:"}
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("  %-*s  %s", width, row[0], row[1]))
	}
	return strings.Join(lines, "\n")
}

func typed(spec Option) string {
	value := map[string]string{"integer": "<number>", "duration": "<10s>"}[spec.Kind]
	switch {
	case spec.Secret:
		return spec.Name
	case spec.Kind == "boolean":
		return "--" + spec.Name
	case len(spec.Choices) > 0:
		value = strings.Join(spec.Choices, "|")
	case value == "":
		value = "<text>"
	}
	if spec.Positional {
		return "[--" + spec.Name + "=]" + value
	}
	return "--" + spec.Name + "=" + value
}

func explained(spec Option) string {
	var notes []string
	if spec.Required {
		notes = append(notes, "required")
	}
	if spec.Secret {
		notes = append(notes, "secret: on standard input")
	}
	if spec.Kind == "strings" {
		notes = append(notes, "may be repeated")
	}
	if spec.Default != "" {
		notes = append(notes, "default "+spec.Default)
	}
	if len(notes) == 0 {
		return spec.Description
	}
	return spec.Description + " (" + strings.Join(notes, "; ") + ")"
}

func firstLine(text string) string {
	line := []rune(strings.SplitN(text, "\n", 2)[0])
	return string(line[:min(len(line), 300)])
}

func tell(text string) {
	line, _ := json.Marshal(map[string]string{"level": "error", "msg": text})
	fmt.Fprintln(os.Stderr, string(line))
}

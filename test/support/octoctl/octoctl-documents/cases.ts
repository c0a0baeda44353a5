// Documents whose text is a template, with values that harm nobody: octoctl fills them in as files, and reads what that gives.

/** What `{{.configs…}}` and `{{.name}}` are in all of them. */
export const VALUES = `name: shop
octoctl: {operator: docker}
configs:
  web: {port: 8080, host: web.example, on: true, off: false, ratio: 1.5, tags: [a, b], env: {LOG: info, MODE: fast}}
  apps:
    api: {port: 9000, image: "acme/api:1.2", tls: true}
    site: {port: 9001, image: "acme/site:2.0", tls: false}
  none: {}
`

export const DOCUMENTS: Readonly<Record<string, string>> = {
  'a range over a map makes keys': `services:
{{- range $name, $app := .configs.apps}}
  {{$name}}:
    image: {{$app.image}}
    ports: ["{{$app.port}}:80"]
{{- end}}
`,
  'a range over a list makes items': `x-tags:
{{- range .configs.web.tags}}
  - {{.}}
{{- end}}
`,
  'an index of a range': 'x-tags:\n{{range $i, $tag := .configs.web.tags}}  t{{$i}}: {{$tag}}\n{{end}}',
  'keys that a condition writes': `services:
  web:
    image: acme/web
    {{- if .configs.web.on}}
    restart: always
    {{- else}}
    restart: "no"
    {{- end}}
    {{- if .configs.web.off}}
    privileged: true
    {{- end}}
`,
  'else if and comparisons':
    '{{if eq .configs.web.port 80}}x-a: 1{{else if gt .configs.web.port 8000}}x-b: 2{{else}}x-c: 3{{end}}\n',
  'with and a variable':
    '{{$w := .configs.web}}{{with .configs.apps.api}}x-api: {port: {{.port}}, host: {{$w.host}}}{{end}}\n',
  'types of values without quotes':
    'x-t: {port: {{.configs.web.port}}, on: {{.configs.web.on}}, ratio: {{.configs.web.ratio}}, host: {{.configs.web.host}}}\n',
  'quotes make texts': `x-t: {port: "{{.configs.web.port}}", on: '{{.configs.web.on}}', q: {{printf "%q" .configs.web.host}}}\n`,
  'values in longer texts': 'x-url: http://{{.configs.web.host}}:{{.configs.web.port}}/{{.name}}\n',
  'values in block texts':
    'x-text: |\n  host {{.configs.web.host}}\n  {{range .configs.web.tags}}[{{.}}]{{end}}\nx-folded: >-\n  a {{.name}}\n  b\n',
  'keys of values': '{{range $k, $v := .configs.web.env}}x-{{$k}}: {{$v}}\n{{end}}',
  'define and template': `{{define "port"}}{port: {{.port}}, tls: {{.tls}}}{{end -}}
x-ports:
{{range $name, $app := .configs.apps}}  {{$name}}: {{template "port" $app}}
{{end}}`,
  block: 'x-b: {{block "b" .configs.web}}{{.host}}{{end}}\n',
  'flow lists and maps':
    'x-l: [{{range $i, $t := .configs.web.tags}}{{if $i}}, {{end}}{{$t}}{{end}}]\nx-m: { a: {{.configs.web.port}} }\n',
  'texts of the author in actions': `x-l: [{{$sep := ""}}{{range .configs.web.tags}}{{$sep}}{{.}}{{$sep = ", "}}{{end}}]
x-m: {{"{a: 1}"}}
`,
  'a comment with an action': '# {{.configs.web.host}}\nx-a: 1 # {{.name}}\n',
  'comments of templates and trimmed space': '{{- /* nothing */ -}}\nx-a:   {{- " " -}}   {{.name}}\n',
  'an empty range': 'x-a:\n{{range .configs.none}}  - {{.}}\n{{else}}  - none\n{{end}}',
  'anchors of the author':
    'x-a: &a {host: {{.configs.web.host}}}\nx-b: *a\nx-c: {<<: *a, port: {{.configs.web.port}}}\n',
  'a count': 'x-n: {{len .configs.apps}}\nx-i: {{index .configs.web.tags 1}}\n',
}

// Configs of nearly 256 KiB that cost as much as their author can make them: by many keys, aliases, templates, levels.

const SIZE = 256 * 1024
/** Bytes for each key, of which a config may have ten thousand. */
const WIDE = 27

/** By what makes each of them expensive. */
export const HOSTILE_DOCUMENTS: Readonly<Record<string, string>> = {
  'unknown keys': filled('', (index) => `key${index}: 1\n`, ''),
  'keys of nobody in a service': filled('services: {web: {', (index) => `kee${index}: 1, `, '}}'),
  'flat arguments of early v1 configs': filled(
    'services: {web: {health: [{tool: x, ',
    (index) => `intrval${index}: 1, `,
    '}]}}',
  ),
  'flat arguments, as many as there may be': filled(
    'services: {web: {health: [{tool: x, ',
    (index) => `intrval${index}: 1, `.padEnd(WIDE),
    '}]}}',
  ),
  aliases: filled('a: &a {x: 1}\nb: [', () => '*a,', ']'),
  'merge keys': filled(`a: &a {${keys(900)}}\nb: [`, () => '{<<: *a},', ']'),
  'levels of nesting': filled('a: ', () => '[', ''),
  checks: filled('services: {web: {health: [', () => '{tool: x, interval: 1s},', ']}}'),
  services: filled('services: {', (index) => `s${index}: {health: [{tool: x}]}, `, '}'),
  templates: filled('configs: {a: 1}\nservices: {web: {health: [{tool: x, args: [', () => '"{{.configs.a}}",', ']}]}}'),
  'templates, as many as there may be': filled(
    'configs: {a: 1}\nservices: {web: {health: [{tool: x, args: [',
    (index) => `"{{ .configs.a }}${index}", `.padEnd(WIDE),
    ']}]}}',
  ),
  'templates of templates': filled(
    `configs: {a: "", b: "${'{{.configs.a}}'.repeat(900)}"}\nservices: {web: {health: [{tool: x, args: [`,
    () => '"{{.configs.b}}",',
    ']}]}}',
  ),
  'shell variables': filled('services: {web: {health: [{tool: x, args: [', () => '"$A ${B}",', ']}]}}'),
  'includes of one document': filled('include: [', () => '"x.yaml",', ']'),
  pins: filled('operator: {plugins: {', (index) => `p${index}: ^1.2.3, `, '}}'),
  'pins, as many as there may be': filled('operator: {plugins: {', (index) => `p${index}: ^1.2.3, `.padEnd(WIDE), '}}'),
  'lines of keys': filled('', (index) => `key${index}:\n  a: 1\n`, ''),
  comments: filled('', () => '# c\n', 'name: x\n'),
  'blocks of text': filled('configs:\n', (index) => `  k${index}: |\n    a\n`, ''),
  'blocks of text, as many as there may be': filled(
    'configs:\n',
    (index) => `  k${index}: |\n    ${'a'.padEnd(WIDE - 14, 'b')}\n`,
    '',
  ),
  'things spelled as JSON': filled(
    '{"services":{"web":{"health":[',
    () => '{"tool":"x","args":["a"]},\n',
    '{"tool":"x"}]}}}',
  ),
  'escapes in quotes': filled('configs: {a: "', () => '\\u0041', '"}'),
  'question marks': filled('', () => '?\n', ''),
  repos: filled('operator: {repos: {', (index) => `r${index}: {url: ./x.yaml, trust: unsigned}, `, '}}'),
  'repos, as many keys as there may be': filled(
    'operator: {repos: {',
    (index) => `r${index}: {url: ./x.yaml, trust: unsigned}, `.padEnd(3 * WIDE),
    '}}',
  ),
}

/** An ordinary config, for what reading costs at all. */
export const ORDINARY_DOCUMENT = 'services: {web: {health: [{tool: check-tcp, args: {port: 8080}}]}}\n'

function filled(head: string, part: (index: number) => string, tail: string): string {
  const parts = [head]
  let left = SIZE - head.length - tail.length
  for (let index = 0; ; index++) {
    const next = part(index)
    if (next.length > left) return [...parts, tail].join('')
    parts.push(next)
    left -= next.length
  }
}

function keys(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}: 1`).join(', ')
}

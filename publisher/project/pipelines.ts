// What the workflow and the pipeline of a template take: how a machine of GitHub and an image of GitLab are made ready, and its test.
type Pipeline = {
  /** Steps of a workflow, as YAML. */
  readonly steps?: readonly string[]
  /** Lines of a shell, before the test. */
  readonly lines?: readonly string[]
  readonly test: string
  readonly image: string
}

const NODE = '- uses: actions/setup-node@v4\n        with: {node-version: 24}'

const PIPELINES: Readonly<Record<string, Pipeline>> = {
  node: { steps: [NODE], test: 'node --test test/*.test.mjs', image: 'node:24' },
  python: { test: 'python3 -m unittest', image: 'python:3' },
  shell: { test: 'sh test.sh', image: 'node:24' },
  go: {
    steps: ['- uses: actions/setup-go@v5\n        with: {go-version: stable}'],
    test: 'go test .',
    image: 'golang:1',
  },
  operator: { steps: [NODE], test: 'node --test test/*.test.mjs', image: 'node:24' },
  ocm: { steps: [NODE, '- run: npm install'], lines: ['npm install'], test: 'npm test', image: 'node:24' },
}

/** The text with what its template runs. */
export function fillPipeline(text: string, template: string): string {
  const {
    steps = [],
    lines = [],
    test,
    image,
  } = PIPELINES[template.replace(/^ocm-.*/, 'ocm')] ?? { test: '', image: '' }
  return text
    .replaceAll('__SETUP_STEPS__\n', steps.map((step) => `      ${step}\n`).join(''))
    .replaceAll('__SETUP_LINES__\n', lines.map((line) => `    - ${line}\n`).join(''))
    .replaceAll('__TEST__', test)
    .replaceAll('__IMAGE__', image)
}

// A config with charts of the web, read as octo reads it, and what is made of it: as shown, for Compose, and for Kubernetes.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { operatorInput } from '../../../config/model/operator-input.ts'
import { readWholeConfig } from '../../../config/read-config.ts'
import { hideSecrets } from '../../../config/render/without-secrets.ts'
import { renderYaml } from '../../../config/render/yaml.ts'
import { FEATURES } from '../../../plugins/operator-compose/features.ts'
import { render as renderCompose } from '../../../plugins/operator-compose/render.ts'
import { render as renderKubernetes } from '../../../plugins/operator-kubernetes/render.ts'
import { OperatorProblem, parseOperatorConfig, yamlText } from '../../../sdk/operator/index.ts'

export const CHARTS = fileURLToPath(new URL('../../fixtures/charts/', import.meta.url))
const WEB = 'https://charts.example/'

/** The configs of the fixture, and for which operators each of them is. */
export const CONFIGS = {
  cloud: ['show', 'compose'],
  'cloud-in-kubernetes': ['kubernetes'],
  design: ['show', 'compose', 'kubernetes'],
} as const
export type ChartConfig = keyof typeof CONFIGS
type Form = (typeof CONFIGS)[ChartConfig][number]

type Rendered = { readonly text: string; readonly notes: readonly string[]; readonly warnings: readonly string[] }

/** Paths of this machine are `/project` and `/state`. */
export async function renderedChart(name: ChartConfig, form: Form): Promise<Rendered> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'octo-charts-')))
  try {
    const [project, state] = [join(folder, 'project'), join(folder, 'state')]
    for (const file of readdirSync(CHARTS).filter((one) => one.endsWith('.yaml')))
      cpSync(join(CHARTS, file), join(project, file))
    const whole = await readWholeConfig(`${name}.yaml`, {
      cwd: project,
      env: { XDG_STATE_HOME: state },
      fetchText: async (url) => textOf(url),
      platform: 'linux',
      arch: 'x64',
    })
    await whole.writeFiles()
    const { text, notes } = await formed(form, whole)
    const plain = (line: string) =>
      line
        .replaceAll(project, '/project')
        .replaceAll(state, '/state')
        .replaceAll(/(projects\/\w+)-[0-9a-f]{16}/g, '$1')
    return {
      text: plain(text),
      notes: notes.map(plain),
      warnings: whole.config.warnings.map(({ message }) => plain(message)),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function textOf(url: string): string {
  const path = join(CHARTS, url.slice(WEB.length))
  return url.startsWith(WEB) && existsSync(path) ? readFileSync(path, 'utf8') : assert.fail(`asked for ${url}`)
}

type Whole = Awaited<ReturnType<typeof readWholeConfig>>

async function formed(form: Form, { effective }: Whole): Promise<{ text: string; notes: readonly string[] }> {
  const tree = effective()
  if (form === 'show') return { text: renderYaml(hideSecrets(tree.root ?? assert.fail(), tree).root), notes: [] }
  const config = parseOperatorConfig(JSON.stringify(operatorInput(tree, { name: 'charts' })))
  if (form === 'compose') return renderCompose(config, FEATURES['compose 2'], '/state')
  const { stages, notes } = renderKubernetes(config, { readFile, variable: () => undefined })
  return { text: stages.flatMap(({ objects }) => objects.map((one) => `---\n${yamlText(one)}`)).join(''), notes }
}

function readFile(path: string): Buffer {
  if (!existsSync(path)) throw new OperatorProblem(`file \`${path}\` cannot be read`)
  return readFileSync(path)
}

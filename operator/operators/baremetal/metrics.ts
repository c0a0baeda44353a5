// `octo metrics`: what can be measured of the services now, for Prometheus to scrape or for the textfile collector of node_exporter.
import { dirname, resolve } from 'node:path'
import { coded } from '../../../schemas/errors.ts'
import { replaceFile } from '../../../system/files/atomic-file.ts'
import { explainDisk } from '../../../system/files/errors.ts'
import { renderExposition } from '../../metrics/exposition.ts'
import { ask } from '../../services/control.ts'
import { familiesOf } from '../../services/metrics/families.ts'
import type { ProjectMetrics } from '../../services/metrics/snapshot.ts'
import { metricsAlone } from '../../services/metrics/snapshot.ts'
import type { Project } from '../../services/supervise.ts'
import type { ProjectCall } from './project.ts'
import { answerError, projectOf } from './project.ts'

const FOR_ITS_USER = 0o600
const FOR_ALL = 0o644

export async function metrics(call: ProjectCall): Promise<number> {
  const { terminal, cwd, options } = call
  const { output, worldReadable = false } = options
  if (worldReadable && output === undefined)
    throw coded('USAGE', {
      message: '`--world-readable` is about a file, and none is named',
      hint: 'name one: `octo metrics --output shop.prom --world-readable`',
    })
  const text = renderExposition(familiesOf(await currentMetrics(projectOf(call))))
  if (output === undefined) terminal.print(text.trimEnd())
  else await write(resolve(cwd, output), text, worldReadable ? FOR_ALL : FOR_ITS_USER)
  return 0
}

/** Of an older octo that supervises, what is known without it. */
async function currentMetrics({ places, configPath }: Project): Promise<ProjectMetrics> {
  const answer = await ask(places, { v: 1, do: 'metrics' })
  if (answer?.state === 'metrics') return answer.metrics
  if (answer && answer.state !== 'done') throw answerError(answer)
  return { config: configPath, instances: metricsAlone(places), notifiers: [] }
}

/** Whoever reads it while it is written finds the old one or the new one. */
async function write(path: string, text: string, mode: number): Promise<void> {
  try {
    await replaceFile(path, text, { mode, staging: dirname(path), sync: false })
  } catch (error) {
    throw explainDisk(error, path)
  }
}

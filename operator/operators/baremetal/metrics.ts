// `octo metrics`: what can be measured of the services now, for Prometheus to scrape or for the textfile collector of node_exporter.
import { resolve } from 'node:path'
import { coded } from '../../../schemas/errors.ts'
import { renderExposition } from '../../metrics/exposition.ts'
import { writeExposition } from '../../metrics/write-exposition.ts'
import { ask } from '../../services/control/control.ts'
import { familiesOf } from '../../services/metrics/families.ts'
import type { ProjectMetrics } from '../../services/metrics/snapshot.ts'
import { metricsAlone } from '../../services/metrics/snapshot.ts'
import type { Project } from '../../services/supervise.ts'
import type { ProjectCall } from './project.ts'
import { answerError, projectOf } from './project.ts'

export async function metrics(call: ProjectCall): Promise<number> {
  const { terminal, cwd, options } = call
  const { output, worldReadable = false } = options
  if (worldReadable && output === undefined)
    throw coded('USAGE', {
      message: '`--world-readable` is about a file, and none is named',
      hint: 'name one: `octo metrics --output shop.prom --world-readable`',
    })
  const families = familiesOf(await currentMetrics(projectOf(call)))
  if (output === undefined) terminal.print(renderExposition(families).trimEnd())
  else await writeExposition(resolve(cwd, output), families, { isWorldReadable: worldReadable })
  return 0
}

/** Of an older octo that supervises, what is known without it. */
async function currentMetrics({ places, configPath }: Project): Promise<ProjectMetrics> {
  const answer = await ask(places, { v: 1, do: 'metrics' })
  if (answer?.state === 'metrics') return answer.metrics
  if (answer && answer.state !== 'done') throw answerError(answer)
  return { config: configPath, instances: metricsAlone(places), notifiers: [] }
}

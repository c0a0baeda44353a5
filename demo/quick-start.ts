// The steps of the quick start, in the order in which people see them. Everything it starts ends with it.
import { coded } from '../schemas/errors.ts'
import type { Terminal } from '../terminal/index.ts'
import { formatDuration } from '../terminal/index.ts'
import { startDemoService } from './demo-service.ts'
import { requireFreePorts } from './ports.ts'
import { prepareData, requireOwnCheckout } from './prepare-data.ts'
import { publishCore } from './publish-core.ts'
import { ensurePublishToken } from './publish-token.ts'
import type { RegistryProcess } from './registry-process.ts'
import { startRegistry } from './registry-process.ts'
import { showOcto } from './run-octo.ts'
import type { StartSettings } from './settings.ts'
import { configPath, registryUrl, typed } from './settings.ts'
import { stopSignal } from './stop-signal.ts'
import { nextSteps } from './what-next.ts'
import { writeConfig } from './write-config.ts'

export async function quickStart(settings: StartSettings, terminal: Terminal): Promise<number> {
  const startedAt = performance.now()
  const step = (name: string, text: string) =>
    terminal.print(`${terminal.paint.green('✓')} ${terminal.paint.bold(name.padEnd(12))}  ${text}`)
  requireOwnCheckout(settings)
  await requireFreePorts(settings)
  const prepared = await prepareData(settings)
  step('key pair', `${prepared.key}; signs the repo \`core\``)
  using stopping = stopSignal()
  await using registry = await startRegistry(settings)
  step('registry', `${registryUrl(settings)}, data in ${typed(settings, settings.dir)}`)
  await ensurePublishToken(settings)
  const published = await publishCore(settings)
  for (const line of published) step('plugin', line)
  await using demo = await startDemoService(settings)
  step('demo service', demo.url)
  await writeConfig(settings)

  const words = ['check', '--config', typed(settings, configPath(settings))]
  terminal.print(`\n$ ./octo ${words.join(' ')}`)
  const code = await showOcto(settings, words)
  const again = published.every((line) => line.startsWith('unchanged'))
  const took = formatDuration(performance.now() - startedAt)
  terminal.print(nextSteps(settings, { code, took, again, paint: terminal.paint }))
  if (settings.once || stopping.signal.aborted) return code
  terminal.print('Serving until Ctrl-C.')
  return await Promise.race([stopping.asked, unexpectedEnd(registry, stopping.signal)])
}

/** A registry that ends by itself ends the quick start. */
async function unexpectedEnd({ ended }: RegistryProcess, stopped: AbortSignal): Promise<number> {
  const code = await ended
  if (stopped.aborted) return 0
  throw coded('OS_FAILED', { message: `the registry ended by itself with exit code ${code}`, details: { code } })
}

// Ends services: those that wait for others first. Claims of volumes stay, as `docker compose down` leaves volumes.
import type { OperatorCall } from '../../sdk/operator/index.ts'
import type { Cluster } from './kubectl.ts'
import { MANAGED_BY, PROJECT_LABEL, SERVICE_LABEL } from './objects.ts'
import type { Rendering } from './render.ts'
import { PRUNED, requireServices } from './start.ts'

const WORKLOADS = 'deployments,statefulsets,jobs'

type Stop = Pick<OperatorCall, 'args' | 'dryRun'>

/** Gives the exit code of kubectl. */
export async function stop({ args, dryRun }: Stop, rendering: Rendering, { kubectl }: Cluster): Promise<number> {
  requireServices(args, rendering.services)
  const { project, settings, services, stages } = rendering
  const [[key, value] = ['', '']] = Object.entries(MANAGED_BY)
  const own = `${PROJECT_LABEL}=${project},${key}=${value}`
  const remove = (kinds: string, selector: string) =>
    kubectl.run([
      ...['delete', kinds, `--selector=${selector}`, '--ignore-not-found'],
      ...(dryRun ? ['--dry-run=server'] : ['--wait=true', `--timeout=${Math.ceil(settings.timeoutMs / 1000)}s`]),
    ])
  const named = services.filter(({ service }) => args.length === 0 || args.includes(service.name))
  for (const { objects } of [...stages].reverse()) {
    const names = named.filter(({ workload }) => objects.includes(workload)).map(({ name }) => name)
    if (names.length === 0) continue
    const code = await remove(WORKLOADS, `${own},${SERVICE_LABEL} in (${names.join(',')})`)
    if (code !== 0) return code
  }
  return args.length > 0 ? 0 : remove(PRUNED, own)
}

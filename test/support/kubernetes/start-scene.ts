// A cluster of a test, and the start and stop of services in it.
import assert from 'node:assert/strict'
import type { Rendering } from '../../../plugins/operator-kubernetes/render.ts'
import { render } from '../../../plugins/operator-kubernetes/render.ts'
import { start } from '../../../plugins/operator-kubernetes/start.ts'
import { stop } from '../../../plugins/operator-kubernetes/stop.ts'
import { anOperatorConfig } from '../builders/operator-config.ts'
import { Cluster, ready } from './cluster.ts'
import { reachedCluster } from './cluster-kubectl.ts'

const ALL = { args: [] as readonly string[], dryRun: false }

export function renderedServices(services: object, more: object = {}): Rendering {
  return render(anOperatorConfig({ services, ...more }), { readFile: () => assert.fail(), variable: () => undefined })
}

/** `settle` says what becomes of an object that was applied. */
export function aCluster(settle = ready) {
  const cluster = new Cluster()
  cluster.settle = settle
  return { cluster, ...reached(cluster) }
}

/** `pass` is called at each pause. */
export function reached(cluster: Cluster, pass?: () => void) {
  const scene = reachedCluster(cluster, pass)
  const begin = (rendering: Rendering, call: Partial<typeof ALL> = {}) => start({ ...ALL, ...call }, rendering, scene)
  const end = (rendering: Rendering, call: Partial<typeof ALL> = {}) => stop({ ...ALL, ...call }, rendering, scene)
  return { scene, begin, end }
}

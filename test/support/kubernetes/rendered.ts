// What operator-kubernetes makes of a config in tests: its objects, and the pod and the container of the service `web`.
import assert from 'node:assert/strict'
import type { KubernetesObject } from '../../../plugins/operator-kubernetes/objects.ts'
import { referenceOf } from '../../../plugins/operator-kubernetes/objects.ts'
import type { Rendering } from '../../../plugins/operator-kubernetes/render.ts'
import { render } from '../../../plugins/operator-kubernetes/render.ts'
import type { OperatorConfig } from '../../../sdk/operator/index.ts'
import { withService } from '../builders/operator-config.ts'

/** What configs of tests name on this machine. */
const FILES: Readonly<Record<string, Buffer>> = {
  './password.txt': Buffer.from('hush\n'),
  '/cache/csp.yaml': Buffer.from('script-src: self\n'),
  '/files/logo.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]),
}
const VARIABLES: Readonly<Record<string, string>> = { TOKEN: 'hush', LANG: 'C.UTF-8' }

export function rendered(config: OperatorConfig): Rendering {
  return render(config, {
    readFile: (path) => FILES[path] ?? assert.fail(path),
    variable: (name) => VARIABLES[name],
  })
}

export function objectsOf({ stages }: Pick<Rendering, 'stages'>): readonly KubernetesObject[] {
  return stages.flatMap(({ objects }) => objects)
}

// biome-ignore lint/suspicious/noExplicitAny: a document that is looked into
export function objectIn(config: OperatorConfig, reference: string): any {
  return objectsOf(rendered(config)).find((object) => referenceOf(object) === reference) ?? assert.fail(reference)
}

// biome-ignore lint/suspicious/noExplicitAny: a document that is looked into
export function containerOf(service: Readonly<Record<string, unknown>>): any {
  return objectIn(withService(service), 'deployment/web').spec.template.spec.containers[0]
}

// `"{{.repos.files.NAME.path}}:/etc/a.conf:ro"` among the volumes of a service, as charts write it: a path of this machine, but of a
// file whose content is known, so that the cluster can be given it.
import type { OperatorConfig } from '../../sdk/operator/index.ts'
import { isNamed } from '../../sdk/operator/index.ts'

type MountedFile = { readonly source: string; readonly target: string }

/** Undefined for a volume that is no file of a repo. */
export function repoFileIn(item: unknown, { repos }: OperatorConfig): MountedFile | undefined {
  for (const [source, file] of Object.entries(repos.files)) {
    const path = isNamed(file) && typeof file.path === 'string' ? file.path : undefined
    const target = path === undefined ? undefined : targetOf(item, path)
    if (target !== undefined) return { source, target }
  }
  return undefined
}

function targetOf(item: unknown, path: string): string | undefined {
  if (isNamed(item)) return item.source === path && typeof item.target === 'string' ? item.target : undefined
  const text = String(item)
  if (!text.startsWith(`${path}:`)) return undefined
  const [target, options = 'rw', ...more] = text.slice(path.length + 1).split(':')
  return more.length === 0 && /^(ro|rw|z|Z|,)+$/.test(options) ? target : undefined
}

// How octo uses a plugin that it tests: as a check of a service, as a supervisor asks it, by `octo run`, or by its config alone.
import type { Built } from '../unpublished/unpublished-plugin.ts'

type Use = 'checked' | 'asked' | 'run' | 'listed'

/** Results that `octo check` reads, and those that only who asks such a plugin reads. */
const CHECKED: readonly (string | undefined)[] = ['check/v1', 'nagios', 'exit-code']
const ASKED: readonly (string | undefined)[] = ['notify/v1', 'secret/v1']

export function useOf({ manifest: { protocol, kind, output } }: Pick<Built, 'manifest'>): Use {
  if (protocol !== 'exec') return 'listed'
  if (kind !== 'tool') return 'run'
  if (ASKED.includes(output)) return 'asked'
  return CHECKED.includes(output) ? 'checked' : 'run'
}

/** Of arguments: the others take words alone, as `octo run` does. */
export function takesMap(tested: Pick<Built, 'manifest'>): boolean {
  return ['checked', 'asked'].includes(useOf(tested))
}

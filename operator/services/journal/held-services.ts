// Services that somebody stopped, and nobody started since: what is `unless-stopped` stays so after a restart of the machine.

import type { RunnableService } from '../specs/runnable.ts'
import type { KnownService } from './journal.ts'

type HeldDeps = {
  readonly services: ReadonlyMap<string, KnownService>
  readonly remember: (name: string, service: KnownService) => void
  readonly log: (line: string) => void
}

export function openHeldServices({ services, remember, log }: HeldDeps) {
  return {
    /** All without names. */
    hold(names: readonly string[]): void {
      for (const [name, known] of services)
        if (names.length === 0 || names.includes(name)) remember(name, { ...known, isStopped: true })
    },
    release(names: Iterable<string>): void {
      for (const name of new Set(names)) {
        const { isStopped, ...known } = services.get(name) ?? {}
        if (isStopped) remember(name, known as KnownService)
      }
    },
    /** Which of them a restart of the machine starts. */
    afterBoot(all: readonly RunnableService[]): readonly RunnableService[] {
      return all.filter(({ name, spec: { restart } }) => {
        const stays = restart.policy === 'unless-stopped' && services.get(name)?.isStopped === true
        if (stays) log(`${name}: stays stopped, as somebody stopped it: \`octo start ${name}\` starts it`)
        return !stays
      })
    },
  }
}

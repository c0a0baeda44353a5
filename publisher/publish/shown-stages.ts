// The steps of a publish as a person sees them: one display for each, named for what runs now.
import type { Progress, ProgressItem, Terminal } from '../../terminal/index.ts'
import type { PublishStage } from './interruption.ts'

type ShownStages = Disposable & {
  /** Takes the display of the step before away. */
  enter(stage: PublishStage): void
  /** One file of the present step. */
  item(label: string, size: number): ProgressItem | undefined
  /** The display of the present step; none in a CI log, which gets one line for each plugin at the end. */
  readonly progress: Progress | undefined
}

/** Steps that are one wait for the registry, without files of their own. */
const WAITS: readonly PublishStage[] = ['publishing', 'proving']

export function showStages(terminal: Terminal, release: string): ShownStages {
  let progress: Progress | undefined
  const stop = () => {
    progress?.stop()
    progress = undefined
  }
  return {
    enter(stage) {
      stop()
      terminal.debug(`${stage} ${release}`)
      if (!terminal.interactive || stage === 'signing') return
      progress = terminal.progress({ title: stage, unit: WAITS.includes(stage) ? 'steps' : 'bytes' })
      if (WAITS.includes(stage)) progress.item(release, 1)
    },
    item: (label, size) => progress?.item(label, size),
    get progress() {
      return progress
    },
    [Symbol.dispose]: stop,
  }
}

// The steps of a publish as they are seen: by a person as one display for each, named for what runs now; in a log as a line now and
// then about what still runs, beside the one line for each plugin at its end.
import type { Progress, ProgressItem, Terminal } from '../../terminal/index.ts'
import { STILL_RUNNING_MS } from '../../terminal/say-still-running.ts'
import type { PublishStage } from './interruption.ts'

type ShownStages = Disposable & {
  /** Ends the display of the step before. */
  enter(stage: PublishStage): void
  /** One file of the present step. */
  item(label: string, size: number): ProgressItem | undefined
  /** The display of the present step. */
  readonly progress: Progress | undefined
}

/** Steps that are one wait for the registry, without files of their own. */
const WAITS: readonly PublishStage[] = ['publishing', 'proving']

export function showStages(terminal: Terminal, release: string): ShownStages {
  const shown = terminal.interactive ? inDisplays(terminal, release) : inLines(terminal, release)
  return {
    enter(stage) {
      terminal.debug(`${stage} ${release}`)
      shown.enter(stage)
    },
    item: (label, size) => shown.progress?.item(label, size),
    get progress() {
      return shown.progress
    },
    [Symbol.dispose]: () => shown[Symbol.dispose](),
  }
}

type Shown = Omit<ShownStages, 'item'>

function inDisplays(terminal: Terminal, release: string): Shown {
  let progress: Progress | undefined
  const stop = () => {
    progress?.stop()
    progress = undefined
  }
  return {
    enter(stage) {
      stop()
      if (stage === 'signing') return
      progress = terminal.progress({ title: stage, unit: WAITS.includes(stage) ? 'steps' : 'bytes' })
      if (WAITS.includes(stage)) progress.item(release, 1)
    },
    get progress() {
      return progress
    },
    [Symbol.dispose]: stop,
  }
}

/** One for all steps: the time between two lines does not begin anew with each. */
function inLines(terminal: Terminal, release: string): Shown {
  const progress = terminal.progress({ endsSilently: true, heartbeatMs: STILL_RUNNING_MS })
  let step: ProgressItem | undefined
  return {
    enter(stage) {
      step?.done()
      step = progress.item(`${stage} ${release}`)
    },
    progress,
    [Symbol.dispose]: () => progress.stop(),
  }
}

// What is true when a publish is broken off: nothing was sent, nothing is public yet, nobody knows, or it is public and was
// not proven from here; and of several plugins, which were done before and which were not begun.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

export type PublishStage = 'building' | 'signing' | 'uploading' | 'publishing' | 'proving'

type Interruption = Disposable & {
  /** What runs now, of this release. Throws INTERRUPTED behind a signal. */
  enter(stage: PublishStage, release: string): void
  /** The present one is public. */
  done(release: string): void
  /** Rejects with INTERRUPTED when a signal comes; otherwise stays open. */
  readonly signalled: Promise<never>
}

type State = {
  stage: PublishStage
  release: string | undefined
  readonly public: string[]
  /** Folders of those that nothing was done for. */
  readonly notBegun: string[]
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

const AGAIN = 'run the same command again: it goes on where it stopped'

const TRUTH: Readonly<Record<PublishStage, (release: string) => { readonly said: string; readonly hint: string }>> = {
  building: (release) => ({ said: `${release} is not published: nothing was sent`, hint: AGAIN }),
  signing: (release) => ({ said: `${release} is not published: nothing was sent`, hint: AGAIN }),
  uploading: (release) => ({
    said: `${release} is not public; what was uploaded is kept for a while`,
    hint: AGAIN,
  }),
  publishing: (release) => ({
    said: `whether ${release} is public is not known: the registry was asked to publish it and had not answered`,
    hint: 'run the same command again: it finds out, and goes on if need be',
  }),
  proving: (release) => ({
    said: `${release} is public; what the registry serves was not proven from here`,
    hint: 'run the same command again: it only proves what is published',
  }),
}

/** The folders are those of the plugins, in the order in which they come. */
export function watchForInterruption(dirs: readonly string[]): Interruption {
  const state: State = { stage: 'building', release: undefined, public: [], notBegun: [...dirs] }
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  let told: Error | undefined
  // It listens on until it is disposed of: whoever cleans up at a signal ends the process when nobody else does.
  const onSignal = () => {
    told ??= interrupted(state)
    reject(told)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    enter(stage, release) {
      // The process lives on while it writes what it says, and the work with it: what was said to be not public must not become so.
      if (told) throw told
      if (release !== state.release) state.notBegun.shift()
      state.stage = stage
      state.release = release
    },
    done(release) {
      state.public.push(release)
      // Nothing is known of the next one before it is entered.
      state.stage = 'building'
      state.release = undefined
    },
    signalled: promise,
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}

function interrupted({ stage, release, public: before, notBegun }: State): Error {
  const { said, hint } = TRUTH[stage](release === undefined ? 'the release' : quote(release))
  const others = [
    ...(before.length > 0 ? [`${listed(before)} ${before.length > 1 ? 'are' : 'is'} public`] : []),
    ...(notBegun.length > 0 ? [`${listed(notBegun)} ${notBegun.length > 1 ? 'were' : 'was'} not begun`] : []),
  ]
  return coded('INTERRUPTED', {
    message: `interrupted while ${[`${stage}: ${said}`, ...others].join('; ')}`,
    details: { stage, ...(release === undefined ? {} : { release }), public: [...before], notBegun: [...notBegun] },
    hint,
  })
}

function listed(names: readonly string[]): string {
  return names.map((name) => quote(name)).join(', ')
}

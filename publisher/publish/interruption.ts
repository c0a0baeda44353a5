// What is true when a publish is broken off: nothing was sent, nothing is public yet, nobody knows, or it is public and was
// not proven from here.
import { coded } from '../../schemas/errors.ts'

export type PublishStage = 'building' | 'signing' | 'uploading' | 'publishing' | 'proving'

type Interruption = Disposable & {
  /** What runs now; `release` is its full name once that is known. */
  enter(stage: PublishStage, release?: string): void
  /** Rejects with INTERRUPTED when a signal comes; otherwise stays open. */
  readonly signalled: Promise<never>
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

export function watchForInterruption(): Interruption {
  let stage: PublishStage = 'building'
  let subject = 'the release'
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  const onSignal = () => reject(interrupted(stage, subject))
  for (const signal of SIGNALS) process.once(signal, onSignal)
  return {
    enter(next, release) {
      stage = next
      subject = release === undefined ? subject : `\`${release}\``
    },
    signalled: promise,
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}

/** Exported for its table of sentences. */
function interrupted(stage: PublishStage, subject: string): Error {
  const { said, hint } = TRUTH[stage](subject)
  return coded('INTERRUPTED', { message: `interrupted while ${stage}: ${said}`, details: { stage }, hint })
}

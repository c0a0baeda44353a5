// What waits for services that come first, and for its secrets: begun when all of that is there, and failed when it cannot come any more.

import type { Instances, One } from './journal/instances.ts'
import { answerOf, answerOfAll } from './life/conditions.ts'
import type { SecretsKeeper } from './secrets/keeper.ts'
import type { LoadedServices } from './specs/loaded-services.ts'

type WaitingDeps = {
  readonly instances: Pick<Instances, 'all' | 'of' | 'tell'>
  readonly loaded: LoadedServices
  readonly secrets: Pick<SecretsKeeper, 'isReady'>
}

export function openWaiting({ instances, loaded, secrets }: WaitingDeps) {
  function answerFor({ service }: One) {
    const answers = loaded.waitsFor(service).map((edge) =>
      answerOf(
        edge,
        instances.of(edge.service).map(({ instance }) => instance),
      ),
    )
    return answerOfAll(answers)
  }

  /** What no config names is not given any, and what becomes of it is for its preparation to say. */
  function hasSecrets({ service }: One): boolean {
    return loaded.of(service) === undefined || secrets.isReady(loaded.required(service))
  }

  return {
    /** After every change. */
    look(): void {
      for (const one of instances.all()) {
        const { state, generation } = one.instance
        if (state !== 'waiting') continue
        const answer = answerFor(one)
        if (answer.state === 'met' && hasSecrets(one)) instances.tell(one, { kind: 'ready', generation })
        if (answer.state === 'never') instances.tell(one, { kind: 'blocked', generation, reason: answer.reason })
      }
    },
    /** Those to whom it matters how it is with their secrets. */
    onlyForSecrets: (service: string): readonly One[] =>
      instances.of(service).filter((one) => one.instance.state === 'waiting' && answerFor(one).state === 'met'),
    /** Which services are not there yet: asked for where it is shown, as it changes with each state of theirs. */
    behindOf(one: One): { readonly behind?: string } {
      const answer = one.instance.state === 'waiting' ? answerFor(one) : undefined
      return answer?.state === 'pending' ? { behind: answer.reason } : {}
    },
  }
}

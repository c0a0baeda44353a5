// Hostile documents: configs of 256 KiB that are read or refused, each in the time that a person does not notice.
import { writeFile } from 'node:fs/promises'
import { isCoded } from '../../schemas/errors.ts'
import { readConfig } from '../../test/support/builders/read-configs.ts'
import type { Contender } from '../model.ts'
import { HOSTILE_DOCUMENTS, ORDINARY_DOCUMENT } from '../ours/hostile-documents.ts'
import type { Scope } from '../scope.ts'
import type { Suite } from '../suite.ts'

const ROUNDS = { full: 5, quick: 1 }
const LIMIT_MS = 300
const ORDINARY = 'an ordinary config'

export const suite: Suite = {
  name: 'hostile',
  async prepare(scope) {
    const documents = { [ORDINARY]: ORDINARY_DOCUMENT, ...HOSTILE_DOCUMENTS }
    await writeFile(scope.path('x.yaml'), 'name: x\n')
    const contenders = await Promise.all(Object.entries(documents).map((entry) => reading(scope, entry)))
    return [
      {
        name: 'hostile-documents',
        title: 'hostile documents: configs of 256 KiB, read or refused',
        unit: 'ms',
        rounds: ROUNDS,
        contenders,
        aims: Object.keys(HOSTILE_DOCUMENTS).map((ours) => ({
          ours,
          peer: ORDINARY,
          limit: LIMIT_MS,
          compare: 'difference' as const,
          bound: 'at most' as const,
        })),
        note: 'time of the processor, in one process, after a first round; each row is named for what makes the document expensive',
      },
    ]
  },
}

async function reading(scope: Scope, [name, text]: readonly [string, string]): Promise<Contender> {
  const path = scope.path(`${name.replaceAll(' ', '-')}.yaml`)
  await writeFile(path, text)
  return {
    name,
    measure: async () => {
      const before = process.cpuUsage()
      await readConfig(path, { cwd: scope.folder, env: {} }).catch((error: unknown) => {
        if (!isCoded(error)) throw error
      })
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    },
  }
}

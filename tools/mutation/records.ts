// What each test runs when nothing is changed, written down once: a run that is broken off goes on where it was, and the next one
// asks the tests that reach a guard first. What was written holds while the test and the guarded file are as they were.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceFile } from '../finding.ts'
import type { Coverage } from './coverage.ts'

export type Usual = { readonly ms: number; readonly coverage: Coverage }
type Written = Usual & { readonly digests: Readonly<Record<string, string>> }

export type Records = {
  /** Undefined when nothing is known of the test, or when it or the guarded file has changed since. */
  of(test: string, guarded: string): Usual | undefined
  /** Looks once, also when two ask at a time; a test that fails as it is gives undefined, and may do otherwise the next time. */
  lookAt(test: string, look: () => Promise<Usual | undefined>): Promise<Usual | undefined>
}

export function openRecords(folder: string, files: readonly SourceFile[]): Records {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const read = new Map<string, Written | undefined>()
  const lookedAt = new Map<string, Promise<Usual | undefined>>()
  const fileOf = (test: string) => join(folder, `${test.replaceAll('/', '+')}.json`)
  return {
    of(test, guarded) {
      if (!read.has(test)) read.set(test, readWritten(fileOf(test)))
      const written = read.get(test)
      if (written?.digests[test] !== digestOf(texts.get(test))) return undefined
      const isReached = written.coverage[guarded] !== undefined
      return isReached && written.digests[guarded] !== digestOf(texts.get(guarded)) ? undefined : written
    },
    lookAt(test, look) {
      const usual = lookedAt.get(test) ?? look().then((found) => found && keep(test, found))
      lookedAt.set(test, usual)
      return usual
    },
  }

  function keep(test: string, usual: Usual): Usual {
    const paths = [test, ...Object.keys(usual.coverage)]
    const digests = Object.fromEntries(paths.map((path) => [path, digestOf(texts.get(path))]))
    const written = { ...usual, digests }
    read.set(test, written)
    mkdirSync(folder, { recursive: true })
    writeFileSync(fileOf(test), JSON.stringify(written))
    return usual
  }
}

function readWritten(file: string): Written | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Written
  } catch {
    return undefined
  }
}

function digestOf(text: string | undefined): string {
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex')
}

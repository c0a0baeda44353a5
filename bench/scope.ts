// What a suite may use and leaves nothing of: a temp folder and stop functions, and the note of peers that are not there.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Absence } from './model.ts'

/** Thrown by a peer that is not installed and cannot be. */
export class Missing extends Error {}

export class Scope {
  readonly folder: string
  readonly quick: boolean
  readonly absent: Absence[] = []
  readonly #stops: (() => Promise<void>)[] = []

  private constructor(folder: string, quick: boolean) {
    this.folder = folder
    this.quick = quick
  }

  static async open(quick: boolean): Promise<Scope> {
    return new Scope(await mkdtemp(join(tmpdir(), 'octo-bench-')), quick)
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  onClose(stop: () => Promise<void>): void {
    this.#stops.push(stop)
  }

  /** Sets up one side of a suite; when that does not work the suite goes on without it and the reason is kept. */
  async attempt<T>(name: string, setUp: () => Promise<T>): Promise<T | undefined> {
    try {
      return await setUp()
    } catch (error) {
      this.absent.push({ name, kind: error instanceof Missing ? 'missing' : 'failed', reason: messageOf(error) })
      return undefined
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop()
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The reason in one line, without the folders of this machine: results are published. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const lines = text.split('\n').slice(0, 12).join(' | ')
  return lines.replace(/(?<![:/\w])\/(?:[\w.@+-]+\/)+/g, '')
}

// Services with sources of secrets that a test answers for: what a source says lies in a folder of the test, whose name it is given.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openSecretFolders } from '../../../operator/services/secrets/secret-folders.ts'
import { anExecutable } from '../builders/executables.ts'
import { aServiceScene } from './service-scene.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    folder: { type: 'string' },
    token: { type: 'string', writeOnly: true },
    login: { type: 'object', properties: { pin: { type: 'integer', writeOnly: true } } },
  },
  additionalProperties: false,
}

const SECRETS_PLUGIN = anExecutable('gives-secrets.sh', {
  ...{ output: 'secret/v1', input: 'json', arguments: SCHEMA },
})

type Answer = {
  readonly secrets?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

export async function aSecretScene(t: TestContext) {
  const scene = await aServiceScene(t, {}, { 'gives-secrets': SECRETS_PLUGIN })
  const source = (name: string) => {
    const folder = join(scene.folder, `source-${name}`)
    mkdirSync(folder, { recursive: true })
    const file = (kind: string) => join(folder, kind)
    return {
      /** As `secrets` of a service name it. */
      item: (more: object = {}) => ({ tool: 'gives-secrets', args: { folder }, ...more }),
      /** What it says from now on. */
      gives: (answer: Answer) => {
        rmSync(file('exit'), { force: true })
        writeFileSync(file('answer'), `${JSON.stringify({ v: 1, status: 'ok', summary: 'given', ...answer })}\n`)
      },
      says: (status: 'retry' | 'failed', more: object = {}) => {
        writeFileSync(file('exit'), status === 'retry' ? '75' : '69')
        writeFileSync(file('answer'), `${JSON.stringify({ v: 1, status, summary: 'the server is away', ...more })}\n`)
      },
      /** Its questions so far. */
      asked: (): readonly { readonly lease?: unknown; readonly arguments: Record<string, unknown> }[] =>
        textOf(file('asked'))
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
    }
  }
  return { ...scene, source, folders: () => openSecretFolders(scene.project.places, scene.env) }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

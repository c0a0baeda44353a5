// Writes schemas/json/*.schema.json from the shapes; with --check it only says which files are stale.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { configJsonSchema } from '../config/document/json-schema.ts'
import { problemShape } from '../schemas/api.ts'
import { checkResultShape } from '../schemas/check-result.ts'
import { notifyInputShape, notifyResultShape } from '../schemas/contract/notification.ts'
import { secretInputShape, secretResultShape } from '../schemas/contract/secrets.ts'
import { discoveryShape } from '../schemas/discovery.ts'
import { keyDocumentShape } from '../schemas/key-document.ts'
import { lockfileShape } from '../schemas/lockfile.ts'
import { manifestJsonSchema } from '../schemas/manifest-json-schema.ts'
import { pluginDocumentShape } from '../schemas/plugin-document.ts'
import { pluginPageShape } from '../schemas/plugin-pages.ts'
import { releaseStatementShape } from '../schemas/release-statement.ts'
import { repoDocumentShape } from '../schemas/repo-document.ts'

const FOLDER = new URL('../schemas/json/', import.meta.url)

const SCHEMAS: Readonly<Record<string, { readonly title: string; readonly shape: z.ZodType }>> = {
  'check-result': { title: 'Result line of a check (check/v1)', shape: checkResultShape },
  discovery: { title: 'Discovery document of a registry', shape: discoveryShape },
  'key-document': { title: 'Keys that a repo names', shape: keyDocumentShape },
  lockfile: { title: 'octo.lock', shape: lockfileShape },
  'notify-input': { title: 'Document of a notifier on standard input (notify/v1)', shape: notifyInputShape },
  'notify-result': { title: 'Result line of a notifier (notify/v1)', shape: notifyResultShape },
  'plugin-document': { title: 'Plugin document', shape: pluginDocumentShape },
  'plugin-page': { title: 'Page of a plugin document', shape: pluginPageShape },
  problem: { title: 'Error answer of a registry', shape: problemShape },
  'release-statement': { title: 'Release statement (in-toto)', shape: releaseStatementShape },
  'repo-document': { title: 'Repo document', shape: repoDocumentShape },
  'secret-input': { title: 'Document of a secret plugin on standard input (secret/v1)', shape: secretInputShape },
  'secret-result': { title: 'Result line of a secret plugin (secret/v1)', shape: secretResultShape },
}

/** File name to the text it must have. */
function renderJsonSchemas(): ReadonlyMap<string, string> {
  const shapes = new Map(
    Object.entries(SCHEMAS).map(([name, { title, shape }]) => {
      const schema = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })
      return [`${name}.schema.json`, asText({ title, ...schema })] as const
    }),
  )
  shapes.set('config.schema.json', asText(configJsonSchema()))
  return shapes.set('manifest.schema.json', asText(manifestJsonSchema()))
}

function asText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** Names of files that are missing, different or left over. */
export async function staleJsonSchemas(): Promise<string[]> {
  const wanted = renderJsonSchemas()
  const existing = await readdir(FOLDER).catch(() => [])
  const extra = existing.filter((name) => !wanted.has(name))
  const texts = await Promise.all(
    [...wanted.keys()].map((name) => readFile(new URL(name, FOLDER), 'utf8').catch(() => '')),
  )
  const different = [...wanted].filter(([, text], index) => texts[index] !== text).map(([name]) => name)
  return [...different, ...extra].sort()
}

async function write(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { recursive: true })
  for (const [name, text] of renderJsonSchemas()) await writeFile(new URL(name, FOLDER), text)
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) await write()
  const stale = await staleJsonSchemas()
  if (stale.length > 0) {
    process.stderr.write(
      `stale: ${stale.join(', ')}\n  do this instead: node_modules/.bin/node tools/write-json-schemas.ts\n`,
    )
    process.exitCode = 1
  }
}

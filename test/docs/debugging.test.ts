// What docs/DEBUGGING.md types and names: queries of the database, folders of the store, the probe of warm runs, log levels.
import assert from 'node:assert/strict'
import { relative, sep } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { layoutOf } from '../../client/store/layout.ts'
import { aPluginProject } from '../support/builders/plugin-project.ts'
import { aConsumer } from '../support/client/consumer.ts'
import { runWell } from '../support/machine/run-shell.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { blocksOf, blocksOfKind, readDocument, tableRows } from '../support/octo/document-blocks.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { publishProjects, writeKeyFiles } from '../support/publisher/publish-project.ts'
import { openTestDb } from '../support/registry/test-db.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const PAGE = 'docs/DEBUGGING.md'
const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

/** Words between backticks in the first cell of each row. */
const firstCells = (heading: string) =>
  tableRows(PAGE, heading).flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word))

test('the tables of the database are those of the page, and its queries can be asked', async (t) => {
  const { $client: database } = await openTestDb(t)
  const tables = database
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'plugin_words_%' AND name NOT LIKE 'private_words_%'`,
    )
    .pluck()
    .all()
  assert.deepEqual(firstCells("## The registry's database").sort(), tables.sort())
  const queries = blocksOf(PAGE)
    .filter(({ language }) => language === 'sql')
    .flatMap(({ text }) => text.split(/(?<=;)\n/).filter(Boolean))
  assert.ok(queries.length > 3)
  for (const query of queries) assert.deepEqual(database.prepare(query).all(), [], query)
})

test('the folders of the store are those of the page', () => {
  const layout = layoutOf(sep)
  const folders = Object.values(layout).filter(
    (path) => typeof path === 'string' && path !== layout.root && path !== layout.base && !path.endsWith('.lock'),
  )
  assert.deepEqual(
    firstCells('## The store of a machine').sort(),
    folders.map((path) => `${relative(layout.base, String(path)).replaceAll(sep, '/')}/`).sort(),
  )
})

test('the log levels are those of the registry', async (t) => {
  const { stdout } = await octoIn({ cwd: tempFolder(t) }, ['registry', 'serve', '--help'])
  const levels = [
    ...(/The levels are (.*?)\. `debug`/.exec(readDocument(PAGE).replaceAll('\n', ' '))?.[1]?.matchAll(/`(\w+)`/g) ??
      []),
  ].map(([, level]) => level)
  assert.match(stdout.replace(/\s+/g, ' '), new RegExp(`\\(${levels.join(', ')}\\)`))
})

test('the probe tells a warm run from a cold one', async (t) => {
  const registry = await startTestRegistry(t)
  await using project = await aPluginProject()
  await publishProjects([project.dir], registry, writeKeyFiles(tempFolder(t), registry.key))
  const consumer = aConsumer(t, { url: `${registry.url}/repos/core.yaml`, key: registry.key })
  const probe = () =>
    runWell(blocksOfKind(PAGE, 'warm').join('\n'), { cwd: consumer.folder, env: { ...consumer.env, OCTO: CHECKOUT } })
  assert.equal(await probe(), 'cold\n')
  // The first run may come too soon after the files were written to remember them.
  for (const _ of [1, 2]) assert.equal((await consumer.octo('run', 'hello', '--', 'you')).stdout, 'hello you\n')
  assert.equal(await probe(), 'warm\n')
})

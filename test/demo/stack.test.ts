// `npm run demo:stack` as people get it: a stack of services whose API is killed and comes back, kept until Ctrl-C, then gone.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { FoundPostgres } from '../../demo/stack/find-postgres.ts'
import { findPostgres } from '../../demo/stack/find-postgres.ts'
import { catchMail } from '../../demo/stack/mail-catcher.ts'
import { renderStack } from '../../demo/stack/render-config.ts'
import { isCoded } from '../../schemas/errors.ts'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readConfig } from '../support/builders/read-configs.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { isGone } from '../support/machine/processes.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { BUNDLE } from '../support/octo/run-octo.ts'
import { showsRun } from '../support/octo/shown-run.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

test('the stack comes up, its API is killed and comes back, and after Ctrl-C nothing is left', options, async (t) => {
  const postgres = await findPostgres(process.env.OCTO_STACK_POSTGRES, process.env)
  if (!postgres.isFound) t.diagnostic(`without a database: ${postgres.why}; OCTO_STACK_POSTGRES names one`)
  // Before the folder goes, whatever was found: it ends all that it has started.
  let end = async (): Promise<unknown> => undefined
  t.after(() => end())
  const folder = tempFolder(t)
  // Root's database runs as another user, who has to get there.
  chmodSync(folder, 0o711)
  const { PATH = '', OCTO_STACK_POSTGRES = '' } = process.env
  const child = spawn(process.execPath, [join(ROOT, 'bin/octo.js'), 'demo', 'stack', '--keep'], {
    env: { PATH, ...BUNDLE, OCTO_STACK_POSTGRES, HOME: join(folder, 'home'), TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const running = Promise.withResolvers<void>()
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => {
      said += chunk
      if (said.includes('Running until Ctrl-C')) running.resolve()
    })
  const closed = once(child, 'close')
  end = () => {
    child.kill('SIGINT')
    return closed
  }
  await Promise.race([running.promise, closed])

  const where = postgres.isFound ? `PostgreSQL ${postgres.version}` : 'memory'
  const services = postgres.isFound ? ['database', 'api', 'web'] : ['api', 'web']
  for (const service of services) assert.match(said, new RegExp(`^${service} +running +healthy +\\d+ `, 'm'), said)
  const [, killed = ''] = /^\$ kill -9 (\d+) {2}# api$/m.exec(said) ?? []
  const behind = said.slice(said.indexOf(`kill -9 ${killed}`))
  assert.match(behind, /^api +running +healthy +\d+ .*ended by SIGKILL, started again$/m, said)
  assert.match(said, /^To: you@localhost$/m, said)
  // Behind its time, where one mail tells of more.
  assert.match(behind, /^(?:\S+ )?api\.1: crashed: ended by SIGKILL; it is tried again$/m, said)
  // What is counted in memory begins anew with the program.
  const visits = [...said.matchAll(/^visit (\d+), counted in (.+)$/gm)].map(([, count, place]) => [count, place])
  assert.deepEqual(
    visits,
    [
      ['1', where],
      [postgres.isFound ? '2' : '1', where],
    ],
    said,
  )
  const [, web = ''] = /curl (http:\/\/127\.0\.0\.1:\d+\/)/.exec(behind) ?? []
  assert.equal((await fetch(web)).status, 200)

  child.kill('SIGINT')
  assert.deepEqual(await closed, [0, null], said)
  // Without a database the README shows more than there is.
  if (postgres.isFound) showsRun('README.md', 'stack', said.replace(/^\d{4}-\S+ (?=api)/gm, ''))
  assert.deepEqual(readdirSync(folder), [])
  const pids = [...said.matchAll(/^\w+ +running +\w+ +(\d+) /gm)].map(([, pid]) => Number(pid))
  for (const pid of new Set(pids)) assert.ok(await isGone(pid), `process ${pid} is left`)
  await assert.rejects(fetch(web))
})

const FOUND: FoundPostgres = {
  isFound: true,
  bin: '/opt/my pg/bin',
  version: '15.2',
  runAs: ['/bin/setpriv', '--reuid=7'],
}

test('its config is valid, with and without a database', async (t) => {
  for (const postgres of [FOUND, undefined]) {
    const dir = tempFolder(t)
    const facts = { dir, root: ROOT, node: '/bin/node', registry: 'http://127.0.0.1:1', webPort: 80, mailPort: 25 }
    const secrets = { url: 'http://127.0.0.1:2', tokenFile: join(dir, 'keys', 'a: "token') }
    const database = postgres && { postgres, secrets }
    const text = renderStack({ ...facts, ...(database ? { database } : {}) })
    mkdirSync(join(dir, 'keys'))
    writeFileSync(join(dir, 'keys', 'core.pub'), publicKeyLine(issueKey().trustKey))
    writeFileSync(join(dir, 'octo.yaml'), text)
    const { services, warnings } = await readConfig(join(dir, 'octo.yaml'), { cwd: dir, env: {} })
    assert.deepEqual(warnings, [])
    assert.deepEqual(
      services.map(({ name, spec }) => [name, isCoded(spec) ? spec.message : spec.dependsOn.map((one) => one.service)]),
      postgres
        ? [
            ['database-files', []],
            ['database', ['database-files']],
            ['api', ['database']],
            ['web', ['database', 'api']],
          ]
        : [
            ['api', []],
            ['web', ['api']],
          ],
    )
  }
})

test('mails are kept as they come and shown as people read them, also by one who hangs up', async (t) => {
  const folder = join(tempFolder(t), 'mails')
  await using catcher = await catchMail(folder)
  const waited = catcher.mail((text) => text.includes('well'), new AbortController().signal)
  for (const [said, encoded] of [
    ['it crashed', false],
    ['it is well: über', true],
  ] as const) {
    const head = `Subject: api${encoded ? '\r\nContent-Transfer-Encoding: base64' : ''}\r\nX-Other: 1`
    const body = encoded ? Buffer.from(`${said}\r\n`).toString('base64') : `..${said}`
    const socket = createConnection({ port: catcher.port, host: '127.0.0.1' })
    socket.write(`EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n${head}\r\n\r\n${body}\r\n.\r\n`)
    assert.ok(await catcher.mail((text) => text.includes(said), new AbortController().signal))
    socket.resetAndDestroy()
  }
  assert.deepEqual(await waited, { file: join(folder, '2.eml'), text: 'Subject: api\n\nit is well: über' })
  assert.match(readFileSync(join(folder, '1.eml'), 'utf8'), /X-Other: 1\r\n\r\n\.it crashed\r\n$/)
  assert.equal(await catcher.mail(() => false, AbortSignal.abort()), undefined)
})

test('a PostgreSQL is taken where its programs are, and left out where somebody asks for none', async (t) => {
  const folder = tempFolder(t)
  await expectCodeAsync('USAGE', () => findPostgres(folder, process.env))
  for (const program of ['initdb', 'postgres'])
    writeFileSync(join(folder, program), '#!/bin/sh\necho "postgres (PostgreSQL) 17.4 (Debian 17.4-1)"\n', {
      mode: 0o755,
    })
  const named = await findPostgres(folder, process.env)
  assert.ok(!named.isFound || (named.bin === folder && named.version === '17.4'))
  const found = await findPostgres(undefined, { ...process.env, PATH: `${folder}:${process.env.PATH}` })
  assert.ok(!found.isFound || found.bin === folder)
  assert.deepEqual(await findPostgres('none', { PATH: folder }), {
    isFound: false,
    why: 'left out, as `--postgres none` asks',
  })
})

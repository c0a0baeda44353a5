// `octo demo stack`: a database, an API and a web as services of this machine; one of them is killed, and comes back. The steps in
// the order in which people see them. Everything that is started ends with it.

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { shownDuration } from '../../schemas/shown-duration.ts'
import type { Terminal } from '../../terminal/index.ts'
import { formatDuration } from '../../terminal/index.ts'
import { requireOwnCheckout } from '../prepare-data.ts'
import { stopSignal } from '../stop-signal.ts'
import { findPostgres } from './find-postgres.ts'
import { freePort } from './free-port.ts'
import { killAndWatch } from './kill-and-watch.ts'
import type { MailCatcher } from './mail-catcher.ts'
import { catchMail } from './mail-catcher.ts'
import type { Place } from './place.ts'
import { makeDatabaseFolder, openPlace } from './place.ts'
import { renderStack, webAddress } from './render-config.ts'
import type { StackScreen } from './screen.ts'
import { openScreen } from './screen.ts'
import type { SecretServer } from './secret-server.ts'
import { serveSecrets } from './secret-server.ts'
import { serveRepos } from './serve-repos.ts'
import type { StackOptions } from './stack-settings.ts'
import { readStackSettings, STACK_PLUGINS } from './stack-settings.ts'
import { nextSteps } from './what-next.ts'

type Environment = Readonly<Record<string, string | undefined>>

export async function runStack(options: StackOptions, env: Environment, terminal: Terminal): Promise<number> {
  const startedAt = performance.now()
  const settings = readStackSettings(options, env)
  const { root } = settings
  requireLinux()
  requireOwnCheckout({ root, plugins: STACK_PLUGINS })
  const postgres = await findPostgres(settings.postgres, env)
  using stopping = stopSignal()
  await using place = openPlace(root, env)
  const screen = openScreen({ root, place, terminal })
  await using repos = await serveRepos(root, place)
  screen.step('registry', `${repos.url}, with ${repos.published} plugins that were built, signed and published now`)
  screen.step('PostgreSQL', postgres.isFound ? `${postgres.version}, in ${postgres.bin}` : postgres.why)
  if (postgres.isFound) makeDatabaseFolder(place, postgres.owner)

  await using mails = await catchMail(join(place.dir, 'mails'))
  screen.step('mail', `smtp://127.0.0.1:${mails.port}, kept in ${join(place.dir, 'mails')}`)
  await using secrets = postgres.isFound ? await openSecrets(place, env) : undefined
  if (secrets) screen.step('secrets', `${secrets.url}, ${secrets.what}`)

  const facts = {
    dir: place.dir,
    root,
    node: process.execPath,
    registry: repos.url,
    webPort: await freePort(),
    mailPort: mails.port,
    ...(postgres.isFound && secrets ? { database: { postgres, secrets } } : {}),
  }
  writeFileSync(join(place.dir, 'octo.yaml'), renderStack(facts), { mode: 0o600 })
  screen.step('config', join(place.dir, 'octo.yaml'))
  screen.typed(`cd ${place.dir}`)
  {
    await using _ = stoppedAtTheEnd(screen)
    await mustStart(screen)
    await screen.visit(webAddress(facts))
    await killAndWatch(screen, 'api', stopping.signal)
    if (!stopping.signal.aborted) await screen.visit(webAddress(facts))
    await showMail(screen, mails, stopping.signal)
    if (!stopping.signal.aborted) {
      await screen.octo(['events', 'api'])
      await screen.octoLines(['metrics'], 'restarts_total{')
    }
    if (settings.keep && !stopping.signal.aborted) {
      terminal.print(nextSteps(place, webAddress(facts), terminal.paint))
      await stopping.asked
    }
  }
  const took = formatDuration(performance.now() - startedAt)
  terminal.print(`\n${terminal.paint.green('✓')} Everything was stopped and removed, after ${took}.`)
  return 0
}

/** With a password that nobody knows, and the token in a file for whoever asks. */
async function openSecrets({ dir }: Place, env: Environment): Promise<SecretServer & { readonly tokenFile: string }> {
  const server = await serveSecrets({ password: randomBytes(18).toString('base64url') }, env)
  const tokenFile = join(dir, 'keys', 'vault.token')
  writeFileSync(tokenFile, `${server.token}\n`, { mode: 0o600 })
  return { ...server, tokenFile }
}

function requireLinux(): void {
  if (process.platform === 'linux') return
  throw coded('USAGE', {
    message: `octo runs services on Linux, and this is \`${process.platform}\``,
    hint: '`npm start` shows the rest of octo on this machine',
  })
}

/** However the middle of it went, and however often somebody presses Ctrl-C meanwhile. */
function stoppedAtTheEnd(screen: StackScreen): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      const code = await screen.octoToTheEnd(['stop'])
      if (code !== 0) throw coded('OS_FAILED', { message: `\`octo stop\` left something running, exit code ${code}` })
    },
  }
}

const MAIL_MS = 60_000

/** Of the crash. */
async function showMail(screen: StackScreen, mails: MailCatcher, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(MAIL_MS)])
  const mail = await mails.mail((text) => text.includes('SIGKILL'), patience)
  if (signal.aborted) return
  if (mail === undefined) throw coded('OS_FAILED', { message: `no mail of the crash within ${shownDuration(MAIL_MS)}` })
  screen.print(`\na mail has come, mails/${basename(mail.file)}:\n\n${mail.text}`)
}

async function mustStart(screen: StackScreen): Promise<void> {
  const code = await screen.octo(['start'])
  if (code === 0) return
  await screen.octo(['logs'])
  throw coded('OS_FAILED', {
    message: `the stack did not come up: \`octo start\` ended with exit code ${code}; the table above says of which service`,
    hint: 'what it wrote stands above, behind its name',
  })
}

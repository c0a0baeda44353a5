// Mails that the plugin smtp sends to a server of a test, and that nothing which it answers shows the password.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { notifier } from '../../../plugins/smtp/notifier.ts'
import type { NotifyResult } from '../../../sdk/index.ts'
import { aNotification } from '../builders/a-notification.ts'
import type { SmtpHeard, SmtpScript } from './smtp-server.ts'
import { MAIL_CA, smtpServer } from './smtp-server.ts'

export const PASSWORD = 'hunter2 with ünïcode'
export const LOGIN = { username: 'ops', password: PASSWORD }
/** All spellings in which a server or a log could show it. */
const SPELLED = [
  PASSWORD,
  Buffer.from(PASSWORD).toString('base64'),
  Buffer.from(`\0ops\0${PASSWORD}`).toString('base64'),
]

export type Given = Record<string, unknown>
type Said = { readonly result: NotifyResult; readonly heard: SmtpHeard }

export async function sendMail(
  t: TestContext,
  script: SmtpScript = {},
  given: Given = {},
  {
    notification = aNotification(),
    deadlineMs,
  }: { notification?: ReturnType<typeof aNotification>; deadlineMs?: number } = {},
): Promise<Said> {
  const heard = await smtpServer(t, script)
  const base = {
    server: 'localhost',
    port: heard.port,
    'ca-file': MAIL_CA,
    from: 'octo@shop.example',
    to: ['ops@shop.example'],
  }
  const evaluation = deadlineMs === undefined ? {} : { deadlineMs }
  const result = await notifier.evaluate({ arguments: { ...base, ...given }, notification }, evaluation)
  for (const spelled of SPELLED) assert.equal(JSON.stringify(result).includes(spelled), false, 'the password is shown')
  assert.deepEqual(heard.breaches, [])
  return { result, heard }
}

export const PLAIN = { tls: 'none' }
/** Without QUIT, for whose arrival nobody waits. */
export const verbs = ({ lines }: SmtpHeard) =>
  lines.map((line) => line.split(/[ :]/, 1)[0]).filter((verb) => verb !== 'QUIT')

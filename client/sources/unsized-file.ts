// A file of which nobody said before how large it is: bounded, and begun anew when it breaks off.
import { closeSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { writeAll } from '../../system/files/atomic-file.ts'
import type { Answer } from '../../system/http/open-http.ts'
import { refusalOf } from '../../system/http/refusal.ts'
import { retrying } from '../../system/http/retry.ts'
import type { Network } from '../network.ts'
import type { ShownDownload } from '../report.ts'
import { onStoreDisk } from '../store/disk.ts'

type UnsizedFile = {
  /** Written there, over whatever it holds. */
  readonly path: string
  readonly url: URL
  readonly maxBytes: number
  readonly shown?: ShownDownload
}

/** Throws OFFLINE, LIMIT_EXCEEDED, NO_SPACE and what the server's answer means. */
export async function fetchUnsized(wanted: UnsizedFile, network: Network): Promise<void> {
  const http = await network.http(wanted.url.href)
  await retrying(async (attempt) => {
    const answer = await http.get(wanted.url, { 'accept-encoding': 'identity' }, attempt)
    if (answer.status !== 200) throw await refusalOf(answer)
    await writeAnswer(answer, wanted)
  })
}

async function writeAnswer(answer: Answer, { path, url, maxBytes, shown }: UnsizedFile): Promise<void> {
  const promised = Number(answer.headers['content-length'] ?? 0)
  shown?.begin(Math.min(promised, maxBytes))
  const file = onStoreDisk(path, () => openSync(path, 'w', 0o600))
  let size = 0
  try {
    for await (const chunk of answer.body) {
      if (size + chunk.length > maxBytes) throw tooLarge(url, maxBytes)
      onStoreDisk(path, () => writeAll(file, chunk))
      size += chunk.length
      shown?.advance(chunk.length)
    }
  } catch (error) {
    shown?.advance(-size)
    throw error
  } finally {
    closeSync(file)
  }
}

/** As a plain file name; what cannot stand in one becomes `_`. */
export function fileNameOf(url: string): string {
  const name = basename(new URL(url).pathname).replace(/[^A-Za-z0-9._+-]/g, '_')
  return /^[A-Za-z0-9]/.test(name) ? name.slice(0, 200) : `plugin-${name.slice(0, 190)}`
}

function tooLarge(url: URL, maxBytes: number): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(shownAddress(url))} is larger than ${maxBytes} bytes`,
    details: { url: shownAddress(url) },
  })
}

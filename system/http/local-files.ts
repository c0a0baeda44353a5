// Files of this machine, answered as a server would answer: for repos whose address is `file:`. Who may name which is for the caller.

import { constants, createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { explainDisk, isMissing } from '../files/errors.ts'
import type { Answer, Http } from './open-http.ts'

export const LOCAL_FILES: Http = { get: answerWithFile, [Symbol.dispose]: () => undefined }

/** 404 where nothing is; throws FETCH_REFUSED for what is no file, and IO_FAILED. */
async function answerWithFile(url: URL): Promise<Answer> {
  const path = pathOf(url)
  try {
    // A pipe would keep the caller waiting for whoever writes.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const found = await file.stat()
    if (found.isFile()) {
      const body = createReadStream('', { fd: file })
      const headers = { 'content-length': String(found.size) }
      return { status: 200, headers, url, body, discard: () => body.destroy() }
    }
    await file.close()
  } catch (error) {
    if (!isMissing(error)) throw explainDisk(error, path)
    return { status: 404, headers: {}, url, body: nothing(), discard: () => undefined }
  }
  throw coded('FETCH_REFUSED', { message: `${quote(path)} is not a file`, details: { path } })
}

async function* nothing(): AsyncGenerator<Buffer> {}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw coded('FETCH_REFUSED', {
      message: `${quote(url.href)} names no file of this machine, expected \`file:///folder/file\``,
      cause,
    })
  }
}

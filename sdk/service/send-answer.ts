// What is sent back: the answer of a call, nothing, or a refusal in words.
import type { ServerResponse } from 'node:http'
import { REFUSALS, SUCCESS } from '../../schemas/contract/ocm/refusals.ts'
import type { CallAnswer } from './answer-call.ts'
import { CallError } from './call-error.ts'
import type { Log } from './log.ts'
import { describeError } from './log.ts'

const MAX_ERROR_TEXT = 8 * 1024
const FAILED = 500

export function sendAnswer(response: ServerResponse, { body = '' }: CallAnswer): void {
  const type = body === '' ? {} : { 'content-type': 'application/json' }
  response.writeHead(SUCCESS, { ...type, 'content-length': Buffer.byteLength(body) }).end(body)
}

export function sendRefusal(response: ServerResponse, refusal: keyof typeof REFUSALS): void {
  const { status, text } = REFUSALS[refusal]
  sendText(response, status, text)
}

export function sendFailure(response: ServerResponse, error: unknown, log: Log): void {
  if (response.destroyed) return
  if (isDefect(error)) {
    const refusal = 'handler crashed'
    log.error(REFUSALS[refusal].text, { error: describeError(error) })
    sendRefusal(response, refusal)
    return
  }
  const { message } = error as Error
  const status = error instanceof CallError ? refusingStatus(error) : FAILED
  if (status >= FAILED) log.error('call failed', { status, error: message })
  else log.debug('call refused', { status, error: message })
  sendText(response, status, message)
}

/** A mistake in the program, of which a host can make nothing. `fetch` says what the network refuses by a TypeError with a cause. */
function isDefect(error: unknown): boolean {
  if (!(error instanceof Error)) return true
  return error instanceof ReferenceError || (error instanceof TypeError && error.cause === undefined)
}

/** An error is never a success, whatever status it was given. */
function refusingStatus({ status }: CallError): number {
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : FAILED
}

/** As errors of plugins in Go are: text and a line end. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  const body = `${text.slice(0, MAX_ERROR_TEXT).toWellFormed()}\n`
  response
    .writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-length': Buffer.byteLength(body),
    })
    .end(body)
}

// Passes when a URL answers as expected: HTTP and HTTPS by status and body, other servers by accepting a connection.
import type { CheckContext, CheckResult } from '../../sdk/index.ts'
import {
  boundedSignal,
  connect,
  critical,
  defineCheck,
  describeConnectError,
  describeTlsError,
  formatMs,
  invalidOptions,
  latencyMetric,
  latencyStatus,
} from '../../sdk/index.ts'
import { BodyUnreadable } from './body.ts'
import { follow, RedirectRefused } from './follow.ts'
import { options } from './options.ts'
import type { Target, WebTarget } from './target.ts'
import { shown, targetOf } from './target.ts'
import { parseStatuses, verdict } from './verdict.ts'

type Context = CheckContext<typeof options>

export const check = defineCheck({
  name: 'check-server-url',
  version: '1.0.0',
  summary: 'a URL answers as expected',
  options,
  atLeastOne: ['url', 'address', 'endpoint'],
  run: async (context) => {
    const target = targetOf(context.options)
    parseStatuses(context.options.status)
    if (context.options.method === 'HEAD' && context.options['body-contains'].length > 0)
      throw invalidOptions('--method=HEAD gets no body, expected no --body-contains')
    return target.kind === 'web' ? askWeb(target, context) : tryConnection(target, context)
  },
})

async function askWeb(target: WebTarget, { options, signal }: Context): Promise<CheckResult> {
  const startedAt = performance.now()
  const { 'ca-file': caFile, 'server-name': serverName, insecure, method } = options
  using time = boundedSignal(signal, options.timeout)
  const settings = {
    method,
    wantsBody: options['body-contains'].length > 0,
    tls: { insecure, caFile, serverName },
    timeoutMs: options.timeout,
    signal: time.signal,
  }
  try {
    const journey = await follow(target, settings, options.redirects)
    return verdict(journey, options, performance.now() - startedAt)
  } catch (error) {
    if ((error as Error).name === 'InvalidOptions') throw error
    return critical(`${shown(target.url, target.socketPath)}: ${reason(error, options.timeout)}`)
  }
}

async function tryConnection(target: Exclude<Target, WebTarget>, { options, signal }: Context): Promise<CheckResult> {
  const limits = { warnMs: options['warn-after'], critMs: options['crit-after'] }
  if (options.status.length > 0 || options['body-contains'].length > 0)
    throw invalidOptions('--status and --body-contains need an http or https URL')
  try {
    const { latencyMs, address } = await connect(target.endpoint, options.timeout, signal)
    const status = latencyStatus(latencyMs, limits)
    const summary = `${target.shown} accepts connections (${formatMs(latencyMs)})`
    return { status, summary, details: { address }, metrics: [latencyMetric(latencyMs, limits)] }
  } catch (error) {
    return critical(`${target.shown}: ${describeConnectError(error)}`)
  }
}

function reason(error: unknown, timeoutMs: number): string {
  const { name, message } = error as Error
  if (name === 'AbortError' || name === 'TimeoutError') return `no answer within ${formatMs(timeoutMs)}`
  return error instanceof RedirectRefused || error instanceof BodyUnreadable ? message : describeTlsError(error)
}

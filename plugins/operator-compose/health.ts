// Checks of a service as a health check of its container. It asks from inside, with what most images bring along; in an image
// without any of it the check fails and says so.
import type { Named, OperatedCheck, Probe } from '../../sdk/operator/index.ts'
import { probeOf } from '../../sdk/operator/index.ts'

const DEFAULT_INTERVAL_MS = 10_000
const DEFAULT_TIMEOUT_MS = 5000

/** Undefined where no check can be asked from inside; `left` are those that cannot. */
export function healthCheckOf(
  checks: readonly OperatedCheck[],
  startPeriod: unknown,
): { readonly healthcheck: Named | undefined; readonly left: readonly string[] } {
  const asked = checks.map((check) => ({ check, probe: probeOf(check) }))
  const left = asked.flatMap(({ check, probe }) => (probe ? [] : [check.tool]))
  const probes = asked.flatMap(({ check, probe }) => (probe ? [{ check, probe }] : []))
  if (probes.length === 0) return { healthcheck: undefined, left }
  const timeouts = probes.map(({ check }) => check.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const timeoutMs = timeouts.reduce((sum, ms) => sum + ms, 0)
  return {
    left,
    healthcheck: {
      test: ['CMD-SHELL', probes.map(({ probe }, index) => command(probe, timeouts[index] ?? 0)).join(' && ')],
      interval: duration(Math.min(...probes.map(({ check }) => check.intervalMs ?? DEFAULT_INTERVAL_MS))),
      timeout: duration(timeoutMs),
      retries: Math.max(...probes.map(({ check }) => check.failureThreshold)),
      ...(typeof startPeriod === 'string' ? { start_period: startPeriod } : {}),
    },
  }
}

function duration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}

function command(probe: Probe, timeoutMs: number): string {
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000))
  const { host, port } = probe
  switch (probe.kind) {
    case 'tcp':
      return firstOf([
        ['nc', `nc -z -w ${seconds} ${word(host)} ${port}`],
        ['bash', `bash -c ${word(`exec 3<>/dev/tcp/${host}/${port}`)}`],
      ])
    case 'http': {
      const place = host.includes(':') ? `[${host}]` : host
      const url = `${probe.isSecure ? 'https' : 'http'}://${place}:${port}${probe.path}`
      return firstOf([
        ['curl', `curl -fsSL${probe.isInsecure ? 'k' : ''} -m ${seconds} -o /dev/null ${word(url)}`],
        ['wget', `wget -q${probe.isInsecure ? ' --no-check-certificate' : ''} -T ${seconds} -O /dev/null ${word(url)}`],
      ])
    }
    case 'grpc': {
      const place = host.includes(':') ? `[${host}]` : host
      const service = probe.service === '' ? '' : ` -service=${word(probe.service)}`
      return firstOf([['grpc_health_probe', `grpc_health_probe -addr=${word(`${place}:${port}`)}${service}`]])
    }
  }
}

/** The first program that the image has. */
function firstOf(programs: readonly (readonly [string, string])[]): string {
  const tries = programs.map(([name, line]) => `command -v ${name} >/dev/null 2>&1; then ${line}`)
  const missing = `echo ${word(`this image has no ${programs.map(([name]) => name).join(' and no ')} to ask with`)} >&2; false`
  return `if ${tries.join('; elif ')}; else ${missing}; fi`
}

/** One word of a shell. */
function word(text: string): string {
  return /^[A-Za-z0-9_./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

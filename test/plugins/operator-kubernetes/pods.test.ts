// The pods that operator-kubernetes makes of services: words, probes, ports, what runs them, and when they are made anew.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { referenceOf } from '../../../plugins/operator-kubernetes/objects.ts'
import { anOperatorConfig, withService } from '../../support/builders/operator-config.ts'
import { containerOf, objectIn, objectsOf, rendered } from '../../support/kubernetes/rendered.ts'

const HARD_WORDS = [
  '$',
  '$$',
  '${A}',
  '$(A)',
  '$$(A)',
  '$A',
  'a$$b',
  "it's",
  '"',
  '\\',
  '\n',
  '#',
  ': ',
  'yes',
  '1:30',
  'ü',
  '😀',
]

test('every text reaches the container as the config says it', () => {
  for (const word of HARD_WORDS) {
    const container = containerOf({ command: [word], entrypoint: [word], environment: { A: word } })
    assert.deepEqual([container.args, container.command].flat().map(expanded), [word, word])
    const config = withService({ environment: { A: word } })
    assert.equal(Buffer.from(objectIn(config, 'secret/web-variables').data.A, 'base64').toString(), word)
  }
})

/** As the kubelet fills in variables, of which there are none: `$$` is `$`, and what it does not know stays. */
function expanded(word: string): string {
  return word.replaceAll(/\$(\$|\([^)]*\))?/g, (whole) => (whole === '$$' ? '$' : whole))
}

const WORDS: readonly (readonly [string, readonly string[] | RegExp])[] = [
  ['serve', ['serve']],
  ['  serve   --now ', ['serve', '--now']],
  [`sh -c 'echo "a b"'`, ['sh', '-c', 'echo "a b"']],
  ['echo "a \\"b\\" \\x"', ['echo', 'a "b" \\x']],
  ['a\\ b c', ['a b', 'c']],
  [`''`, ['']],
  [`a''b"c"`, ['abc']],
  ['a; b > c && $D *', ['a;', 'b', '>', 'c', '&&', '$$D', '*']],
  [`echo 'a`, /has a quote that does not end/],
]
for (const [text, words] of WORDS)
  test(`the command \`${text}\` is ${words instanceof RegExp ? 'refused' : `${words.length} words`}`, () => {
    if (words instanceof RegExp) return assert.throws(() => containerOf({ command: text }), words)
    assert.deepEqual(containerOf({ command: text }).args, words)
  })

const PROBES: readonly (readonly [string, unknown, object | undefined])[] = [
  ['check-tcp', { port: 5432 }, { tcpSocket: { port: 5432 } }],
  ['check-tcp', ['--host', '127.0.0.1', '--port=5432'], { tcpSocket: { port: 5432 } }],
  ['check-tcp', { address: '[::1]:5432' }, { tcpSocket: { port: 5432 } }],
  ['check-tcp', { address: 'web:5432' }, { tcpSocket: { port: 5432 } }],
  ['check-tcp', { address: 'db:5432' }, undefined],
  ['check-tcp', { port: 1, network: 'unix' }, undefined],
  ['check-server-url', { url: 'http://localhost:80/a?b=1' }, http('/a?b=1', 'HTTP', 'localhost:80')],
  ['check-server-url', { url: 'https://web:8443/', insecure: true }, http('/', 'HTTPS', 'web:8443', 8443)],
  // The kubelet takes every certificate: it would pass where the check fails.
  ['check-server-url', { url: 'https://web:8443/' }, undefined],
  ['check-server-url', { url: 'http://elsewhere/' }, undefined],
  ['check-server-url', { url: 'http://localhost', status: '204' }, undefined],
  ['check-server-url', { url: 'tcp://localhost:9' }, { tcpSocket: { port: 9 } }],
  ['check-grpc', { url: 'grpc://localhost:9' }, { grpc: { port: 9 } }],
  ['check-grpc', { address: 'localhost:9', plaintext: true, service: 'a.B' }, { grpc: { port: 9, service: 'a.B' } }],
  ['check-grpc', { address: 'localhost:9' }, undefined],
  ['check-orbdrpc', { address: 'localhost:9' }, undefined],
  ['my/own', { port: 1 }, undefined],
]
for (const [tool, args, probe] of PROBES)
  test(`${tool} with ${JSON.stringify(args)} is ${probe ? 'a probe' : 'left to `octo check`'}`, () => {
    const config = withService({ octocompose: { health: [{ tool, args, timeout: '1500ms' }] } })
    const { readinessProbe } = containerOf({ octocompose: { health: [{ tool, args, timeout: '1500ms' }] } })
    if (!probe) return assert.deepEqual([readinessProbe, rendered(config).notes.length], [undefined, 1])
    const patience = { periodSeconds: 10, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 3 }
    assert.deepEqual([readinessProbe, rendered(config).notes], [{ ...probe, ...patience }, []])
  })

function http(path: string, scheme: string, host: string, port = 80) {
  return { httpGet: { path, port, scheme, httpHeaders: [{ name: 'Host', value: host }] } }
}

const HEALTH_CHECKS: readonly (readonly [unknown, readonly string[] | undefined])[] = [
  [{ test: ['CMD', 'ready', '$(A)'] }, ['ready', '$$(A)']],
  [{ test: ['CMD-SHELL', 'a && b'] }, ['/bin/sh', '-c', 'a && b']],
  [{ test: 'a && b' }, ['/bin/sh', '-c', 'a && b']],
  [{ test: ['NONE'] }, undefined],
  [{ disable: true, test: ['CMD', 'x'] }, undefined],
]
for (const [healthcheck, command] of HEALTH_CHECKS)
  test(`the health check ${JSON.stringify(healthcheck)} counts before the checks`, () => {
    const health = [{ tool: 'check-tcp', args: [1] }]
    assert.deepEqual(containerOf({ healthcheck, octocompose: { health } }).readinessProbe?.exec.command, command)
  })

const PORTS: readonly (readonly [unknown, readonly string[]])[] = [
  ['8080', ['8080→8080']],
  [8080, ['8080→8080']],
  ['80:8080', ['80→8080']],
  ['0.0.0.0:80:8080', ['80→8080']],
  ['127.0.0.1:80:8080', []],
  ['[::1]:80:8080', []],
  ['53:53/udp', ['53→53']],
  ['8000-8002:80-82', ['8000→80', '8001→81', '8002→82']],
  [{ target: 8080, published: '80', protocol: 'tcp', mode: 'ingress' }, ['80→8080']],
  [{ target: 8080, published: 80, host_ip: '127.0.0.1' }, []],
]
for (const [port, outer] of PORTS)
  test(`the port ${JSON.stringify(port)} is published as ${outer.join(', ') || 'nothing'}, and reached inside by its target`, () => {
    const config = anOperatorConfig({
      configs: { 'operator-kubernetes': { publish: 'LoadBalancer' } },
      services: { web: { image: 'x', ports: [port] } },
    })
    const objects = objectsOf(rendered(config))
    const published = objects.find((object) => referenceOf(object) === 'service/web-published')
    const pairs = (published?.spec?.ports ?? []) as { port: number; targetPort: number }[]
    assert.deepEqual(
      pairs.map((one) => `${one.port}→${one.targetPort}`),
      outer,
    )
    const inner = objectIn(config, 'service/web').spec.ports as { port: number; targetPort: number }[]
    assert.ok(inner.length > 0 && inner.every((one) => one.port === one.targetPort))
  })

const KINDS: readonly (readonly [string, object, string])[] = [
  ['nothing is said', {}, 'Deployment'],
  ['it is always started again', { restart: 'always' }, 'Deployment'],
  ['it is started again after failures', { restart: 'on-failure' }, 'Deployment'],
  ['it is not started again', { restart: 'no' }, 'Job'],
  ['octo says so', { octocompose: { restart: 'no' } }, 'Job'],
  ['`deploy` says so', { deploy: { restart_policy: { condition: 'none' } } }, 'Job'],
  ['it writes to a volume', { volumes: ['data:/data'] }, 'StatefulSet'],
  ['it reads a volume', { volumes: ['data:/data:ro'] }, 'Deployment'],
  ['it has a place of its own', { volumes: ['/data'], tmpfs: '/run' }, 'Deployment'],
]
for (const [when, service, kind] of KINDS)
  test(`where ${when}, a service is a ${kind}`, () => {
    const config = anOperatorConfig({ volumes: { data: {} }, services: { web: { image: 'x', ...service } } })
    const [{ workload } = assert.fail()] = rendered(config).services
    assert.equal(workload.kind, kind)
  })

test('a Job is another one when what it does changes, and the same when nothing does', () => {
  const jobOf = (more: object, configs = {}) => {
    const services = { web: { image: 'x', restart: 'no', configs: [{ source: 'a', target: '/a' }], ...more } }
    return rendered(anOperatorConfig({ services, configs: { a: { b: 1 }, ...configs } })).services[0]?.workload.metadata
      .name
  }
  const names = [jobOf({}), jobOf({ image: 'y' }), jobOf({ environment: { A: 'b' } }), jobOf({}, { a: { b: 2 } })]
  assert.equal(new Set(names).size, 4)
  assert.equal(jobOf({}), names[0])
})

test('pods are made anew when a file or a variable changes', () => {
  const templateOf = (more: object, configs = {}) => {
    const services = { web: { image: 'x', configs: [{ source: 'a', target: '/a' }], environment: { A: 'b' }, ...more } }
    const config = anOperatorConfig({ services, configs: { a: { b: 1 }, ...configs } })
    return objectIn(config, 'deployment/web').spec.template.metadata.annotations['octo.supplies']
  }
  const digests = [templateOf({}), templateOf({ environment: { A: 'c' } }), templateOf({}, { a: { b: 2 } })]
  assert.equal(new Set(digests).size, 3)
  assert.equal(templateOf({}), digests[0])
})

// What operator-kubernetes makes of a config: compared byte by byte, and with the schemas of the oldest and the newest Kubernetes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { KubernetesObject } from '../../../plugins/operator-kubernetes/objects.ts'
import { referenceOf } from '../../../plugins/operator-kubernetes/objects.ts'
import type { Rendering } from '../../../plugins/operator-kubernetes/render.ts'
import { render, shownText } from '../../../plugins/operator-kubernetes/render.ts'
import type { OperatorConfig } from '../../../sdk/operator/index.ts'
import { OperatorProblem, parseOperatorConfig, yamlText } from '../../../sdk/operator/index.ts'
import { KUBERNETES_VERSIONS, schemaProblems } from '../../support/kubernetes/schemas.ts'
import { anOperatorConfig, withService } from '../../support/operator-config.ts'

const FILES: Readonly<Record<string, Buffer>> = {
  './password.txt': Buffer.from('hush\n'),
  '/cache/csp.yaml': Buffer.from('script-src: self\n'),
  '/files/logo.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]),
}
const GIVEN = {
  readFile: (path: string) => FILES[path] ?? assert.fail(path),
  variable: (name: string) => ({ TOKEN: 'hush', LANG: 'C.UTF-8' })[name],
}
const made = (config: OperatorConfig) => render(config, GIVEN)
const objectsOf = ({ stages }: Rendering) => stages.flatMap(({ objects }) => objects)
// biome-ignore lint/suspicious/noExplicitAny: a document that is looked into
const found = (config: OperatorConfig, reference: string): any =>
  objectsOf(made(config)).find((object) => referenceOf(object) === reference) ?? assert.fail(reference)
// biome-ignore lint/suspicious/noExplicitAny: as above
const podOf = (service: object): any => found(withService(service as never), 'deployment/web').spec.template.spec
// biome-ignore lint/suspicious/noExplicitAny: as above
const containerOf = (service: object): any => podOf(service).containers[0]
const here = (name: string) => new URL(`./golden/${name}`, import.meta.url)
const documents = (objects: readonly KubernetesObject[]) => objects.map((one) => `---\n${yamlText(one)}`).join('')

const GOLDEN: readonly (readonly [string, URL])[] = [
  ['all', here('all.json')],
  ['shop', new URL('../operator-compose/golden/shop.json', import.meta.url)],
]
for (const [name, path] of GOLDEN)
  test(`the objects of \`${name}\` are those that are kept, and fit the schemas of Kubernetes`, () => {
    const rendering = made(parseOperatorConfig(readFileSync(path, 'utf8')))
    const objects = objectsOf(rendering)
    assert.equal(documents(objects), readFileSync(here(`${name}.yaml`), 'utf8'))
    const order = rendering.stages.map(({ objects, awaited }) => [
      objects.map(referenceOf),
      awaited.map(({ workload, until }) => `${referenceOf(workload)} ${until}`),
    ])
    assert.deepEqual({ order, notes: rendering.notes }, JSON.parse(readFileSync(here(`${name}.order.json`), 'utf8')))
    for (const version of KUBERNETES_VERSIONS)
      for (const object of objects) assert.deepEqual(schemaProblems(object, version), [], referenceOf(object))
  })

test('what is shown has no value of a Secret, and cannot be applied by mistake', () => {
  const rendering = made(parseOperatorConfig(readFileSync(here('all.json'), 'utf8')))
  const text = shownText(rendering)
  for (const secret of ['hush', Buffer.from('hush').toString('base64'), 'script-src'])
    assert.ok(!text.includes(secret), secret)
  const secrets = text.split('---\n').filter((one) => one.includes('"kind": "Secret"'))
  assert.equal(secrets.length, 3)
  for (const one of secrets)
    for (const value of Object.values(parse(one).data))
      assert.notEqual(Buffer.from(`${value}`, 'base64').toString('base64'), value)
})

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
    assert.equal(Buffer.from(found(config, 'secret/web-variables').data.A, 'base64').toString(), word)
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

const NAMES: readonly (readonly [string, string | undefined])[] = [
  ['web', 'web'],
  ['my_web', 'my-web'],
  ['My.Web', 'my-web'],
  ['a'.repeat(52), 'a'.repeat(52)],
  ['a'.repeat(53), undefined],
  ['1web', undefined],
  ['-web', undefined],
  ['web-', undefined],
  ['web shop', undefined],
  ['wéb', undefined],
  ['../web', undefined],
]
for (const [name, kubernetes] of NAMES)
  test(`the service \`${name.slice(0, 12)}\` ${kubernetes ? `is called \`${kubernetes.slice(0, 12)}\`` : 'is refused for its name'}`, () => {
    const config = anOperatorConfig({ services: { [name]: { image: 'x' } } })
    if (kubernetes)
      return assert.equal(found(config, `service/${kubernetes}`).spec.selector['octo.service'], kubernetes)
    assert.throws(() => made(config), /cannot be called so in Kubernetes/)
  })

test('projects have labels of their own, and objects named after them stay within what Kubernetes takes', () => {
  const names = ['shop', 'my-shop', 'my_shop', 'My Shop', 'my shop', '-shop', 'ü', '../..', 'x'.repeat(80), '1shop']
  const labels = names.map((name) => made(anOperatorConfig({ name })).project)
  assert.equal(new Set(labels).size, names.length)
  for (const label of labels) assert.match(label, /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/)
  const long = 'v'.repeat(70)
  const config = anOperatorConfig({
    name: 'x'.repeat(80),
    volumes: { [long]: {}, [`${long}w`]: {} },
    services: { web: { image: 'x', volumes: [`${long}:/a`, `${long}w:/b`] } },
  })
  const claims = objectsOf(made(config)).filter(({ kind }) => kind === 'PersistentVolumeClaim')
  assert.equal(new Set(claims.map(({ metadata }) => metadata.name)).size, 2)
  for (const { metadata } of claims) assert.ok(metadata.name.length <= 63)
})

test('two things of one name in Kubernetes are refused, in whatever way they would meet', () => {
  const web = { image: 'x' }
  for (const [services, twice] of [
    [{ my_db: web, 'my-db': web }, 'service/my-db'],
    [{ web: { ...web, networks: { default: { aliases: ['db'] } } }, db: web }, 'service/db'],
    [{ web: { ...web, ports: ['80:80'] }, 'web-published': web }, 'service/web-published'],
  ] as const) {
    const config = anOperatorConfig({ services, configs: { 'operator-kubernetes': { publish: 'NodePort' } } })
    assert.throws(() => made(config), {
      message: `two things of the config would be \`${twice}\` in Kubernetes: give one of them another name`,
    })
  }
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
    if (!probe) return assert.deepEqual([readinessProbe, made(config).notes.length], [undefined, 1])
    const patience = { periodSeconds: 10, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 3 }
    assert.deepEqual([readinessProbe, made(config).notes], [{ ...probe, ...patience }, []])
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
    const objects = objectsOf(made(config))
    const published = objects.find((object) => referenceOf(object) === 'service/web-published')
    const pairs = (published?.spec?.ports ?? []) as { port: number; targetPort: number }[]
    assert.deepEqual(
      pairs.map((one) => `${one.port}→${one.targetPort}`),
      outer,
    )
    const inner = found(config, 'service/web').spec.ports as { port: number; targetPort: number }[]
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
    const [{ workload } = assert.fail()] = made(config).services
    assert.equal(workload.kind, kind)
  })

test('a Job is another one when what it does changes, and the same when nothing does', () => {
  const jobOf = (more: object, configs = {}) => {
    const services = { web: { image: 'x', restart: 'no', configs: [{ source: 'a', target: '/a' }], ...more } }
    return made(anOperatorConfig({ services, configs: { a: { b: 1 }, ...configs } })).services[0]?.workload.metadata
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
    return found(config, 'deployment/web').spec.template.metadata.annotations['octo.supplies']
  }
  const digests = [templateOf({}), templateOf({ environment: { A: 'c' } }), templateOf({}, { a: { b: 2 } })]
  assert.equal(new Set(digests).size, 3)
  assert.equal(templateOf({}), digests[0])
})

const UNWRITABLE =
  `blkio_config cgroup_parent cpu_shares cpuset credential_spec device_cgroup_rules devices dns dns_search domainname
  env_file extends external_links gpus ipc links mac_address memswap_limit oom_score_adj pid pids_limit post_start
  pre_stop provider runtime storage_opt ulimits userns_mode uts volumes_from`.split(/\s+/)
test('a key that would change how a service runs is refused by its name, none is left out silently', () => {
  for (const key of [...UNWRITABLE, 'a_key_of_tomorrow'])
    assert.throws(
      () => made(withService({ [key]: 'x' })),
      new RegExp(`^OperatorProblem: service \`web\`: \`${key}\` cannot be written`),
    )
  assert.throws(
    () => made(withService({ gpus: 'all', ulimits: {}, init: true })),
    /`gpus`, `ulimits`, `init` cannot be written/,
  )
  for (const key of ['build', 'container_name', 'develop', 'logging'])
    assert.match(
      made(withService({ [key]: 'x' })).notes.join(),
      new RegExp(`\`${key}\` of service \`web\` is left out`),
    )
  assert.deepEqual(made(withService({ 'x-own': 1, init: false, ulimits: null })).notes, [])
})

const REFUSED: readonly (readonly [string, OperatorConfig, RegExp])[] = [
  ['nothing to start', anOperatorConfig({ services: { web: {} } }), /no service of the config has an image/],
  ['a path of this machine', withService({ volumes: ['./a.conf:/a'] }), /`\.\/a\.conf` is a path of this machine/],
  ['another one', withService({ volumes: [{ type: 'bind', source: '/a', target: '/a' }] }), /`\/a` is a path of this/],
  ['one of Windows', withService({ volumes: ['C:/a:/a'] }), /`\/a` of volume `C:\/a:\/a` cannot be written/],
  ['a volume that is nowhere', withService({ volumes: ['data:/a'] }), /volume `data` is not among/],
  [
    'a volume of a driver',
    anOperatorConfig({ volumes: { a: { driver_opts: {} } }, services: { web: { image: 'x', volumes: ['a:/a'] } } }),
    /volume `a` has `driver_opts`/,
  ],
  ['a volume outside', withService({ volumes: ['/a/../../b'] }), /is no place in a container/],
  ['two things in one place', withService({ tmpfs: ['/a', '/a'] }), /two things would be mounted at `\/a`/],
  ['a network that is nowhere', withService({ networks: ['back'] }), /network `back` is not among/],
  [
    'a network of others',
    anOperatorConfig({ networks: { a: { external: true } }, services: { web: { image: 'x', networks: ['a'] } } }),
    /`external` of network `a`/,
  ],
  ['a network with an address', withService({ networks: { default: { ipv4_address: '1.2.3.4' } } }), /ipv4_address/],
  ['another network', withService({ network_mode: 'service:db' }), /`network_mode: service:db` cannot be written/],
  ['a secret that is nowhere', withService({ secrets: ['a'] }), /secret `a` is not among/],
  [
    'a secret of an empty variable',
    anOperatorConfig({ secrets: { a: { environment: 'NONE' } }, services: { web: { image: 'x', secrets: ['a'] } } }),
    /variable `NONE`, which is not set/,
  ],
  [
    'a secret of a user',
    anOperatorConfig({
      secrets: { a: { environment: 'TOKEN' } },
      services: { web: { image: 'x', secrets: [{ source: 'a', uid: '1' }] } },
    }),
    /`secrets\.uid` cannot be written/,
  ],
  ['secrets of a plugin', withService({ octocompose: { secrets: { tool: 'vault-client' } } }), /`secrets` of a plugin/],
  ['a user by name', withService({ user: 'postgres' }), /`user` is `postgres`, expected numbers/],
  ['a group by name', withService({ group_add: ['video'] }), /group `video` is no number/],
  ['another first signal', withService({ stop_signal: 'SIGQUIT' }), /`stop_signal: SIGQUIT`/],
  [
    'an option of security',
    withService({ security_opt: ['seccomp:unconfined'] }),
    /`security_opt: seccomp:unconfined`/,
  ],
  ['a variable that is none', withService({ environment: { 'A B': '1' } }), /`A B` is no name of a variable/],
  ['a label that is none', withService({ labels: { 'a b': '1' } }), /label `a b` is no name/],
  ['a port that is none', withService({ ports: ['http'] }), /`http` is no port/],
  ['a port beyond all', withService({ ports: ['65536'] }), /is no port/],
  ['too many ports', withService({ ports: ['1-60000'] }), /is no port/],
  ['ranges of two lengths', withService({ ports: ['80-82:80-81'] }), /is no port/],
  ['a port of the node', withService({ ports: [{ target: 1, mode: 'host' }] }), /`ports\.mode: host`/],
  ['memory that is none', withService({ mem_limit: 'much' }), /`much` is no size of memory/],
  ['processors that are none', withService({ cpus: '-1' }), /`-1` is no number of processors/],
  [
    'a limit of processes',
    withService({ deploy: { resources: { limits: { pids: 5 } } } }),
    /`deploy\.resources\.limits\.pids`/,
  ],
  ['one on each node', withService({ deploy: { mode: 'global' } }), /`deploy\.mode: global`/],
  ['how updates are made', withService({ deploy: { update_config: {} } }), /`deploy\.update_config`/],
  ['half a replica', withService({ scale: 0.5 }), /`replicas` is `0\.5`/],
  ['a health check of Docker', withService({ healthcheck: { test: ['RUN', 'x'] } }), /begins with `RUN`/],
  ['a restart of its own', withService({ restart: 'sometimes' }), /`restart` is `sometimes`/],
  ['a host by name', withService({ extra_hosts: ['a:host-gateway'] }), /`extra_hosts: a` is `host-gateway`/],
  [
    'a variable of a step',
    withService({ octocompose: { init: [{ tool: 'run-service', args: { args: ['a'], env: { A: 'b' } } }] } }),
    /`env` of `run-service`/,
  ],
  ['a dependency that is not started', withService({ depends_on: ['db'] }), /depends on `db`, which is not among/],
  ['a condition that is none', withService({ depends_on: { web: { condition: 'x' } } }), /`x` is no condition/],
  [
    'services in a circle',
    anOperatorConfig({ services: { a: { image: 'x', depends_on: ['b'] }, b: { image: 'x', depends_on: ['a'] } } }),
    /services wait for each other: a → b → a/,
  ],
  [
    'config files that are too large',
    anOperatorConfig({ configs: { a: 'x'.repeat(1_100_000) }, services: { web: { image: 'x', configs: ['a'] } } }),
    /have 1100000 bytes/,
  ],
  [
    'a setting that is none',
    anOperatorConfig({ configs: { 'operator-kubernetes': { name_space: 'x' } } }),
    /`configs\.operator-kubernetes\.name_space` is no setting/,
  ],
  [
    'a namespace that is none',
    anOperatorConfig({ octoctl: { namespace: '--all' } }),
    /namespace` is `--all`, expected/,
  ],
  [
    'a context that is an option',
    anOperatorConfig({ configs: { 'operator-kubernetes': { context: '--as=root' } } }),
    /context` is `--as=root`/,
  ],
  [
    'a size that is none',
    anOperatorConfig({
      volumes: { a: {} },
      configs: { 'operator-kubernetes': { volumes: { a: { size: 'big' } } } },
      services: { web: { image: 'x', volumes: ['a:/a'] } },
    }),
    /volumes\.a\.size` is `big`/,
  ],
]
for (const [what, config, problem] of REFUSED)
  test(`refused: ${what}`, () => {
    assert.throws(
      () => made(config),
      (error) => error instanceof OperatorProblem && problem.test(error.message),
    )
  })

test('services are kept apart as their networks are, and an internal one leads nowhere', () => {
  const networks = { front: {}, back: { internal: true } }
  const services = {
    web: { image: 'x', ports: ['80:80'], networks: ['front', 'back'] },
    db: { image: 'y', networks: ['back'] },
  }
  const config = anOperatorConfig({ networks, services })
  const back = found(config, 'networkpolicy/shop-network-back').spec
  assert.deepEqual(back.policyTypes, ['Ingress', 'Egress'])
  assert.deepEqual(back.egress[0].to[0].podSelector, back.podSelector)
  assert.deepEqual(found(config, 'networkpolicy/shop-network-front').spec.egress, [{}])
  assert.deepEqual(found(config, 'networkpolicy/web-published').spec.ingress, [
    { ports: [{ protocol: 'TCP', port: 80 }] },
  ])
  assert.deepEqual(
    Object.keys(found(config, 'deployment/db').spec.template.metadata.labels).filter((key) => key.startsWith('octo-')),
    ['octo-network-back'],
  )
  const without = objectsOf(made(anOperatorConfig({ services: { web: { image: 'x' } } })))
  assert.deepEqual(without.map(referenceOf), ['service/web', 'deployment/web'])
})

test('a volume of several services asks to be mounted by many, and says so', () => {
  const services = { a: { image: 'x', volumes: ['data:/a'] }, b: { image: 'x', volumes: ['data:/b:ro'] } }
  const modeOf = (configs = {}) => {
    const config = anOperatorConfig({ volumes: { data: {} }, services, configs })
    return [found(config, 'persistentvolumeclaim/shop-data').spec.accessModes[0], made(config).notes.length]
  }
  assert.deepEqual(modeOf(), ['ReadWriteMany', 1])
  const own = { 'operator-kubernetes': { volumes: { data: { access_mode: 'ReadWriteOnce' } } } }
  assert.deepEqual(modeOf(own), ['ReadWriteOnce', 0])
})

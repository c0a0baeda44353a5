// What operator-kubernetes refuses by its name, and what of a config stands between services: networks and volumes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { referenceOf } from '../../../plugins/operator-kubernetes/objects.ts'
import type { OperatorConfig } from '../../../sdk/operator/index.ts'
import { OperatorProblem } from '../../../sdk/operator/index.ts'
import { anOperatorConfig, withService } from '../../support/builders/operator-config.ts'
import { objectIn, objectsOf, rendered } from '../../support/kubernetes/rendered.ts'

const UNWRITABLE =
  `blkio_config cgroup_parent cpu_shares cpuset credential_spec device_cgroup_rules devices dns dns_search domainname
  env_file extends external_links gpus ipc links mac_address memswap_limit oom_score_adj pid pids_limit post_start
  pre_stop provider runtime storage_opt ulimits userns_mode uts volumes_from`.split(/\s+/)
/** Every object of JavaScript answers to them. */
const NO_WORDS = ['constructor', 'toString', 'valueOf']

test('a key that would change how a service runs is refused by its name, none is left out silently', () => {
  for (const key of [...UNWRITABLE, 'a_key_of_tomorrow', ...NO_WORDS])
    assert.throws(
      () => rendered(withService({ [key]: 'x' })),
      new RegExp(`^OperatorProblem: service \`web\`: \`${key}\` cannot be written for Kubernetes(?!.*native code)`),
    )
  for (const word of NO_WORDS) {
    assert.throws(() => rendered(withService({ pull_policy: word })), /`pull_policy: .*` cannot be written/)
    assert.throws(() => rendered(withService({ user: word })), new RegExp(`\`user\` is \`${word}\``))
    const web = { image: 'x', depends_on: { db: { condition: word } } }
    const config = anOperatorConfig({ services: { web, db: { image: 'y' } } })
    assert.throws(() => rendered(config), new RegExp(`OperatorProblem: .*\`${word}\``))
  }
  assert.throws(
    () => rendered(withService({ gpus: 'all', ulimits: {}, init: true })),
    /`gpus`, `ulimits`, `init` cannot be written/,
  )
  for (const key of ['build', 'container_name', 'develop', 'logging'])
    assert.match(
      rendered(withService({ [key]: 'x' })).notes.join(),
      new RegExp(`\`${key}\` of service \`web\` is left out`),
    )
  assert.deepEqual(rendered(withService({ 'x-own': 1, init: false, ulimits: null })).notes, [])
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
  ['secrets of the project', withService({ secrets: true }), /`secrets` of a plugin/],
  ['secrets of a plugin of its own', withService({ secrets: [{ tool: 'vault-client' }] }), /`secrets` of a plugin/],
  ['a user by name', withService({ user: 'postgres' }), /`user` is `postgres`, expected numbers/],
  ['a group by name', withService({ group_add: ['video'] }), /group `video` is no number/],
  [
    'a first signal that is none',
    withService({ stop_signal: 'QUIT; reboot' }),
    /`stop_signal: QUIT; reboot` is no signal/,
  ],
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
      () => rendered(config),
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
  const back = objectIn(config, 'networkpolicy/shop-network-back').spec
  assert.deepEqual(back.policyTypes, ['Ingress', 'Egress'])
  assert.deepEqual(back.egress[0].to[0].podSelector, back.podSelector)
  assert.deepEqual(objectIn(config, 'networkpolicy/shop-network-front').spec.egress, [{}])
  assert.deepEqual(objectIn(config, 'networkpolicy/web-published').spec.ingress, [
    { ports: [{ protocol: 'TCP', port: 80 }] },
  ])
  assert.deepEqual(
    Object.keys(objectIn(config, 'deployment/db').spec.template.metadata.labels).filter((key) =>
      key.startsWith('octo-'),
    ),
    ['octo-network-back'],
  )
  const without = objectsOf(rendered(anOperatorConfig({ services: { web: { image: 'x' } } })))
  assert.deepEqual(without.map(referenceOf), ['service/web', 'deployment/web'])
})

test('a volume of several services asks to be mounted by many, and says so', () => {
  const services = { a: { image: 'x', volumes: ['data:/a'] }, b: { image: 'x', volumes: ['data:/b:ro'] } }
  const modeOf = (configs = {}) => {
    const config = anOperatorConfig({ volumes: { data: {} }, services, configs })
    return [objectIn(config, 'persistentvolumeclaim/shop-data').spec.accessModes[0], rendered(config).notes.length]
  }
  assert.deepEqual(modeOf(), ['ReadWriteMany', 1])
  const own = { 'operator-kubernetes': { volumes: { data: { access_mode: 'ReadWriteOnce' } } } }
  assert.deepEqual(modeOf(own), ['ReadWriteOnce', 0])
})

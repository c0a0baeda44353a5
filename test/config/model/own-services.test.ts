// What runs in containers is for local documents to say: whatever a document from elsewhere says of it counts nowhere, in each
// way that it can get into a service.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { operatorInput } from '../../../config/model/operator-input.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { openWholeConfig } from '../../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'
const LOCAL = `services:
  web: {image: acme/web, environment: {A: "1"}, volumes: ["/data:/data"], octocompose: {health: [{tool: check-tcp, args: {port: 80}}]}}
`

async function servicesOf(t: TestContext, web: string, { local = LOCAL, trust = '' } = {}) {
  const files = { 'octo.yaml': `include: [{url: "${WEB}"${trust}}]\n${local}` }
  const { effective } = await openWholeConfig(t, files, { fetchText: async () => web })
  const tree = effective()
  return { services: operatorInput(tree, { name: 'x' }).services, leftOut: tree.leftOut.length }
}

test('a name from elsewhere chooses no project: its containers may be those of another one', async (t) => {
  const web = { fetchText: async () => 'name: bank_prod' }
  const { config, effective } = await openWholeConfig(t, { 'octo.yaml': `include: ["${WEB}"]\n${LOCAL}` }, web)
  assert.equal(config.name, undefined)
  assert.equal(operatorInput(effective(), { name: 'x' }).name, 'x')
})

const ATTEMPTS: readonly string[] = [
  'services: {web: {image: evil/web}}',
  'services: {web: {privileged: true}}',
  'services: {web: {volumes: ["/:/host"]}}',
  'services: {web: {environment: {LD_PRELOAD: /host/evil.so}}}',
  'services: {web: {env: [A=2]}}',
  'services: {web: {command: [sh, -c, evil]}}',
  'services: {web: {entrypoint: [sh]}}',
  'services: {web: {devices: ["/dev/sda:/dev/sda"], cap_add: [SYS_ADMIN], network_mode: host, user: root}}',
  'services: {web: {deploy: {resources: {limits: {cpus: "0"}}}}}',
  'services: {web: {healthcheck: {test: ["CMD", "evil"]}}}',
  'services: {web: {octocompose: {command: [evil], environment: {A: "2"}}}}',
  'operator: {services: {web: {command: [evil], working_dir: /}}}',
  'services: {web: {build: {context: "https://evil.example/x.git"}}}',
  'x-evil: &evil {privileged: true}\nservices: {web: {<<: *evil}}',
  'services: {web: {secrets: [{source: db, target: /srv/www/db}]}}',
  'services: {other: {image: evil/other}}',
  'services: {other: {octocompose: {health: [{tool: check-tcp}]}}}',
  'operator: {services: {other: {command: [evil]}}}',
]

test('nothing that elsewhere says of how services run reaches an operator', async (t) => {
  const before = await servicesOf(t, 'name: theirs')
  for (const web of ATTEMPTS) {
    const { services, leftOut } = await servicesOf(t, web)
    assert.deepEqual([web, services], [web, before.services])
    // A local value hides one from elsewhere, as it always does.
    if (!/image: evil\/web|health: \[/.test(web)) assert.ok(leftOut > 0, `${web}: nobody is told`)
  }
})

test('where an operator runs services, and with what rights, is not for elsewhere to say', async (t) => {
  const web = `octoctl: {namespace: kube-system}
configs:
  operator-kubernetes: {context: production, publish: LoadBalancer, conflicts: take over}
  operator-compose: {driver: podman}
  web: {colour: red}
`
  const inputOf = async (local: string, trust = '') => {
    const files = { 'octo.yaml': `include: [{url: "${WEB}"${trust}}]\n${LOCAL}${local}` }
    const tree = (await openWholeConfig(t, files, { fetchText: async () => web })).effective()
    const { configs, octoctl } = operatorInput(tree, { name: 'x' })
    return { configs, octoctl, leftOut: tree.leftOut.length }
  }
  assert.deepEqual(await inputOf(''), { configs: { web: { colour: 'red' } }, octoctl: {}, leftOut: 3 })
  const { configs, octoctl } = await inputOf('configs: {operator-kubernetes: {namespace: shop}}\n')
  assert.deepEqual([configs['operator-kubernetes'], octoctl], [{ namespace: 'shop' }, {}])
  const trusted = await inputOf('', ', trust: unsigned')
  assert.deepEqual([trusted.octoctl, trusted.leftOut], [{ namespace: 'kube-system' }, 0])
  assert.equal((trusted.configs['operator-kubernetes'] as { context?: string }).context, 'production')
})

test('its checks count, and so does what the table lets it fill in', async (t) => {
  const web = 'services: {web: {restart: always, octocompose: {health: [{tool: check-tcp, args: {port: 81}}]}}}'
  const { services, leftOut } = await servicesOf(t, web)
  assert.deepEqual((services.web as { octocompose: { health: unknown[] } }).octocompose.health.length, 2)
  assert.equal(leftOut, 0)
})

const DECIDES = ['image: "{{.configs.web.v}}"', 'volumes: ["{{.configs.web.v}}:/x"]', 'command: ["{{.configs.web.v}}"]']

test('a value from elsewhere goes into no local text that decides what runs, and into the environment of a service', async (t) => {
  const web = 'configs: {web: {v: evil}}'
  for (const field of [...DECIDES, 'user: "{{if eq .configs.web.v `evil`}}root{{else}}me{{end}}"']) {
    const opened = openWholeConfig(
      t,
      { 'octo.yaml': `include: ["${WEB}"]\nservices: {web: {${field}}}\n` },
      { fetchText: async () => web },
    )
    const { effective } = await opened
    assert.match(expectCode('CONFIG_INVALID', effective).message, /may not say a part of what runs/)
  }
  const local =
    'services: {web: {image: a, environment: {V: "{{.configs.web.v}}"}, ports: ["{{.configs.web.v}}:80"]}}\n'
  const { services } = await servicesOf(t, web, { local })
  assert.deepEqual(services.web, { image: 'a', environment: { V: 'evil' }, ports: ['evil:80'] })
})

test('of a document that is trusted all counts, and nothing of one that it stands beside', async (t) => {
  const web = `${ATTEMPTS[0]}\n`
  const local = 'services: {web: {octocompose: {}}}\n'
  const { services } = await servicesOf(t, web, { local, trust: ', trust: unsigned' })
  assert.deepEqual(services.web?.image, 'evil/web')
  const files = {
    'octo.yaml': `include: [{url: "${WEB}", trust: unsigned}, "https://y.example/b.yaml"]\nconfigs: {web: {a: 1}}\n`,
  }
  const pages: Record<string, string> = {
    [WEB]: 'services: {web: {image: "acme/{{.configs.web.v}}"}}\n',
    'https://y.example/b.yaml': 'configs: {web: {v: evil}}\nservices: {web: {privileged: true}}\n',
  }
  const { effective } = await openWholeConfig(t, files, { fetchText: async (url) => pages[url] ?? assert.fail(url) })
  assert.match(expectCode('CONFIG_INVALID', effective).message, /y\.example/)
})

test('what elsewhere says of volumes, networks and secrets beside the services reaches no operator', async (t) => {
  const local = `${LOCAL}volumes: {data: }\nsecrets: {db: {file: ./db.txt}}\n`
  const web = `volumes: {data: {driver_opts: {o: bind, device: /root}}}\nnetworks: {default: {external: true, name: host}}
secrets: {db: {file: /etc/shadow}, key: {file: /root/.ssh/id}}\nmodels: {m: {model: evil}}`
  const files = { 'octo.yaml': `include: ["${WEB}"]\n${local}` }
  const { effective } = await openWholeConfig(t, files, { fetchText: async () => web })
  const input = operatorInput(effective(), { name: 'x' })
  const { volumes, networks, secrets, models } = input
  const found = { volumes: volumes ?? {}, networks: networks ?? {}, secrets, models: models ?? {} }
  assert.doesNotMatch(JSON.stringify(found), /root|host|shadow|evil|id/)
  assert.match(JSON.stringify(secrets), /db\.txt/)
})

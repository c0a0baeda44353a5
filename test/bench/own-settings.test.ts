// Peers are installed by the package manager of whoever runs the benchmark, from where theirs come from, and know nothing else of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NPM, PIP, settingsFor } from '../../bench/peers/own-settings.ts'

const OWN = {
  npm_config_registry: 'https://npm.example.com',
  PIP_INDEX_URL: 'https://pip.example.com',
  HTTPS_PROXY: 'http://proxy.example.com',
  NODE_EXTRA_CA_CERTS: '/etc/own.pem',
  SSL_CERT_FILE: '/etc/own.pem',
  OCTO_TOKEN: 'octo_secret',
}

test('a package manager has its own settings, the proxy and the certificates, and no secret', (t) => {
  const before = { ...process.env }
  t.after(() => {
    process.env = before
  })
  process.env = { ...OWN, HOME: '/home/me' }
  const { HTTPS_PROXY, NODE_EXTRA_CA_CERTS, SSL_CERT_FILE } = OWN
  const shared = { HTTPS_PROXY, NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, HOME: '/home/me' }
  assert.deepEqual(settingsFor(NPM), { ...shared, npm_config_registry: OWN.npm_config_registry })
  assert.deepEqual(settingsFor(PIP), { ...shared, PIP_INDEX_URL: OWN.PIP_INDEX_URL })
})

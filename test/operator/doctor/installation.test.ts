// What `octo doctor` says of the installation: good where it can be updated, by whomever; bad where others could change it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InstallationStatus } from '../../../client/index.ts'
import { installationFinding } from '../../../operator/doctor/installation.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { coded } from '../../../schemas/errors.ts'
import { LAYOUT_VERSIONS } from '../../../schemas/layout-versions.ts'
import type { Version } from '../../../schemas/version.ts'

const V1 = '1.0.0' as Version
const V2 = '1.1.0' as Version
const status = (changes: Partial<InstallationStatus> = {}): InstallationStatus => ({
  ...{ version: V2, folder: '/opt/octo/versions/1.1.0', kind: 'package', managedBy: null, layouts: LAYOUT_VERSIONS },
  installation: {
    ...{ root: '/opt/octo', by: 'install.sh', current: V2, previous: V1, versions: [V2, V1], running: [] },
    repo: { url: 'https://h/repos/core.yaml', keys: [] },
  },
  ...changes,
})
const refused = (code: ErrorCode, details = {}) => coded(code, { message: 'no', details, hint: 'mend it' })

test('the finding says who keeps octo new, and what is in the way', () => {
  const rows: readonly (readonly [string, Parameters<typeof installationFinding>[0], string, RegExp])[] = [
    ['an installation', status(), 'good', /\/opt\/octo, updated by `octo self update`, 1\.0\.0 is kept/],
    ['another version is started by now', status({ version: V1 }), 'warning', /starts 1\.1\.0, and this is 1\.0\.0/],
    [
      'a package manager',
      status({ refusal: refused('INSTALLATION_MANAGED', { managedBy: 'deb' }) }),
      'good',
      /kept up to date by deb/,
    ],
    [
      'a checkout',
      status({ refusal: refused('INSTALLATION_MANAGED', { managedBy: 'checkout', update: 'git -C /x pull' }) }),
      'good',
      /kept up to date by `git -C \/x pull`: it is a checkout/,
    ],
    ['root’s, seen by a user', status({ refusal: refused('INSTALLATION_UNSAFE', { uid: 0 }) }), 'good', /no/],
    ['what others can write', status({ refusal: refused('INSTALLATION_UNSAFE', { uid: 1000 }) }), 'bad', /no/],
    ['a disk that cannot be written', status({ refusal: refused('IO_FAILED') }), 'warning', /no/],
    ['a record that is damaged', refused('FORMAT_INVALID'), 'bad', /no/],
  ]
  for (const [what, given, state, said] of rows) {
    const found = installationFinding(given)
    assert.deepEqual([found.subject, found.state], ['installation', state], what)
    assert.match(found.said, said, what)
  }
})

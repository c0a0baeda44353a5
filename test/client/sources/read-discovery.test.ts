// Where the document that a registry is found by may send whoever reads it.
import { test } from 'node:test'
import { addressNamed } from '../../../client/sources/read-discovery.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const ADDRESSES: readonly (readonly [base: string, named: readonly string[], refused: readonly string[]])[] = [
  [
    'https://plugins.example/',
    ['/repos/core.yaml', 'repos/core.yaml', 'https://other.example/repos/core.yaml', '//other.example/repos/core.yaml'],
    [
      'http://plugins.example/repos/core.yaml',
      'http://127.0.0.1:8080/repos/core.yaml',
      'HTTP://169.254.169.254/',
      'file:///etc/octo/core.yaml',
      'file:/etc/octo/core.yaml',
      'ocm://ghcr.io/acme//acme.org/list',
      'data:text/plain,core.yaml',
      'https://me:word@plugins.example/repos/core.yaml',
      'https://me@plugins.example/repos/core.yaml',
      'https://',
    ],
  ],
  ['http://127.0.0.1:8787/', ['/repos/core.yaml', 'http://127.0.0.1:8788/x.yaml'], ['file:///etc/octo/core.yaml']],
  ['file:///srv/site/', ['repos/core.yaml', 'https://other.example/core.yaml'], ['http://127.0.0.1:8787/core.yaml']],
]

test('a registry names no address that is less safe than its own, no file of this machine and no password', () => {
  for (const [base, named, refused] of ADDRESSES) {
    for (const text of named) addressNamed(text, new URL(base))
    for (const text of refused) expectCode('FORMAT_INVALID', () => addressNamed(text, new URL(base)))
  }
})

// octo as it releases itself: its package of today and a newer one as plugin projects, made by the tool of releases.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')
/** The bundles that say a version. */
const VERSIONED = ['octo', 'warm'] as const

/** Whoever releases octo: two versions of it and a plugin, signed and served on loopback. */
const RELEASE = `
cd /srv/release
release() { /srv/release/octo-*/bin/octo "$@"; }
release keygen --out octo
release registry repo create core --key octo.pub --data data
release registry token create --name me --scope 'core/*' --data data > octo.token
release registry serve --data data > serve.log 2>&1 &
until release registry health 2> health.log; do kill -0 $! || { cat serve.log; exit 1; }; sleep 0.1; done
publish() {
  (cd /srv/release && release publish "$1" --repo core --registry http://127.0.0.1:8787 --token-file octo.token --key octo.key)
}
release init my-check --template shell --repo core
publish my-check
publish first
`
/** Whoever installs it, in an empty home; each step says its milliseconds. */
const INSTALL_AND_UPDATE = `
mkdir -p "$HOME" && cd "$HOME"
timed() { began=$(date +%s%N); "$@"; echo "took $(( ($(date +%s%N) - began) / 1000000 )) ms: $*"; }
timed sh /packages/install.sh /srv/release/first/dist/octo*.tar.gz --repo http://127.0.0.1:8787/repos/core.yaml \\
  --key /srv/release/octo.pub --sha256 "$SHA256"
timed octo --version
timed octo add http://127.0.0.1:8787/repos/core.yaml --key /srv/release/octo.pub --yes
cat >> octo.yaml <<'END'
services:
  web:
    preflight:
      - tool: my-check
        args: {path: /etc/passwd}
END
timed octo check
publish second
timed octo self update
octo --version
octo check
timed octo self update --rollback
octo --version
octo check
du -sb /opt/octo/versions/*
`

/** One script, for a root with `release/` and the installer. */
export const RELEASE_AND_UPDATE = RELEASE + INSTALL_AND_UPDATE

/** The folder of a tarball, unpacked. */
export function unpackInto(folder: string, tarball: string): string {
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--no-same-owner'])
  return join(folder, basename(tarball, '.tar.gz'))
}

/** Makes a plugin project of an unpacked package. */
export function writeReleaseProject(out: string, unpacked: string): void {
  execFileSync(process.execPath, [join(ROOT, 'tools/release/main.ts'), 'project', out, unpacked])
}

/** A copy of a package that is another version wherever it says one; without the code that was compiled of the other's bundles. */
export function copyAsVersion(unpacked: string, target: string, { from, to }: Record<'from' | 'to', string>): void {
  cpSync(unpacked, target, { recursive: true })
  const home = join(target, 'lib/octo')
  const replace = (file: string) => {
    const parts = readFileSync(join(home, file), 'utf8').split(`"${from}"`)
    assert.equal(parts.length, 2, `${file} says ${from} once`)
    writeFileSync(join(home, file), parts.join(`"${to}"`))
  }
  for (const name of VERSIONED) replace(`dist/${name}.cjs`)
  replace('package.json')
  const { v8 } = process.versions
  for (const name of VERSIONED) rmSync(join(home, `dist/${name}.${v8}-${process.arch}.code`))
}

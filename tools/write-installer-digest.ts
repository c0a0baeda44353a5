// Writes the digest of install.sh into the template for GitLab, which starts no other one; with --check it only says whether it is there.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [installer, template] = ['install.sh', 'ci/octo.gitlab-ci.yml'].map((path) =>
  fileURLToPath(new URL(`../${path}`, import.meta.url)),
) as [string, string]
const LINE = /^( +OCTO_INSTALLER_SHA256: )'.*'$/m

const text = readFileSync(template, 'utf8')
if (!LINE.test(text)) throw new Error(`${template} has no line for the digest of install.sh`)
const digest = createHash('sha256').update(readFileSync(installer)).digest('hex')
const written = text.replace(LINE, `$1'${digest}'`)
if (!process.argv.includes('--check')) writeFileSync(template, written)
else if (written !== text) {
  process.stderr.write(
    'ci/octo.gitlab-ci.yml names another install.sh\n  do this instead: node_modules/.bin/node tools/write-installer-digest.ts\n',
  )
  process.exitCode = 1
}

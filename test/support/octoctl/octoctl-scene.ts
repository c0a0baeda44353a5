// An operator plugin that the real octoctl, or its emulation, can be pointed at: a shell script that shows its argv.
import { aPluginProject } from '../builders/plugin-project.ts'

const SCRIPT = '#!/bin/sh\necho "$@"\nexit "${OP_EXIT:-0}"\n'
const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64']

/** octoctl has no version ranges and no `any`: each platform has its file. */
export function anOperatorProject(version = '1.0.0', script = SCRIPT) {
  const platforms = Object.fromEntries(PLATFORMS.map((platform) => [platform, { file: 'myop.sh' }]))
  return aPluginProject({
    name: 'myop',
    version,
    manifest: { kind: 'operator', description: 'shows how it was called', platforms },
    files: { 'myop.sh': script },
  })
}

/** What octoctl asks for the first time, in this order; nothing the second time. */
export function expectedRequests(platform: string, version = '1.0.0'): string[] {
  const artifact = `/repos/core/myop/${version}/myop_${version}_${platform}`
  return ['/repos/core.yaml', `${artifact}.sha256`, artifact]
}

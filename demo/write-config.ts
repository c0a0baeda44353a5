// The config to check: the example itself, or its copy for other ports and another folder.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StartSettings } from './settings.ts'
import { configPath, DEFAULT_DEMO_PORT, DEFAULT_PORT, isUsual, keyBase } from './settings.ts'

export async function writeConfig(settings: StartSettings): Promise<void> {
  if (isUsual(settings)) return
  const example = await readFile(join(settings.root, 'examples', 'config.yaml'), 'utf8')
  await writeFile(configPath(settings), renderConfig(example, settings))
}

/** Longer numbers that contain a port are left alone. */
// allow(dead-export): the test renders the example without a disk
export function renderConfig(example: string, settings: StartSettings): string {
  const { port, demoPort } = settings
  const ports = new Map([
    [DEFAULT_PORT, port],
    [DEFAULT_DEMO_PORT, demoPort],
    [DEFAULT_DEMO_PORT + 1, demoPort + 1],
  ])
  return example
    .replace(/\b\d{4}\b/g, (text) => String(ports.get(Number(text)) ?? text))
    .replace(/(?<=file: ).+core\.pub$/m, JSON.stringify(`${keyBase(settings)}.pub`))
}

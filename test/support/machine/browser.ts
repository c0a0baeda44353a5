// A real Chromium, driven over a pipe: each page says what it asked for, what it ran, and is looked over by axe.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { TestContext } from 'node:test'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, Page } from 'puppeteer-core'
import puppeteer from 'puppeteer-core'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-headless-shell',
]

/** The program, or why there is none; OCTO_CHROMIUM names it. */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  const named = process.env.OCTO_CHROMIUM
  if (named)
    return existsSync(named) ? { path: named } : { missing: `OCTO_CHROMIUM names ${named}, which is not there` }
  const path = PLACES.find((place) => existsSync(place))
  return path ? { path } : { missing: 'Chromium is not on this machine, and OCTO_CHROMIUM names no program' }
}

export async function openBrowser(t: TestContext, path: string): Promise<Browser> {
  const browser = await puppeteer.launch({
    executablePath: path,
    pipe: true,
    // The sandbox of the browser needs rights that root in a container does not have; what is opened are pages of this test.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  })
  t.after(() => browser.close())
  return browser
}

export type Look = { readonly width: number; readonly scheme: 'light' | 'dark' }

type Visit = {
  readonly page: Page
  /** Addresses elsewhere that the page asked for, none of which it got. */
  readonly strayed: readonly string[]
  /** What ran that nobody wrote into our pages: each call of `alert` and the like, and each script of the page. */
  readonly ran: readonly string[]
}

type Visiting = Look & {
  readonly url: string
  /** Runs what the policy of the page would not let run: what is left is what our own rendering holds back. */
  readonly ignoresPolicy?: boolean
}

export async function visit(browser: Browser, { url, width, scheme, ignoresPolicy = false }: Visiting): Promise<Visit> {
  const page = await browser.newPage()
  const [strayed, ran]: [string[], string[]] = [[], []]
  const { origin } = new URL(url)
  await page.setBypassCSP(ignoresPolicy)
  await page.setViewport({ width, height: 900, deviceScaleFactor: 1 })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
  await page.exposeFunction('octoCanary', (what: string) => void ran.push(what))
  await page.evaluateOnNewDocument(layCanaries)
  page.on('dialog', (dialog) => {
    ran.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.setRequestInterception(true)
  page.on('request', (request) => {
    if (request.resourceType() === 'script') ran.push(`script ${request.url()}`)
    if (request.url().startsWith(`${origin}/`)) return void request.continue()
    strayed.push(request.url())
    void request.abort()
  })
  await page.goto(url, { waitUntil: 'load' })
  return { page, strayed, ran }
}

/** In the page, before anything of it: what scripts of others like to call. */
function layCanaries(): void {
  const tell = (what: string) => (globalThis as unknown as { octoCanary(text: string): void }).octoCanary(what)
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open', 'eval', 'fetch'])
    Object.defineProperty(globalThis, name, { value: (text: unknown) => tell(`${name} ${text}`) })
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES: RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  resultTypes: ['violations'],
}

/** What axe finds wrong, a line each. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  const found = (await page.evaluate(`axe.run(document, ${JSON.stringify(RULES)})`)) as AxeResults
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`),
  )
}

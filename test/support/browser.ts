/** A real browser for a test; what a page complains of, or asks of anybody else, is kept. */
import { type Browser, chromium, type Page } from 'playwright-core'
import { findProgram } from '../../src/bench/rig/pinning.ts'
import type { TestScope } from './certificates.ts'

const path = process.env['PATH'] ?? ''
const program = findProgram('chromium', path) ?? findProgram('google-chrome', path)

/** For `test(name, { skip: browserMissing }, …)`: the reason, or false when it is there. */
export const browserMissing = program === null ? 'no chromium here' : false

/** What is waited for is said when it does not come, long before the test is over. */
const PATIENCE_MS = 30_000

export interface Seen {
  readonly page: Page
  /** Errors of scripts, lines on the console that are errors, and what the page's policy refused. */
  readonly complaints: readonly string[]
  /** Addresses that were asked for something. */
  readonly hosts: ReadonlySet<string>
}

export interface LookOptions {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
  /** `user:password` */
  readonly login?: string
}

export async function startBrowser (t: TestScope): Promise<(options?: LookOptions) => Promise<Seen>> {
  const browser: Browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--renderer-process-limit=1'] })
  t.teardown(async () => browser.close())
  return async ({ width = 1280, height = 900, dark = false, login } = {}) => {
    const [username = '', password = ''] = login?.split(':') ?? []
    const context = await browser.newContext({
      viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: 'en-GB', timezoneId: 'UTC', ...(login === undefined ? {} : { httpCredentials: { username, password } })
    })
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    const complaints: string[] = []
    const hosts = new Set<string>()
    page.on('pageerror', error => complaints.push(error.message))
    page.on('console', line => { if (line.type() === 'error') complaints.push(line.text()) })
    page.on('request', request => hosts.add(new URL(request.url()).host))
    return { page, complaints, hosts }
  }
}

/** The page in a real browser: charts have their size and colours by day and by night, nothing is cut off, nothing is fetched. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inflateSync } from 'node:zlib'
import { test } from 'tap'
import { findProgram } from '../../src/bench/rig/pinning.ts'
import { benchRun, scratch } from '../support/bench-run.ts'

const run = promisify(execFile)
const path = process.env['PATH'] ?? ''
const browser = findProgram('chromium', path) ?? findProgram('google-chrome', path)
const WIDTH = 1000
const HEIGHT = 1200

interface Picture {
  /** How many pixels have exactly this colour. */
  count (red: number, green: number, blue: number): number
}

/** Reads what Chromium writes: 8 bits a channel, not interlaced. */
function readPng (file: Buffer): Picture {
  const width = file.readUInt32BE(16)
  const height = file.readUInt32BE(20)
  const channels = file.readUInt8(25) === 6 ? 4 : 3
  const parts: Buffer[] = []
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  }
  const raw = inflateSync(Buffer.concat(parts))
  const line = width * channels
  const pixels = Buffer.alloc(line * height)
  for (let y = 0; y < height; y++) unfilter(raw, pixels, { y, line, channels })
  return {
    count (red, green, blue) {
      let found = 0
      for (let at = 0; at < pixels.length; at += channels) if (pixels[at] === red && pixels[at + 1] === green && pixels[at + 2] === blue) found++
      return found
    }
  }
}

function unfilter (raw: Buffer, pixels: Buffer, { y, line, channels }: { y: number, line: number, channels: number }): void {
  const from = y * (line + 1)
  const filter = raw[from] ?? 0
  for (let x = 0; x < line; x++) {
    const left = x < channels ? 0 : pixels[y * line + x - channels] ?? 0
    const above = y === 0 ? 0 : pixels[(y - 1) * line + x] ?? 0
    const corner = y === 0 || x < channels ? 0 : pixels[(y - 1) * line + x - channels] ?? 0
    const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] ?? 0
    pixels[y * line + x] = (raw[from + 1 + x] ?? 0) + guess
  }
}

function paeth (left: number, above: number, corner: number): number {
  const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)]
  return a <= b && a <= c ? left : b <= c ? above : corner
}

test('the page', { skip: browser === null ? 'no chromium here' : false }, async t => {
  const dir = await scratch(t)
  const page = join(dir, 'page.html')
  await benchRun(dir, ['--scenario', 'latency', '--rate', '2000', '--target', 'raw,naive', '--rounds', '1', '--warmup', '200ms', '--duration', '500ms', '--pin', 'off', '--html', page, '--markdown', join(dir, 'page.md')])
  const html = await readFile(page, 'utf8')
  t.notMatch(html, /<script|https?:|url\(|@import/, 'nothing is fetched and nothing runs')
  t.match(await readFile(join(dir, 'page.md'), 'utf8'), /\| target \| outcome \|/)

  const shown = async (scheme: 0 | 1, name: string): Promise<Picture> => {
    const picture = join(dir, name)
    const options = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', `--user-data-dir=${dir}/profile`, `--blink-settings=preferredColorScheme=${scheme}`, `--window-size=${WIDTH},${HEIGHT}`]
    await run(browser ?? '', [...options, `--screenshot=${picture}`, `file://${page}`])
    return readPng(await readFile(picture))
  }
  const day = await shown(1, 'day.png')
  t.ok(day.count(0xfc, 0xfc, 0xfb) > WIDTH * HEIGHT * 0.6, 'the ground is light by day')
  t.ok(day.count(0x2a, 0x78, 0xd6) > 500, 'the first target has its bars')
  t.ok(day.count(0xeb, 0x68, 0x34) > 500, 'the second target has its bars')
  const night = await shown(0, 'night.png')
  t.ok(night.count(0x1a, 0x1a, 0x19) > WIDTH * HEIGHT * 0.6, 'the ground is dark by night')
  t.ok(night.count(0x39, 0x87, 0xe5) > 500, 'and the bars are lighter')

  const probe = join(dir, 'probe.html')
  await writeFile(probe, html.replace('</body>', '<script>document.title = JSON.stringify({ wide: document.documentElement.scrollWidth > innerWidth, charts: [...document.querySelectorAll("svg")].map(svg => svg.getBoundingClientRect().height > 30 && svg.getBoundingClientRect().width > 200), outside: [...document.querySelectorAll("svg text")].filter(text => { const a = text.getBoundingClientRect(), b = text.ownerSVGElement.getBoundingClientRect(); return a.left < b.left - 1 || a.right > b.right + 1 }).map(text => text.textContent) })</script></body>'))
  const { stdout } = await run(browser ?? '', ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${dir}/profile`, '--dump-dom', `--window-size=${WIDTH},${HEIGHT}`, `file://${probe}`])
  const found = JSON.parse(/<title>(.*?)<\/title>/.exec(stdout)?.[1] ?? '{}') as unknown
  t.match(found, { wide: false, outside: [], charts: [true, true, true] }, 'three charts of a size to be read, no text cut off')
})

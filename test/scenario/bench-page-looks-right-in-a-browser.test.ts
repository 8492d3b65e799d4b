/** The page in a real browser: charts have their size and colours by day and by night, nothing is cut off, nothing is fetched. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { test } from 'tap'
import { findProgram } from '../../src/bench/rig/pinning.ts'
import { benchRun, scratch } from '../support/bench-run.ts'

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

/** Runs in the page: a function in text, as the project is not compiled with the types of a browser. */
const layout = `({
  wide: document.documentElement.scrollWidth > innerWidth,
  charts: [...document.querySelectorAll('svg')].map(svg => svg.getBoundingClientRect()).map(({ width, height }) => height > 30 && width > 200),
  outside: [...document.querySelectorAll('svg text')].filter(text => {
    const [a, b] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()]
    return a.left < b.left - 1 || a.right > b.right + 1
  }).map(text => text.textContent)
})`

test('the page', { skip: browser === null ? 'no chromium here' : false }, async t => {
  const dir = await scratch(t)
  const page = join(dir, 'page.html')
  await benchRun(dir, ['--scenario', 'latency', '--rate', '500', '--target', 'raw,naive', '--rounds', '1', '--warmup', '200ms', '--duration', '500ms', '--pin', 'off', '--html', page, '--markdown', join(dir, 'page.md')])
  const html = await readFile(page, 'utf8')
  t.notMatch(html, /<script|https?:|url\(|@import/, 'nothing is fetched and nothing runs')
  t.match(await readFile(join(dir, 'page.md'), 'utf8'), /\| target \| outcome \|/)

  const chrome = await chromium.launch({ executablePath: browser ?? '', args: ['--no-sandbox', '--disable-gpu'] })
  t.teardown(async () => chrome.close())
  const tab = await chrome.newPage({ viewport: { width: WIDTH, height: HEIGHT } })
  await tab.goto(`file://${page}`)
  const shown = async (colorScheme: 'light' | 'dark'): Promise<Picture> => {
    await tab.emulateMedia({ colorScheme })
    return readPng(await tab.screenshot())
  }
  const day = await shown('light')
  t.ok(day.count(0xfc, 0xfc, 0xfb) > WIDTH * HEIGHT * 0.6, 'the ground is light by day')
  t.ok(day.count(0x2a, 0x78, 0xd6) > 500, 'the first target has its bars')
  t.ok(day.count(0xeb, 0x68, 0x34) > 500, 'the second target has its bars')
  const night = await shown('dark')
  t.ok(night.count(0x1a, 0x1a, 0x19) > WIDTH * HEIGHT * 0.6, 'the ground is dark by night')
  t.ok(night.count(0x39, 0x87, 0xe5) > 500, 'and the bars are lighter')

  t.match(await tab.evaluate(layout), { wide: false, outside: [], charts: [true, true, true] }, 'three charts of a size to be read, no text cut off')
})

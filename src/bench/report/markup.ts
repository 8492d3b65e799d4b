/** Text for HTML and SVG: whatever it holds, it stays text. */
export function escaped (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** A coordinate: two decimals are finer than any screen. */
export function at (value: number): string {
  return String(Math.round(value * 100) / 100)
}

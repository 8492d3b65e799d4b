/** What a scrape says, by series as it is written: `name{label="value"}`. */
export function samplesOf (text: string): ReadonlyMap<string, number> {
  return new Map(text.split('\n').filter(line => line !== '' && !line.startsWith('#')).map(line => {
    const cut = line.lastIndexOf(' ')
    return [line.slice(0, cut), Number(line.slice(cut + 1))] as const
  }))
}

/** The look of the page, by day and by night. Colours were chosen to be told apart by everybody, on either ground. */
export const pageStyle: string = `
:root { color-scheme: light dark; --ground: #fcfcfb; --ink: #0b0b0b; --quiet: #52514e; --rule: #e1e0d9; --bad: #b3261e; --panel: #f4f3ef;
  --c0: #2a78d6; --c1: #eb6834; --c2: #1baf7a; --c3: #eda100; --c4: #e87ba4; --c5: #008300; --c6: #4a3aa7; --c7: #e34948 }
@media (prefers-color-scheme: dark) { :root { --ground: #1a1a19; --ink: #f4f3ef; --quiet: #c3c2b7; --rule: #383835; --bad: #ff8a80; --panel: #242422;
  --c0: #3987e5; --c1: #d95926; --c2: #199e70; --c3: #c98500; --c4: #d55181; --c5: #2f9e2f; --c6: #9085e9; --c7: #e66767 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 78rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem }
h2 { font-size: 1.2rem; margin: 3rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--rule) }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem }
p { margin: .25rem 0 .75rem } .quiet, footer { color: var(--quiet) }
code { font: 13px ui-monospace, Menlo, Consolas, monospace; background: var(--panel); padding: .15em .35em; border-radius: 4px; overflow-wrap: anywhere }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0; padding: 0; list-style: none }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: .45em }
.charts { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem }
figure { margin: .75rem 0; flex: 1 1 32rem; max-width: 45rem } figure.half { flex: 1 1 20rem; max-width: 28rem }
figcaption { font-weight: 600; margin-bottom: .35rem } svg { display: block; width: 100%; height: auto }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--ink) } svg .tick { fill: var(--quiet); font-size: 11px } svg .group { font-weight: 600 }
.axis { stroke: var(--quiet) } .grid { stroke: var(--rule) } .spread { stroke: var(--ink); stroke-width: 1.5; opacity: .65 }
.line { fill: none; stroke-width: 2 } .dot { stroke: var(--ground); stroke-width: 2 } .bar.failed { fill-opacity: .25; stroke-width: 1.5; stroke-dasharray: 4 3 }
${Array.from({ length: 8 }, (_, place) => `.bar.c${place}, .dot.c${place} { fill: var(--c${place}) } .line.c${place}, .bar.failed.c${place} { stroke: var(--c${place}) } i.c${place} { background: var(--c${place}) }`).join('\n')}
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin: .5rem 0; font-size: 13px }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--rule); text-align: left; white-space: nowrap } th { color: var(--quiet); font-weight: 600 } .number { text-align: right }
.bad { color: var(--bad); font-weight: 600 } ul.notes { margin: .25rem 0 1rem; padding-left: 1.1rem; color: var(--quiet); font-size: 13.5px }
`

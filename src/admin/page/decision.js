/** Asks before certificate files are forced or given up, and does it for exactly the files that were shown. */
import { part, say } from './element.js'
import { post } from './node.js'

/** @typedef {import('./answers.d.ts').Trust} Trust */

const words = {
  commit: {
    title: 'Use files that the remote refuses?',
    text: 'The link moves to them if it can. If the remote and these files do not accept each other, the link ends with its next reconnect and stays down until the files are mended.',
    yes: 'Use them'
  },
  abort: {
    title: 'Give these files up?',
    text: 'They are not tried any more until they change. What serves now serves on.',
    yes: 'Give them up'
  }
}

const dialog = /** @type {HTMLDialogElement} */ (part('decision'))
const yes = /** @type {HTMLButtonElement} */ (part('decision-yes'))
const failure = part('decision-failure')
/** @type {{ step: 'commit' | 'abort', trust: Trust } | null} */
let asked = null

part('decision-no').addEventListener('click', () => dialog.close())
yes.addEventListener('click', () => { void decide() })

/**
 * @param {'commit' | 'abort'} step
 * @param {Trust} trust
 */
export function askFor (step, trust) {
  asked = { step, trust }
  say(part('decision-title'), words[step].title)
  say(part('decision-text'), `${trust.kind} ${trust.name}, candidate ${trust.candidate?.slice(0, 16) ?? ''}… ${words[step].text}`)
  say(part('decision-reason'), trust.reason?.message ?? '')
  say(yes, words[step].yes)
  failure.hidden = true
  dialog.showModal()
}

async function decide () {
  if (asked === null) return
  const { step, trust: { kind, name, candidate } } = asked
  yes.disabled = true
  try {
    await post(`api/v1/trust/${step}`, { kind, name, candidate })
    dialog.close()
  } catch (error) {
    say(failure, error instanceof Error ? error.message : String(error))
    failure.hidden = false
  }
  yes.disabled = false
}

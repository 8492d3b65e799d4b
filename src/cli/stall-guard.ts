/**
 * Ends a process whose event loop stands still: it serves nobody, and no timer of its own can notice. A second thread watches the beats of the first; when
 * they stay away it says where the first one is, and kills it, so that whoever watches over the process starts it again. What was acknowledged is in the spool.
 */
import { Worker } from 'node:worker_threads'

export interface StallGuardOptions {
  /** Longest time without a beat. A process that was stopped or suspended does not lose it: the watcher stood still as well. */
  readonly limitMs: number
}

/** Beats that are missed before it is over; more of them, and a slow machine is not taken for a dead loop. */
const LOOKS = 10
const LONGEST_LOOK_MS = 1000
const SAY_WITHIN_MS = 2000

/**
 * JavaScript as text, since a thread that is made from a file would load the compiler when this runs from source; it costs 9 MB of memory as it is.
 * The inspector interrupts a loop that runs; one that hangs in the kernel says nothing, and is killed all the same.
 */
const watcher = `
'use strict'
const { workerData } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const { Session } = require('node:inspector')
const beats = new Int32Array(workerData.beats)
let seen = -1
let missed = 0
const timer = setInterval(() => {
  const now = Atomics.load(beats, 0)
  missed = now === seen ? missed + 1 : 0
  seen = now
  if (missed >= workerData.looks) {
    clearInterval(timer)
    report()
  }
}, workerData.lookMs)

function report () {
  setTimeout(end, workerData.sayWithinMs, 'it does not say where')
  try {
    const files = new Map()
    const session = new Session()
    session.connectToMainThread()
    session.on('Debugger.scriptParsed', ({ params }) => files.set(params.scriptId, params.url))
    session.on('Debugger.paused', ({ params }) => end(params.callFrames.slice(0, 20).map(({ functionName, location }) =>
      (functionName || '(anonymous)') + ' ' + (files.get(location.scriptId) || '') + ':' + (location.lineNumber + 1)).join('\\n    at ')))
    session.post('Debugger.enable')
    session.post('Debugger.pause')
  } catch (error) {
    end(String(error))
  }
}

function end (where) {
  const text = 'causeway: the event loop has stood still for ' + workerData.limitMs + ' ms; the process is ended\\n    at ' + where + '\\n'
  try {
    writeSync(2, text)
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}
`

export class StallGuard {
  readonly #worker: Worker
  readonly #beat: NodeJS.Timeout
  /** The second thread has been loaded, or has failed to be. */
  readonly loaded: Promise<void>

  constructor ({ limitMs }: StallGuardOptions) {
    const lookMs = Math.min(LONGEST_LOOK_MS, Math.ceil(limitMs / LOOKS))
    const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    const count = new Int32Array(beats)
    this.#beat = setInterval(() => { Atomics.add(count, 0, 1) }, lookMs).unref()
    this.#worker = new Worker(watcher, {
      eval: true,
      workerData: { beats, lookMs, limitMs, looks: Math.ceil(limitMs / lookMs), sayWithinMs: SAY_WITHIN_MS },
      // nothing of the process's: no secrets, no loaders
      env: {},
      execArgv: []
    })
    this.#worker.unref()
    this.loaded = new Promise(resolve => {
      for (const event of ['online', 'exit']) this.#worker.once(event, () => resolve())
    })
  }

  async stop (): Promise<void> {
    clearInterval(this.#beat)
    await this.#worker.terminate()
  }
}

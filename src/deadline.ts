/**
 * Does `work` with a signal that aborts when `signal` does, after `ms` milliseconds, and when the work is over, so that
 * nothing begun by it goes on.
 *
 * `AbortSignal.any([…, AbortSignal.timeout(ms)])` would never abort where a garbage collection comes first: Node 20 holds the
 * timeout weakly.
 */
export async function withDeadline<T> (signal: AbortSignal, ms: number, work: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new DOMException('The time is over', 'TimeoutError')), ms)
  const stop = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    controller.abort(new DOMException('It is over', 'AbortError'))
  }
}

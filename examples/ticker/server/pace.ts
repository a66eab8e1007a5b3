const TICK = 10
/** ms that are caught up with after a stall; what is more is left out. */
const MAX_CATCH_UP = 100

/** Calls back every 10 ms with how much is due at so much a second; returns what stops it. */
export function pace(perSecond: number, callback: (due: number) => void): () => void {
  let last = performance.now()
  let owed = 0
  const timer = setInterval(() => {
    const now = performance.now()
    owed += (Math.min(now - last, MAX_CATCH_UP) * perSecond) / 1_000
    last = now
    const due = Math.floor(owed)
    owed -= due
    callback(due)
  }, TICK)
  return () => clearInterval(timer)
}

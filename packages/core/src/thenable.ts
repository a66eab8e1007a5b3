/** Whether a value is to be waited for: a promise of any realm, and where another has replaced the host's (zone.js). */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

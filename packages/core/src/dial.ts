import { failed } from './errors.ts'
import { isThenable } from './thenable.ts'
import { checkProtocols, type ProtocolsSource, resolveUrl, type UrlSource } from './url.ts'

/** Where one attempt goes. */
export interface Target {
  readonly url: string
  readonly protocols: string[]
}

/** Asks for URL and protocols; waits only where a function makes it wait. Throws or rejects HoldfastErrors. */
export function targetOf(
  source: UrlSource,
  protocols: ProtocolsSource,
  attempt: number,
  base: string | undefined,
): Target | Promise<Target> {
  const url = ask('The url function', source, attempt)
  // Where the next line throws nobody waits for this one, and Node ends at a rejection that nobody handles.
  if (url instanceof Promise) url.catch(() => undefined)
  const list = ask('The protocols function', protocols, attempt)
  if (url instanceof Promise || list instanceof Promise) {
    return Promise.all([url, list]).then((answers) => checked(...answers, base))
  }
  return checked(url, list, base)
}

function ask<T>(
  what: string,
  source: T | ((attempt: number) => T | Promise<T>),
  attempt: number,
): T | Promise<T> {
  if (typeof source !== 'function') return source
  try {
    // The conditional type of a narrowed generic is beyond TypeScript; a T is never a function here.
    const answer = (source as (attempt: number) => T | Promise<T>)(attempt)
    if (!isThenable(answer)) return answer
    return Promise.resolve(answer).catch((error: unknown) => {
      throw failed(what, error)
    })
  } catch (error) {
    throw failed(what, error)
  }
}

function checked(url: string | URL, protocols: string | string[], base: string | undefined): Target {
  return { url: resolveUrl(url, base), protocols: checkProtocols(protocols) }
}

import { environmentOf } from '../environment.ts'
import { misconfigured } from '../errors.ts'
import { resolveUrl } from '../url.ts'

/**
 * Where a fake server listens.
 *
 * @remarks A string or URL is resolved and mapped to ws(s) as `connect()` does it, and stands for that path with
 * any query, unless it has a query of its own. A RegExp is tried on the whole URL: `/^wss:/` is a server at
 * every secure address.
 */
export type FakeServerUrl = string | URL | RegExp

export class Address {
  readonly text: string
  readonly #pattern: RegExp | undefined

  /** @throws HoldfastError `CONFIGURATION` */
  constructor(url: FakeServerUrl) {
    if (!(url instanceof RegExp || url instanceof URL || typeof url === 'string')) {
      throw misconfigured('fakeServer(url)', 'a string, a URL or a RegExp', url)
    }
    this.#pattern = url instanceof RegExp ? url : undefined
    this.text = url instanceof RegExp ? String(url) : resolveUrl(url, environmentOf().baseUrl)
  }

  includes(url: string): boolean {
    // `search()` and not `test()`, which goes on where a global one has stopped.
    if (this.#pattern) return url.search(this.#pattern) >= 0
    return url === this.text || withoutQuery(url) === this.text
  }
}

/** What may be shown: a token may travel in the query. */
export function withoutQuery(url: string): string {
  return url.replace(/\?.*$/, '')
}

import type { RawOptions } from '@holdfast/core/bindings'

/** What one component told the test, over all its lives. */
export class Notes {
  renders = 0
  /** Each that it rendered, in order. */
  readonly statuses: string[] = []
  /** All that `useMessages` handed it. */
  readonly messages: unknown[] = []
  send: (message: string) => boolean = () => false

  /** StrictMode runs an effect twice. */
  addStatus(status: string): void {
    if (status !== this.statuses.at(-1)) this.statuses.push(status)
  }
}

/** One component, and what it is given; each shows one paragraph. */
export interface View {
  /**
   * `status`: the status, and it takes every message by `useMessages`; `last` and `field`: the newest message, by
   * `useLastMessage` and by the field of `useWebSocket`, or `none`.
   */
  readonly shows: 'status' | 'last' | 'field'
  readonly url: string
  readonly options: RawOptions
  readonly notes: Notes
  /** Given where the component may be put away. */
  readonly isAway?: boolean
}

/** A root of the framework in the page. */
export interface Root {
  /** Renders these and no others; no timer can come before they are there, and have run their effects. */
  render(views: readonly View[]): void | Promise<void>
  unmount(): void
}

/** What the tests of the views need of a framework. */
export interface ViewKit {
  readonly name: string
  readonly framework: 'react' | 'vue'
  readonly version: string
  /** What a component shows before it dials. */
  readonly statusesBefore: readonly string[]
  /** What puts a component away and brings it back; not every version has it. */
  readonly away?: { readonly by: string; readonly isSocketKept: boolean } | undefined
  createRoot(container: Element): Root
}

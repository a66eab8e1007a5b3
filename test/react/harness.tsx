import { type ConnectionOptions, connect, constant } from '@holdfast/core'
import { act, type RenderResult, render } from '@testing-library/react'
import {
  type ComponentType,
  Fragment,
  Profiler,
  type ReactElement,
  type ReactNode,
  StrictMode,
  useState,
} from 'react'
import { flushSync } from 'react-dom'
import { describe, vi } from 'vitest'
import { type Backend, backends, ROOM } from './backends.ts'
import { atEnd } from './of-this-test.ts'

export interface Mode {
  readonly name: string
  readonly isStrict: boolean
  readonly createBackend: () => Backend
}

const modes: Mode[] = Object.entries(backends).flatMap(([name, createBackend]) => [
  { name: `over ${name}`, isStrict: false, createBackend },
  { name: `over ${name}, in StrictMode`, isStrict: true, createBackend },
])

/** The same tests over each kind of server, with StrictMode and without. */
export function describeModes(name: string, tests: (setUp: () => Harness) => void): void {
  describe.each(modes)(`${name} $name`, (mode) => tests(() => new Harness(mode)))
}

export class Harness {
  readonly server: Backend
  readonly options: {
    environment: Backend['environment']
    reconnect: { backoff: ReturnType<typeof constant> }
  }
  /** Commits in which something of {@link show} was rendered. */
  commits = 0
  readonly #wrapper: (props: { children: ReactNode }) => ReactElement

  constructor({ isStrict, createBackend }: Mode) {
    this.server = createBackend()
    atEnd.push(() => this.server.stop())
    this.options = { environment: this.server.environment, reconnect: { backoff: constant(1_000) } }
    const Mode = isStrict ? StrictMode : Fragment
    this.#wrapper = ({ children }) => (
      <Mode>
        <Profiler id="test" onRender={this.#count}>
          {children}
        </Profiler>
      </Mode>
    )
  }

  readonly #count = (): void => {
    this.commits += 1
  }

  readonly show = (element: ReactNode): RenderResult => {
    return render(element, { wrapper: this.#wrapper })
  }

  /** Shows two components; the first is given what takes the second away, at once. */
  readonly showTwo = (First: ComponentType<{ onEnd: () => void }>, Second: ComponentType): void => {
    function Both() {
      const [isWhole, setWhole] = useState(true)
      return (
        <>
          <First onEnd={() => flushSync(() => setWhole(false))} />
          {isWhole && <Second />}
        </>
      )
    }
    this.show(<Both />)
  }

  /** A connection that is not made by a hook; open, unless it is lazy. */
  readonly connection = async (options: ConnectionOptions = {}) => {
    const connection = connect(ROOM, { ...this.options, ...options })
    atEnd.unshift(() => void connection.close())
    await pass(10)
    return connection
  }
}

/** Lets time pass, and React do what it causes. */
export async function pass(ms: number): Promise<void> {
  await act(async () => void (await vi.advanceTimersByTimeAsync(ms)))
}

/** One frame, and a bit. */
export const FRAME = 20

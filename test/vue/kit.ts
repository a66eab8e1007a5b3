import { type Connection, connect, type HoldfastError } from '@holdfast/core'
import { mount, type VueWrapper } from '@vue/test-utils'
import { vi } from 'vitest'
import {
  type Component,
  defineComponent,
  type EffectScope,
  effectScope,
  h,
  type VNodeChild,
  version,
} from 'vue'
import { type FakeServer, type FakeServerOptions, fakeServer } from '../../packages/core/src/testing/index.ts'

const endings = new Set<() => void>()

/** Ends what a test has left. Before the clock's last run, which hooks of `onTestFinished` come after. */
export function endAll(): void {
  for (const end of endings) end()
  endings.clear()
}

/** A server behind the global WebSocket, on the same faked clock as everything else. */
export function startServer(options: FakeServerOptions = {}): FakeServer {
  const server = fakeServer(/^/, { latency: 1, ...options })
  vi.stubGlobal('WebSocket', server.WebSocket)
  return server
}

/** What `status` says once its scope is over: Vue 3.4 leaves a computed at what it was. */
export function statusAfter(last: string): string {
  return version.startsWith('3.4.') ? last : 'idle'
}

/** Lets time pass: by default enough for a handshake, not for a frame. */
export async function pass(ms = 2): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

/** Lets a frame pass. */
export async function frame(): Promise<void> {
  await vi.advanceTimersByTimeAsync(17)
}

/** Longer than a connection is kept for a remount, and than its close takes. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(200)
}

/** A component from a setup function that returns what it renders. */
export function component(setup: () => (() => VNodeChild) | Promise<() => VNodeChild>): Component {
  return defineComponent({ setup })
}

/** Mounts a component that runs a composable and renders nothing of it. */
export function withSetup<T>(composable: () => T): { result: T; wrapper: VueWrapper } {
  let result: { value: T } | undefined
  const wrapper = mount(
    component(() => {
      result = { value: composable() }
      return () => h('div')
    }),
  )
  if (!result) throw new Error('The setup function did not run.')
  return { result: result.value, wrapper }
}

/** Runs a composable in an effect scope that ends with the test. */
export function inScope<T>(composable: () => T): { result: T; scope: EffectScope } {
  const scope = effectScope(true)
  endings.add(() => scope.stop())
  const result = scope.run(() => ({ value: composable() }))
  if (!result) throw new Error('The scope did not run.')
  return { result: result.value, scope }
}

/** A connection of the test's own, open. */
export async function openConnection(): Promise<Connection<string, string>> {
  const connection = connect('ws://fake.test/own', { codec: { encode: String, decode: String } })
  endings.add(() => void connection.close(1000, '', { drainTimeout: 0 }))
  await pass()
  return connection
}

export function errorsOf<I, O>(connection: Connection<I, O> | null): HoldfastError[] {
  const errors: HoldfastError[] = []
  connection?.errors$.subscribe((error) => errors.push(error))
  return errors
}

import { checkDelay, fullJitter } from './backoff.ts'
import { NO_CLOSE_FRAME, type Verdict } from './close-codes.ts'
import type { Environment } from './environment.ts'
import { failure, HoldfastError, misconfigured } from './errors.ts'
import type { MachineConfig } from './machine.ts'
import type { Settings } from './options.ts'
import type { CloseInfo, ConnectingPhase } from './state.ts'

/** The machine's configuration: the user's functions are called here, and what they throw is reported. */
export function machineConfig(
  settings: Settings,
  firstPhase: ConnectingPhase,
  environment: Pick<Environment, 'random'>,
  onError: (error: HoldfastError) => void,
): MachineConfig {
  const { reconnect, canReconnect, connectTimeout, closeTimeout, lazy, idleTimeout } = settings
  const fallback = fullJitter()
  return {
    reconnect: canReconnect,
    maxAttempts: reconnect.maxAttempts,
    stableAfter: reconnect.stableAfter,
    maxRefusals: settings.maxRefusals,
    canReauthenticate: firstPhase !== 'handshake',
    firstPhase,
    connectTimeout,
    signInTimeout: settings.auth?.via.signIn?.timeout ?? Infinity,
    closeTimeout,
    lazy,
    idleTimeout,
    random: () => environment.random(),
    backoff(context) {
      try {
        return checkDelay('The answer of reconnect.backoff', reconnect.backoff(context))
      } catch (error) {
        onError(failure('reconnect.backoff', error))
        return fallback(context)
      }
    },
    shouldReconnect(close, attempt) {
      try {
        return verdictOf(reconnect.shouldReconnect?.(close, attempt))
      } catch (error) {
        onError(failure('reconnect.shouldReconnect', error))
        return undefined
      }
    },
  }
}

function verdictOf(
  answer: ReturnType<NonNullable<Settings['reconnect']['shouldReconnect']>>,
): Verdict | undefined {
  if (answer === undefined) return undefined
  if (typeof answer === 'boolean') return answer ? 'retry' : 'stop'
  if (answer === 'retry' || answer === 'stop' || answer === 'reauthenticate') return answer
  const { retryAfter } = Object(answer) as Extract<Verdict, object>
  if (retryAfter === undefined)
    throw misconfigured('The answer of shouldReconnect', 'a boolean, a Verdict or undefined', answer)
  checkDelay('retryAfter', retryAfter)
  return answer
}

/** A loss by the server's answer to the sign-in message. */
export function refusedSignIn(): CloseInfo {
  return localLoss(new HoldfastError('AUTH_REFUSED', 'The server refused the sign-in message.'), 'open')
}

/** A loss that this side found. */
export function localLoss(error: HoldfastError, phase: CloseInfo['phase'] = 'connecting'): CloseInfo {
  return { ...NO_CLOSE_FRAME, phase, local: 'error', error }
}

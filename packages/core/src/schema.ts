import { HoldfastError } from './errors.ts'
import { isThenable } from './thenable.ts'

/**
 * The part of Standard Schema that Holdfast calls; zod, valibot, ArkType and others fit.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Checks a decoded message. Throws `SCHEMA`, with the issues as its cause, where it does not fit. */
export function validate<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  value: unknown,
): Output | Promise<Output> {
  let result: SchemaResult<Output> | Promise<SchemaResult<Output>>
  try {
    result = schema['~standard'].validate(value)
  } catch (cause) {
    throw broken(cause)
  }
  if (!isThenable(result)) return accept(result)
  return Promise.resolve(result).then(accept, (cause: unknown) => {
    throw broken(cause)
  })
}

/** A schema should tell issues, not throw; the codec must not be blamed for one that does. */
function broken(cause: unknown): HoldfastError {
  return new HoldfastError('SCHEMA', 'The schema threw.', { cause })
}

function accept<Output>(result: SchemaResult<Output>): Output {
  if (!result.issues) return result.value
  const { issues } = result
  const paths = issues.map(({ path = [] }) => path.map(keyOf).join('.') || 'the message itself')
  throw new HoldfastError('SCHEMA', `A message does not fit the schema at: ${paths.join(', ')}.`, {
    cause: issues,
  })
}

function keyOf(part: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof part === 'object' ? part.key : part)
}

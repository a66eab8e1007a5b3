import fc from '../../node_modules/fast-check/lib/fast-check.js'

// A property has half a second to find a mutant, always in the same way, and need not find the shortest one.
fc.configureGlobal({ seed: 1, interruptAfterTimeLimit: 500, endOnFailure: true })

export default fc
export * from '../../node_modules/fast-check/lib/fast-check.js'

/** A configuration is read by many and changed by nobody. */

/** Freezes plain objects and arrays through and through; the value must hold no circle. */
export function deepFreeze<T> (value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}

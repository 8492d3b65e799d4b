/** A user property of MQTT 5, as it stands in a property block. */
import { PropertyId } from './property-id.ts'

/** @param name of at most 65,535 bytes, as `value` */
export function userProperty (name: string, value: string): Buffer {
  const nameLength = Buffer.byteLength(name)
  const valueLength = Buffer.byteLength(value)
  const property = Buffer.allocUnsafe(1 + 2 + nameLength + 2 + valueLength)
  let at = property.writeUInt8(PropertyId.USER_PROPERTY)
  at = property.writeUInt16BE(nameLength, at)
  at += property.write(name, at)
  property.write(value, property.writeUInt16BE(valueLength, at))
  return property
}

/** What devices have subscribed to here, for bridges that ask their remote for the same. */
export interface DeviceFilters {
  /** Each once; a stored session counts while its device is away. Without those of `$` topics; a shared subscription is its filter. */
  list (): Iterable<string>
  /** Calls when the list is another one; the answer ends that. */
  onChange (call: () => void): () => void
}

/** Messages that the remote does not take and that are let go. */
import type { PublishView } from '../mqtt/publish-view.ts'

/** It ends the link, as MQTT 3.1.1 knows no other way to refuse: no reason code of MQTT. */
export const ENDS_LINK = 0x100
/** Larger than the remote takes; the reason code of MQTT 5 for it. */
export const TOO_LARGE = 0x95

/**
 * Told of each as it would go out; the view is another's after the call.
 * @param reason an MQTT 5 reason code, or {@link ENDS_LINK}
 * @param over called once when nothing more is kept of it, at once or later: until then a journal has it
 */
export type SetAside = (message: PublishView, reason: number, over: () => void) => void

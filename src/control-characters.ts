/** Control characters in the text of others: what a client, a certificate or a remote says must not act on the terminal that shows it. */

/** Escapes C0, DEL, C1 and bidirectional controls, so that a client id can not move the cursor or rewrite the line. */
export function escapeControls (text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    char => '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0'))
}

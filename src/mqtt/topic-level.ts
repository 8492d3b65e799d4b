/** Any text as one level of a topic: `/`, the wildcards and `%` are written as in a URL. */
export function topicLevel (text: string): string {
  return text.replace(/[%/+#]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}
